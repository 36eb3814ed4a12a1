-- Everything that the public can read. The views are not security_barrier: `@@` is not leakproof, and
-- a barrier would lose the search index; a caller can name nothing outside them anyway.

create view site.clinic as
select id, name, legal_name, tagline, aliases, npi, tax_id, site_url, default_locale, timezone, phones, email,
       social_links, version, updated_at
  from cms.clinic;

create view site.location as
select id, slug, name, address, latitude, longitude, phones, fax, email, timezone, hours, special_hours,
       status_code, status_note, status_until, accessibility, parking, languages, payment_methods, insurance,
       accepting_new_patients, booking_url, version, updated_at
  from cms.location
 where trashed_at is null;

create view site.article as
select p.article_id as id, p.id as publication_id, r.kind, p.slug, p.locale, r.title,
       coalesce(r.summary, nullif(r.excerpt, '')) as summary, r.cover, r.reading_minutes, p.published_at,
       lower(p.visible) as updated_at, upper(p.visible) as visible_until, r.number as revision, r.body_markdown, r.body_html, r.body_text, r.headings,
       r.sources, r.faqs, r.seo, r.category_id, r.id as revision_id,
       (select json_build_object('id', t.id, 'slug', t.slug, 'name', t.name)
          from cms.term t where t.id = r.category_id and t.trashed_at is null) as category,
       (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by rt.position), '[]')
          from cms.revision_term rt join cms.term t on t.id = rt.term_id
         where rt.revision_id = r.id and t.kind = 'tag' and t.trashed_at is null) as tags,
       (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by rt.position), '[]')
          from cms.revision_term rt join cms.term t on t.id = rt.term_id
         where rt.revision_id = r.id and t.kind = 'condition' and t.trashed_at is null) as conditions,
       (select json_build_object('id', w.id, 'slug', w.slug, 'name', w.name, 'type', 'person')
          from cms.author w where w.id = r.author_id) as author
  from cms.publication p
  join cms.revision r on r.id = p.revision_id
 where p.visible @> now() and p.archived_at is null;

-- The terms of what is visible, one row each: filters and counts read this and never a draft's terms.
create view site.article_term as
select p.article_id, p.locale, t.id as term_id, t.kind, t.slug
  from cms.publication p
  join cms.revision r on r.id = p.revision_id
  join lateral (select r.category_id as term_id
                 union all
                select rt.term_id from cms.revision_term rt where rt.revision_id = r.id) x on true
  join cms.term t on t.id = x.term_id and t.trashed_at is null
 where p.visible @> now() and p.archived_at is null;

-- A term is public once something visible carries it: the name of a draft's category is a draft's word.
create view site.term as
select t.id, t.kind, t.slug, t.name, t.description, v.locale, count(distinct v.article_id) as articles
  from cms.term t
  join site.article_term v on v.term_id = t.id
 group by t.id, v.locale;

-- Addresses that a visible article once had.
create view site.article_former_slug as
select old.slug, old.locale, old.article_id, upper(old.visible) as left_at
  from cms.publication old
 where upper(old.visible) <= now()
   and exists (select 1 from cms.publication live
                where live.article_id = old.article_id and live.visible @> now() and live.archived_at is null);

-- The next instant at which what is visible changes by itself: answers may be cached until then.
create view site.article_horizon as
select least(
         (select min(lower(p.visible)) from cms.publication p where lower(p.visible) > now() and p.archived_at is null),
         (select min(upper(p.visible)) from cms.publication p where upper(p.visible) > now() and p.archived_at is null)
       ) as changes_at;

create view site.form as
select id, slug, name, honeypot, notices, is_default, version from cms.form;

-- What /readyz compares with the migrations in the program.
create view site.schema_version as
select max(version) as version from public._sqlx_migrations where success;

grant select on site.schema_version, site.clinic, site.location, site.article, site.article_term, site.term, site.article_former_slug,
  site.article_horizon, site.form to cms_public, cms_staff;
