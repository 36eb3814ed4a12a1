//! The forms, as staff keep them.

use serde_json::json;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{
    accounts::{Permission, Role},
    db::DbError,
    inquiries::{
        form::{ConsentDefinition, DEFAULT_HONEYPOT, DEFAULT_SLUG, FormInput, StoredNotice, default_notices},
        forms::{Places, StaffForm},
    },
    records::Texts,
};

/// Makes sure that there is a default form; `id` is taken if there is none. For the owner's connection.
///
/// # Errors
/// Those of the database.
pub async fn ensure_default_form(connection: &mut PgConnection, id: Uuid) -> Result<(), DbError> {
    sqlx::query!(
        "insert into cms.form (id, slug, name, honeypot, notices, is_default)
         select $1, $2, 'Contact', $3, $4, true where not exists (select from cms.form where is_default)
             on conflict do nothing",
        id,
        DEFAULT_SLUG,
        DEFAULT_HONEYPOT,
        json!(default_notices()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One form, or those of the trash or outside it by name: at most 1,000.
///
/// # Errors
/// Those of the database.
pub async fn list_forms(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    trashed: Option<bool>,
) -> Result<Vec<StaffForm>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select to_json(s) as "form!: Json<StaffForm>"
             from (select f.id, f.slug, f.name, f.honeypot, f.is_default, f.fields, f.kinds, f.notices, f.retention_days,
                          (select coalesce(jsonb_agg(c.value || jsonb_build_object('texts', t.texts) order by c.position), '[]')
                             from jsonb_array_elements(f.consents) with ordinality as c (value, position)
                             join cms.consent_text t on t.form_id = f.id and t.purpose = c.value->>'purpose'
                                                    and t.text_version = c.value->>'text_version') as consents,
                          (select json_build_object('id', l.id, 'slug', l.slug, 'name', l.name)
                             from cms.location l where l.id = f.location_id) as location,
                          f.response_minutes, f.allowed_origins, f.proof_of_work,
                          (select coalesce(json_agg(json_build_object(
                                    'service', json_build_object('id', s.id, 'slug', s.slug, 'name', s.name),
                                    'location', (select json_build_object('id', l.id, 'slug', l.slug, 'name', l.name)
                                                   from cms.location l where l.id = (r.value->>'location_id')::uuid),
                                    'assignee', (select json_build_object('id', a.id, 'name', a.name)
                                                   from cms.account a where a.id = (r.value->>'assignee_id')::uuid))
                                    order by r.position), '[]')
                             from jsonb_array_elements(f.routes) with ordinality as r (value, position)
                             join cms.service s on s.id = (r.value->>'service_id')::uuid) as routes,
                          (select coalesce(json_agg(json_build_object('id', a.id, 'name', a.name) order by a.name, a.id), '[]')
                             from cms.account a where a.id = any (f.notified)) as notified, f.autoresponder, f.attachments,
                          f.version, f.created_at, f.updated_at, f.trashed_at,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = f.created_by) as created_by,
                          (select json_build_object('id', a.id, 'name', a.name) from cms.account a where a.id = f.updated_by) as updated_by
                     from cms.form f
                    where ($1::uuid is null or f.id = $1) and ($2::boolean is null or (f.trashed_at is not null) = $2)
                    order by f.name, f.id limit 1000) s"#,
        id,
        trashed,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Keeps everybody else from writing the form until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_form(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.form where id = $1 for no key update", id).fetch_optional(connection).await?;
    Ok(())
}

/// The id of the location of that slug or id, outside the trash or among those that the form has.
///
/// # Errors
/// Those of the database.
pub async fn find_location_for_form(
    connection: &mut PgConnection,
    name: &str,
    before: &[Uuid],
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select l.id from cms.location l
          where (l.slug = $1 or l.id::text = $1) and (l.trashed_at is null or l.id = any ($2))
          order by l.trashed_at nulls first limit 1",
        name,
        before,
    )
    .fetch_optional(connection)
    .await
}

/// The id of the service of that slug or id, outside the trash or among those that the form has.
///
/// # Errors
/// Those of the database.
pub async fn find_service_for_form(
    connection: &mut PgConnection,
    name: &str,
    before: &[Uuid],
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select s.id from cms.service s
          where (s.slug = $1 or s.id::text = $1) and (s.trashed_at is null or s.id = any ($2))
          order by s.trashed_at nulls first limit 1",
        name,
        before,
    )
    .fetch_optional(connection)
    .await
}

/// The account, where it may sign in and answer inquiries, or is among those that the form has.
///
/// # Errors
/// Those of the database.
pub async fn find_assignee_for_form(
    connection: &mut PgConnection,
    id: Uuid,
    before: &[Uuid],
) -> Result<Option<Uuid>, sqlx::Error> {
    let answering = Role::ALL.into_iter().filter(|role| role.may(Permission::AnswerInquiries));
    let answering: Vec<String> = answering.map(|role| role.name().to_owned()).collect();
    sqlx::query_scalar!(
        "select a.id from cms.account a
          where a.id = $1 and ((a.status = 'active' and a.role = any ($3)) or a.id = any ($2))",
        id,
        before,
        &answering,
    )
    .fetch_optional(connection)
    .await
}

