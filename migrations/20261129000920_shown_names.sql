-- An article shows names that are kept elsewhere: of its author, whether a member of staff, a provider or a name alone, and
-- of the treatments that it is about. Whoever follows the changes has to be told when one of these changes. The rooms that
-- keep the names know nothing of articles, so the database stamps them, under the content lock as everywhere.
create index revision_author on cms.revision (author_id) where author_id is not null;

create function cms.show_articles_anew() returns trigger
  language plpgsql set search_path = pg_catalog
as $$
declare
  v_at timestamptz;
begin
  perform pg_advisory_xact_lock(418532059491);
  v_at := clock_timestamp();
  if tg_table_name = 'service' then
    insert into cms.article_touch (article_id, at)
    select p.article_id, v_at
      from cms.revision_service s
      join cms.publication p on p.revision_id = s.revision_id
     where s.service_id = new.id and p.visible @> v_at
        on conflict (article_id) do update set at = greatest(article_touch.at, excluded.at);
  else
    insert into cms.article_touch (article_id, at)
    select p.article_id, v_at
      from cms.author w
      left join cms.account a on a.id = w.account_id
      join cms.revision r on r.author_id = w.id
      join cms.publication p on p.revision_id = r.id
     where new.id = case tg_table_name when 'author' then w.id
                                       when 'account' then w.account_id
                                       else coalesce(w.provider_id, a.provider_id) end
       and p.visible @> v_at
        on conflict (article_id) do update set at = greatest(article_touch.at, excluded.at);
  end if;
  return null;
end
$$;
create trigger author_shown_anew after update on cms.author for each row
  when ((old.slug, old.name, old.credentials, old.provider_id, old.account_id)
        is distinct from (new.slug, new.name, new.credentials, new.provider_id, new.account_id))
  execute function cms.show_articles_anew();
create trigger account_shown_anew after update on cms.account for each row
  when ((old.name, old.credentials, old.provider_id) is distinct from (new.name, new.credentials, new.provider_id))
  execute function cms.show_articles_anew();
create trigger provider_shown_anew after update on cms.provider for each row
  when ((old.slug, old.display_name, old.credentials, old.trashed_at) is distinct from (new.slug, new.display_name, new.credentials, new.trashed_at))
  execute function cms.show_articles_anew();
create trigger service_shown_anew after update on cms.service for each row
  when ((old.slug, old.name, old.trashed_at) is distinct from (new.slug, new.name, new.trashed_at))
  execute function cms.show_articles_anew();
