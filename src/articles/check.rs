//! The publish gate at work: what is known of a revision is put together and judged, as a dry run at `…/check` and
//! before each publication. Refuses what the rules call a blocker, unless somebody answers for it.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    article::Kind,
    disclosures,
    gate::{self, Finding, Policy, Reach, Review, Service, Submission},
    queries::gate::{self as known, Examined},
};
use crate::{
    accounts::ArticleReader,
    db::StaffDb,
    http::{Answer, ApiError, FieldError, QueryReader, path_id, private_answer},
};

/// The gate of this installation.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    /// How severe each finding is.
    pub policy: Policy,
    /// The address of the clinic's site, where a setting has it.
    pub site_url: Option<String>,
}

/// What stands in the way of a publication.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    pub data: Check,
}

/// A revision, judged.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Check {
    /// Which was judged.
    pub revision: i32,
    /// SHA-256 of its content, in hexadecimal.
    pub content_hash: String,
    /// Whether nothing stands in the way: no blocker is left that nobody answers for.
    pub publishable: bool,
    /// In the order of an article's fields.
    pub findings: Vec<Finding>,
}

/// Judges a revision as if it were published now. Changes nothing.
#[utoipa::path(get, path = "/v1/admin/articles/{id}/check", operation_id = "check_article", tag = "staff: articles",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The article"),
        ("revision" = Option<i32>, Query, description = "The latest when absent", minimum = 1)),
    responses((status = 200, description = "The findings", body = CheckAnswer)))]
pub async fn check_article(
    request: HttpRequest,
    reader: ArticleReader,
    gate: Data<Gate>,
    database: Data<StaffDb>,
) -> Answer {
    let id = path_id(&request)?;
    let mut query = QueryReader::of(&request);
    let revision = query
        .parsed("revision", "the number of a revision", |text| text.parse::<i32>().ok().filter(|number| *number > 0));
    query.finish()?;
    let data = database
        .transact(async move |connection| {
            reader.staff.record(connection, "article.check", "article", Some(id), &[]).await?;
            gate.examine(connection, id, revision, None).await
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &CheckAnswer { data }))
}

impl Gate {
    /// Judges a revision of an article, its latest where none is named, as it would be published at `from`, or now.
    ///
    /// # Errors
    /// 404 where there is no such revision; those of the database.
    pub async fn examine(
        &self,
        connection: &mut PgConnection,
        article: Uuid,
        revision: Option<i32>,
        from: Option<DateTime<Utc>>,
    ) -> Result<Check, ApiError> {
        let found = known::find_examined(connection, article, revision, from).await?.ok_or(ApiError::NotFound)?;
        let (revision, content_hash) = (found.revision, found.content_hash.clone());
        let submission = self.submission(connection, found).await?;
        let mut findings = submission.findings(&self.policy);
        let overrides = known::list_overrides(connection, article).await?;
        for finding in findings.iter_mut().filter(|finding| finding.code.may_be_overridden()) {
            finding.overridden = overrides.iter().any(|held| {
                held.revoked_at.is_none() && held.code == finding.code.name() && held.subject == finding.subject
            });
        }
        let publishable = !findings.iter().any(Finding::blocks);
        Ok(Check { revision, content_hash, publishable, findings })
    }

    /// Lets a revision pass, or names every blocker.
    ///
    /// # Errors
    /// 422 with each blocker; those of [`Gate::examine`].
    pub async fn admit(
        &self,
        connection: &mut PgConnection,
        article: Uuid,
        revision: i32,
        from: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        let check = self.examine(connection, article, Some(revision), Some(from)).await?;
        let blocker = |finding: &Finding| {
            let suggestion = Some(finding.suggestion.clone());
            FieldError::at(&finding.pointer, finding.code.name(), &finding.message).suggesting(suggestion)
        };
        let blockers: Vec<_> = check.findings.iter().filter(|finding| finding.blocks()).map(blocker).collect();
        if blockers.is_empty() { Ok(()) } else { Err(ApiError::Invalid(blockers)) }
    }

    async fn submission(&self, connection: &mut PgConnection, found: Examined) -> Result<Submission, ApiError> {
        let services = known::list_services(connection, found.revision_id).await?.into_iter().map(|service| Service {
            names: std::iter::once(service.name).chain(service.aliases).collect(),
            status: gate::Status::named(&service.fda_status),
            attached: service.attached,
        });
        let reach = self.reach(connection, &found).await?;
        let review = found.signoff.map(|_| Review {
            by_author: found.by_author,
            licences: found.licences.0,
            next_review_due: found.next_review_due,
        });
        Ok(Submission {
            kind: Kind::named(&found.kind).ok_or(ApiError::Internal)?,
            locale: found.locale,
            title: found.title,
            summary: found.summary,
            body_markdown: found.body_markdown,
            body_text: found.body_text,
            headings: found.headings.0,
            faqs: found.faqs.0,
            cover: found.cover.map(|cover| cover.0),
            references: usize::try_from(found.references).unwrap_or(0),
            has_author: found.has_author,
            review,
            day: found.day,
            services: services.collect(),
            disclosures: disclosures::kinds_of(connection, found.revision_id).await?,
            claims: known::list_relied_on(connection, found.day).await?,
            reach,
        })
    }

    async fn reach(&self, connection: &mut PgConnection, found: &Examined) -> Result<Reach, sqlx::Error> {
        let sites: Vec<String> = self.site_url.iter().chain(&found.site_url).cloned().collect();
        let own_path = found.path.clone();
        let paths = gate::paths_of(&found.body_markdown, &sites, &own_path);
        let looked_up = if paths.is_empty() { Vec::new() } else { known::look_up_paths(connection, &paths).await? };
        let about = looked_up.into_iter().filter(|path| path.leads || path.ours).map(|path| (path.path, path.leads));
        Ok(Reach { sites, own_path, known: about.collect() })
    }
}
