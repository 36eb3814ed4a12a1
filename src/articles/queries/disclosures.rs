//! Disclosures, what each version of them said, and which revisions carry them.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    articles::{answers::Person, disclosures::Texts},
    http::Reference,
};

/// A disclosure as staff see it.
#[derive(Clone, Debug)]
pub struct DisclosureRow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub kind: String,
    pub texts: Json<Texts>,
    pub applies_to: String,
    pub treatments: Vec<String>,
    pub services: Json<Vec<Reference>>,
    pub text_version: i32,
    /// How many visible articles show it.
    pub articles: i64,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Json<Person>>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Json<Person>>,
    pub trashed_at: Option<DateTime<Utc>>,
}

/// One disclosure, or those of the trash or outside it by name: at most 1,000.
pub async fn list_disclosures(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<DisclosureRow>, sqlx::Error> {
    sqlx::query_as!(
        DisclosureRow,
        r#"select d.id, d.slug, d.name, d.kind, d.texts as "texts: Json<Texts>", d.applies_to, d.treatments,
                  (select coalesce(json_agg(json_build_object('id', v.id, 'slug', v.slug, 'name', v.name) order by v.name, v.id), '[]')
                     from cms.disclosure_service x join cms.service v on v.id = x.service_id
                    where x.disclosure_id = d.id and v.trashed_at is null) as "services!: Json<Vec<Reference>>",
                  d.text_version,
                  (select count(*) from cms.revision_disclosure x join cms.publication p on p.revision_id = x.revision_id
                    where x.disclosure_id = d.id and d.trashed_at is null and p.visible @> statement_timestamp()) as "articles!",
                  d.version, d.created_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = d.created_by)
                    as "created_by: Json<Person>",
                  d.updated_at,
                  (select json_build_object('id', c.id, 'name', c.name) from cms.account c where c.id = d.updated_by)
                    as "updated_by: Json<Person>",
                  d.trashed_at
             from cms.disclosure d
            where ($1::uuid is null or d.id = $1) and ($2::boolean is null or (d.trashed_at is not null) = $2)
            order by d.name, d.id limit 1000"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await
}

/// Locks a disclosure for a change. False where there is none.
pub async fn lock_disclosure(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    let row =
        sqlx::query!("select id from cms.disclosure where id = $1 for update", id).fetch_optional(connection).await?;
    Ok(row.is_some())
}

/// What is stored of a disclosure.
#[derive(Debug)]
pub struct StoredDisclosure<'a> {
    pub id: Uuid,
    pub slug: &'a str,
    pub name: &'a str,
    pub kind: &'a str,
    pub texts: &'a Texts,
    pub applies_to: &'a str,
    pub treatments: &'a [String],
    pub services: &'a [Uuid],
    pub text_version: i32,
    pub by: Uuid,
}

/// Stores a new disclosure.
pub async fn insert_disclosure(connection: &mut PgConnection, new: &StoredDisclosure<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.disclosure (id, slug, name, kind, texts, applies_to, treatments, text_version, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        new.id,
        new.slug,
        new.name,
        new.kind,
        Json(new.texts) as _,
        new.applies_to,
        new.treatments,
        new.text_version,
        new.by,
    )
    .execute(&mut *connection)
    .await?;
    set_services(connection, new).await
}

/// Stores a changed disclosure.
pub async fn update_disclosure(connection: &mut PgConnection, row: &StoredDisclosure<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.disclosure set slug = $2, name = $3, kind = $4, texts = $5, applies_to = $6, treatments = $7,
                text_version = $8, version = version + 1, updated_at = clock_timestamp(), updated_by = $9
          where id = $1",
        row.id,
        row.slug,
        row.name,
        row.kind,
        Json(row.texts) as _,
        row.applies_to,
        row.treatments,
        row.text_version,
        row.by,
    )
    .execute(&mut *connection)
    .await?;
    set_services(connection, row).await
}

async fn set_services(connection: &mut PgConnection, row: &StoredDisclosure<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from cms.disclosure_service where disclosure_id = $1", row.id)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into cms.disclosure_service (disclosure_id, service_id) select $1, n.id from unnest($2::uuid[]) as n(id)",
        row.id,
        row.services,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps what a disclosure says from `since` on.
pub async fn insert_version(
    connection: &mut PgConnection,
    row: &StoredDisclosure<'_>,
    since: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.disclosure_version (disclosure_id, version, kind, texts, since) values ($1, $2, $3, $4, $5)",
        row.id,
        row.text_version,
        row.kind,
        Json(row.texts) as _,
        since,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves a disclosure to the trash or back.
pub async fn set_disclosure_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.disclosure set trashed_at = case when $2 then coalesce(trashed_at, clock_timestamp()) end,
                version = version + 1, updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        trashed,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

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
