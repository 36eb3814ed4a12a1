-- What structured data says of the conditions and the treatments that a visible article names.
create view site.article_condition as
select p.article_id, t.id, t.name, t.aliases, t.codes, x.position
  from cms.publication p
  join cms.revision_term x on x.revision_id = p.revision_id
  join cms.term t on t.id = x.term_id and t.kind = 'condition' and t.trashed_at is null
 where p.visible @> now() and p.archived_at is null;

create view site.article_service as
select p.article_id, v.id, v.slug, v.name, v.aliases, v.contraindications, v.risks, x.position
  from cms.publication p
  join cms.revision_service x on x.revision_id = p.revision_id
  join cms.service v on v.id = x.service_id and v.trashed_at is null
 where p.visible @> now() and p.archived_at is null;
grant select on site.article_condition, site.article_service to cms_public, cms_staff;
