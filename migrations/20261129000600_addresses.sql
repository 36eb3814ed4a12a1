-- Addresses that lead elsewhere: written by staff, or brought along by an import.
create table cms.redirect (
  id uuid primary key,
  from_path text not null constraint redirect_from_form check (from_path ~ '^/[!-~]*$' and char_length(from_path) <= 500),
  -- 301: moved; 410: gone, with a successor where there is one.
  status smallint not null default 301 constraint redirect_status_known check (status in (301, 410)),
  -- A path of the site or an absolute address, or an article wherever it stands.
  to_address text constraint redirect_to_length check (char_length(to_address) between 1 and 2000),
  article_id uuid references cms.article on delete cascade,
  note text constraint redirect_note_length check (char_length(note) between 1 and 300),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  constraint redirect_one_target check (num_nonnulls(to_address, article_id) <= 1),
  constraint redirect_leads_somewhere check (status = 410 or num_nonnulls(to_address, article_id) = 1)
);
create unique index redirect_from_key on cms.redirect (from_path);
create index redirect_article on cms.redirect (article_id) where article_id is not null;

-- What is left of an article that was purged: enough to tell that it is gone, when it was seen, and who answered for it.
create table cms.tombstone (
  article_id uuid primary key,
  locale text not null,
  slug text not null,
  path text,
  purged_at timestamptz not null,
  purged_by uuid references cms.account,
  -- [{revision, content_hash, from, until, approved_by}]
  publications jsonb not null default '[]' constraint tombstone_publications_list check (jsonb_typeof(publications) = 'array')
);
create index tombstone_purged on cms.tombstone (purged_at);
create trigger tombstone_immutable before update on cms.tombstone
  for each row execute function cms.refuse_change();

-- When the shown form of an article last changed without a publication of its own: a renamed tag, a revoked sign-off,
-- another disclosure. Stamped under the content lock, as publications are.
create table cms.article_touch (
  article_id uuid primary key references cms.article on delete cascade,
  at timestamptz not null
);
create index article_touch_at on cms.article_touch (at);

-- A link that shows one revision to whoever holds it, for a while. Only the token's hash is kept.
create table cms.preview_link (
  id uuid primary key,
  article_id uuid not null references cms.article on delete cascade,
  revision_id uuid not null references cms.revision,
  token_hash bytea not null unique constraint preview_link_hash_length check (octet_length(token_hash) = 32),
  created_at timestamptz not null,
  created_by uuid not null references cms.account,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by uuid references cms.account,
  constraint preview_link_expires_later check (expires_at > created_at)
);
create index preview_link_article on cms.preview_link (article_id, created_at);

grant select, insert, update, delete on cms.redirect to cms_staff;
grant select, insert on cms.tombstone to cms_staff;
grant select, insert, update on cms.article_touch, cms.preview_link to cms_staff;
