//! Which records name which: the locations of a provider, a notice or a question, the services of a testimonial, and the
//! like.

use sqlx::PgConnection;
use uuid::Uuid;

/// A kind of record that another may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Related {
    /// Of almost anything.
    Location,
    /// Of a service.
    Provider,
    /// Of a service.
    Condition,
    /// Of a question or a testimonial.
    Service,
}

impl Related {
    /// The field that names them.
    pub fn field(self) -> &'static str {
        match self {
            Self::Location => "locations",
            Self::Provider => "providers",
            Self::Condition => "conditions",
            Self::Service => "services",
        }
    }
}

/// The ids of `names` (slugs or ids) in their order; none for one that is not there. What is in the trash is there
/// for those alone who named it `before`, by its id.
pub async fn resolve_related(
    connection: &mut PgConnection,
    kind: Related,
    names: &[String],
    before: &[Uuid],
) -> Result<Vec<Option<Uuid>>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with record as (
             select id, slug, trashed_at from cms.location where $1 = 'locations'
              union all
             select id, slug, trashed_at from cms.provider where $1 = 'providers'
              union all
             select id, slug, trashed_at from cms.service where $1 = 'services'
              union all
             select id, slug, trashed_at from cms.term where $1 = 'conditions' and kind = 'condition')
           select (select r.id from record r
                    where (r.trashed_at is null and (r.slug = n.name or r.id::text = n.name))
                       or (r.id = any ($3) and r.id::text = n.name)
                    limit 1) as "id?"
             from unnest($2::text[]) with ordinality as n (name, position) order by n.position"#,
        kind.field(),
        names,
        before,
    )
    .fetch_all(connection)
    .await
}

macro_rules! relation {
    ($replace:ident, $what:literal, $table:literal, $owner:literal, $named:literal) => {
        #[doc = concat!("Writes the ", $what, ", in their order, and no others.")]
        pub async fn $replace(connection: &mut PgConnection, owner: Uuid, named: &[Uuid]) -> Result<(), sqlx::Error> {
            sqlx::query!("delete from " + $table + " where " + $owner + " = $1", owner)
                .execute(&mut *connection)
                .await?;
            sqlx::query!(
                "insert into "
                    + $table
                    + " ("
                    + $owner
                    + ", "
                    + $named
                    + ", position)
                 select $1, n.id, n.position from unnest($2::uuid[]) with ordinality as n (id, position)",
                owner,
                named,
            )
            .execute(connection)
            .await?;
            Ok(())
        }
    };
}

relation!(replace_provider_locations, "locations of a provider", "cms.provider_location", "provider_id", "location_id");
relation!(replace_service_locations, "locations of a service", "cms.service_location", "service_id", "location_id");
relation!(replace_service_providers, "providers of a service", "cms.service_provider", "service_id", "provider_id");
relation!(replace_service_conditions, "conditions of a service", "cms.service_condition", "service_id", "term_id");
relation!(replace_notice_locations, "locations of a notice", "cms.notice_location", "notice_id", "location_id");
relation!(replace_faq_locations, "locations of a question", "cms.faq_location", "faq_id", "location_id");
relation!(replace_faq_services, "services of a question", "cms.faq_service", "faq_id", "service_id");
relation!(
    replace_testimonial_locations,
    "locations of a testimonial",
    "cms.testimonial_location",
    "testimonial_id",
    "location_id"
);
relation!(
    replace_testimonial_services,
    "services of a testimonial",
    "cms.testimonial_service",
    "testimonial_id",
    "service_id"
);
