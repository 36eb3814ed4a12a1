create table cms.form (
  id uuid primary key,
  slug text not null unique constraint form_slug_form
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 100),
  name text not null constraint form_name_length check (char_length(name) between 1 and 200),
  -- A field that people never see; what fills it is a machine.
  honeypot text not null constraint form_honeypot_form check (honeypot ~ '^_?[a-z][a-z_]{1,39}$'),
  -- [{kind, text}] shown with the form and with the receipt.
  notices jsonb not null default '[]' constraint form_notices_list check (jsonb_typeof(notices) = 'array'),
  is_default boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp()
);
create unique index form_one_default on cms.form (is_default) where is_default;

-- What a patient wrote. Every `sealed_` column is ciphertext under the row's own data key, which stands
-- beside it wrapped by the key-encryption key named in `key_id`: forgetting a person is deleting the wrapped key.
create table cms.inquiry (
  id uuid primary key,
  received_at timestamptz not null,
  form_id uuid not null references cms.form,
  kind text not null constraint inquiry_kind_known
    check (kind in ('general', 'appointment', 'callback', 'billing', 'records', 'referral', 'feedback')),
  status text not null constraint inquiry_status_known
    check (status in ('new', 'contacted', 'no_answer', 'waiting_on_patient', 'scheduled', 'consult_completed',
                      'closed', 'spam', 'held', 'transferred')),
  priority text not null default 'normal' constraint inquiry_priority_known check (priority in ('normal', 'urgent', 'stat')),
  spam_reasons text[] not null default '{}',
  location_id uuid references cms.location,
  source text not null constraint inquiry_source_known check (source in ('api', 'form')),
  preferred_contact text constraint inquiry_preferred_contact_known
    check (preferred_contact in ('email', 'phone', 'sms', 'any')),
  language text constraint inquiry_language_length check (char_length(language) between 2 and 35),
  on_behalf_of text constraint inquiry_on_behalf_known
    check (on_behalf_of in ('self', 'child', 'parent', 'spouse', 'relative', 'patient', 'other')),
  key_id text not null,
  wrapped_key bytea not null,
  sealed_name bytea not null,
  sealed_email bytea,
  sealed_phone bytea,
  sealed_message bytea,
  -- Preferred times, attribution and the form's extra answers, as one sealed JSON document.
  sealed_details bytea not null,
  -- HMAC-SHA-256 of the normalised value under a key of its own for each field.
  email_index bytea constraint inquiry_email_index_length check (octet_length(email_index) = 32),
  phone_index bytea constraint inquiry_phone_index_length check (octet_length(phone_index) = 32),
  retention_expires_at timestamptz not null,
  version integer not null default 1,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  constraint inquiry_has_a_contact check (sealed_email is not null or sealed_phone is not null),
  constraint inquiry_email_is_indexed check ((sealed_email is null) = (email_index is null)),
  constraint inquiry_phone_is_indexed check ((sealed_phone is null) = (phone_index is null))
);
create index inquiry_received on cms.inquiry (received_at desc, id desc);
create index inquiry_status on cms.inquiry (status, received_at desc, id desc);

-- Append-only: proof of consent is worth nothing when it can be edited afterwards.
create table cms.consent (
  inquiry_id uuid not null references cms.inquiry,
  position smallint not null,
  purpose text not null constraint consent_purpose_form check (purpose ~ '^[a-z][a-z0-9_]{1,49}$'),
  text_version text constraint consent_text_version_form check (text_version ~ '^[A-Za-z0-9._-]{1,50}$'),
  granted boolean not null,
  given_at timestamptz not null,
  primary key (inquiry_id, position),
  constraint consent_names_its_text check (not granted or text_version is not null)
);
create trigger consent_append_only before update or delete on cms.consent
  for each row execute function cms.refuse_change();

-- Keyed hashes only: neither a key nor a contact can be read out of this table or guessed from it.
create table cms.idempotency_key (
  scope bytea not null constraint idempotency_scope_length check (octet_length(scope) = 32),
  key bytea not null constraint idempotency_key_length check (octet_length(key) = 32),
  content bytea not null constraint idempotency_content_length check (octet_length(content) = 32),
  answer jsonb not null,
  expires_at timestamptz not null,
  primary key (scope, key)
);
create index idempotency_key_expires on cms.idempotency_key (expires_at);

-- Which keys this database was written with. Fingerprints are keyed: a node with another key ring is told so at
-- start, and nobody learns anything about a key.
create table cms.key_fingerprint (
  name text primary key,
  fingerprint text not null,
  first_seen_at timestamptz not null default clock_timestamp()
);

grant select on cms.form, cms.consent to cms_staff;
grant select, insert on cms.key_fingerprint to cms_staff;
grant select, update on cms.inquiry to cms_staff;
