-- The terms of each publication, so that a filtered list walks an index and related articles are found among what is
-- published alone.
create table cms.publication_term (
  publication_id uuid not null references cms.publication on delete cascade,
  term_id uuid not null references cms.term,
  locale text not null,
  published_at timestamptz not null,
  article_id uuid not null,
  primary key (publication_id, term_id)
);
insert into cms.publication_term (publication_id, term_id, locale, published_at, article_id)
select p.id, x.term_id, p.locale, p.published_at, p.article_id
  from cms.publication p
  join cms.revision r on r.id = p.revision_id
  join lateral (select r.category_id as term_id where r.category_id is not null
                 union
                select rt.term_id from cms.revision_term rt where rt.revision_id = r.id) x on true;
create index publication_term_newest on cms.publication_term (term_id, locale, published_at desc, article_id desc);
grant select, insert, delete on cms.publication_term to cms_staff;

create or replace view site.article_term as
select p.article_id, p.locale, t.id as term_id, t.kind, t.slug
  from cms.publication p
  join cms.publication_term x on x.publication_id = p.id
  join cms.term t on t.id = x.term_id and t.trashed_at is null
 where p.visible @> now() and p.archived_at is null;

-- Each category with itself and those above it: a filter by a category takes what stands below as well.
create view cms.category_above as
with recursive above (term_id, above_id, depth) as (
  select t.id, t.id, 0 from cms.term t where t.kind = 'category'
  union all
  select c.term_id, t.parent_id, c.depth + 1
    from above c join cms.term t on t.id = c.above_id
   where t.parent_id is not null and c.depth < 20)
select term_id, above_id, depth from above;
create view site.category_above as
select c.term_id, t.id as above_id, t.slug, t.name, c.depth
  from cms.category_above c join cms.term t on t.id = c.above_id and t.trashed_at is null;
grant select on cms.category_above to cms_staff;
grant select on site.category_above to cms_public, cms_staff;
