-- Who treats, and what is done: records of the clinic that articles, reviews and people refer to by id.
create table cms.provider (
  id uuid primary key,
  slug text not null constraint provider_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  -- {prefix, given, middle, family, suffix}
  name jsonb not null constraint provider_name_object check (jsonb_typeof(name) = 'object'),
  -- The parts put together by the program: what is shown and ordered by.
  display_name text not null constraint provider_display_name_length check (char_length(display_name) between 1 and 300),
  credentials text[] not null default '{}',
  -- National Provider Identifier: ten digits, the Luhn check is made in the program (45 CFR 162.406).
  npi text constraint provider_npi_form check (npi ~ '^[12][0-9]{9}$'),
  -- [{state, number, expires_on}]
  licences jsonb not null default '[]' constraint provider_licences_list check (jsonb_typeof(licences) = 'array'),
  -- [{code, name}]: codes of the NUCC taxonomy.
  specialties jsonb not null default '[]' constraint provider_specialties_list check (jsonb_typeof(specialties) = 'array'),
  languages text[] not null default '{}',
  accepting_new_patients boolean,
  biography text constraint provider_biography_length check (char_length(biography) between 1 and 5000),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create unique index provider_slug_key on cms.provider (slug) where trashed_at is null;
create unique index provider_npi_key on cms.provider (npi) where trashed_at is null;

create table cms.service (
  id uuid primary key,
  slug text not null constraint service_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  name text not null constraint service_name_length check (char_length(name) between 1 and 200),
  -- Other names under which a text may speak of it.
  aliases text[] not null default '{}',
  summary text constraint service_summary_length check (char_length(summary) between 1 and 500),
  -- Made once, when it is written: what a revision of an article has, without its history.
  body_markdown text not null default '' constraint service_body_size check (octet_length(body_markdown) <= 524288),
  body_html text not null default '',
  body_text text not null default '',
  headings jsonb not null default '[]' constraint service_headings_list check (jsonb_typeof(headings) = 'array'),
  warnings jsonb not null default '[]' constraint service_warnings_list check (jsonb_typeof(warnings) = 'array'),
  -- How the Food and Drug Administration stands to it: decides which disclosures an article about it needs.
  fda_status text not null default 'not_applicable' constraint service_fda_status_known
    check (fda_status in ('approved', 'off_label', 'compounded', 'not_applicable')),
  contraindications text[] not null default '{}',
  risks text[] not null default '{}',
  referral_required boolean,
  walk_ins boolean,
  online_scheduling boolean,
  duration_minutes integer constraint service_duration_sane check (duration_minutes between 1 and 1440),
  -- {amount, currency}: minor units, ISO 4217.
  price_from jsonb constraint service_price_object check (jsonb_typeof(price_from) = 'object'),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create unique index service_slug_key on cms.service (slug) where trashed_at is null;

create table cms.provider_location (
  provider_id uuid not null references cms.provider on delete cascade,
  location_id uuid not null references cms.location,
  position smallint not null,
  primary key (provider_id, location_id)
);
create index provider_location_location on cms.provider_location (location_id);
create table cms.service_location (
  service_id uuid not null references cms.service on delete cascade,
  location_id uuid not null references cms.location,
  position smallint not null,
  primary key (service_id, location_id)
);
create index service_location_location on cms.service_location (location_id);
create table cms.service_provider (
  service_id uuid not null references cms.service on delete cascade,
  provider_id uuid not null references cms.provider,
  position smallint not null,
  primary key (service_id, provider_id)
);
create index service_provider_provider on cms.service_provider (provider_id);
create table cms.service_condition (
  service_id uuid not null references cms.service on delete cascade,
  term_id uuid not null references cms.term,
  position smallint not null,
  primary key (service_id, term_id)
);

alter table cms.account add constraint account_provider_known foreign key (provider_id) references cms.provider;

grant select, insert, update on cms.provider, cms.service to cms_staff;
grant select, insert, delete on cms.provider_location, cms.service_location, cms.service_provider, cms.service_condition to cms_staff;
