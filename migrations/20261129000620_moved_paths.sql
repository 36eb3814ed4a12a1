-- Where visible articles stand: all that following an address needs to know of them.
create view site.article_address as
select p.article_id as id, p.group_id, p.locale, p.slug, p.path, lower(p.visible) as updated_at
  from cms.publication p
 where p.visible @> now() and p.archived_at is null;

-- Addresses that staff or an import sent elsewhere. What is live at an address comes before. An article that is not visible
-- is followed to where it last stood, since a successor of it is found there; `to_article` says that such an address is
-- worth nothing by itself.
create view site.redirect as
select r.from_path, r.status::integer as status,
       coalesce(r.to_address,
                (select p.path from cms.publication p
                  where p.article_id = r.article_id and p.visible @> now() and p.archived_at is null),
                (select p.path from cms.publication p
                  where p.article_id = r.article_id and upper(p.visible) <= now() order by upper(p.visible) desc limit 1)) as to_address,
       r.article_id is not null as to_article
  from cms.redirect r
 where not exists (select 1 from cms.publication p where p.path = r.from_path and p.visible @> now() and p.archived_at is null);

-- Addresses where visible articles once stood, and where they stand now. Both a live article and a redirect that was
-- written come before; of two articles that stood at one address, the later one.
create view site.article_former_path as
select old.path, live.path as to_address
  from cms.publication old
  join cms.publication live on live.article_id = old.article_id and live.visible @> now() and live.archived_at is null
 where upper(old.visible) <= now() and old.path <> live.path
   and not exists (select 1 from cms.publication p where p.path = old.path and p.visible @> now() and p.archived_at is null)
   and not exists (select 1 from cms.redirect r where r.from_path = old.path)
   and not exists (select 1 from cms.publication later
                     join cms.publication p on p.article_id = later.article_id and p.visible @> now() and p.archived_at is null
                    where later.path = old.path and upper(later.visible) <= now() and upper(later.visible) > upper(old.visible));

-- Slugs of articles that have left, as far as something was written about the address where they stood: of all others
-- nobody may know that they ever were.
create view site.left_slug as
select p.article_id, p.slug, p.locale, p.path, upper(p.visible) as left_at
  from cms.publication p
 where upper(p.visible) <= now() and exists (select 1 from cms.redirect r where r.from_path = p.path)
union all
select t.article_id, t.slug, t.locale, t.path, t.purged_at
  from cms.tombstone t
 where exists (select 1 from cms.redirect r where r.from_path = t.path);
create index tombstone_slug on cms.tombstone (slug, locale);
grant select on site.article_address, site.redirect, site.article_former_path, site.left_slug to cms_public, cms_staff;
