-- A request that colleagues look at an article. One is open at a time; a sign-off closes it.
create table cms.review_request (
  article_id uuid primary key references cms.article on delete cascade,
  revision_id uuid not null references cms.revision,
  requested_at timestamptz not null default clock_timestamp(),
  requested_by uuid not null references cms.account,
  -- Who is asked; null is whoever may sign.
  reviewer_id uuid references cms.account,
  note text constraint review_request_note_length check (char_length(note) between 1 and 1000)
);

-- A sign-off is bound to the hash of what was read: any other content has none.
create table cms.signoff (
  id uuid primary key,
  article_id uuid not null references cms.article on delete cascade,
  revision_id uuid not null references cms.revision,
  content_hash bytea not null constraint signoff_hash_length check (octet_length(content_hash) = 32),
  reviewer_id uuid not null references cms.account,
  -- As they stood on that day: {id, slug, name, type, credentials, provider}.
  reviewer jsonb not null constraint signoff_reviewer_object check (jsonb_typeof(reviewer) = 'object'),
  -- The licence that was current: {state, number, expires_on}; null where the content needs none.
  licence jsonb constraint signoff_licence_object check (jsonb_typeof(licence) = 'object'),
  signed_at timestamptz not null,
  next_review_due date,
  note text constraint signoff_note_length check (char_length(note) between 1 and 1000),
  revoked_at timestamptz,
  revoked_by uuid references cms.account,
  revoke_reason text constraint signoff_reason_length check (char_length(revoke_reason) between 1 and 1000),
  constraint signoff_due_later check (next_review_due > (signed_at at time zone 'UTC')::date - 1),
  constraint signoff_revocation_is_whole check ((revoked_at is null) = (revoked_by is null))
);
create index signoff_content on cms.signoff (article_id, content_hash, signed_at desc);
create index signoff_due on cms.signoff (next_review_due) where revoked_at is null;

-- Once written, nothing of a sign-off changes but that it is revoked, once.
create function cms.refuse_signoff_change() returns trigger
  language plpgsql set search_path = pg_catalog
as $$
begin
  if old.revoked_at is not null
     or (old.id, old.article_id, old.revision_id, old.content_hash, old.reviewer_id, old.reviewer, old.licence, old.signed_at, old.next_review_due, old.note)
        is distinct from
        (new.id, new.article_id, new.revision_id, new.content_hash, new.reviewer_id, new.reviewer, new.licence, new.signed_at, new.next_review_due, new.note) then
    raise exception 'a sign-off is never changed' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger signoff_immutable before update on cms.signoff
  for each row execute function cms.refuse_signoff_change();

-- What colleagues say of a revision.
create table cms.comment (
  id uuid primary key,
  article_id uuid not null references cms.article on delete cascade,
  revision_id uuid not null references cms.revision,
  -- JSON Pointer of the field it speaks of, and the words.
  pointer text constraint comment_pointer_length check (char_length(pointer) between 1 and 200),
  quote text constraint comment_quote_length check (char_length(quote) between 1 and 500),
  body text not null constraint comment_body_length check (char_length(body) between 1 and 5000),
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid not null references cms.account,
  resolved_at timestamptz,
  resolved_by uuid references cms.account
);
create index comment_article on cms.comment (article_id, created_at);

-- Statements that sound absolute, with the evidence that they rest on.
create table cms.claim (
  id uuid primary key,
  slug text not null constraint claim_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  statement text not null constraint claim_statement_length check (char_length(statement) between 1 and 500),
  -- The words as they stand in articles, in lower case.
  phrases text[] not null default '{}',
  -- In the form of an article's references.
  evidence jsonb not null default '[]' constraint claim_evidence_list check (jsonb_typeof(evidence) = 'array'),
  -- The last day on which it may be relied on.
  expires_on date,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create unique index claim_slug_key on cms.claim (slug) where trashed_at is null;

-- A finding of the publish gate that somebody answers for with their name and a reason.
create table cms.gate_override (
  id uuid primary key,
  article_id uuid not null references cms.article on delete cascade,
  code text not null constraint gate_override_code_form check (code ~ '^[a-z_]{1,60}$'),
  -- What the finding is about (the words of a claim, the name of a treatment); empty where the code says it all.
  subject text not null default '' constraint gate_override_subject_length check (char_length(subject) <= 500),
  reason text not null constraint gate_override_reason_length check (char_length(reason) between 10 and 1000),
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid not null references cms.account,
  revoked_at timestamptz,
  revoked_by uuid references cms.account
);
create unique index gate_override_key on cms.gate_override (article_id, code, subject) where revoked_at is null;

grant select, insert, update, delete on cms.review_request to cms_staff;
grant select, insert, update on cms.signoff, cms.comment, cms.claim, cms.gate_override to cms_staff;
