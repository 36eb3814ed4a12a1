-- An autosave takes the place of the one before it, so that an afternoon of typing is not a thousand revisions. The role
-- of the program may delete no revision; this function deletes nothing but such an autosave, and answers whether it did.
-- What refers to a revision (a publication, a sign-off, a request for review, a comment, a preview link) keeps it: the
-- foreign keys refuse. So does a translation that was made from it.
create function cms.fold_revision(of_article uuid, newest integer, by_account uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  delete from cms.revision r
   where r.article_id = of_article and r.number = newest and r.autosave and r.created_by = by_account
     and r.created_at > clock_timestamp() - interval '15 minutes'
     and exists (select 1 from cms.article a where a.id = of_article and a.latest_revision = newest)
     and not exists (select 1 from cms.article a join cms.revision t on t.article_id = a.id
                      where a.group_id = (select o.group_id from cms.article o where o.id = of_article)
                        and t.translation_of = of_article and t.source_revision = newest);
  return found;
exception when foreign_key_violation then
  return false;
end
$$;
grant execute on function cms.fold_revision(uuid, integer, uuid) to cms_staff;
