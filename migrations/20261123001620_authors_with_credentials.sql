-- An author is shown with the credentials of the person's profile, the same way wherever one is shown.
create or replace view cms.shown_author as
select w.id, w.slug, coalesce(a.name, w.name) as name, coalesce(a.credentials, '{}') as credentials, a.provider_id,
       w.account_id,
       json_build_object('id', w.id, 'slug', w.slug, 'name', coalesce(a.name, w.name), 'type', 'person',
                         'credentials', coalesce(a.credentials, '{}'), 'provider', null) as shown
  from cms.author w left join cms.account a on a.id = w.account_id;

drop view site.article;
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
       (select w.shown from cms.shown_author w where w.id = r.author_id) as author
  from cms.publication p
  join cms.revision r on r.id = p.revision_id
 where p.visible @> now() and p.archived_at is null;
grant select on site.article to cms_public, cms_staff;
