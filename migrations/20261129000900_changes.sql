-- What static builds follow: each article that was ever public, at its latest change. A change is derived from the bounds of
-- publications that have passed, from touches and from tombstones; nothing about it is stored.

-- The publication of an article that began last.
create index publication_article_begins on cms.publication (article_id, lower(visible));
-- Walked in the order of the changes, whatever housekeeping has archived.
create index publication_change_begins on cms.publication (lower(visible), article_id);
create index publication_change_ends on cms.publication (upper(visible), article_id) where upper(visible) is not null;
-- A renamed tag touches thousands of articles at one instant: the id belongs to the place.
create index article_touch_change on cms.article_touch (at, article_id);
drop index cms.article_touch_at;
create index tombstone_change on cms.tombstone (purged_at, article_id);
drop index cms.tombstone_purged;

-- Articles that the public saw and that are no more. One that never was published leaves no trace here.
create view cms.public_tombstone as
select b.article_id, b.locale, b.slug, b.path, b.purged_at
  from cms.tombstone b
 where exists (select 1 from jsonb_array_elements(b.publications) x where (x.value->>'from')::timestamptz <= b.purged_at);
grant select on cms.public_tombstone to cms_staff;

-- Articles in the order of their latest change, after a place. Whether one is visible is for the caller to look up
-- afterwards: what it finds is never older than what stands here.
--
-- A reader who has taken a change must never be shown an earlier one for the first time. Stamps are taken under the
-- content lock (418532059491, as in the program), so that their order is that of the commits. But a planned bound passes by
-- the clock: somebody may have stamped before it and commit after it was read. So a reader takes the same lock, shared:
-- then nobody who has stamped is still to commit, and whoever stamps later stamps after v_until. Each statement of a volatile
-- function sees what was committed when it began, so the list is read behind the lock.
--
-- Each branch walks one index and stops at the limit, at a thousand articles as at a million. The plan is made for the
-- place at hand: one for any place would not know that.
create function site.list_changes(p_after timestamptz, p_after_id uuid, p_limit integer)
  returns table (article_id uuid, changed_at timestamptz, locale text, slug text, path text)
  language plpgsql volatile security definer set search_path = pg_catalog set plan_cache_mode = force_custom_plan
as $$
declare
  v_until timestamptz;
begin
  perform pg_advisory_xact_lock_shared(418532059491);
  v_until := clock_timestamp();
  return query
  select x.article_id, x.at, x.locale, x.slug, x.path
    from (
      -- Visible since its publication began, and nothing has touched it.
      (select p.article_id, lower(p.visible) as at, p.locale, p.slug, p.path
         from cms.publication p
        where (lower(p.visible), p.article_id) > (p_after, p_after_id) and lower(p.visible) <= v_until
          and (upper(p.visible) is null or upper(p.visible) > v_until)
          and not exists (select 1 from cms.article_touch t where t.article_id = p.article_id and t.at > lower(p.visible))
        order by lower(p.visible), p.article_id limit p_limit)
      union all
      -- Ended, and nothing has begun since.
      (select p.article_id, upper(p.visible), p.locale, p.slug, p.path
         from cms.publication p
        where (upper(p.visible), p.article_id) > (p_after, p_after_id) and upper(p.visible) <= v_until
          and not exists (select 1 from cms.publication n
                           where n.article_id = p.article_id and lower(n.visible) > lower(p.visible) and lower(n.visible) <= v_until)
        order by upper(p.visible), p.article_id limit p_limit)
      union all
      -- Visible, and touched since its publication began.
      (select t.article_id, t.at, p.locale, p.slug, p.path
         from cms.article_touch t
         join lateral (select q.locale, q.slug, q.path, q.visible
                         from cms.publication q
                        where q.article_id = t.article_id and lower(q.visible) <= v_until
                        order by lower(q.visible) desc limit 1) p on true
        where (t.at, t.article_id) > (p_after, p_after_id) and t.at <= v_until
          and t.at > lower(p.visible) and (upper(p.visible) is null or upper(p.visible) > v_until)
        order by t.at, t.article_id limit p_limit)
      union all
      (select b.article_id, b.purged_at, b.locale, b.slug, b.path
         from cms.public_tombstone b
        where (b.purged_at, b.article_id) > (p_after, p_after_id) and b.purged_at <= v_until
        order by b.purged_at, b.article_id limit p_limit)) x
   order by x.at, x.article_id limit p_limit;
end
$$;

-- The instant of the latest change of all, null before the first. Behind the same lock, so that equal instants mean that
-- nothing has changed between.
create function site.latest_change() returns timestamptz
  language plpgsql volatile security definer set search_path = pg_catalog
as $$
declare
  v_until timestamptz;
begin
  perform pg_advisory_xact_lock_shared(418532059491);
  v_until := clock_timestamp();
  return greatest(
    (select max(lower(p.visible)) from cms.publication p where lower(p.visible) <= v_until),
    (select max(upper(p.visible)) from cms.publication p where upper(p.visible) <= v_until),
    (select max(t.at) from cms.article_touch t),
    (select b.purged_at from cms.public_tombstone b order by b.purged_at desc limit 1));
end
$$;

grant execute on function site.list_changes, site.latest_change to cms_public;
