-- Who gets what from this installation, and on which paper: a business associate agreement (45 CFR 164.504(e)), a data
-- processing agreement (GDPR Art. 28), or the clinic's word that no health data reaches them.
create table cms.processor (
  id uuid primary key,
  name text not null constraint processor_name_length check (char_length(name) between 1 and 200),
  purpose text not null constraint processor_purpose_length check (char_length(purpose) between 1 and 1000),
  agreement text not null constraint processor_agreement_known check (agreement in ('baa', 'dpa', 'no_health_data')),
  signed_on date,
  -- The last day on which it holds.
  expires_on date,
  note text constraint processor_note_length check (char_length(note) between 1 and 2000),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz,
  constraint processor_agreement_is_signed check (agreement = 'no_health_data' or signed_on is not null),
  constraint processor_ends_after_signing check (expires_on >= signed_on)
);
create unique index processor_name_key on cms.processor (lower(name)) where trashed_at is null;

-- Whether what a processor promised holds on a day.
create function cms.agreement_holds(p_processor uuid, p_day date) returns boolean
  language sql stable set search_path = pg_catalog
as $$
  select exists (select from cms.processor p
                  where p.id = p_processor and p.trashed_at is null
                    and (p.signed_on is null or p.signed_on <= p_day) and (p.expires_on is null or p.expires_on >= p_day))
$$;
revoke all on function cms.agreement_holds from public;
grant execute on function cms.agreement_holds to cms_staff;

grant select, insert, update on cms.processor to cms_staff;
