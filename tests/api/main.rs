//! The API over real HTTP and a real PostgreSQL. The files mirror the addresses; each test is a sentence that a
//! clinic's manager could judge.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails by panicking"
)]

mod api_keys;
mod articles;
mod audit;
mod clearing;
mod clinic;
mod credentials;
mod database_doors;
mod forgery;
mod gate;
mod harness;
mod inquiries;
mod mail;
mod matrix;
mod oidc;
mod openapi;
mod operations;
mod paging;
mod passkeys;
mod passwords;
mod people;
mod problems;
mod publication;
mod publish_gate;
mod revisions;
mod second_factors;
mod secrecy;
mod sign_in;
mod signing_keys;
mod takeover;
mod terms;
