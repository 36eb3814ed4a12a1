-- What a person needs to know a session again, and what the gate needs to know how it was begun.
alter table cms.session
  -- The User-Agent, cut to 200 printable characters.
  add column device text not null default '' constraint session_device_length check (char_length(device) <= 200),
  add column address inet,
  -- Authentication method references (RFC 8176): pwd, otp, hwk, user, mfa, fed.
  add column methods text[] not null default '{pwd}',
  -- When the person last showed the strongest factor that they have.
  add column authenticated_at timestamptz;
update cms.session set authenticated_at = created_at;
alter table cms.session alter column authenticated_at set not null;

alter table cms.session drop constraint session_reason_known;
alter table cms.session add constraint session_reason_known
  check (revoked_because in ('logout', 'refresh_reuse', 'credential_change', 'disabled', 'revoked'));
create index session_live on cms.session (account_id, created_at) where revoked_at is null;
