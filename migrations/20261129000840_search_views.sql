-- What a search looks through. Apart from site.article, whose columns cost more than finding.
create view site.article_search as
select p.article_id as id, p.id as publication_id, p.locale, p.slug, p.title, p.published_at, lower(p.visible) as updated_at, p.search
  from cms.publication p
 where p.visible @> now() and p.archived_at is null;

-- The words of what is visible now. The scalar select is on purpose: it is asked for the few words that are near, and never
-- turned into a join over all.
create view site.search_word as
select w.locale, w.plain, w.word, w.letters, w.query
  from cms.search_word w
 where (select true from cms.publication p
         where p.locale = w.locale and p.search @@ w.query and p.visible @> now() and p.archived_at is null limit 1);

-- What visible articles are filed under: their terms, treatments and authors. The name of a draft's tag is a draft's word.
create view site.search_facet as
select f.kind, f.id, f.slug, f.name, '#' || f.id as facet
  from (select t.kind, t.id, t.slug, t.name from cms.term t where t.trashed_at is null
        union all
        select 'service', v.id, v.slug, v.name from cms.service v where v.trashed_at is null
        union all
        select 'author', w.id, w.slug, w.name from cms.author w) f
 where (select true from cms.publication p
         where p.search @@ ('''#' || f.id || '''')::tsquery and p.visible @> now() and p.archived_at is null limit 1);

grant select on site.article_search, site.search_word, site.search_facet to cms_public, cms_staff;
