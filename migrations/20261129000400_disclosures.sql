-- Texts that the law or the clinic demands beside a treatment: written once, shown wherever the treatment is named.
create table cms.disclosure (
  id uuid primary key,
  slug text not null constraint disclosure_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  name text not null constraint disclosure_name_length check (char_length(name) between 1 and 200),
  kind text not null constraint disclosure_kind_known check (kind in ('risk', 'off_label', 'compounded', 'emergency')),
  -- By language: {"en": "…", "es": "…"}.
  texts jsonb not null constraint disclosure_texts_object check (jsonb_typeof(texts) = 'object' and texts <> '{}'),
  -- Where it stands: beside the treatments named here and the services listed, in every clinical article, or in all.
  applies_to text not null default 'named' constraint disclosure_applies_known check (applies_to in ('named', 'clinical', 'all')),
  -- In lower case; a whole word or phrase of the title, the summary or the text.
  treatments text[] not null default '{}',
  -- Raised by every change of the texts or the kind.
  text_version integer not null default 1,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create unique index disclosure_slug_key on cms.disclosure (slug) where trashed_at is null;
create table cms.disclosure_service (
  disclosure_id uuid not null references cms.disclosure on delete cascade,
  service_id uuid not null references cms.service,
  primary key (disclosure_id, service_id)
);
-- What each version said, and since when, so that what a page showed on a day can be told.
create table cms.disclosure_version (
  disclosure_id uuid not null references cms.disclosure on delete cascade,
  version integer not null,
  kind text not null,
  texts jsonb not null,
  since timestamptz not null,
  primary key (disclosure_id, version)
);
create trigger disclosure_version_immutable before update on cms.disclosure_version
  for each row execute function cms.refuse_change();
-- Which disclosures a revision carries: derived when a revision or a disclosure is written, never chosen.
create table cms.revision_disclosure (
  revision_id uuid not null references cms.revision on delete cascade,
  disclosure_id uuid not null references cms.disclosure on delete cascade,
  primary key (revision_id, disclosure_id)
);
create index revision_disclosure_disclosure on cms.revision_disclosure (disclosure_id);

grant select, insert, update on cms.disclosure to cms_staff;
grant select, insert, delete on cms.disclosure_service, cms.revision_disclosure to cms_staff;
grant select, insert on cms.disclosure_version to cms_staff;
