create table cms.term (
  id uuid primary key,
  kind text not null constraint term_kind_known check (kind in ('category', 'tag', 'condition')),
  slug text not null constraint term_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  name text not null constraint term_name_length check (char_length(name) between 1 and 100),
  description text constraint term_description_length check (char_length(description) between 1 and 1000),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  trashed_at timestamptz
);
create unique index term_slug_key on cms.term (kind, slug) where trashed_at is null;

-- The name under which somebody stands as author. Apart from the account, so that an article keeps
-- its author when the person leaves and their account goes.
create table cms.author (
  id uuid primary key,
  slug text not null unique constraint author_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  name text not null constraint author_name_length check (char_length(name) between 1 and 200),
  account_id uuid unique references cms.account
);

-- The identity of an article. What it says stands in its revisions, what the public sees in its publications.
create table cms.article (
  id uuid primary key,
  latest_revision integer not null default 1,
  version integer not null default 1,
  -- Where an import found it, so that the same source is not taken twice.
  source text,
  source_id text,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz,
  constraint article_source_is_a_pair check ((source is null) = (source_id is null))
);
create unique index article_source_key on cms.article (source, source_id);
create index article_updated on cms.article (updated_at desc, id desc);

-- Immutable. HTML, text, headings, excerpt and reading time are made once, here, and never at a read.
create table cms.revision (
  id uuid primary key,
  article_id uuid not null references cms.article on delete cascade,
  number integer not null constraint revision_number_positive check (number > 0),
  kind text not null constraint revision_kind_known check (kind in ('general', 'clinical')),
  locale text not null constraint revision_locale_length check (char_length(locale) between 2 and 35),
  slug text not null constraint revision_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  title text not null constraint revision_title_length check (char_length(title) between 1 and 200),
  summary text constraint revision_summary_length check (char_length(summary) between 1 and 500),
  body_markdown text not null constraint revision_body_size check (octet_length(body_markdown) <= 524288),
  body_html text not null,
  body_text text not null,
  headings jsonb not null constraint revision_headings_list check (jsonb_typeof(headings) = 'array'),
  excerpt text not null,
  reading_minutes integer not null constraint revision_reading_minutes_sane check (reading_minutes >= 0),
  warnings jsonb not null constraint revision_warnings_list check (jsonb_typeof(warnings) = 'array'),
  category_id uuid references cms.term,
  author_id uuid references cms.author,
  cover jsonb constraint revision_cover_object check (jsonb_typeof(cover) = 'object'),
  sources jsonb not null default '[]' constraint revision_sources_list check (jsonb_typeof(sources) = 'array'),
  faqs jsonb not null default '[]' constraint revision_faqs_list check (jsonb_typeof(faqs) = 'array'),
  seo jsonb not null constraint revision_seo_object check (jsonb_typeof(seo) = 'object'),
  -- SHA-256 over the canonical JSON of everything above that an editor wrote.
  content_hash bytea not null constraint revision_hash_length check (octet_length(content_hash) = 32),
  message text constraint revision_message_length check (char_length(message) between 1 and 500),
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  constraint revision_number_key unique (article_id, number)
);
create trigger revision_immutable before update on cms.revision
  for each row execute function cms.refuse_change();

-- Tags and conditions in the order they were given.
create table cms.revision_term (
  revision_id uuid not null references cms.revision on delete cascade,
  term_id uuid not null references cms.term,
  position smallint not null,
  primary key (revision_id, term_id)
);
create index revision_term_term on cms.revision_term (term_id, revision_id);

-- A publication says that one revision is visible during a range of time. Visible means
-- `visible @> now()`: no job has to run for a page to appear or to go. Bounds are stamped with
-- clock_timestamp() after the article is locked and under one advisory lock for content commits, so that
-- the order of stamps is the order of commits.
create table cms.publication (
  id uuid primary key,
  article_id uuid not null references cms.article on delete cascade,
  revision_id uuid not null references cms.revision,
  locale text not null,
  slug text not null,
  visible tstzrange not null
    constraint publication_range_sane check (not isempty(visible) and lower(visible) is not null and lower_inc(visible) and not upper_inc(visible)),
  -- When the public first saw the article; later revisions keep it.
  published_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  -- Housekeeping marks ended publications for speed alone; nothing visible depends on it.
  archived_at timestamptz,
  constraint publication_one_at_a_time exclude using gist (article_id with =, visible with &&),
  constraint publication_slug_free exclude using gist (locale with =, slug with =, visible with &&)
);
create index publication_newest on cms.publication (locale, published_at desc, article_id desc) where archived_at is null;
create index publication_changed on cms.publication (locale, lower(visible) desc, article_id desc) where archived_at is null;
create index publication_slug on cms.publication (slug, locale);
create index publication_begins on cms.publication (lower(visible)) where archived_at is null;
create index publication_ends on cms.publication (upper(visible)) where archived_at is null;

-- Where each article stands, derived from its publications and never stored: a stored status would be wrong the
-- moment a planned publication begins. The statement's time and not the transaction's, so that whoever has just stamped
-- a publication sees what it did.
create view cms.article_status as
select a.id as article_id,
       live.number as live_revision, live.published_at, live.live_from, live.live_until,
       planned.number as planned_revision, planned.planned_from, planned.planned_until,
       case
         when a.trashed_at is not null then 'archived'
         when live.number = a.latest_revision then 'published'
         when live.number is not null then 'published_with_changes'
         when planned.number is not null then 'scheduled'
         when exists (select 1 from cms.publication p where p.article_id = a.id and upper(p.visible) <= statement_timestamp()) then 'withdrawn'
         else 'draft'
       end as status
  from cms.article a
  left join lateral (select r.number, p.published_at, lower(p.visible) as live_from, upper(p.visible) as live_until
                       from cms.publication p join cms.revision r on r.id = p.revision_id
                      where p.article_id = a.id and p.visible @> statement_timestamp()) live on true
  left join lateral (select r.number, lower(p.visible) as planned_from, upper(p.visible) as planned_until
                       from cms.publication p join cms.revision r on r.id = p.revision_id
                      where p.article_id = a.id and lower(p.visible) > statement_timestamp()
                      order by lower(p.visible) limit 1) planned on true;

grant select on cms.article_status to cms_staff;
grant select, insert, update on cms.term, cms.author, cms.article to cms_staff;
grant select, insert on cms.revision, cms.revision_term to cms_staff;
-- DELETE: a planned publication that never began may be taken back without a trace in the history.
grant select, insert, update, delete on cms.publication to cms_staff;
