-- What the clinic tells everybody: notices for a time, and answers to what is often asked. By language:
-- {"en": …, "es": …}.
create table cms.notice (
  id uuid primary key,
  severity text not null constraint notice_severity_known check (severity in ('info', 'warning', 'urgent')),
  texts jsonb not null constraint notice_texts_object check (jsonb_typeof(texts) = 'object' and texts <> '{}'),
  -- While it lasts the locations that it speaks of are closed, whatever their hours say.
  closes boolean not null default false,
  starts_at timestamptz not null,
  ends_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz,
  constraint notice_bounds_in_order check (ends_at > starts_at),
  constraint notice_closing_ends check (not closes or ends_at is not null)
);
create index notice_by_start on cms.notice (starts_at) where trashed_at is null;
-- Where there is none, it speaks of every location.
create table cms.notice_location (
  notice_id uuid not null references cms.notice on delete cascade,
  location_id uuid not null references cms.location,
  position smallint not null,
  primary key (notice_id, location_id)
);
create index notice_location_location on cms.notice_location (location_id);

create table cms.faq (
  id uuid primary key,
  -- {"en": {"question": "…", "answer": {"markdown": "…", "html": "…", "text": "…", "warnings": []}}}: the answer's forms
  -- are made once, when it is written.
  translations jsonb not null constraint faq_translations_object
    check (jsonb_typeof(translations) = 'object' and translations <> '{}'),
  -- The lowest first; at the end where nobody has said it.
  position integer not null default 100000 constraint faq_position_sane check (position between 0 and 100000),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create index faq_in_order on cms.faq (position, id) where trashed_at is null;
create table cms.faq_location (
  faq_id uuid not null references cms.faq on delete cascade,
  location_id uuid not null references cms.location,
  position smallint not null,
  primary key (faq_id, location_id)
);
create index faq_location_location on cms.faq_location (location_id);
create table cms.faq_service (
  faq_id uuid not null references cms.faq on delete cascade,
  service_id uuid not null references cms.service,
  position smallint not null,
  primary key (faq_id, service_id)
);
create index faq_service_service on cms.faq_service (service_id);

grant select, insert, update on cms.notice, cms.faq to cms_staff;
grant select, insert, delete on cms.notice_location, cms.faq_location, cms.faq_service to cms_staff;
