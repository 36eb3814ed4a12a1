-- Passkeys (W3C Web Authentication). Everything here is public: the private key never leaves the device.
create table cms.passkey (
  id uuid primary key,
  account_id uuid not null references cms.account on delete cascade,
  -- At most 1,023 bytes (Web Authentication section 4, "Credential ID").
  credential_id bytea not null constraint passkey_credential_id_length check (octet_length(credential_id) between 1 and 1023),
  name text not null constraint passkey_name_length check (char_length(name) between 1 and 100),
  -- Public key, counter and flags as the library reads them.
  credential jsonb not null,
  -- Beside the same number in the credential, for the one conditional UPDATE that refuses a copied key.
  sign_count bigint not null constraint passkey_sign_count_bounded check (sign_count between 0 and 4294967295),
  backup_eligible boolean not null,
  backed_up boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  constraint passkey_backed_up_if_eligible check (backup_eligible or not backed_up)
);
create unique index passkey_credential_id_key on cms.passkey (credential_id);
create index passkey_account on cms.passkey (account_id, created_at);

-- A challenge between its question and its answer, which may reach another node. Only the SHA-256 of the ceremony's
-- token is kept; the answer spends it, right or wrong.
create table cms.passkey_ceremony (
  hash bytea primary key constraint passkey_ceremony_hash_length check (octet_length(hash) = 32),
  kind text not null constraint passkey_ceremony_kind_known
    check (kind in ('register', 'assert_sign_in', 'assert_factor', 'assert_reauthentication')),
  account_id uuid references cms.account on delete cascade,
  -- The name of a passkey that is being made.
  name text constraint passkey_ceremony_name_length check (char_length(name) between 1 and 100),
  state jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint passkey_ceremony_account check ((kind = 'assert_sign_in') = (account_id is null)),
  constraint passkey_ceremony_named check ((kind = 'register') = (name is not null))
);
create index passkey_ceremony_account on cms.passkey_ceremony (account_id);
create index passkey_ceremony_expires on cms.passkey_ceremony (expires_at);

grant select, insert, update, delete on cms.passkey, cms.passkey_ceremony to cms_staff;
