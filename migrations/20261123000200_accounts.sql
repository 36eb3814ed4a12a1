-- People who sign in. The e-mail address is stored in lower case, so one person cannot have two accounts.
create table cms.account (
  id uuid primary key,
  email text not null
    constraint account_email_lower check (email = lower(email) and char_length(email) between 3 and 254),
  name text not null constraint account_name_length check (char_length(name) between 1 and 200),
  role text not null constraint account_role_known check (role in ('owner', 'editor')),
  status text not null default 'active' constraint account_status_known check (status in ('active', 'disabled')),
  -- A PHC string (Argon2id).
  password_hash text not null,
  -- Raised by every change of password, role or status. A session carries the value it began with
  -- and dies with it, on every node, at its next request.
  credential_version integer not null default 1,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create unique index account_email_key on cms.account (email);

create table cms.session (
  id uuid primary key,
  account_id uuid not null references cms.account on delete cascade,
  credential_version integer not null,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_because text constraint session_reason_known
    check (revoked_because in ('logout', 'refresh_reuse', 'credential_change', 'disabled')),
  constraint session_revocation_has_reason check ((revoked_at is null) = (revoked_because is null))
);
create index session_account on cms.session (account_id);

-- One row for each refresh token ever issued in a session (its family). Only the SHA-256 is kept.
create table cms.refresh_token (
  hash bytea primary key constraint refresh_token_hash_length check (octet_length(hash) = 32),
  session_id uuid not null references cms.session on delete cascade,
  issued_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz,
  -- A successor that was handed out to a lost answer and replaced by the replay.
  superseded_at timestamptz,
  parent_hash bytea references cms.refresh_token on delete cascade
);
create index refresh_token_session on cms.refresh_token (session_id);
create index refresh_token_parent on cms.refresh_token (parent_hash);

-- Links that work once. The purpose is part of every lookup, so a token for one door opens no other.
create table cms.one_time_token (
  hash bytea primary key constraint one_time_token_hash_length check (octet_length(hash) = 32),
  purpose text not null constraint one_time_token_purpose_known check (purpose in ('first_owner')),
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz
);

grant select, insert, update on cms.account, cms.session, cms.refresh_token, cms.one_time_token to cms_staff;
