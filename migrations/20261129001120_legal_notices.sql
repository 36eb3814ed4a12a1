-- Notices that a law asks for, each in the languages that it is kept in: {"en": {"title": "…", "body": {"markdown": "…",
-- "html": "…", "text": "…", "warnings": []}}}. The forms of the body are made once, when it is written.
create table cms.legal_notice (
  id uuid primary key,
  slug text not null constraint legal_notice_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  kind text not null constraint legal_notice_kind_known check (kind in (
    'privacy_practices', 'nondiscrimination', 'language_assistance', 'no_surprises', 'consumer_health_data', 'terms',
    'accessibility', 'other')),
  effective_on date not null,
  -- When somebody last read it through and found it right.
  reviewed_on date,
  translations jsonb not null constraint legal_notice_translations_object
    check (jsonb_typeof(translations) = 'object' and translations <> '{}'),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create unique index legal_notice_slug_key on cms.legal_notice (slug) where trashed_at is null;

grant select, insert, update on cms.legal_notice to cms_staff;
