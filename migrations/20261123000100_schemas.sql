-- Two schemas make the privacy boundary visible: every table stands in `cms`, and `site` holds
-- nothing but what the public may see, as views, and the few functions that it may call.
create schema cms;
create schema site;
create schema if not exists extensions;

-- btree_gist: the exclusion constraints of cms.publication mix `=` on ids with `&&` on ranges.
-- pg_trgm and unaccent: the article search.
create extension if not exists btree_gist with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;

-- PostgreSQL grants EXECUTE on each new function to everybody; a door that opens by itself is no door.
alter default privileges revoke execute on functions from public;
revoke create on schema public from public;

grant usage on schema site to cms_public, cms_staff;
grant usage on schema cms to cms_staff;
grant usage on schema extensions to cms_public, cms_staff;

-- Shared by every append-only table. Triggers bind the owner too, whom no privilege can.
create function cms.refuse_change() returns trigger
  language plpgsql set search_path = pg_catalog
as $$
begin
  raise exception 'rows of % are never changed or removed', tg_table_name
    using errcode = 'restrict_violation';
end
$$;
