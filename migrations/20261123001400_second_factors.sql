-- An authenticator app (RFC 6238), one an account. It counts once its first code was shown.
create table cms.totp (
  account_id uuid primary key references cms.account on delete cascade,
  -- Sealed under a key outside the database and bound to the account.
  secret bytea not null,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  -- The step (30 seconds since 1970) of the last accepted code. Codes up to it are spent.
  last_step bigint not null default 0 constraint totp_step_counts_up check (last_step >= 0),
  constraint totp_confirmed_by_a_code check ((confirmed_at is null) = (last_step = 0))
);

-- For the day on which the device is gone. The hash is an HMAC with a key outside the database over account and code.
create table cms.recovery_code (
  account_id uuid not null references cms.account on delete cascade,
  hash bytea not null constraint recovery_code_hash_length check (octet_length(hash) = 32),
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (account_id, hash)
);

grant select, insert, update, delete on cms.totp, cms.recovery_code to cms_staff;
