//! What the public may read of providers and services: the views of the schema `site`. Each read is one round trip, so
//! that an answer is of one instant.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{Listed, Part, Publisher};
use crate::clinic::{
    location::Address,
    provider::{Provider, ProviderSummary},
    service::{Service, ServiceSummary},
};

/// What a list of providers is narrowed to: any of each.
#[derive(Clone, Debug, Default)]
pub struct ProviderFilter {
    /// Slugs or ids of the locations where they see patients.
    pub locations: Option<Vec<String>>,
    /// Slugs or ids of the services that they offer.
    pub services: Option<Vec<String>>,
    /// BCP 47, in canonical case. `es` stands for `es-US` as well.
    pub languages: Option<Vec<String>>,
}

/// What a list of services is narrowed to: any of each.
#[derive(Clone, Debug, Default)]
pub struct ServiceFilter {
    /// Slugs or ids of the locations that offer them.
    pub locations: Option<Vec<String>>,
    /// Slugs or ids of the providers who offer them.
    pub providers: Option<Vec<String>>,
    /// As they are written.
    pub fda_statuses: Option<Vec<String>>,
    /// Slugs or ids of the conditions that they are for.
    pub conditions: Option<Vec<String>>,
}

/// A part of the providers, in the order of their names.
pub async fn find_published_providers(
    connection: &mut PgConnection,
    filter: &ProviderFilter,
    part: &Part,
) -> Result<Listed<ProviderSummary>, sqlx::Error> {
    let (position, name, id) = part.after();
    let listed = sqlx::query_scalar!(
        r#"with matching as not materialized (
             select p.* from site.provider p
              where ($5::text[] is null or exists (
                      select 1 from site.provider_location x
                       where x.provider_id = p.id and (x.location_slug = any ($5) or x.location_id::text = any ($5))))
                and ($6::text[] is null or exists (
                      select 1 from site.service_provider x
                       where x.provider_id = p.id and (x.service_slug = any ($6) or x.service_id::text = any ($6))))
                and ($7::text[] is null or exists (
                      select 1 from unnest(p.languages) spoken
                       where spoken = any ($7) or split_part(spoken, '-', 1) = any ($7))))
           select json_build_object(
                    'total', case when $1::text is null then (select count(*) from (select 1 from matching limit 10001) counted) end,
                    'rows', (select coalesce(json_agg(s order by s.position, s.display_name, s.id), '[]')
                               from (select p.id, p.slug, p.name, p.display_name, p.credentials, p.specialties, p.languages,
                                            p.accepting_new_patients, p.locations, p.position
                                       from matching p
                                      where $1::text is null or (p.position, p.display_name, p.id) > ($8, $1, $2)
                                      order by p.position, p.display_name, p.id limit $3 offset $4) s)
                  ) as "listed!: Json<Listed<ProviderSummary>>""#,
        name,
        id,
        part.fetch,
        part.offset,
        filter.locations.as_deref(),
        filter.services.as_deref(),
        filter.languages.as_deref(),
        position,
    )
    .fetch_one(connection)
    .await?;
    Ok(listed.0)
}

/// A provider with what an answer about them needs beside them.
#[derive(Debug)]
pub struct PublishedProvider {
    /// The provider.
    pub provider: Provider,
    /// Where they see patients first; none where no location is known.
    pub address: Option<Address>,
    /// Where they belong.
    pub publisher: Publisher,
}

/// The provider of that slug, or of that id where `name` is one.
pub async fn find_published_provider(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<PublishedProvider>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select to_json(s) as "provider!: Json<Provider>",
                  (select l.address from site.provider_location x join site.location l on l.id = x.location_id
                    where x.provider_id = s.id order by x.position limit 1) as "address: Json<Address>",
                  json_build_object('name', k.name, 'legal_name', k.legal_name, 'site_url', k.site_url) as "publisher!: Json<Publisher>"
             from (select p.id, p.slug, p.name, p.display_name, p.credentials, p.npi, p.licences, p.specialties,
                          p.languages, p.accepting_new_patients, p.biography, p.locations, p.position, p.services, p.version, p.updated_at
                     from site.provider p
                    where p.slug = $1 or p.id = $2
                    limit 1) s
             cross join site.clinic k"#,
        name,
        name.parse::<Uuid>().ok(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PublishedProvider {
        provider: row.provider.0,
        address: row.address.map(|address| address.0),
        publisher: row.publisher.0,
    }))
}

