-- What the public reads of providers and services. A relation is public while both of its ends are.
create view site.provider_location as
select x.provider_id, p.slug as provider_slug, p.display_name as provider_name,
       x.location_id, l.slug as location_slug, l.name as location_name, x.position
  from cms.provider_location x
  join cms.provider p on p.id = x.provider_id and p.trashed_at is null
  join cms.location l on l.id = x.location_id and l.trashed_at is null;

create view site.service_location as
select x.service_id, s.slug as service_slug, s.name as service_name,
       x.location_id, l.slug as location_slug, l.name as location_name, x.position
  from cms.service_location x
  join cms.service s on s.id = x.service_id and s.trashed_at is null
  join cms.location l on l.id = x.location_id and l.trashed_at is null;

create view site.service_provider as
select x.service_id, s.slug as service_slug, s.name as service_name,
       x.provider_id, p.slug as provider_slug, p.display_name as provider_name, x.position
  from cms.service_provider x
  join cms.service s on s.id = x.service_id and s.trashed_at is null
  join cms.provider p on p.id = x.provider_id and p.trashed_at is null;

-- What the clinic says it treats is public with the service, also where no visible article carries the condition.
create view site.service_condition as
select x.service_id, t.id as term_id, t.slug, t.name, x.position
  from cms.service_condition x
  join cms.service s on s.id = x.service_id and s.trashed_at is null
  join cms.term t on t.id = x.term_id and t.trashed_at is null;

-- A licence is shown by its state and its end: its number stays with the staff.
create view site.provider as
select p.id, p.slug, p.name, p.display_name, p.credentials, p.npi,
       (select coalesce(json_agg(json_build_object('state', x.licence->>'state', 'expires_on', x.licence->>'expires_on') order by x.n), '[]')
          from jsonb_array_elements(p.licences) with ordinality as x (licence, n)) as licences,
       p.specialties, p.languages, p.accepting_new_patients, p.biography,
       (select coalesce(json_agg(json_build_object('id', x.location_id, 'slug', x.location_slug, 'name', x.location_name) order by x.position), '[]')
          from site.provider_location x where x.provider_id = p.id) as locations,
       (select coalesce(json_agg(json_build_object('id', x.service_id, 'slug', x.service_slug, 'name', x.service_name) order by x.service_name, x.service_id), '[]')
          from site.service_provider x where x.provider_id = p.id) as services,
       p.version, p.updated_at
  from cms.provider p
 where p.trashed_at is null;

create view site.service as
select s.id, s.slug, s.name, s.aliases, s.summary, s.body_markdown, s.body_html, s.body_text, s.headings, s.fda_status,
       s.contraindications, s.risks, s.referral_required, s.walk_ins, s.online_scheduling, s.duration_minutes, s.price_from,
       (select coalesce(json_agg(json_build_object('id', x.location_id, 'slug', x.location_slug, 'name', x.location_name) order by x.position), '[]')
          from site.service_location x where x.service_id = s.id) as locations,
       (select coalesce(json_agg(json_build_object('id', x.provider_id, 'slug', x.provider_slug, 'name', x.provider_name) order by x.position), '[]')
          from site.service_provider x where x.service_id = s.id) as providers,
       (select coalesce(json_agg(json_build_object('id', x.term_id, 'slug', x.slug, 'name', x.name) order by x.position), '[]')
          from site.service_condition x where x.service_id = s.id) as conditions,
       s.version, s.updated_at
  from cms.service s
 where s.trashed_at is null;

create or replace view site.location as
select l.id, l.slug, l.name, l.address, l.latitude, l.longitude, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours,
       l.status_code, l.status_note, l.status_until, l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
       l.accepting_new_patients, l.booking_url, l.version, l.updated_at,
       (select coalesce(json_agg(json_build_object('id', x.service_id, 'slug', x.service_slug, 'name', x.service_name) order by x.service_name, x.service_id), '[]')
          from site.service_location x where x.location_id = l.id) as services,
       (select coalesce(json_agg(json_build_object('id', x.provider_id, 'slug', x.provider_slug, 'name', x.provider_name) order by x.provider_name, x.provider_id), '[]')
          from site.provider_location x where x.location_id = l.id) as providers
  from cms.location l
 where l.trashed_at is null;

grant select on site.provider, site.service, site.provider_location, site.service_location, site.service_provider, site.service_condition
  to cms_public, cms_staff;

-- A provider is one person, and a person signs in by one account.
create unique index account_provider_key on cms.account (provider_id);
