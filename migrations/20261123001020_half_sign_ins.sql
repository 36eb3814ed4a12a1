-- A person who has shown a password and still owes a second factor, or has to enrol one. The token opens its own
-- step and nothing else.
create table cms.half_sign_in (
  hash bytea primary key constraint half_sign_in_hash_length check (octet_length(hash) = 32),
  account_id uuid not null references cms.account on delete cascade,
  credential_version integer not null,
  step text not null constraint half_sign_in_step_known check (step in ('factor', 'enrolment')),
  -- What has been shown so far (RFC 8176).
  methods text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Codes tried with it. Five are enough for somebody who has the device in hand.
  attempts integer not null default 0 constraint half_sign_in_attempts_bounded check (attempts between 0 and 5),
  used_at timestamptz
);
create index half_sign_in_account on cms.half_sign_in (account_id);
grant select, insert, update on cms.half_sign_in to cms_staff;
