//! The two pure rooms of the program that read what strangers wrote.

#[path = "../src/body/mod.rs"]
pub mod body;
#[path = "../src/import/mod.rs"]
pub mod import;
