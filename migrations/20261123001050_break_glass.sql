-- Access to inquiries in an emergency, for a time (45 CFR 164.312(a)(2)(ii)). The reason is sealed: it may name
-- a patient.
create table cms.break_glass (
  id uuid primary key,
  account_id uuid not null references cms.account,
  reason bytea not null,
  began_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  version integer not null default 1,
  constraint break_glass_is_bounded check (ends_at > began_at and ends_at <= began_at + interval '4 hours')
);
create index break_glass_account on cms.break_glass (account_id, ends_at);
grant select, insert, update on cms.break_glass to cms_staff;
