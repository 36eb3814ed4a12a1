-- One organisation in an installation: the singleton key makes a second row impossible.
create table cms.clinic (
  singleton boolean primary key default true constraint clinic_is_one check (singleton),
  id uuid not null unique,
  name text not null constraint clinic_name_length check (char_length(name) between 1 and 200),
  legal_name text constraint clinic_legal_name_length check (char_length(legal_name) between 1 and 200),
  tagline text constraint clinic_tagline_length check (char_length(tagline) between 1 and 300),
  aliases text[] not null default '{}',
  -- National Provider Identifier: ten digits, the Luhn check is made in the program (45 CFR 162.406).
  npi text constraint clinic_npi_form check (npi ~ '^[12][0-9]{9}$'),
  tax_id text constraint clinic_tax_id_form check (tax_id ~ '^[0-9]{2}-[0-9]{7}$'),
  site_url text constraint clinic_site_url_form check (site_url ~ '^https?://'),
  default_locale text not null constraint clinic_locale_length check (char_length(default_locale) between 2 and 35),
  timezone text not null,
  phones jsonb not null default '[]' constraint clinic_phones_list check (jsonb_typeof(phones) = 'array'),
  email text constraint clinic_email_length check (char_length(email) between 3 and 254),
  social_links jsonb not null default '[]' constraint clinic_social_links_list check (jsonb_typeof(social_links) = 'array'),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account
);

create table cms.location (
  id uuid primary key,
  slug text not null constraint location_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  name text not null constraint location_name_length check (char_length(name) between 1 and 200),
  -- {line1, line2, city, region, postal_code, country}
  address jsonb not null constraint location_address_object check (jsonb_typeof(address) = 'object'),
  latitude double precision constraint location_latitude_range check (latitude between -90 and 90),
  longitude double precision constraint location_longitude_range check (longitude between -180 and 180),
  phones jsonb not null default '[]' constraint location_phones_list check (jsonb_typeof(phones) = 'array'),
  fax text constraint location_fax_form check (fax ~ '^\+[1-9][0-9]{6,14}$'),
  email text constraint location_email_length check (char_length(email) between 3 and 254),
  timezone text not null,
  -- The forms that the hours engine reads; it checks them before they are stored.
  hours jsonb not null default '[]' constraint location_hours_list check (jsonb_typeof(hours) = 'array'),
  special_hours jsonb not null default '[]' constraint location_special_hours_list check (jsonb_typeof(special_hours) = 'array'),
  status_code text not null default 'open' constraint location_status_known
    check (status_code in ('open', 'temporarily_closed', 'permanently_closed')),
  status_note text constraint location_status_note_length check (char_length(status_note) between 1 and 300),
  status_until date,
  accessibility text[] not null default '{}',
  parking text constraint location_parking_length check (char_length(parking) between 1 and 500),
  languages text[] not null default '{}',
  payment_methods text[] not null default '{}',
  insurance text[] not null default '{}',
  accepting_new_patients boolean,
  booking_url text constraint location_booking_url_form check (booking_url ~ '^https?://'),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz,
  constraint location_geo_is_a_pair check ((latitude is null) = (longitude is null))
);
-- A slug in the trash is free again; restoring it while another holds it is refused.
create unique index location_slug_key on cms.location (slug) where trashed_at is null;

grant select, update on cms.clinic to cms_staff;
grant select, insert, update on cms.location to cms_staff;
