//! Tells whoever depends on what the services are called. Articles carry disclosures by those names; this room does not
//! know articles, so `app` brings the two together.

use std::pin::Pin;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{clock::Clock, http::ApiError};

/// What follows from a change of names.
pub type Following<'a> = Pin<Box<dyn Future<Output = Result<(), ApiError>> + 'a>>;

/// Called in the transaction in which a service got or lost a name, or came or went; the id is the service's.
#[derive(Clone, Copy, Debug)]
pub struct ServiceNames(pub for<'a> fn(&'a mut PgConnection, &'a Clock, Uuid) -> Following<'a>);
