-- An author is a member of staff, a provider, or a name alone: shown the same way wherever one is shown.
create or replace view cms.shown_author as
select w.id, w.slug, coalesce(v.display_name, a.name, w.name) as name,
       coalesce(v.credentials, nullif(a.credentials, '{}'), w.credentials, '{}') as credentials,
       v.id as provider_id, w.account_id,
       json_build_object('id', w.id, 'slug', w.slug, 'name', coalesce(v.display_name, a.name, w.name),
                         'type', case when v.id is null then 'person' else 'provider' end,
                         'credentials', coalesce(v.credentials, nullif(a.credentials, '{}'), w.credentials, '{}'),
                         'provider', case when v.id is not null
                                          then json_build_object('id', v.id, 'slug', v.slug, 'name', v.display_name) end) as shown
  from cms.author w
  left join cms.account a on a.id = w.account_id
  left join cms.provider v on v.id = coalesce(w.provider_id, a.provider_id) and v.trashed_at is null;

-- The sign-off that holds for a content: the latest that was not revoked.
create view cms.live_signoff as
select distinct on (s.article_id, s.content_hash)
       s.id, s.article_id, s.content_hash, s.reviewer_id, s.reviewer, s.licence, s.signed_at, s.next_review_due
  from cms.signoff s
 where s.revoked_at is null
 order by s.article_id, s.content_hash, s.signed_at desc, s.id desc;

-- What day it is for the clinic, by the statement's time. One row. A view and not a function, since the public role may
-- call no function that it does not need.
create view cms.clinic_clock as
select z.timezone, z.default_locale, (statement_timestamp() at time zone z.timezone)::date as today
  from (select coalesce(max(k.timezone), 'UTC') as timezone, coalesce(max(k.default_locale), 'en') as default_locale from cms.clinic k) z;

-- A revision as it is shown, to the public once it is published, and to who holds a preview link before. Whoever reads
-- this view without asking for a publication is staff.
create view cms.shown_revision as
select r.id as revision_id, r.article_id, r.number as revision, r.kind, r.slug, r.locale, r.title,
       coalesce(r.summary, nullif(r.excerpt, '')) as summary, r.cover, r.reading_minutes, r.body_markdown, r.body_html,
       r.body_text, r.headings, r.sources, r.faqs, r.seo, r.category_id, r.content_hash, r.translation_of, r.source_revision,
       (select json_build_object('id', t.id, 'slug', t.slug, 'name', t.name)
          from cms.term t where t.id = r.category_id and t.trashed_at is null) as category,
       (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by rt.position), '[]')
          from cms.revision_term rt join cms.term t on t.id = rt.term_id
         where rt.revision_id = r.id and t.kind = 'tag' and t.trashed_at is null) as tags,
       (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by rt.position), '[]')
          from cms.revision_term rt join cms.term t on t.id = rt.term_id
         where rt.revision_id = r.id and t.kind = 'condition' and t.trashed_at is null) as conditions,
       (select coalesce(json_agg(json_build_object('id', v.id, 'slug', v.slug, 'name', v.name) order by rs.position), '[]')
          from cms.revision_service rs join cms.service v on v.id = rs.service_id
         where rs.revision_id = r.id and v.trashed_at is null) as services,
       (select w.shown from cms.shown_author w where w.id = r.author_id) as author,
       (select json_build_object('reviewed_by', s.reviewer,
                                 'last_reviewed_on', (s.signed_at at time zone (select k.timezone from cms.clinic_clock k))::date,
                                 'next_review_due', s.next_review_due,
                                 'overdue', coalesce(s.next_review_due < (select k.today from cms.clinic_clock k), false))
          from cms.live_signoff s where s.article_id = r.article_id and s.content_hash = r.content_hash) as review,
       (select s.next_review_due
          from cms.live_signoff s where s.article_id = r.article_id and s.content_hash = r.content_hash) as next_review_due,
       (select coalesce(json_agg(json_build_object('kind', d.kind, 'version', d.text_version,
                                                   'text', coalesce(d.texts->>r.locale, d.texts->>split_part(r.locale, '-', 1),
                                                                    d.texts->>(select k.default_locale from cms.clinic_clock k),
                                                                    (select min(x.value) from jsonb_each_text(d.texts) x)))
                                 order by d.kind, d.slug), '[]')
          from cms.revision_disclosure rd join cms.disclosure d on d.id = rd.disclosure_id
         where rd.revision_id = r.id and d.trashed_at is null) as disclosures
  from cms.revision r;
grant select on cms.shown_author, cms.live_signoff, cms.clinic_clock, cms.shown_revision to cms_staff;

