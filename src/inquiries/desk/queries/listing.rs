//! Lists of inquiries.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    accounts::Reach,
    http::ApiError,
    inquiries::desk::filters::{Asked, Order, unknown_filter},
};

/// The ids behind the slugs and ids that filters name; none where a filter was not given.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Locations.
    pub locations: Option<Vec<Uuid>>,
    /// Forms.
    pub forms: Option<Vec<Uuid>>,
    /// Services.
    pub services: Option<Vec<Uuid>>,
}

/// What a list is narrowed to, with ids in the place of slugs.
#[derive(Debug)]
pub struct Filters {
    /// As they were asked for.
    pub asked: Asked,
    /// What they name. Locations are those within reach.
    pub named: Named,
    /// The present instant: what was due before it is overdue.
    pub now: DateTime<Utc>,
}

/// A row of the list, name still sealed.
#[derive(Debug)]
pub struct ListedRow {
    /// UUIDv7.
    pub id: Uuid,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// What it is about.
    pub kind: String,
    /// Where it stands.
    pub status: String,
    /// How urgent it is.
    pub priority: String,
    /// The form: id, slug and name.
    pub form_id: Uuid,
    /// See `form_id`.
    pub form_slug: String,
    /// See `form_id`.
    pub form_name: String,
    /// The location: id, slug and name, all or none.
    pub location_id: Option<Uuid>,
    /// See `location_id`.
    pub location_slug: Option<String>,
    /// See `location_id`.
    pub location_name: Option<String>,
    /// Who looks after it: id and name, both or none.
    pub assignee_id: Option<Uuid>,
    /// See `assignee_id`.
    pub assignee_name: Option<String>,
    /// By when somebody has to act.
    pub due_at: Option<DateTime<Utc>>,
    /// The key-encryption key.
    pub key_id: String,
    /// The data key.
    pub wrapped_key: Vec<u8>,
    /// The name.
    pub sealed_name: Vec<u8>,
}

/// A place in a list: the instant that it is ordered by, and the id.
pub type Place = (Option<DateTime<Utc>>, Uuid);

impl ListedRow {
    /// Its place in an order.
    pub fn place(&self, order: Order) -> Place {
        match order {
            Order::Received => (Some(self.received_at), self.id),
            Order::Due => (self.due_at, self.id),
        }
    }
}

/// The same filters in each order: an order that is chosen by a parameter could use no index.
macro_rules! listed {
    ($after:tt, $order:tt; $filters:expr, $place:expr, $fetch:expr, $offset:expr) => {
        sqlx::query_as!(
            ListedRow,
            r#"select i.id, i.received_at, i.kind, i.status, i.priority, f.id as form_id, f.slug as form_slug,
                      f.name as form_name, l.id as "location_id?", l.slug as "location_slug?", l.name as "location_name?",
                      a.id as "assignee_id?", a.name as "assignee_name?",
                      cms.due_at(i.status, i.first_responded_at, i.first_response_due_at, i.next_action_at) as due_at,
                      i.key_id as "key_id!", i.wrapped_key as "wrapped_key!", i.sealed_name as "sealed_name!"
                 from cms.inquiry i
                 join cms.form f on f.id = i.form_id
                 left join cms.location l on l.id = i.location_id
                 left join cms.account a on a.id = i.assignee_id
                where i.erased_at is null
                  and ($1::text[] is null or i.status = any ($1))
                  and ($2::boolean is null or (i.status = 'spam') = $2)
                  and ($3::boolean is null or (i.status = 'held') = $3)
                  and ($4::uuid[] is null or i.location_id = any ($4))
                  and ($5::uuid[] is null or i.form_id = any ($5))
                  and ($6::uuid[] is null or i.service_id = any ($6))
                  and ($7::text[] is null or i.kind = any ($7))
                  and ($8::text[] is null or i.source = any ($8))
                  and ($9::text[] is null or i.priority = any ($9))
                  and ($10::uuid[] is null or i.assignee_id = any ($10) or ($11 and i.assignee_id is null))
                  and ($12::boolean is null or (coalesce(cms.due_at(i.status, i.first_responded_at,
                       i.first_response_due_at, i.next_action_at), 'infinity') < $13) = $12)
                  and ($14::timestamptz is null or coalesce(cms.due_at(i.status, i.first_responded_at,
                       i.first_response_due_at, i.next_action_at), 'infinity') < $14)
                  and ($15::timestamptz is null or i.received_at >= $15)
                  and ($16::timestamptz is null or i.received_at < $16)
                  and ($17::uuid is null or "# + $after + r#")
                order by "# + $order + r#"
                limit $19 offset $20"#,
            $filters.asked.statuses.as_deref(),
            $filters.asked.spam,
            $filters.asked.held,
            $filters.named.locations.as_deref(),
            $filters.named.forms.as_deref(),
            $filters.named.services.as_deref(),
            $filters.asked.kinds.as_deref(),
            $filters.asked.sources.as_deref(),
            $filters.asked.priorities.as_deref(),
            $filters.asked.assignees.as_ref().map(|asked| asked.accounts.as_slice()),
            $filters.asked.assignees.as_ref().is_some_and(|asked| asked.nobody),
            $filters.asked.overdue,
            $filters.now,
            $filters.asked.due_before,
            $filters.asked.received_from,
            $filters.asked.received_until,
            $place.map(|place| place.1),
            $place.and_then(|place| place.0),
            $fetch,
            $offset,
        )
    };
}

