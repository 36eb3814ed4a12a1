-- Connections: which services bring inquiries, how what they send is read, and what could not be read.
create table cms.integration (
  id uuid primary key,
  kind text not null constraint integration_kind_known
    check (kind in ('google_ads', 'meta', 'typeform', 'callrail', 'generic')),
  name text not null constraint integration_name_length check (char_length(name) between 1 and 200),
  -- The form that its inquiries come through: retention, consents, who is told.
  form_id uuid not null references cms.form,
  -- Where an inquiry goes that names no location, and what it asks for where it names no service.
  location_id uuid references cms.location,
  service_id uuid references cms.service,
  -- {fields, answers, consents, ignored} over the kind's own; null for that alone.
  mapping jsonb constraint integration_mapping_object check (jsonb_typeof(mapping) = 'object'),
  enabled boolean not null default true,
  -- With whom there is an agreement, in the clinic's words.
  processor text constraint integration_processor_length check (char_length(processor) between 1 and 200),
  -- SHA-256 of the token in its address: whoever reads the table cannot post.
  key_hash bytea not null unique constraint integration_key_hash_length check (octet_length(key_hash) = 32),
  version integer not null default 1 constraint integration_version_positive check (version > 0),
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz,
  constraint integration_generic_is_mapped check (kind <> 'generic' or mapping is not null)
);
create index integration_by_name on cms.integration (name, id);

-- What deliveries are signed with, sealed in the program. While one is rotated, two of a use count.
create table cms.integration_secret (
  id uuid primary key,
  integration_id uuid not null references cms.integration,
  use text not null constraint integration_secret_use_known check (use in ('signing', 'verify_token', 'access_token')),
  sealed bytea not null,
  created_at timestamptz not null,
  -- Null for the newest; the one before counts until then.
  valid_until timestamptz
);
create unique index integration_secret_newest on cms.integration_secret (integration_id, use) where valid_until is null;
create index integration_secret_of on cms.integration_secret (integration_id);

-- Deliveries that are no inquiry yet: a lead whose fields are still to be fetched, and whatever could be answered by
-- nobody as it stands. Nothing of it is readable here, and it goes with its retention.
create table cms.integration_delivery (
  id uuid primary key,
  integration_id uuid not null references cms.integration,
  -- Keyed hash of what was delivered: the same again is the same row.
  delivery_index bytea not null constraint integration_delivery_index_length check (octet_length(delivery_index) = 32),
  state text not null constraint integration_delivery_state_known check (state in ('fetching', 'kept', 'done')),
  -- Why it is kept.
  reason text constraint integration_delivery_reason_form check (reason ~ '^[a-z0-9_]{1,40}$'),
  -- [{target, code}]: what is wrong with it, never what it says.
  mistakes jsonb not null default '[]' constraint integration_delivery_mistakes_list check (jsonb_typeof(mistakes) = 'array'),
  sealed bytea,
  received_at timestamptz not null,
  request_id text,
  available_at timestamptz not null,
  attempts integer not null default 0 constraint integration_delivery_attempts_count check (attempts >= 0),
  -- The node that fetches until then. No transaction is open while another service is spoken to.
  leased_until timestamptz,
  inquiry_id uuid references cms.inquiry on delete set null,
  done_at timestamptz,
  retention_expires_at timestamptz not null,
  unique (integration_id, delivery_index),
  constraint integration_delivery_sealed_while_open check ((sealed is null) = (state = 'done')),
  constraint integration_delivery_done_at check ((done_at is not null) = (state = 'done')),
  constraint integration_delivery_kept_for_a_reason check (state <> 'kept' or reason is not null)
);
create index integration_delivery_waiting on cms.integration_delivery (available_at, id) where state = 'fetching';
create index integration_delivery_listed on cms.integration_delivery (integration_id, received_at desc, id desc);
create index integration_delivery_expiring on cms.integration_delivery (retention_expires_at);

-- What was already written into an inquiry that its source tells of again (a call that is noted upon later): the
-- keyed hash of each content, and where it stands among the others.
create table cms.inquiry_content (
  inquiry_id uuid not null references cms.inquiry on delete cascade,
  content bytea not null constraint inquiry_content_length check (octet_length(content) = 32),
  -- The source's own instant, and how much it told: what tells less does not replace what tells more.
  sent_at timestamptz not null,
  weight integer not null constraint inquiry_content_weight check (weight >= 0),
  primary key (inquiry_id, content)
);

grant select, insert, update on cms.integration to cms_staff;
grant select, insert, update, delete on cms.integration_secret to cms_staff;
grant select, insert, update, delete on cms.integration_delivery to cms_staff;