drop view site.article;
create view site.article as
select p.article_id as id, p.id as publication_id, p.group_id, r.kind, p.slug, p.path, p.locale, r.title, r.summary, r.cover,
       r.reading_minutes, p.published_at, lower(p.visible) as updated_at, upper(p.visible) as visible_until,
       r.revision, r.body_markdown, r.body_html, r.body_text, r.headings, r.sources, r.faqs,
       -- Search engines are asked to stay away while a review is overdue, where the clinic wants that.
       case when (select y.on_overdue from cms.review_policy y) = 'noindex'
                 and r.next_review_due < (select k.today from cms.clinic_clock k)
            then r.seo || '{"noindex": true}' else r.seo end as seo,
       r.category_id, r.revision_id,
       r.content_hash, r.category, r.tags, r.conditions, r.services, r.author, r.review, r.next_review_due, r.disclosures,
       (select coalesce(json_agg(json_build_object(
                 'locale', o.locale, 'slug', o.slug, 'path', o.path,
                 'stale', coalesce(t.translation_of is not null and s.content_hash is not null
                                   and s.content_hash <> (select b.content_hash from cms.revision b
                                                           where b.article_id = t.translation_of and b.number = t.source_revision), false))
                 order by o.locale), '[]')
          from cms.publication o
          join cms.revision t on t.id = o.revision_id
          -- What the original says to the public now.
          left join lateral (select q.content_hash from cms.publication sp join cms.revision q on q.id = sp.revision_id
                              where sp.article_id = t.translation_of and sp.visible @> now() and sp.archived_at is null) s on true
         where o.group_id = p.group_id and o.article_id <> p.article_id
           and o.visible @> now() and o.archived_at is null) as translations
  from cms.publication p
  join cms.shown_revision r on r.revision_id = p.revision_id
 where p.visible @> now() and p.archived_at is null;
create index publication_group on cms.publication (group_id) where archived_at is null;
grant select on site.article to cms_public, cms_staff;

-- Where each article stands, derived from its publications, its review and its sign-offs, and never stored.
create or replace view cms.article_status as
select a.id as article_id,
       live.number as live_revision, live.published_at, live.live_from, live.live_until,
       planned.number as planned_revision, planned.planned_from, planned.planned_until,
       case
         when a.trashed_at is not null then 'archived'
         when live.number = a.latest_revision then 'published'
         when live.number is not null then 'published_with_changes'
         when planned.number is not null then 'scheduled'
         when ended.number = a.latest_revision then 'withdrawn'
         when exists (select 1 from cms.revision r join cms.signoff s on s.article_id = r.article_id and s.content_hash = r.content_hash
                       where r.article_id = a.id and r.number = a.latest_revision and s.revoked_at is null) then 'signed'
         when exists (select 1 from cms.review_request q where q.article_id = a.id) then 'in_review'
         when ended.number is not null then 'withdrawn'
         else 'draft'
       end as status
  from cms.article a
  left join lateral (select r.number, p.published_at, lower(p.visible) as live_from, upper(p.visible) as live_until
                       from cms.publication p join cms.revision r on r.id = p.revision_id
                      where p.article_id = a.id and p.visible @> statement_timestamp()) live on true
  left join lateral (select r.number, lower(p.visible) as planned_from, upper(p.visible) as planned_until
                       from cms.publication p join cms.revision r on r.id = p.revision_id
                      where p.article_id = a.id and lower(p.visible) > statement_timestamp()
                      order by lower(p.visible) limit 1) planned on true
  left join lateral (select r.number
                       from cms.publication p join cms.revision r on r.id = p.revision_id
                      where p.article_id = a.id and upper(p.visible) <= statement_timestamp()
                      order by upper(p.visible) desc limit 1) ended on true;

-- Addresses that a visible article once had.
drop view site.article_former_slug;
create view site.article_former_slug as
select old.slug, old.locale, old.path, old.article_id, upper(old.visible) as left_at
  from cms.publication old
 where upper(old.visible) <= now()
   and exists (select 1 from cms.publication live
                where live.article_id = old.article_id and live.visible @> now() and live.archived_at is null);

-- The next instant at which what is visible changes by itself: answers may be cached until then.
create or replace view site.article_horizon as
select least(
         (select min(lower(p.visible)) from cms.publication p where lower(p.visible) > now() and p.archived_at is null),
         (select min(upper(p.visible)) from cms.publication p where upper(p.visible) > now() and p.archived_at is null),
         -- A review is overdue from the beginning of the day after, for the clinic.
         (select (s.next_review_due + 1)::timestamp at time zone (select k.timezone from cms.clinic_clock k)
            from cms.signoff s
           where s.revoked_at is null and s.next_review_due >= (select k.today from cms.clinic_clock k)
             and exists (select 1 from cms.publication p join cms.revision r on r.id = p.revision_id
                          where p.article_id = s.article_id and p.visible @> now() and r.content_hash = s.content_hash)
           order by s.next_review_due limit 1)
       ) as changes_at;
grant select on site.article_former_slug, site.article_horizon to cms_public, cms_staff;

-- Who vouches for what is shown now. The number of a licence is no reader's affair.
create view site.article_review as
select p.article_id, r.number as revision, r.content_hash, s.reviewer as reviewed_by,
       case when s.licence is not null
            then json_build_object('state', s.licence->'state', 'expires_on', s.licence->'expires_on') end as licence,
       s.signed_at, s.next_review_due,
       coalesce(s.next_review_due < (select k.today from cms.clinic_clock k), false) as overdue
  from cms.publication p
  join cms.revision r on r.id = p.revision_id
  join cms.live_signoff s on s.article_id = p.article_id and s.content_hash = r.content_hash
 where p.visible @> now() and p.archived_at is null;
grant select on site.article_review to cms_public, cms_staff;
