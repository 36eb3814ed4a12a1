-- What the public reads of notices, questions, testimonials and legal notices. A relation is public while both of its
-- ends are.
create view site.notice as
select n.id, n.severity, n.texts, n.closes, n.starts_at, n.ends_at,
       (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
          from cms.notice_location x join cms.location l on l.id = x.location_id and l.trashed_at is null
         where x.notice_id = n.id) as locations,
       n.updated_at
  from cms.notice n
 where n.trashed_at is null and n.starts_at <= statement_timestamp()
   and (n.ends_at is null or n.ends_at > statement_timestamp());

-- When locations are closed by a notice, now and later: what to plan by, and nothing of the notice itself.
create view site.closure as
select l.id as location_id, n.starts_at, n.ends_at
  from cms.notice n
  join cms.location l on l.trashed_at is null
 where n.closes and n.trashed_at is null and n.ends_at > statement_timestamp()
   and (exists (select 1 from cms.notice_location x where x.notice_id = n.id and x.location_id = l.id)
        or not exists (select 1 from cms.notice_location x where x.notice_id = n.id));

create or replace view site.location as
select l.id, l.slug, l.name, l.address, l.latitude, l.longitude, l.phones, l.fax, l.email, l.timezone, l.hours, l.special_hours,
       l.status_code, l.status_note, l.status_until, l.accessibility, l.parking, l.languages, l.payment_methods, l.insurance,
       l.accepting_new_patients, l.booking_url, l.version, l.updated_at,
       (select coalesce(json_agg(json_build_object('id', x.service_id, 'slug', x.service_slug, 'name', x.service_name) order by x.service_name, x.service_id), '[]')
          from site.service_location x where x.location_id = l.id) as services,
       (select coalesce(json_agg(json_build_object('id', x.provider_id, 'slug', x.provider_slug, 'name', x.provider_name) order by x.provider_name, x.provider_id), '[]')
          from site.provider_location x where x.location_id = l.id) as providers,
       (select coalesce(json_agg(json_build_object('from', c.starts_at, 'until', c.ends_at) order by c.starts_at), '[]')
          from site.closure c where c.location_id = l.id) as closures
  from cms.location l
 where l.trashed_at is null;

create view site.faq as
select f.id, f.translations, f.position,
       (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
          from cms.faq_location x join cms.location l on l.id = x.location_id and l.trashed_at is null
         where x.faq_id = f.id) as locations,
       (select coalesce(json_agg(json_build_object('id', s.id, 'slug', s.slug, 'name', s.name) order by x.position), '[]')
          from cms.faq_service x join cms.service s on s.id = x.service_id and s.trashed_at is null
         where x.faq_id = f.id) as services,
       f.updated_at
  from cms.faq f
 where f.trashed_at is null;

create view site.testimonial as
select t.id, t.shown_name, t.locale, t.text, t.given_on, t.rating, t.position,
       (select coalesce(json_agg(json_build_object('id', l.id, 'slug', l.slug, 'name', l.name) order by x.position), '[]')
          from cms.testimonial_location x join cms.location l on l.id = x.location_id and l.trashed_at is null
         where x.testimonial_id = t.id) as locations,
       (select coalesce(json_agg(json_build_object('id', s.id, 'slug', s.slug, 'name', s.name) order by x.position), '[]')
          from cms.testimonial_service x join cms.service s on s.id = x.service_id and s.trashed_at is null
         where x.testimonial_id = t.id) as services,
       t.updated_at
  from cms.testimonial t
  join cms.live_authorization a on a.testimonial_id = t.id
 where t.trashed_at is null;

create view site.legal_notice as
select n.id, n.slug, n.kind, n.effective_on, n.translations, n.version, n.updated_at
  from cms.legal_notice n
 where n.trashed_at is null and n.effective_on <= (select k.today from cms.clinic_clock k);

-- The next instant at which any of these is another by itself; null for never.
create view site.clinic_horizon as
select least(
         (select min(n.starts_at) from cms.notice n where n.trashed_at is null and n.starts_at > statement_timestamp()),
         (select min(n.ends_at) from cms.notice n where n.trashed_at is null and n.ends_at > statement_timestamp()),
         -- Authorizations and legal notices begin and end with a day of the clinic.
         (select ((k.today + 1)::timestamp at time zone k.timezone) from cms.clinic_clock k
           where exists (select 1 from cms.testimonial_authorization a
                          where a.revoked_at is null and (a.expires_on = k.today or a.signed_on = k.today + 1))
              or exists (select 1 from cms.legal_notice n where n.trashed_at is null and n.effective_on = k.today + 1))
       ) as changes_at;

grant select on site.notice, site.closure, site.faq, site.testimonial, site.legal_notice, site.clinic_horizon
  to cms_public, cms_staff;