/// Lets the server plan for the filters that are given: one plan for all of them would read every inquiry.
///
/// # Errors
/// Those of the database.
pub async fn plan_for_these_filters(transaction: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(transaction).await.map(drop)
}

/// The ids behind the names in filters. What is in the trash is known by its id alone. Locations out of reach are left
/// out, and without such a filter they are those of the reach: what is there and out of reach answers nothing, as it does
/// for a location without inquiries.
///
/// # Errors
/// [`ApiError::Parameters`] for a name of nothing that the clinic has; those of the database.
pub async fn resolve(transaction: &mut PgConnection, asked: &Asked, reach: &Reach) -> Result<Named, ApiError> {
    let row = sqlx::query!(
        r#"select array(select a from unnest($1::text[]) a where not exists (
                          select from cms.location l where l.id::text = a or (l.slug = a and l.trashed_at is null)))
                    as "unknown_locations!",
                  array(select a from unnest($2::text[]) a where not exists (
                          select from cms.form f where f.id::text = a or (f.slug = a and f.trashed_at is null)))
                    as "unknown_forms!",
                  array(select a from unnest($3::text[]) a where not exists (
                          select from cms.service s where s.id::text = a or (s.slug = a and s.trashed_at is null)))
                    as "unknown_services!",
                  array(select l.id from cms.location l
                         where l.id::text = any ($1) or (l.slug = any ($1) and l.trashed_at is null)) as "locations!",
                  array(select f.id from cms.form f
                         where f.id::text = any ($2) or (f.slug = any ($2) and f.trashed_at is null)) as "forms!",
                  array(select s.id from cms.service s
                         where s.id::text = any ($3) or (s.slug = any ($3) and s.trashed_at is null)) as "services!""#,
        asked.locations.as_deref().unwrap_or_default(),
        asked.forms.as_deref().unwrap_or_default(),
        asked.services.as_deref().unwrap_or_default(),
    )
    .fetch_one(transaction)
    .await?;
    let unknown: [(&str, &[String]); 3] =
        [("location", &row.unknown_locations), ("form", &row.unknown_forms), ("service", &row.unknown_services)];
    let mistakes: Vec<_> =
        unknown.iter().filter(|(_, names)| !names.is_empty()).map(|(name, _)| unknown_filter(name)).collect();
    if !mistakes.is_empty() {
        return Err(ApiError::Parameters(mistakes));
    }
    let within = |id: &Uuid| reach.locations().is_none_or(|locations| locations.contains(id));
    let locations = match &asked.locations {
        Some(_) => Some(row.locations.into_iter().filter(within).collect()),
        None => reach.locations().map(<[Uuid]>::to_vec),
    };
    Ok(Named {
        locations,
        forms: asked.forms.as_ref().map(|_| row.forms),
        services: asked.services.as_ref().map(|_| row.services),
    })
}

/// A part of the inquiries, in the order that was asked for. `after` is the last row of the part before.
///
/// # Errors
/// Those of the database.
pub async fn list_inquiries(
    transaction: &mut PgConnection,
    filters: &Filters,
    after: Option<Place>,
    fetch: i64,
    offset: i64,
) -> Result<Vec<ListedRow>, sqlx::Error> {
    match filters.asked.order {
        Order::Received => {
            listed!("(i.received_at, i.id) < ($18::timestamptz, $17::uuid)", "i.received_at desc, i.id desc";
                filters, after, fetch, offset)
            .fetch_all(transaction)
            .await
        }
        Order::Due => {
            listed!(
                "(coalesce(cms.due_at(i.status, i.first_responded_at, i.first_response_due_at, i.next_action_at), 'infinity'), i.id) > (coalesce($18::timestamptz, 'infinity'), $17::uuid)",
                "coalesce(cms.due_at(i.status, i.first_responded_at, i.first_response_due_at, i.next_action_at), 'infinity'), i.id";
                filters, after, fetch, offset)
            .fetch_all(transaction)
            .await
        }
    }
}

