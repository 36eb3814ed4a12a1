-- Keys for integrations and front ends: `ccms_<public id>_<secret><crc32>`. Only the SHA-256 of the secret is kept: it
-- is 256 bits of chance, so there is nothing for a slow hash to protect.
create table cms.api_key (
  id uuid primary key,
  -- The part of the key that names it. It is no secret.
  public_id text not null constraint api_key_public_id_form check (public_id ~ '^[0-9A-Za-z]{12}$'),
  name text not null constraint api_key_name_length check (char_length(name) between 1 and 100),
  -- Who made it: their rights are its ceiling at every request.
  account_id uuid not null references cms.account,
  scopes text[] not null constraint api_key_scopes_known check (
    cardinality(scopes) >= 1
    and scopes <@ array['articles:read', 'articles:write', 'clinic:read', 'clinic:write', 'inquiries:create',
                        'inquiries:read', 'audit:read']),
  -- Where it may be used from; empty is everywhere.
  allowed_addresses cidr[] not null default '{}'
    constraint api_key_addresses_count check (cardinality(allowed_addresses) <= 50),
  secret_hash bytea not null constraint api_key_secret_hash_length check (octet_length(secret_hash) = 32),
  secret_made_at timestamptz not null,
  -- The secret before the last rotation, while it still works.
  former_hash bytea constraint api_key_former_hash_length check (octet_length(former_hash) = 32),
  former_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  last_used_address inet,
  revoked_at timestamptz,
  version integer not null default 1,
  constraint api_key_former_ends check ((former_hash is null) = (former_until is null)),
  constraint api_key_overlap_is_short check (former_until <= secret_made_at + interval '168 hours'),
  constraint api_key_secret_ends check (expires_at <= secret_made_at + interval '17544 hours')
);
create unique index api_key_public_id on cms.api_key (public_id);
create index api_key_account on cms.api_key (account_id, id);

-- A key never changes its maker or its name in the world, and is never removed: the audit trail speaks of it.
grant select, insert on cms.api_key to cms_staff;
grant update (name, scopes, allowed_addresses, secret_hash, secret_made_at, former_hash, former_until, updated_at,
              expires_at, revoked_at, version)
  on cms.api_key to cms_staff;
