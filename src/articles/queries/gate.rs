//! What the publish gate has to know of a revision, and the overrides that somebody answers for.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::{
    answers::Person,
    article::{Faq, Image},
    gate::Licence,
};
use crate::body::Heading;

/// A revision as the gate sees it.
#[derive(Debug)]
pub struct Examined {
    pub revision_id: Uuid,
    pub revision: i32,
    pub kind: String,
    pub locale: String,
    pub title: String,
    pub summary: Option<String>,
    pub body_markdown: String,
    pub body_text: String,
    pub headings: Json<Vec<Heading>>,
    pub faqs: Json<Vec<Faq>>,
    pub cover: Option<Json<Image>>,
    pub references: i32,
    pub has_author: bool,
    pub content_hash: String,
    /// The sign-off that holds for this content.
    pub signoff: Option<Uuid>,
    pub by_author: bool,
    pub licences: Json<Vec<Licence>>,
    pub next_review_due: Option<NaiveDate>,
    /// The day of the publication, for the clinic.
    pub day: NaiveDate,
    /// Where it will stand on the clinic's site.
    pub path: String,
    /// The clinic's site, as its record has it.
    pub site_url: Option<String>,
}

/// The revision of that number, or the latest; `from` is when it would begin to be visible, at the earliest now. The
/// reviewer is the author where they are one account or one provider.
pub async fn find_examined(
    connection: &mut PgConnection,
    article: Uuid,
    revision: Option<i32>,
    from: Option<DateTime<Utc>>,
) -> Result<Option<Examined>, sqlx::Error> {
    sqlx::query_as!(
        Examined,
        r#"select r.id as revision_id, r.number as revision, r.kind, r.locale, r.title, r.summary, r.body_markdown,
                  r.body_text, r.headings as "headings: Json<Vec<Heading>>", r.faqs as "faqs: Json<Vec<Faq>>",
                  r.cover as "cover: Json<Image>", jsonb_array_length(r.sources) as "references!",
                  r.author_id is not null as "has_author!", encode(r.content_hash, 'hex') as "content_hash!",
                  s.id as "signoff?",
                  coalesce(s.reviewer_id = w.account_id
                           or c.provider_id = coalesce(w.provider_id, (select a.provider_id from cms.account a where a.id = w.account_id)),
                           false) as "by_author!",
                  coalesce(v.licences, '[]') as "licences!: Json<Vec<Licence>>", s.next_review_due as "next_review_due?",
                  (greatest($3, statement_timestamp()) at time zone k.timezone)::date as "day!",
                  (select y.path from cms.revision_path y where y.revision_id = r.id) as "path!",
                  (select n.site_url from cms.clinic n) as site_url
             from cms.article o
             join cms.revision r on r.article_id = o.id and r.number = coalesce($2, o.latest_revision)
             cross join cms.clinic_clock k
             left join cms.author w on w.id = r.author_id
             left join cms.live_signoff s on s.article_id = r.article_id and s.content_hash = r.content_hash
             left join cms.account c on c.id = s.reviewer_id
             left join cms.provider v on v.id = c.provider_id and v.trashed_at is null
            where o.id = $1"#,
        article,
        revision,
        from,
    )
    .fetch_optional(connection)
    .await
}

/// A treatment of the clinic.
#[derive(Debug)]
pub struct NamedService {
    pub name: String,
    pub aliases: Vec<String>,
    pub fda_status: String,
    /// Whether the revision says that it is about it.
    pub attached: bool,
}

/// Every treatment that is not in the trash.
pub async fn list_services(connection: &mut PgConnection, revision: Uuid) -> Result<Vec<NamedService>, sqlx::Error> {
    sqlx::query_as!(
        NamedService,
        r#"select v.name, v.aliases, v.fda_status,
                  exists (select 1 from cms.revision_service x where x.revision_id = $1 and x.service_id = v.id) as "attached!"
             from cms.service v where v.trashed_at is null order by v.name, v.id"#,
        revision,
    )
    .fetch_all(connection)
    .await
}

/// The phrases of each claim that may be relied on at `day`: it has evidence, and its last day has not passed.
pub async fn list_relied_on(connection: &mut PgConnection, day: NaiveDate) -> Result<Vec<Vec<String>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select phrases from cms.claim
          where trashed_at is null and evidence <> '[]' and (expires_on is null or expires_on >= $1)",
        day,
    )
    .fetch_all(connection)
    .await
}

/// A path that an article links to.
#[derive(Debug)]
pub struct KnownPath {
    pub path: String,
    /// A visible or planned article stands there, or is led to from there.
    pub leads: bool,
    /// An article stood there once, or one stands in the same folder.
    pub ours: bool,
}

/// What is known of each of `paths`.
pub async fn look_up_paths(connection: &mut PgConnection, paths: &[String]) -> Result<Vec<KnownPath>, sqlx::Error> {
    sqlx::query_as!(
        KnownPath,
        r#"select n.path as "path!",
                  (exists (select 1 from cms.publication p
                            where p.path = n.path
                              and (upper(p.visible) is null or upper(p.visible) > statement_timestamp()
                                   or exists (select 1 from cms.publication q where q.article_id = p.article_id
                                                 and (upper(q.visible) is null or upper(q.visible) > statement_timestamp()))))
                   or exists (select 1 from cms.redirect d where d.from_path = n.path and d.status = 301)) as "leads!",
                  (exists (select 1 from cms.publication p where p.path = n.path)
                   or exists (select 1 from cms.publication p
                               where regexp_replace(p.path, '/[^/]*$', '') = regexp_replace(n.path, '/[^/]*$', ''))) as "ours!"
             from unnest($1::text[]) as n(path)"#,
        paths,
    )
    .fetch_all(connection)
    .await
}

/// A finding that somebody answers for.
#[derive(Debug)]
pub struct OverrideRow {
    pub id: Uuid,
    pub code: String,
    pub subject: String,
    pub reason: String,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Json<Person>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by: Option<Json<Person>>,
}

/// The overrides of an article, newest first, at most 1,000; those that were revoked stand among them.
pub async fn list_overrides(connection: &mut PgConnection, article: Uuid) -> Result<Vec<OverrideRow>, sqlx::Error> {
    sqlx::query_as!(
        OverrideRow,
        r#"select g.id, g.code, g.subject, g.reason, g.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = g.created_by)
                    as "created_by: Json<Person>",
                  g.revoked_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = g.revoked_by)
                    as "revoked_by: Json<Person>"
             from cms.gate_override g where g.article_id = $1 order by g.created_at desc, g.id desc limit 1000"#,
        article,
    )
    .fetch_all(connection)
    .await
}

/// An override to be written.
#[derive(Debug)]
pub struct NewOverride<'a> {
    pub id: Uuid,
    pub article: Uuid,
    pub code: &'a str,
    pub subject: &'a str,
    pub reason: &'a str,
    pub by: Uuid,
}

/// Stores an override.
pub async fn insert_override(connection: &mut PgConnection, new: &NewOverride<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.gate_override (id, article_id, code, subject, reason, created_by) values ($1, $2, $3, $4, $5, $6)",
        new.id,
        new.article,
        new.code,
        new.subject,
        new.reason,
        new.by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Revokes an override of an article. Answers whether there was one that held.
pub async fn revoke_override(
    connection: &mut PgConnection,
    article: Uuid,
    id: Uuid,
    by: Uuid,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update cms.gate_override set revoked_at = clock_timestamp(), revoked_by = $3
          where article_id = $1 and id = $2 and revoked_at is null",
        article,
        id,
        by,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}
