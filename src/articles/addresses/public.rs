//! Where addresses lead, for front ends that render on a server and for those that are built ahead. Refuses to tell an
//! article that was withdrawn from one that never was, unless staff said what became of it.

use actix_web::{HttpRequest, web::Data};
use sqlx::PgConnection;

use super::{
    answers::{RedirectTable, RedirectTableMeta, Resolution, ResolutionAnswer},
    path::SitePath,
    table::flattened,
};
use crate::{
    articles::{
        locale::Asked,
        queries::published_addresses::{self, TABLE},
    },
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, QueryReader, no_parameters},
};

/// The most characters of an address that anybody asks about: a browser's line, not a book.
const LONGEST: usize = 4096;

/// Says what an address of the clinic's site leads to.
#[utoipa::path(get, path = "/v1/resolve", operation_id = "resolve_path", tag = "articles",
    params(("path" = String, Query, description = "A path of the clinic's site, percent-encoded or not. A query string, a fragment and a slash at its end are passed over", min_length = 1, max_length = 4096, pattern = "^/")),
    responses((status = 200, description = "What it leads to; `status` says what to answer", body = ResolutionAnswer)))]
pub async fn resolve_path(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let given = query.text_up_to("path", LONGEST);
    if given.as_ref().is_some_and(|path| !path.starts_with('/')) {
        query.refuse("path", "bad_value", "must begin with a slash");
    }
    query.finish()?;
    let given = given.ok_or_else(|| ApiError::bad_parameter("path", "required", "must be given"))?;
    let found = match SitePath::parse(&given) {
        // Longer than any address here.
        None => Resolution::of_nothing(),
        Some(path) => {
            let read = async move |connection: &mut PgConnection| {
                Ok::<_, ApiError>(published_addresses::resolve(connection, path.as_str()).await?)
            };
            database.read(read).await?
        }
    };
    let (id, valid_for) = (found.id, found.valid_for);
    PublicAnswer::json(&ResolutionAnswer { data: found }, &["articles", "redirects"])?
        .valid_for(valid_for)
        .tagged(id.map(|id| format!("article:{id}")))
        .send(&request)
}

/// Lists every address that leads elsewhere: where visible articles stood before, and what staff and imports wrote.
#[utoipa::path(get, path = "/v1/redirects", operation_id = "list_redirects", tag = "articles",
    responses((status = 200, description = "By path, 50,000 at most", body = RedirectTable)))]
pub async fn list_redirects(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let read =
        async |connection: &mut PgConnection| Ok::<_, ApiError>(published_addresses::list_steps(connection).await?);
    let rows = database.read(read).await?;
    let mut steps = rows.items.0;
    let most = usize::try_from(TABLE).unwrap_or(usize::MAX);
    let complete = steps.len() <= most;
    steps.truncate(most);
    let data = flattened(&steps);
    let meta = RedirectTableMeta { total: data.len(), complete };
    PublicAnswer::json(&RedirectTable { data, meta }, &["articles", "redirects"])?
        .valid_for(rows.valid_for)
        .send(&request)
}

/// What took the place of an article that is not visible, by a slug that it had in one of the languages, or by its id.
///
/// # Errors
/// Those of the database.
pub async fn find_successor(
    connection: &mut PgConnection,
    slug_or_id: &str,
    asked: &Asked,
) -> Result<Option<Resolution>, ApiError> {
    Ok(published_addresses::find_successor(connection, slug_or_id, asked).await?)
}
