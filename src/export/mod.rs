//! Everything public, as one stream: for whoever builds a site, a search or a copy from scratch. Each noun writes its own
//! lines; this room puts them one behind the other and holds no more than a part of them. Refuses to look complete when
//! it is not: the last line is `end`, and a failure on the way breaks the connection before it.

use actix_web::{
    HttpRequest, HttpResponse,
    body::None as NoBody,
    http::{Method, header},
    web::{Bytes, Data, ServiceConfig},
};
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;

use crate::{
    articles::{self, Position},
    clinic,
    db::PublicDb,
    delivery::{self, write_record},
    http::{Answer, ApiError, Endpoint, Site, no_parameters},
};

/// Mounts `/v1/export`.
pub fn routes(config: &mut ServiceConfig) {
    Endpoint::at("/v1/export").get(export_content).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(paths(export_content), components(schemas(ExportBegin, ExportEnd)))]
#[derive(Debug)]
pub struct Docs;

/// The data of the first line, `begin`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportBegin {
    /// For `/v1/changes`: what changed since the export began.
    pub next_cursor: String,
}

/// The data of the last line, `end`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportEnd {
    /// Lines before this one.
    pub lines: usize,
}

/// Where the stream has got to.
#[derive(Clone, Debug)]
enum Stage {
    Begin,
    Clinic,
    Locations(Option<clinic::Place>),
    Providers(Uuid),
    Services(Uuid),
    Terms,
    Articles(Uuid),
    Over,
}

/// An export under way.
#[derive(Clone)]
struct Export {
    database: PublicDb,
    site_url: Option<String>,
    position: Position,
    /// What `open` is told for, all through the stream.
    at: DateTime<Utc>,
    stage: Stage,
    lines: usize,
}

/// Exports everything public, one JSON object a line: `{"type": …, "data": …}`. The types are `begin`, `clinic`,
/// `location`, `provider`, `service`, `category`, `tag`, `condition`, `article` (in all languages, without further reading) and `end`.
#[utoipa::path(get, path = "/v1/export", operation_id = "export_content", tag = "articles",
    responses((status = 200, description = "One JSON object a line", body = String, content_type = "application/x-ndjson")))]
pub async fn export_content(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let export = Export {
        position: articles::find_position(&database, &site).await?,
        database: PublicDb::clone(&database),
        site_url: site.site_url.clone(),
        at: site.clock.now(),
        stage: Stage::Begin,
        lines: 0,
    };
    let tag = export.clone().tag().await?;
    let unchanged = delivery::is_held(&request, tag.as_bytes());
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "public, no-cache"))
        .insert_header(("Cache-Tag", "articles,clinic"));
    if unchanged {
        return Ok(answer.finish());
    }
    answer.insert_header((header::CONTENT_TYPE, "application/x-ndjson"));
    // The server would read the whole stream to send nothing of it.
    if request.method() == Method::HEAD {
        return Ok(answer.body(NoBody::new()));
    }
    Ok(answer.streaming(stream::try_unfold(export, Export::part)))
}

impl Export {
    /// The strong validator, before anything is sent. It is made of the position of the articles, what day it is, and
    /// every line that stands before them. A change while the stream is under way may show in it; the position has moved
    /// on then for good, and nothing is told that it has what this validator named.
    async fn tag(mut self) -> Result<String, ApiError> {
        let mut hash = Sha256::new();
        hash.update(&self.position.today);
        while !matches!(self.stage, Stage::Articles(_) | Stage::Over) {
            hash.update(self.lines().await?);
        }
        let hash = hash.finalize();
        Ok(format!("\"{}\"", data_encoding::HEXLOWER.encode(hash.get(..12).unwrap_or(&hash))))
    }

    /// The next lines, which are read when the client has taken those before. Each part is a unit of work of its own.
    async fn part(mut self) -> Result<Option<(Bytes, Self)>, ApiError> {
        while !matches!(self.stage, Stage::Over) {
            let lines = self.lines().await?;
            if !lines.is_empty() {
                return Ok(Some((Bytes::from(lines), self)));
            }
        }
        Ok(None)
    }

    /// The lines of the present stage, and the step to the next. May be empty.
    async fn lines(&mut self) -> Result<Vec<u8>, ApiError> {
        let mut lines = Vec::new();
        let (database, site_url) = (&self.database, self.site_url.as_deref());
        self.stage = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Begin => {
                write_record("begin", &ExportBegin { next_cursor: self.position.next_cursor.clone() }, &mut lines)?;
                Stage::Clinic
            }
            Stage::Clinic => {
                clinic::export_clinic(database, site_url, self.at, &mut lines).await?;
                Stage::Locations(None)
            }
            Stage::Locations(after) => match clinic::export_locations(database, self.at, after, &mut lines).await? {
                Some(last) => Stage::Locations(Some(last)),
                None => Stage::Providers(Uuid::nil()),
            },
            Stage::Providers(after) => match clinic::export_providers(database, after, &mut lines).await? {
                Some(last) => Stage::Providers(last),
                None => Stage::Services(Uuid::nil()),
            },
            Stage::Services(after) => match clinic::export_services(database, after, &mut lines).await? {
                Some(last) => Stage::Services(last),
                None => Stage::Terms,
            },
            Stage::Terms => {
                articles::export_terms(database, &mut lines).await?;
                Stage::Articles(Uuid::nil())
            }
            Stage::Articles(after) => {
                if let Some(last) = articles::export_articles(database, site_url, after, &mut lines).await? {
                    Stage::Articles(last)
                } else {
                    write_record("end", &ExportEnd { lines: self.lines }, &mut lines)?;
                    Stage::Over
                }
            }
            Stage::Over => Stage::Over,
        };
        self.lines += lines.split(|byte| *byte == b'\n').count().saturating_sub(1);
        Ok(lines)
    }
}
