-- Categories are a tree; conditions carry the codes by which other systems know them.
alter table cms.term
  add column parent_id uuid references cms.term,
  add column aliases text[] not null default '{}',
  -- [{system, code}]: icd-10-cm, mesh, snomed-ct.
  add column codes jsonb not null default '[]' constraint term_codes_list check (jsonb_typeof(codes) = 'array'),
  add constraint term_parent_of_categories check (kind = 'category' or parent_id is null),
  add constraint term_codes_of_conditions check (kind = 'condition' or codes = '[]'),
  add constraint term_parent_is_another check (parent_id <> id);
create index term_parent on cms.term (parent_id) where parent_id is not null;

-- An author is a member of staff, a provider, or a name alone; the profile is kept where the person is.
alter table cms.author
  add column provider_id uuid unique references cms.provider,
  add column credentials text[] not null default '{}',
  add column biography text constraint author_biography_length check (char_length(biography) between 1 and 2000),
  add column version integer not null default 1,
  add column created_at timestamptz not null default clock_timestamp(),
  add column updated_at timestamptz not null default clock_timestamp(),
  add column trashed_at timestamptz;
