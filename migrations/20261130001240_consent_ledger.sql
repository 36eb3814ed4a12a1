-- What became of a consent after the form: withdrawn, or given in another way. A row of its own each time, so that what
-- held on a day can be shown for ever.
create table cms.consent_change (
  id uuid primary key,
  inquiry_id uuid not null references cms.inquiry,
  purpose text not null constraint consent_change_purpose_form check (purpose ~ '^[a-z][a-z0-9_]{1,49}$'),
  text_version text constraint consent_change_text_version_form check (text_version ~ '^[A-Za-z0-9._-]{1,50}$'),
  granted boolean not null,
  channel text not null constraint consent_change_channel_known
    check (channel in ('web', 'phone', 'sms', 'email', 'in_person', 'post', 'connector')),
  -- When the person said so, and when it was written down.
  at timestamptz not null,
  recorded_at timestamptz not null,
  -- Null for the program itself.
  recorded_by uuid references cms.account,
  -- Under the inquiry's data key; it goes with that key.
  sealed_reason bytea,
  constraint consent_change_names_its_text check (not granted or text_version is not null)
);
create index consent_change_of on cms.consent_change (inquiry_id, at, id);
create trigger consent_change_append_only before update or delete on cms.consent_change
  for each row execute function cms.refuse_change();
create trigger consent_change_no_truncate before truncate on cms.consent_change
  for each statement execute function cms.refuse_change();
grant select, insert on cms.consent_change to cms_staff;

-- Who does not want to be written to or called, by the keyed hash of the number or address alone: it tells nobody's
-- number, and holds for inquiries that are yet to come (47 CFR 64.1200(a)(10): a request to stop is honoured).
create table cms.suppression (
  id uuid primary key,
  channel text not null constraint suppression_channel_known check (channel in ('sms', 'phone', 'email')),
  -- Null for whatever the clinic might write about.
  purpose text constraint suppression_purpose_form check (purpose ~ '^[a-z][a-z0-9_]{1,49}$'),
  -- As in cms.inquiry.phone_index or email_index.
  contact_index bytea not null constraint suppression_contact_index_length check (octet_length(contact_index) = 32),
  -- Who told: staff, or a connection by its kind.
  source text not null constraint suppression_source_form check (source ~ '^[a-z][a-z0-9_]{0,39}$'),
  at timestamptz not null,
  by_account uuid references cms.account,
  lifted_at timestamptz,
  lifted_by uuid references cms.account
);
create unique index suppression_once on cms.suppression (channel, contact_index, coalesce(purpose, ''))
  where lifted_at is null;
grant select, insert, update on cms.suppression to cms_staff;