/// The account of that id or e-mail address, where it may sign in and answer inquiries, or is among those that the form
/// has.
///
/// # Errors
/// Those of the database.
pub async fn find_notified_for_form(
    connection: &mut PgConnection,
    name: &str,
    before: &[Uuid],
) -> Result<Option<Uuid>, sqlx::Error> {
    let answering = Role::ALL.into_iter().filter(|role| role.may(Permission::AnswerInquiries));
    let answering: Vec<String> = answering.map(|role| role.name().to_owned()).collect();
    sqlx::query_scalar!(
        "select a.id from cms.account a
          where (a.id::text = lower($1) or lower(a.email) = lower($1))
            and ((a.status = 'active' and a.role = any ($3)) or a.id = any ($2))",
        name,
        before,
        &answering,
    )
    .fetch_optional(connection)
    .await
}

/// The first of `base`, `base-2`, `base-3` … that no form outside the trash has, `besides` this one.
///
/// # Errors
/// Those of the database.
pub async fn find_free_form_slug(
    connection: &mut PgConnection,
    base: &str,
    besides: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('cms.form.slug'))").execute(&mut *connection).await?;
    sqlx::query_scalar!(
        r#"select c.slug as "slug!"
             from (select n, $1 || case when n = 1 then '' else '-' || n end as slug
                     from generate_series(1, 1000) n) c
            where not exists (select 1 from cms.form f where f.slug = c.slug and f.trashed_at is null and f.id <> $2)
            order by c.n limit 1"#,
        base,
        besides,
    )
    .fetch_optional(connection)
    .await
}

fn notices(input: &FormInput) -> Vec<StoredNotice> {
    input.notices.iter().map(StoredNotice::from).collect()
}

/// Which texts are shown; what they say stands in `cms.consent_text`.
fn shown_consents(input: &FormInput) -> serde_json::Value {
    let shown: Vec<_> = input
        .consents
        .iter()
        .map(|text| json!({"purpose": text.purpose, "text_version": text.text_version, "required": text.required}))
        .collect();
    json!(shown)
}

/// Stores a new form.
///
/// # Errors
/// Those of the database.
pub async fn insert_form(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &FormInput,
    places: &Places,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into cms.form (id, slug, name, honeypot, notices, fields, kinds, consents, location_id, retention_days,
                               created_by, updated_by, routes, response_minutes, allowed_origins, proof_of_work, notified,
                               autoresponder, attachments)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16, $17, $18)",
        id,
        slug,
        input.name,
        DEFAULT_HONEYPOT,
        json!(notices(input)),
        Json(&input.fields) as _,
        &input.kinds,
        shown_consents(input),
        places.location,
        input.retention_days,
        by,
        json!(places.routes),
        input.response_minutes,
        &input.allowed_origins,
        input.proof_of_work,
        &places.notified,
        input.autoresponder.as_ref().map(|letter| json!(letter)),
        input.attachments.as_ref().map(|policy| json!(policy)),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes every field of a form and raises its version.
///
/// # Errors
/// Those of the database.
pub async fn update_form(
    connection: &mut PgConnection,
    id: Uuid,
    slug: &str,
    input: &FormInput,
    places: &Places,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.form
            set slug = $2, name = $3, notices = $4, fields = $5, kinds = $6, consents = $7, location_id = $8,
                retention_days = $9, version = version + 1, updated_at = clock_timestamp(), updated_by = $10,
                routes = $11, response_minutes = $12, allowed_origins = $13, proof_of_work = $14, notified = $15,
                autoresponder = $16, attachments = $17
          where id = $1",
        id,
        slug,
        input.name,
        json!(notices(input)),
        Json(&input.fields) as _,
        &input.kinds,
        shown_consents(input),
        places.location,
        input.retention_days,
        by,
        json!(places.routes),
        input.response_minutes,
        &input.allowed_origins,
        input.proof_of_work,
        &places.notified,
        input.autoresponder.as_ref().map(|letter| json!(letter)),
        input.attachments.as_ref().map(|policy| json!(policy)),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a form into the trash, or takes one out.
///
/// # Errors
/// Those of the database.
pub async fn update_form_trashed(
    connection: &mut PgConnection,
    id: Uuid,
    trashed: bool,
    by: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update cms.form
            set trashed_at = case when $2 then clock_timestamp() end, version = version + 1,
                updated_at = clock_timestamp(), updated_by = $3
          where id = $1",
        id,
        trashed,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a version of a text once; answers whether it says what was written under that version.
///
/// # Errors
/// Those of the database.
pub async fn keep_consent_text(
    connection: &mut PgConnection,
    form: Uuid,
    text: &ConsentDefinition,
    by: Uuid,
) -> Result<bool, sqlx::Error> {
    sqlx::query!(
        "insert into cms.consent_text (form_id, purpose, text_version, texts, written_by) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        form,
        text.purpose,
        text.text_version,
        Json(&text.texts) as _,
        by,
    )
    .execute(&mut *connection)
    .await?;
    let written = sqlx::query_scalar!(
        r#"select texts as "texts!: Json<Texts>" from cms.consent_text
            where form_id = $1 and purpose = $2 and text_version = $3"#,
        form,
        text.purpose,
        text.text_version,
    )
    .fetch_one(connection)
    .await?;
    Ok(written.0 == text.texts)
}
