-- In which order locations, providers and services are listed: the lowest first, then by name. Where nobody has said it, at
-- the end.
alter table cms.location
  add column position integer not null default 100000 constraint location_position_sane check (position between 0 and 100000),
  -- [{name, phones, email}]; the hours of a department stand among the location's.
  add column departments jsonb not null default '[]' constraint location_departments_list check (jsonb_typeof(departments) = 'array'),
  -- {calendar, except}: on which public holidays it is closed.
  add column holidays jsonb constraint location_holidays_object check (jsonb_typeof(holidays) = 'object');
alter table cms.provider
  add column position integer not null default 100000 constraint provider_position_sane check (position between 0 and 100000);
alter table cms.service
  add column position integer not null default 100000 constraint service_position_sane check (position between 0 and 100000);

create or replace view site.location as
select l.id, l.slug, l.name, l.address, l.latitude, l.longitude, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours,
       l.status_code, l.status_note, l.status_until, l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
       l.accepting_new_patients, l.booking_url, l.version, l.updated_at,
       (select coalesce(json_agg(json_build_object('id', x.service_id, 'slug', x.service_slug, 'name', x.service_name)
                                 order by s.position, x.service_name, x.service_id), '[]')
          from site.service_location x join cms.service s on s.id = x.service_id where x.location_id = l.id) as services,
       (select coalesce(json_agg(json_build_object('id', x.provider_id, 'slug', x.provider_slug, 'name', x.provider_name)
                                 order by p.position, x.provider_name, x.provider_id), '[]')
          from site.provider_location x join cms.provider p on p.id = x.provider_id where x.location_id = l.id) as providers,
       (select coalesce(json_agg(json_build_object('from', c.starts_at, 'until', c.ends_at) order by c.starts_at), '[]')
          from site.closure c where c.location_id = l.id) as closures,
       l.position, l.departments, l.holidays
  from cms.location l
 where l.trashed_at is null;

create or replace view site.provider as
select p.id, p.slug, p.name, p.display_name, p.credentials, p.npi,
       (select coalesce(json_agg(json_build_object('state', x.licence->>'state', 'expires_on', x.licence->>'expires_on') order by x.n), '[]')
          from jsonb_array_elements(p.licences) with ordinality as x (licence, n)) as licences,
       p.specialties, p.languages, p.accepting_new_patients, p.biography,
       (select coalesce(json_agg(json_build_object('id', x.location_id, 'slug', x.location_slug, 'name', x.location_name) order by x.position), '[]')
          from site.provider_location x where x.provider_id = p.id) as locations,
       (select coalesce(json_agg(json_build_object('id', x.service_id, 'slug', x.service_slug, 'name', x.service_name)
                                 order by s.position, x.service_name, x.service_id), '[]')
          from site.service_provider x join cms.service s on s.id = x.service_id where x.provider_id = p.id) as services,
       p.version, p.updated_at, p.position
  from cms.provider p
 where p.trashed_at is null;

create or replace view site.service as
select s.id, s.slug, s.name, s.aliases, s.summary, s.body_markdown, s.body_html, s.body_text, s.headings, s.fda_status,
       s.contraindications, s.risks, s.referral_required, s.walk_ins, s.online_scheduling, s.duration_minutes, s.price_from,
       (select coalesce(json_agg(json_build_object('id', x.location_id, 'slug', x.location_slug, 'name', x.location_name) order by x.position), '[]')
          from site.service_location x where x.service_id = s.id) as locations,
       (select coalesce(json_agg(json_build_object('id', x.provider_id, 'slug', x.provider_slug, 'name', x.provider_name) order by x.position), '[]')
          from site.service_provider x where x.service_id = s.id) as providers,
       (select coalesce(json_agg(json_build_object('id', x.term_id, 'slug', x.slug, 'name', x.name) order by x.position), '[]')
          from site.service_condition x where x.service_id = s.id) as conditions,
       s.version, s.updated_at, s.position
  from cms.service s
 where s.trashed_at is null;
