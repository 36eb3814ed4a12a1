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

mod addresses;
mod api_keys;
mod articles;
mod attestation;
mod audit;
mod authors;
mod autosave;
mod bulk;
mod changes;
mod clearing;
mod clinic;
mod clinic_texts;
mod clinic_through_a_week;
mod connectors;
mod consistency;
mod credentials;
mod database_doors;
mod delivery;
mod editors_at_once;
mod export;
mod feeds;
mod fhir;
mod forgery;
mod forms;
mod gate;
mod harness;
mod history;
mod hours_readings;
mod inquiries;
mod inquiry_letters;
mod listings;
mod mail;
mod many_records;
mod matrix;
mod oidc;
mod openapi;
mod operations;
mod paging;
mod passkeys;
mod passwords;
mod people;
mod previews;
mod problems;
mod providers;
mod publication;
mod publish_gate;
mod purging;
mod redirects;
mod related;
mod review;
mod revisions;
mod round_trips;
mod search;
mod second_factors;
mod secrecy;
mod services;
mod sign_in;
mod signing_keys;
mod signoffs;
mod structured_data;
mod takeover;
mod terms;
mod translations;
mod webhooks;
