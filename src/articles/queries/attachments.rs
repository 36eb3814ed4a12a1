//! Which revisions carry which disclosures, and what decides it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// By what a disclosure is attached.
#[derive(Debug)]
pub struct RuleRow {
    pub id: Uuid,
    pub kind: String,
    pub applies_to: String,
    pub treatments: Vec<String>,
    pub services: Vec<Uuid>,
    /// The names and aliases of those services.
    pub service_names: Vec<String>,
}

/// The rule of one disclosure, or of each that is not in the trash.
pub async fn list_rules(connection: &mut PgConnection, id: Option<Uuid>) -> Result<Vec<RuleRow>, sqlx::Error> {
    sqlx::query_as!(
        RuleRow,
        r#"select d.id, d.kind, d.applies_to, d.treatments,
                  array(select x.service_id from cms.disclosure_service x where x.disclosure_id = d.id) as "services!: Vec<Uuid>",
                  array(select n.name from cms.disclosure_service x join cms.service v on v.id = x.service_id and v.trashed_at is null
                         cross join unnest(v.name || v.aliases) as n(name)
                        where x.disclosure_id = d.id) as "service_names!: Vec<String>"
             from cms.disclosure d
            where ($1::uuid is null and d.trashed_at is null) or d.id = $1
            order by d.id"#,
        id,
    )
    .fetch_all(connection)
    .await
}

/// The disclosures that belong to a service, unless they are in the trash.
pub async fn list_disclosures_of(connection: &mut PgConnection, service: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select d.id from cms.disclosure d join cms.disclosure_service x on x.disclosure_id = d.id
          where x.service_id = $1 and d.trashed_at is null order by d.id",
        service,
    )
    .fetch_all(connection)
    .await
}

/// What of a revision decides which disclosures it carries.
#[derive(Debug)]
pub struct ReadRevision {
    pub id: Uuid,
    pub kind: String,
    /// Title, summary, text, questions and answers.
    pub text: String,
    pub services: Vec<Uuid>,
}

/// A revision as the rules read it.
pub async fn find_read_revision(connection: &mut PgConnection, id: Uuid) -> Result<ReadRevision, sqlx::Error> {
    sqlx::query_as!(
        ReadRevision,
        r#"select r.id, r.kind,
                  concat_ws(E'\n', r.title, r.summary, r.body_text,
                            (select string_agg(concat_ws(E'\n', q->>'question', q->>'answer'), E'\n')
                               from jsonb_array_elements(r.faqs) q)) as "text!",
                  array(select x.service_id from cms.revision_service x where x.revision_id = r.id) as "services!: Vec<Uuid>"
             from cms.revision r where r.id = $1"#,
        id,
    )
    .fetch_one(connection)
    .await
}

/// Sets which disclosures a revision carries.
pub async fn set_attached(connection: &mut PgConnection, revision: Uuid, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with gone as (delete from cms.revision_disclosure x
                        using cms.disclosure d
                        where x.revision_id = $1 and d.id = x.disclosure_id and d.trashed_at is null
                          and x.disclosure_id <> all ($2))
         insert into cms.revision_disclosure (revision_id, disclosure_id)
         select $1, n.id from unnest($2::uuid[]) as n(id) on conflict do nothing",
        revision,
        ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many revisions are looked at in one statement: a statement of the staff's role ends within five seconds.
pub const BATCH: i64 = 2000;

/// The next revisions after `after` that a disclosure may have to be attached to or taken from, as the rules read them:
/// the latest of each article and those of publications that have not ended, as far as they carry it, are about one of
/// its services, or hold text that `pattern` finds. Answers the last id that was looked at as well.
pub async fn list_candidates(
    connection: &mut PgConnection,
    disclosure: Uuid,
    pattern: Option<&str>,
    after: Uuid,
) -> Result<(Vec<ReadRevision>, Option<Uuid>), sqlx::Error> {
    let ids = sqlx::query_scalar!(
        r#"select r.id from cms.revision r join cms.article a on a.id = r.article_id
            where r.id > $1
              and (r.number = a.latest_revision
                   or exists (select 1 from cms.publication p
                               where p.revision_id = r.id and (upper(p.visible) is null or upper(p.visible) > statement_timestamp())))
            order by r.id limit $2"#,
        after,
        BATCH,
    )
    .fetch_all(&mut *connection)
    .await?;
    let candidates = sqlx::query_as!(
        ReadRevision,
        r#"select r.id as "id!", r.kind as "kind!", t.text as "text!",
                  array(select x.service_id from cms.revision_service x where x.revision_id = r.id) as "services!: Vec<Uuid>"
             from cms.revision r
             cross join lateral (select concat_ws(E'\n', r.title, r.summary, r.body_text,
                                   (select string_agg(concat_ws(E'\n', q->>'question', q->>'answer'), E'\n')
                                      from jsonb_array_elements(r.faqs) q)) as text) t
            where r.id = any ($1)
              and ($3::text is null or normalize(t.text, nfkd) ~* $3
                   or exists (select 1 from cms.revision_disclosure x where x.revision_id = r.id and x.disclosure_id = $2)
                   or exists (select 1 from cms.revision_service x join cms.disclosure_service y on y.service_id = x.service_id
                               where x.revision_id = r.id and y.disclosure_id = $2))"#,
        &ids,
        disclosure,
        pattern,
    )
    .fetch_all(connection)
    .await?;
    Ok((candidates, ids.last().copied()))
}

/// Attaches a disclosure to some revisions and takes it from others.
pub async fn move_attachments(
    connection: &mut PgConnection,
    disclosure: Uuid,
    to: &[Uuid],
    from: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with gone as (delete from cms.revision_disclosure where disclosure_id = $1 and revision_id = any ($3))
         insert into cms.revision_disclosure (revision_id, disclosure_id)
         select n.id, $1 from unnest($2::uuid[]) as n(id) on conflict do nothing",
        disclosure,
        to,
        from,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The visible articles that show a disclosure, unless it is in the trash.
pub async fn list_showing(
    connection: &mut PgConnection,
    disclosure: Uuid,
    stamp: DateTime<Utc>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select p.article_id from cms.publication p
           join cms.revision_disclosure x on x.revision_id = p.revision_id
           join cms.disclosure d on d.id = x.disclosure_id and d.trashed_at is null
          where x.disclosure_id = $1 and p.visible @> $2::timestamptz
          order by p.article_id",
        disclosure,
        stamp,
    )
    .fetch_all(connection)
    .await
}
