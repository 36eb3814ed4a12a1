-- What a preview link shows, for the role of the public, which can name no draft: one revision, in the shape of a visible
-- article, to whoever holds a token of this hash that is neither over nor revoked. Null for all others alike.
create function site.open_preview(token_hash bytea, of_article uuid, body_format text) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog
as $$
declare
  shown jsonb;
begin
  select to_jsonb(d) - array['article_id', 'body_markdown', 'body_html', 'body_text'] || jsonb_build_object(
           'id', a.id,
           'body', case body_format when 'markdown' then d.body_markdown when 'text' then d.body_text else d.body_html end,
           -- Where it stands, or would.
           'path', coalesce((select p.path from cms.publication p where p.revision_id = d.revision_id and p.visible @> now()),
                            (select q.path from cms.revision_path q where q.revision_id = d.revision_id)),
           -- When the public first saw it, or will; for what was never planned, when it was written.
           'published_at', coalesce((select min(p.published_at) from cms.publication p where p.article_id = a.id),
                                    a.first_published_at, r.created_at),
           'updated_at', r.created_at,
           'translations', (select coalesce(jsonb_agg(jsonb_build_object('locale', o.locale, 'slug', o.slug, 'path', o.path, 'stale', false)
                                                      order by o.locale), '[]')
                              from cms.publication o
                             where o.group_id = a.group_id and o.article_id <> a.id and o.visible @> now()),
           -- What the editors chose, as far as it is visible; what is computed needs a publication.
           'related', (select coalesce(jsonb_agg(to_jsonb(v) - array['body_markdown', 'body_html', 'body_text'] order by x.position), '[]')
                         from cms.revision_related x join site.article v on v.id = x.article_id
                        where x.revision_id = d.revision_id),
           'site_url', (select c.site_url from cms.clinic c limit 1),
           'valid_for', null)
    into shown
    from cms.preview_link l
    join cms.article a on a.id = l.article_id and a.trashed_at is null
    join cms.revision r on r.id = l.revision_id
    join cms.shown_revision d on d.revision_id = l.revision_id
   where l.token_hash = open_preview.token_hash and l.article_id = of_article
     and l.revoked_at is null and l.expires_at > now();
  return shown;
end
$$;
grant execute on function site.open_preview(bytea, uuid, text) to cms_public;
