-- Forms as staff keep them: what is asked, what is agreed to, where an inquiry goes and how long it is kept.
alter table cms.form
  -- [{name, type, labels, help, required, max_length, options}] in their order; none for those that every form has.
  add column fields jsonb not null default '[]' constraint form_fields_list check (jsonb_typeof(fields) = 'array'),
  -- What an inquiry through it can be about; empty for everything.
  add column kinds text[] not null default '{}',
  -- [{purpose, text_version, required}]: the texts that are shown now.
  add column consents jsonb not null default '[]' constraint form_consents_list check (jsonb_typeof(consents) = 'array'),
  -- Where an inquiry goes that names no location.
  add column location_id uuid references cms.location,
  -- Null for the installation's.
  add column retention_days integer constraint form_retention_days_range check (retention_days between 1 and 36500),
  add column created_by uuid references cms.account,
  add column updated_by uuid references cms.account,
  add column trashed_at timestamptz,
  -- The form of those who name none is always there.
  add constraint form_default_is_kept check (not is_default or trashed_at is null);

-- A notice is said by language too; `text` is what a node of the version before shows.
update cms.form
   set notices = (select coalesce(jsonb_agg(n.value || jsonb_build_object('texts', jsonb_build_object('en', n.value->>'text'))
                                            order by n.position), '[]')
                    from jsonb_array_elements(notices) with ordinality as n (value, position));

-- A slug in the trash is free again.
alter table cms.form drop constraint form_slug_key;
create unique index form_slug_key on cms.form (slug) where trashed_at is null;

-- Proof of consent is the exact text that was shown: a version of a text is written once and never again.
create table cms.consent_text (
  form_id uuid not null references cms.form,
  purpose text not null constraint consent_text_purpose_form check (purpose ~ '^[a-z][a-z0-9_]{1,49}$'),
  text_version text not null constraint consent_text_version_form check (text_version ~ '^[A-Za-z0-9._-]{1,50}$'),
  -- By language.
  texts jsonb not null constraint consent_text_texts_object check (jsonb_typeof(texts) = 'object' and texts <> '{}'),
  written_at timestamptz not null default clock_timestamp(),
  written_by uuid references cms.account,
  primary key (form_id, purpose, text_version)
);
create trigger consent_text_append_only before update or delete on cms.consent_text
  for each row execute function cms.refuse_change();

create or replace view site.form as
select f.id, f.slug, f.name, f.honeypot, f.notices, f.is_default, f.version, f.fields, f.kinds, f.location_id, f.retention_days,
       (select coalesce(jsonb_agg(c.value || jsonb_build_object('texts', t.texts) order by c.position), '[]')
          from jsonb_array_elements(f.consents) with ordinality as c (value, position)
          join cms.consent_text t on t.form_id = f.id and t.purpose = c.value->>'purpose'
                                 and t.text_version = c.value->>'text_version') as consents,
       (select coalesce(jsonb_agg(jsonb_build_object('purpose', t.purpose, 'text_version', t.text_version)), '[]')
          from cms.consent_text t where t.form_id = f.id) as known_texts
  from cms.form f
 where f.trashed_at is null;

grant select, insert, update on cms.form to cms_staff;
grant select, insert on cms.consent_text to cms_staff;
