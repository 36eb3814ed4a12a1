-- Further reading: what an editor chose, then what shares most with an article among what is visible in its language.
create view site.article_related as
select p.article_id, rr.article_id as related_id, rr.position
  from cms.publication p
  join cms.revision_related rr on rr.revision_id = p.revision_id
 where p.visible @> now() and p.archived_at is null;

-- A condition in common weighs most, a category least; of each term the 50 newest are looked at.
create view site.article_neighbour as
select p.article_id, n.article_id as neighbour_id,
       sum(case t.kind when 'condition' then 4 when 'tag' then 2 else 1 end) as weight
  from cms.publication p
  join cms.publication_term x on x.publication_id = p.id
  join cms.term t on t.id = x.term_id and t.trashed_at is null
  cross join lateral (select q.article_id
                        from cms.publication_term y
                        join cms.publication q on q.id = y.publication_id
                       where y.term_id = x.term_id and y.locale = p.locale and y.article_id <> p.article_id
                         and q.visible @> now() and q.archived_at is null
                       order by y.published_at desc, y.article_id desc limit 50) n
 where p.visible @> now() and p.archived_at is null
 group by p.article_id, n.article_id;
grant select on site.article_related, site.article_neighbour to cms_public, cms_staff;