/// How many inquiries the filters leave, counted up to `most`.
///
/// # Errors
/// Those of the database.
pub async fn count_inquiries(transaction: &mut PgConnection, filters: &Filters, most: i64) -> Result<i64, sqlx::Error> {
    let asked = &filters.asked;
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from (select from cms.inquiry i
                    where i.erased_at is null
                  and ($1::text[] is null or i.status = any ($1))
                      and ($2::boolean is null or (i.status = 'spam') = $2)
                      and ($3::boolean is null or (i.status = 'held') = $3)
                      and ($4::uuid[] is null or i.location_id = any ($4))
                      and ($5::uuid[] is null or i.form_id = any ($5))
                      and ($6::uuid[] is null or i.service_id = any ($6))
                      and ($7::text[] is null or i.kind = any ($7))
                      and ($8::text[] is null or i.source = any ($8))
                      and ($9::text[] is null or i.priority = any ($9))
                      and ($10::uuid[] is null or i.assignee_id = any ($10) or ($11 and i.assignee_id is null))
                      and ($12::boolean is null or (coalesce(cms.due_at(i.status, i.first_responded_at,
                           i.first_response_due_at, i.next_action_at), 'infinity') < $13) = $12)
                      and ($14::timestamptz is null or coalesce(cms.due_at(i.status, i.first_responded_at,
                           i.first_response_due_at, i.next_action_at), 'infinity') < $14)
                      and ($15::timestamptz is null or i.received_at >= $15)
                      and ($16::timestamptz is null or i.received_at < $16)
                    limit $17) counted"#,
        asked.statuses.as_deref(),
        asked.spam,
        asked.held,
        filters.named.locations.as_deref(),
        filters.named.forms.as_deref(),
        filters.named.services.as_deref(),
        asked.kinds.as_deref(),
        asked.sources.as_deref(),
        asked.priorities.as_deref(),
        asked.assignees.as_ref().map(|asked| asked.accounts.as_slice()),
        asked.assignees.as_ref().is_some_and(|asked| asked.nobody),
        asked.overdue,
        filters.now,
        asked.due_before,
        asked.received_from,
        asked.received_until,
        most,
    )
    .fetch_one(transaction)
    .await
}

/// The newest inquiries of a contact, found by blind indexes alone, with the number of all of them.
///
/// # Errors
/// Those of the database.
pub async fn search_inquiries(
    transaction: &mut PgConnection,
    email: Option<[u8; 32]>,
    phones: &[Vec<u8>],
    reach: &Reach,
    most: i64,
) -> Result<(Vec<ListedRow>, i64), sqlx::Error> {
    let email = email.as_ref().map(<[u8; 32]>::as_slice);
    let rows = sqlx::query_as!(
        ListedRow,
        r#"select i.id, i.received_at, i.kind, i.status, i.priority, f.id as form_id, f.slug as form_slug,
                  f.name as form_name, l.id as "location_id?", l.slug as "location_slug?", l.name as "location_name?",
                  a.id as "assignee_id?", a.name as "assignee_name?",
                  cms.due_at(i.status, i.first_responded_at, i.first_response_due_at, i.next_action_at) as due_at,
                  i.key_id as "key_id!", i.wrapped_key as "wrapped_key!", i.sealed_name as "sealed_name!"
             from cms.inquiry i
             join cms.form f on f.id = i.form_id
             left join cms.location l on l.id = i.location_id
             left join cms.account a on a.id = i.assignee_id
            where (i.email_index = $1 or i.phone_index = any ($2)) and ($3::uuid[] is null or i.location_id = any ($3))
            order by i.received_at desc, i.id desc
            limit $4"#,
        email,
        phones,
        reach.locations(),
        most,
    )
    .fetch_all(&mut *transaction)
    .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from cms.inquiry i
            where (i.email_index = $1 or i.phone_index = any ($2)) and ($3::uuid[] is null or i.location_id = any ($3))"#,
        email,
        phones,
        reach.locations(),
    )
    .fetch_one(transaction)
    .await?;
    Ok((rows, total))
}

/// The countries that a number without a country's code may belong to: that of the named location, or those of every
/// location within reach. None where the name is nobody's.
///
/// # Errors
/// Those of the database.
pub async fn find_countries(
    transaction: &mut PgConnection,
    location: Option<&str>,
    reach: &Reach,
) -> Result<Option<Vec<String>>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select distinct l.address->>'country' as "country?" from cms.location l
            where l.trashed_at is null and ($1::text is null or l.slug = $1 or l.id::text = $1)
              and ($2::uuid[] is null or l.id = any ($2))"#,
        location,
        reach.locations(),
    )
    .fetch_all(transaction)
    .await?;
    Ok((location.is_none() || !found.is_empty()).then(|| found.into_iter().flatten().collect()))
}