-- The connection behind an address, as far as a delivery needs it: the sealed secrets that count now, and no more.
create function site.find_integration(p_kind text, p_key_hash bytea, p_now timestamptz) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object(
           'id', i.id, 'kind', i.kind, 'mapping', i.mapping,
           'form', (select f.slug from cms.form f where f.id = i.form_id and f.trashed_at is null),
           'location', (select l.slug from cms.location l where l.id = i.location_id and l.trashed_at is null),
           'service', (select s.slug from cms.service s where s.id = i.service_id and s.trashed_at is null),
           'secrets', (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'use', s.use, 'sealed', encode(s.sealed, 'hex'))), '[]')
                         from cms.integration_secret s
                        where s.integration_id = i.id and (s.valid_until is null or s.valid_until > p_now)))
    from cms.integration i
   where i.kind = p_kind and i.key_hash = p_key_hash and i.enabled and i.trashed_at is null
$$;

-- Keeps a delivery that is no inquiry yet. Answers whether it is new.
create function site.keep_delivery(
  p_id uuid, p_integration_id uuid, p_delivery_index bytea, p_state text, p_reason text, p_mistakes jsonb,
  p_sealed bytea, p_received_at timestamptz, p_request_id text, p_retention_days integer,
  p_audit_id uuid, p_audit_mac bytea
) returns boolean
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  insert into cms.integration_delivery (
    id, integration_id, delivery_index, state, reason, mistakes, sealed, received_at, request_id, available_at,
    retention_expires_at)
  values (p_id, p_integration_id, p_delivery_index, p_state, p_reason, p_mistakes, p_sealed, p_received_at, p_request_id,
          p_received_at, p_received_at + make_interval(days => p_retention_days))
  on conflict (integration_id, delivery_index) do nothing;
  if not found then
    return false;
  end if;
  insert into cms.audit_event (id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id, mac)
  values (p_audit_id, p_received_at, 'integration', p_integration_id, 'integration_delivery.create', 'integration_delivery', p_id,
          p_request_id, p_audit_mac);
  return true;
end
$$;

-- Notes what an inquiry's source told first, in the transaction that stores it.
create function site.submit_call(
  p_inquiry jsonb,
  p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea,
  p_scope bytea, p_key bytea, p_content bytea, p_answer jsonb,
  p_told bytea, p_sent_at timestamptz, p_weight integer,
  out outcome text, out answer jsonb
)
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  select s.outcome, s.answer into strict outcome, answer
    from site.submit_inquiry(p_inquiry, p_wrapped_key, p_name, p_email, p_phone, p_message, p_details, p_email_index,
                             p_phone_index, p_scope, p_key, p_content, p_answer) s;
  if outcome = 'accepted' then
    insert into cms.inquiry_content (inquiry_id, content, sent_at, weight)
    values ((p_inquiry->>'id')::uuid, p_told, p_sent_at, p_weight);
  end if;
end
$$;

-- Writes what the source of an inquiry tells of it anew: `amended`, or `known` where it told so before, or `older`
-- where something newer stands there. Where the inquiry is in the clinic's work stays as it is.
create function site.amend_inquiry(
  p_id uuid, p_integration_id uuid, p_external_index bytea, p_key_id text,
  p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea, p_told bytea, p_sent_at timestamptz, p_weight integer,
  p_now timestamptz, p_request_id text, p_audit_id uuid, p_audit_mac bytea
) returns text
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  perform from cms.inquiry i
    where i.id = p_id and i.integration_id = p_integration_id and i.external_index = p_external_index for update;
  if not found then
    return 'unknown';
  end if;
  if exists (select from cms.inquiry_content c where c.inquiry_id = p_id and c.content = p_told) then
    return 'known';
  end if;
  if exists (select from cms.inquiry_content c
              where c.inquiry_id = p_id and (c.sent_at, c.weight) > (p_sent_at, p_weight)) then
    return 'older';
  end if;
  insert into cms.inquiry_content (inquiry_id, content, sent_at, weight) values (p_id, p_told, p_sent_at, p_weight);
  update cms.inquiry i
     set key_id = p_key_id, wrapped_key = p_wrapped_key, sealed_name = p_name, sealed_email = p_email,
         sealed_phone = p_phone, sealed_message = p_message, sealed_details = p_details,
         email_index = p_email_index, phone_index = p_phone_index,
         version = i.version + 1, updated_at = p_now
   where i.id = p_id;
  insert into cms.audit_event (id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id, mac)
  values (p_audit_id, p_now, 'integration', p_integration_id, 'inquiry.amend', 'inquiry', p_id, p_request_id, p_audit_mac);
  return 'amended';
end
$$;

revoke all on function site.find_integration, site.keep_delivery, site.submit_call, site.amend_inquiry from public;
grant execute on function site.find_integration, site.keep_delivery, site.submit_call, site.amend_inquiry to cms_public;
