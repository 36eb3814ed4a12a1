//! The API over real HTTP and a real PostgreSQL. The files mirror the addresses; each test is a sentence that a
//! clinic's manager could judge.

mod articles;
mod clinic;
mod database_doors;
mod gate;
mod harness;
mod inquiries;
mod openapi;
mod operations;
mod paging;
mod problems;
mod publication;
mod secrecy;
mod sign_in;
mod terms;
