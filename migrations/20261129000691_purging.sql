-- A purge is for good: the article goes with its revisions, publications and links, and what is left is a tombstone. The
-- role of the program may delete no article; this function deletes one that is in the trash, and only after it has written
-- the tombstone. It is called under the content lock, whose stamp it writes down. Answers whether there was one.
create function cms.purge_article(of_article uuid, stamp timestamptz, by_account uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  insert into cms.tombstone (article_id, locale, slug, path, purged_at, purged_by, publications)
  select a.id, coalesce(last.locale, r.locale), coalesce(last.slug, r.slug), last.path, stamp, by_account,
         (select coalesce(jsonb_agg(jsonb_build_object(
                   'revision', s.number, 'content_hash', encode(s.content_hash, 'hex'),
                   'from', lower(p.visible), 'until', upper(p.visible),
                   -- The sign-offs of that content that stood at some time of it.
                   'approved_by', (select coalesce(jsonb_agg(jsonb_build_object(
                                            'reviewed_by', g.reviewer, 'licence', g.licence, 'signed_at', g.signed_at,
                                            'next_review_due', g.next_review_due, 'revoked_at', g.revoked_at)
                                            order by g.signed_at, g.id), '[]')
                                     from cms.signoff g
                                    where g.article_id = a.id and g.content_hash = s.content_hash
                                      and (upper(p.visible) is null or g.signed_at < upper(p.visible))
                                      and (g.revoked_at is null or g.revoked_at > lower(p.visible))))
                   order by lower(p.visible)), '[]')
            from cms.publication p join cms.revision s on s.id = p.revision_id
           where p.article_id = a.id)
    from cms.article a
    join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
    left join lateral (select p.locale, p.slug, p.path from cms.publication p
                        where p.article_id = a.id order by lower(p.visible) desc limit 1) last on true
   where a.id = of_article and a.trashed_at is not null;
  delete from cms.article a where a.id = of_article and a.trashed_at is not null;
  return found;
end
$$;
grant execute on function cms.purge_article(uuid, timestamptz, uuid) to cms_staff;
