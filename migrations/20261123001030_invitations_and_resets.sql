-- Resets are bound to their account; a new one voids the old.
alter table cms.one_time_token
  add column account_id uuid references cms.account on delete cascade,
  drop constraint one_time_token_purpose_known;
alter table cms.one_time_token
  add constraint one_time_token_purpose_known check (purpose in ('first_owner', 'password_reset')),
  add constraint one_time_token_account check ((purpose = 'first_owner') = (account_id is null));
create index one_time_token_account on cms.one_time_token (account_id) where used_at is null;

-- Somebody who may have an account. Only the SHA-256 of the link's token is kept.
create table cms.invitation (
  id uuid primary key,
  hash bytea not null unique constraint invitation_hash_length check (octet_length(hash) = 32),
  email text not null
    constraint invitation_email_lower check (email = lower(email) and char_length(email) between 3 and 254),
  role text not null constraint invitation_role_known
    check (role in ('owner', 'admin', 'editor', 'author', 'reviewer', 'front_desk', 'auditor')),
  language text not null constraint invitation_language_known check (language in ('en', 'es')),
  location_ids uuid[] not null default '{}',
  invited_by uuid not null references cms.account,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  version integer not null default 1,
  constraint invitation_ends_once check (accepted_at is null or revoked_at is null)
);
-- One open invitation an address: a new one voids the old.
create unique index invitation_open_email on cms.invitation (email) where accepted_at is null and revoked_at is null;
grant select, insert, update on cms.invitation to cms_staff;
