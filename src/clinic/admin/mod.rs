//! What staff may do with the organisation, its locations, providers and services. Each write checks the version that it
//! was made against, and leaves its audit row and its event in the same transaction.

mod clinic;
mod hours_readings;
mod locations;
mod providers;
mod services;

use actix_web::{HttpRequest, http::StatusCode};
use serde::Serialize;
use sqlx::PgConnection;

use super::queries::{Listed, Part, Place, StaffFilter};
use crate::{
    accounts::Staff,
    db::StaffDb,
    http::{Answer, ApiError, PageLinks, PageMeta, PageRequest, QueryReader, Site, private_answer},
    records::Record,
};

pub use clinic::*;
pub use hours_readings::*;
pub use locations::*;
pub use providers::*;
pub use services::*;

/// A kind of record that is listed in an order of its own, page by page.
trait PagedRecord: Record {
    /// What a cursor of the list is good for.
    const LIST: &'static str;
    /// `{"data": […], "meta": …, "links": …}`.
    type Page: Serialize;

    fn page(data: Vec<Self>, meta: PageMeta, links: PageLinks) -> Self::Page;

    /// Where it stands in the list.
    fn place(&self) -> Place;

    async fn list(
        connection: &mut PgConnection,
        filter: &StaffFilter,
        part: &Part,
    ) -> Result<Listed<Self>, sqlx::Error>;
}

async fn list_page<R: PagedRecord>(request: &HttpRequest, staff: Staff, site: &Site, database: &StaffDb) -> Answer {
    let mut query = QueryReader::of(request);
    let filter =
        StaffFilter { trashed: query.one_of("trashed", &["true", "false"]) == Some("true"), q: query.text("q") };
    let list = format!("{} {filter:?}", R::LIST);
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, &list);
    query.finish()?;
    let part = Part { after: page.after().cloned(), offset: page.offset(), fetch: page.fetch() };
    let mut listed = database
        .transact(async move |connection| {
            staff.record(connection, R::ACTIONS.listed, R::ACTIONS.subject, None, &[]).await?;
            Ok::<_, ApiError>(R::list(connection, &filter, &part).await?)
        })
        .await?;
    let question = site.question(request, &list);
    let (meta, links) = page.complete(&mut listed.rows, listed.total, R::place, &question);
    Ok(private_answer(StatusCode::OK, &R::page(listed.rows, meta, links)))
}
