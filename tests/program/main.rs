//! The program as people run it: the real binary in a temporary folder, its own PostgreSQL, signals and exit codes.
//! Each test has a data directory of its own and leaves no process behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod admin;
mod audit;
mod browser;
mod collections;
mod crash;
mod database;
mod factors;
mod fhir;
mod identity_provider;
mod import;
mod keys;
mod listings;
mod mail;
mod privacy;
mod program;
mod secrecy;
mod serve;
mod settings;
mod snapshot;
mod staff_secrecy;
mod web;