/// A part of the services, in the order of their names.
pub async fn find_published_services(
    connection: &mut PgConnection,
    filter: &ServiceFilter,
    part: &Part,
) -> Result<Listed<ServiceSummary>, sqlx::Error> {
    let (position, name, id) = part.after();
    let listed = sqlx::query_scalar!(
        r#"with matching as not materialized (
             select v.* from site.service v
              where ($5::text[] is null or exists (
                      select 1 from site.service_location x
                       where x.service_id = v.id and (x.location_slug = any ($5) or x.location_id::text = any ($5))))
                and ($6::text[] is null or exists (
                      select 1 from site.service_provider x
                       where x.service_id = v.id and (x.provider_slug = any ($6) or x.provider_id::text = any ($6))))
                and ($7::text[] is null or exists (
                      select 1 from site.service_condition x
                       where x.service_id = v.id and (x.slug = any ($7) or x.term_id::text = any ($7))))
                and ($8::text[] is null or v.fda_status = any ($8)))
           select json_build_object(
                    'total', case when $1::text is null then (select count(*) from (select 1 from matching limit 10001) counted) end,
                    'rows', (select coalesce(json_agg(s order by s.position, s.name, s.id), '[]')
                               from (select v.id, v.slug, v.name, v.summary, v.fda_status, v.referral_required, v.walk_ins,
                                            v.online_scheduling, v.duration_minutes, v.price_from, v.locations, v.providers, v.conditions, v.position
                                       from matching v
                                      where $1::text is null or (v.position, v.name, v.id) > ($9, $1, $2)
                                      order by v.position, v.name, v.id limit $3 offset $4) s)
                  ) as "listed!: Json<Listed<ServiceSummary>>""#,
        name,
        id,
        part.fetch,
        part.offset,
        filter.locations.as_deref(),
        filter.providers.as_deref(),
        filter.conditions.as_deref(),
        filter.fda_statuses.as_deref(),
        position,
    )
    .fetch_one(connection)
    .await?;
    Ok(listed.0)
}

/// A service with what an answer about it needs beside it.
#[derive(Debug)]
pub struct PublishedService {
    /// The service.
    pub service: Service,
    /// Who offers it.
    pub publisher: Publisher,
}

/// The service of that slug, or of that id where `name` is one, with its text in a format.
pub async fn find_published_service(
    connection: &mut PgConnection,
    name: &str,
    format: &str,
) -> Result<Option<PublishedService>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select to_json(s) as "service!: Json<Service>",
                  json_build_object('name', k.name, 'legal_name', k.legal_name, 'site_url', k.site_url) as "publisher!: Json<Publisher>"
             from (select v.id, v.slug, v.name, v.aliases, v.summary, v.fda_status, v.contraindications, v.risks,
                          v.referral_required, v.walk_ins, v.online_scheduling, v.duration_minutes, v.price_from,
                          v.locations, v.providers, v.conditions, v.position, v.version, v.updated_at,
                          json_build_object('format', $3::text, 'headings', v.headings,
                                            'value', case $3 when 'markdown' then v.body_markdown
                                                             when 'text' then v.body_text else v.body_html end) as body
                     from site.service v
                    where v.slug = $1 or v.id = $2
                    limit 1) s
             cross join site.clinic k"#,
        name,
        name.parse::<Uuid>().ok(),
        format,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| PublishedService { service: row.service.0, publisher: row.publisher.0 }))
}
