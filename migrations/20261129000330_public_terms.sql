-- A term is public once something visible carries it, a category also once something visible stands anywhere below it:
-- the filter by a category finds that as well, and a child without its parent is no tree.
create or replace view site.term as
select t.id, t.kind, t.slug, t.name, t.description, v.locale,
       count(distinct v.article_id) filter (where v.term_id = t.id) as articles,
       (select json_build_object('id', p.id, 'slug', p.slug, 'name', p.name)
          from cms.term p where p.id = t.parent_id and p.trashed_at is null) as parent,
       t.aliases, t.codes, count(distinct v.article_id) as articles_below
  from cms.term t
  join (select c.above_id as id, c.term_id from cms.category_above c
         union all
        select o.id, o.id from cms.term o where o.kind <> 'category') below on below.id = t.id
  join site.article_term v on v.term_id = below.term_id
 where t.trashed_at is null
 group by t.id, v.locale;
