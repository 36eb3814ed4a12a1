//! clinic-cms: articles, clinic details and contact inquiries of a medical clinic, as a REST API.
//!
//! | room | what it is for |
//! |---|---|
//! | [`articles`] | drafts as revisions, publication as a range of time |
//! | [`inquiries`] | what patients write to the clinic, sealed |
//! | [`clinic`] | the organisation, its locations, providers and services: how they are reached, when they are open, what is done |
//! | [`records`] | what staff keep one by one, made and changed in one way |
//! | [`accounts`] | who may do what: accounts, roles, sessions, the gate around `/v1/admin` |
//! | [`oidc`] | signing in at the clinic's own identity provider |
//! | [`audit`] | who did or saw what, append-only |
//! | [`mail`] | letters, sealed until they leave |
//! | [`oversight`] | the audit trail, read and exported |
//! | [`outbox`] | events in the transaction that they tell of, delivered to whoever subscribed |
//! | [`webhooks`] | where events go, and who receives what |
//! | [`export`] | everything public, as one stream |
//! | [`jsonld`] | schema.org nodes, as a page carries them |
//! | [`delivery`] | how a public answer leaves: validators, compression, lifetime |
//! | [`http`] | what every answer shares: problems, input, paging, limits |
//! | [`crypto`] | sealed fields, key ring, blind index, tokens, passwords |
//! | [`db`] | pools and roles, migrations, the embedded server |
//! | [`config`] | every setting, and all mistakes in them at once |
//! | [`body`] | Markdown and HTML made safe, once, when they are written |
//! | [`contact`] | phone numbers, e-mail addresses and languages that parse |
//! | [`clock`] | time, and the ids made from it |

pub mod accounts;
pub mod app;
pub mod articles;
pub mod audit;
pub mod body;
pub mod cli;
pub mod clinic;
pub mod clock;
pub mod config;
pub mod contact;
pub mod crypto;
pub mod db;
pub mod delivery;
pub mod export;
pub mod http;
pub mod import;
pub mod inquiries;
pub mod jsonld;
pub mod mail;
pub mod oidc;
pub mod openapi;
pub mod operations;
pub mod outbox;
pub mod oversight;
pub mod records;
pub mod telemetry;
pub mod webhooks;
