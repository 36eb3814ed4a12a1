//! Sign-offs: written once, revoked once. Whoever writes one holds the article's lock.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::articles::{
    answers::{Author, Person},
    review::answers::{Signoff, SignoffLicence},
};

/// A revision, and what decides whether somebody may sign it off today.
#[derive(Debug)]
pub struct Signable {
    pub revision_id: Uuid,
    pub kind: String,
    pub content_hash: Vec<u8>,
    /// It is their own article: they stand as its author, by their account or as the same provider, or wrote the
    /// revision and nobody stands as author.
    pub is_own: bool,
    /// Those of the provider that the account belongs to.
    pub licences: Json<Vec<SignoffLicence>>,
    /// What day it is for the clinic.
    pub today: NaiveDate,
    /// When the next review is due unless the reviewer says otherwise.
    pub due: NaiveDate,
}

/// The revision of that number, for the eyes of `signer`.
pub async fn find_signable(
    connection: &mut PgConnection,
    article: Uuid,
    number: i32,
    signer: Uuid,
) -> Result<Option<Signable>, sqlx::Error> {
    sqlx::query_as!(
        Signable,
        r#"select r.id as revision_id, r.kind, r.content_hash,
                  (coalesce(w.account_id = me.id, false)
                   or coalesce(coalesce(w.provider_id, writer.provider_id) = me.provider_id, false)
                   or (w.id is null and coalesce(r.created_by = me.id, false))) as "is_own!",
                  coalesce(v.licences, '[]') as "licences!: Json<Vec<SignoffLicence>>",
                  k.today as "today!", (k.today + make_interval(months => y.months))::date as "due!"
             from cms.revision r
             join cms.account me on me.id = $3
             left join cms.provider v on v.id = me.provider_id and v.trashed_at is null
             left join cms.author w on w.id = r.author_id
             left join cms.account writer on writer.id = w.account_id
             cross join cms.clinic_clock k
             cross join cms.review_policy y
            where r.article_id = $1 and r.number = $2"#,
        article,
        number,
        signer,
    )
    .fetch_optional(connection)
    .await
}

/// A sign-off to be written.
#[derive(Debug)]
pub struct NewSignoff<'a> {
    pub id: Uuid,
    pub revision_id: Uuid,
    pub reviewer: Uuid,
    /// Under which name they stand.
    pub author: Uuid,
    pub licence: Option<&'a SignoffLicence>,
    pub signed_at: DateTime<Utc>,
    pub next_review_due: NaiveDate,
    pub note: Option<&'a str>,
}

/// Stores a sign-off of the content of a revision, with the reviewer as they stand now.
pub async fn insert_signoff(connection: &mut PgConnection, new: &NewSignoff<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.signoff (id, article_id, revision_id, content_hash, reviewer_id, reviewer, licence, signed_at,
                                  next_review_due, note)
         select $1, r.article_id, r.id, r.content_hash, $3, w.shown::jsonb, $5, $6, $7, $8
           from cms.revision r, cms.shown_author w
          where r.id = $2 and w.id = $4",
        new.id,
        new.revision_id,
        new.reviewer,
        new.author,
        new.licence.map(Json) as _,
        new.signed_at,
        new.next_review_due,
        new.note,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The sign-offs of an article, the newest first, at most 1,000; the one of that id where one is given.
pub async fn list_signoffs(
    connection: &mut PgConnection,
    article: Uuid,
    id: Option<Uuid>,
) -> Result<Vec<Signoff>, sqlx::Error> {
    sqlx::query_as!(
        Signoff,
        r#"select s.id, case when s.revoked_at is null then 1 else 2 end as "version!", r.number as revision,
                  encode(s.content_hash, 'hex') as "content_hash!", s.reviewer as "reviewed_by: Json<Author>",
                  s.licence as "licence: Json<SignoffLicence>", s.signed_at, s.next_review_due, s.note, s.revoked_at,
                  (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = s.revoked_by)
                    as "revoked_by: Json<Person>",
                  s.revoke_reason
             from cms.signoff s join cms.revision r on r.id = s.revision_id
            where s.article_id = $1 and ($2::uuid is null or s.id = $2)
            order by s.signed_at desc, s.id desc limit 1000"#,
        article,
        id,
    )
    .fetch_all(connection)
    .await
}

/// Revokes a sign-off, and whatever else the same reviewer signed of the same content: an older sign-off must not come
/// to life by it. Answers the hash of the content.
pub async fn revoke_signoff(
    connection: &mut PgConnection,
    article: Uuid,
    id: Uuid,
    (at, by): (DateTime<Utc>, Uuid),
    reason: Option<&str>,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar!(
        "update cms.signoff s set revoked_at = $3, revoked_by = $4, revoke_reason = $5
           from cms.signoff named
          where named.article_id = $1 and named.id = $2 and named.revoked_at is null
            and s.article_id = named.article_id and s.content_hash = named.content_hash
            and s.reviewer_id = named.reviewer_id and s.revoked_at is null
         returning s.content_hash",
        article,
        id,
        at,
        by,
        reason,
    )
    .fetch_all(connection)
    .await
    .map(|hashes| hashes.into_iter().next())
}

/// Notes that the public form of an article changed at the stamp, where the content of that hash is visible.
pub async fn touch_visible(
    connection: &mut PgConnection,
    article: Uuid,
    content_hash: &[u8],
    stamp: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "insert into cms.article_touch (article_id, at)
         select p.article_id, $3
           from cms.publication p join cms.revision r on r.id = p.revision_id
          where p.article_id = $1 and p.visible @> $3::timestamptz and r.content_hash = $2
             on conflict (article_id) do update set at = greatest(cms.article_touch.at, excluded.at)",
        article,
        content_hash,
        stamp,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}
