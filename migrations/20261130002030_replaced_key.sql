-- The token in a connection's address is a secret as the others are: it is replaced, and the former one counts beside it for
-- a while, so that no lead is turned away between the two.
alter table cms.integration
  -- Null for the token that the connection was made with.
  add column key_created_at timestamptz,
  add column former_key_hash bytea constraint integration_former_key_hash_length check (octet_length(former_key_hash) = 32),
  add column former_key_created_at timestamptz,
  add column former_key_until timestamptz,
  add constraint integration_former_key_is_whole
    check (num_nonnulls(former_key_hash, former_key_created_at, former_key_until) in (0, 3));
create unique index integration_former_key on cms.integration (former_key_hash) where former_key_hash is not null;

-- As before, by the newest token or the former one.
create or replace function site.find_integration(p_kind text, p_key_hash bytea, p_now timestamptz) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object(
           'id', i.id, 'kind', i.kind, 'mapping', i.mapping,
           'form', (select f.slug from cms.form f where f.id = i.form_id and f.trashed_at is null),
           'location', (select l.slug from cms.location l where l.id = i.location_id and l.trashed_at is null),
           'service', (select s.slug from cms.service s where s.id = i.service_id and s.trashed_at is null),
           'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'use', s.use, 'sealed', encode(s.sealed, 'hex'))), '[]')
                         from cms.integration_secret s
                        where s.integration_id = i.id and (s.valid_until is null or s.valid_until > p_now)))
    from cms.integration i
   where i.kind = p_kind and i.enabled and i.trashed_at is null
     and (i.key_hash = p_key_hash or (i.former_key_hash = p_key_hash and i.former_key_until > p_now))
$$;
