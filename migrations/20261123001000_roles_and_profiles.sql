-- The seven roles, what colleagues and readers see of a person, and the locations that somebody's inquiries come from.
alter table cms.account drop constraint account_role_known;
alter table cms.account add constraint account_role_known
  check (role in ('owner', 'admin', 'editor', 'author', 'reviewer', 'front_desk', 'auditor'));

alter table cms.account
  add column trashed_at timestamptz,
  -- "MD", "RN": a claim about a person, so others than the person set it.
  add column credentials text[] not null default '{}'
    constraint account_credentials_count check (cardinality(credentials) <= 10),
  -- The clinic's own record of the same person.
  add column provider_id uuid,
  -- The language of mail to this person.
  add column language text not null default 'en' constraint account_language_known check (language in ('en', 'es')),
  -- A password of 8 to 14 characters counts beside a second factor alone: the last factor then stays.
  add column short_password boolean not null default false,
  -- People who come from single sign-on alone have no password.
  alter column password_hash drop not null;
alter table cms.account drop constraint account_status_known;
alter table cms.account add constraint account_status_known check (status in ('active', 'disabled'));
alter table cms.account add constraint account_in_trash_is_disabled check (trashed_at is null or status = 'disabled');

create table cms.account_location (
  account_id uuid not null references cms.account on delete cascade,
  location_id uuid not null references cms.location on delete cascade,
  primary key (account_id, location_id)
);
grant select, insert, delete on cms.account_location to cms_staff;
