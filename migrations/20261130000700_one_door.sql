-- What every way in has in common: where an inquiry goes, who looks after it, by when it is answered.
alter table cms.form
  -- Pages of which origins may post from a browser; none for those of the settings.
  add column allowed_origins text[] not null default '{}',
  add column proof_of_work boolean not null default false,
  -- [{service_id, location_id, assignee_id}], the first that fits: where an inquiry about a service goes.
  add column routes jsonb not null default '[]' constraint form_routes_list check (jsonb_typeof(routes) = 'array'),
  -- Minutes of the location's opening hours until the first answer is due.
  add column response_minutes integer not null default 240
    constraint form_response_minutes_range check (response_minutes between 1 and 10080),
  -- {subject: {"en": …}, text: {"en": …}}: the letter to an inquirer; null for none.
  add column autoresponder jsonb constraint form_autoresponder_object check (jsonb_typeof(autoresponder) = 'object'),
  -- Accounts that are told of an inquiry; none for the front desk of its location.
  add column notified uuid[] not null default '{}',
  -- {max_bytes, types}; null where files are refused.
  add column attachments jsonb constraint form_attachments_object check (jsonb_typeof(attachments) = 'object');

alter table cms.inquiry
  add column service_id uuid references cms.service,
  add column assignee_id uuid references cms.account,
  add column spam_score smallint not null default 0,
  -- The rule of `cms.emergency_rule` that a message matched: its name.
  add column emergency_rule text constraint inquiry_emergency_rule_length check (char_length(emergency_rule) between 1 and 100),
  -- The connection that it came by, and the keyed hash of the id that it has there: one delivery is one row.
  add column integration_id uuid,
  add column external_index bytea constraint inquiry_external_index_length check (octet_length(external_index) = 32),
  -- Keyed hash of the normalised message: the same words again.
  add column content_index bytea constraint inquiry_content_index_length check (octet_length(content_index) = 32),
  add column first_response_due_at timestamptz,
  add column first_responded_at timestamptz,
  add column attempts integer not null default 0 constraint inquiry_attempts_count check (attempts >= 0),
  -- When somebody is to be called back, or looked at again.
  add column next_action_at timestamptz,
  add column close_reason text,
  add column duplicate_of uuid references cms.inquiry,
  add column legal_hold boolean not null default false,
  add constraint inquiry_is_no_duplicate_of_itself check (duplicate_of <> id),
  drop constraint inquiry_source_known,
  add constraint inquiry_source_known
    check (source in ('api', 'form', 'google_ads', 'meta', 'typeform', 'callrail', 'generic'));

create unique index inquiry_delivered_once on cms.inquiry (integration_id, external_index) where external_index is not null;
create index inquiry_by_email on cms.inquiry (email_index, received_at desc) where email_index is not null;
create index inquiry_by_phone on cms.inquiry (phone_index, received_at desc) where phone_index is not null;
create index inquiry_by_content on cms.inquiry (content_index, received_at desc) where content_index is not null;

create or replace view site.form as
select f.id, f.slug, f.name, f.honeypot, f.notices, f.is_default, f.version, f.fields, f.kinds, f.location_id, f.retention_days,
       (select coalesce(jsonb_agg(c.value || jsonb_build_object('texts', t.texts) order by c.position), '[]')
          from jsonb_array_elements(f.consents) with ordinality as c (value, position)
          join cms.consent_text t on t.form_id = f.id and t.purpose = c.value->>'purpose'
                                 and t.text_version = c.value->>'text_version') as consents,
       (select coalesce(jsonb_agg(jsonb_build_object('purpose', t.purpose, 'text_version', t.text_version)), '[]')
          from cms.consent_text t where t.form_id = f.id) as known_texts,
       f.allowed_origins, f.proof_of_work,
       -- What is in the trash by now, or disabled, is no way to go.
       (select coalesce(jsonb_agg(jsonb_build_object('service_id', s.id, 'location_id', l.id, 'assignee_id', a.id)
                                  order by r.position), '[]')
          from jsonb_array_elements(f.routes) with ordinality as r (value, position)
          join cms.service s on s.id = (r.value->>'service_id')::uuid and s.trashed_at is null
          left join cms.location l on l.id = (r.value->>'location_id')::uuid and l.trashed_at is null
          left join cms.account a on a.id = (r.value->>'assignee_id')::uuid and a.status = 'active') as routes,
       f.response_minutes, f.attachments
  from cms.form f
 where f.trashed_at is null;

-- As before, with what every way in has in common. A delivery with an id of its own (`external_index`) that is stored
-- already answers `repeated` with the first one's id.
create or replace function site.submit_inquiry(
  p_inquiry jsonb,
  p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea,
  p_scope bytea, p_key bytea, p_content bytea, p_answer jsonb,
  out outcome text, out answer jsonb
)
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_id uuid := (p_inquiry->>'id')::uuid;
  v_received_at timestamptz := (p_inquiry->>'received_at')::timestamptz;
  v_integration_id uuid := (p_inquiry->>'integration_id')::uuid;
  v_external_index bytea := decode(p_inquiry->>'external_index', 'hex');
  v_content bytea;
begin
  outcome := 'accepted';
  answer := p_answer;
  if p_key is not null then
    delete from cms.idempotency_key k where k.scope = p_scope and k.key = p_key and k.expires_at <= v_received_at;
    -- A second request with the same key waits here for the first to commit or to fail.
    insert into cms.idempotency_key (scope, key, content, answer, expires_at)
    values (p_scope, p_key, p_content, p_answer, v_received_at + interval '7 days')
    on conflict (scope, key) do nothing;
    if not found then
      select k.content, k.answer into strict v_content, answer
        from cms.idempotency_key k where k.scope = p_scope and k.key = p_key;
      outcome := 'repeated';
      if v_content <> p_content then
        outcome := 'reused';
        answer := null;
      end if;
      return;
    end if;
  end if;

  insert into cms.inquiry (
    id, received_at, form_id, kind, status, spam_reasons, spam_score, priority, emergency_rule, location_id, service_id,
    assignee_id, source, integration_id, external_index, content_index, preferred_contact, language, on_behalf_of,
    key_id, wrapped_key, sealed_name, sealed_email, sealed_phone, sealed_message, sealed_details,
    email_index, phone_index, first_response_due_at, retention_expires_at)
  values (
    v_id, v_received_at, (p_inquiry->>'form_id')::uuid, p_inquiry->>'kind', p_inquiry->>'status',
    array(select jsonb_array_elements_text(p_inquiry->'spam_reasons')),
    coalesce((p_inquiry->>'spam_score')::smallint, 0), coalesce(p_inquiry->>'priority', 'normal'),
    p_inquiry->>'emergency_rule', (p_inquiry->>'location_id')::uuid, (p_inquiry->>'service_id')::uuid,
    (p_inquiry->>'assignee_id')::uuid, p_inquiry->>'source', v_integration_id, v_external_index,
    decode(p_inquiry->>'content_index', 'hex'), p_inquiry->>'preferred_contact',
    p_inquiry->>'language', p_inquiry->>'on_behalf_of',
    p_inquiry->>'key_id', p_wrapped_key, p_name, p_email, p_phone, p_message, p_details,
    p_email_index, p_phone_index, (p_inquiry->>'first_response_due_at')::timestamptz,
    v_received_at + make_interval(days => (p_inquiry->>'retention_days')::integer))
  on conflict (integration_id, external_index) where external_index is not null do nothing;
  if not found then
    outcome := 'repeated';
    select p_answer || jsonb_build_object('id', i.id, 'received_at', i.received_at) into strict answer
      from cms.inquiry i where i.integration_id = v_integration_id and i.external_index = v_external_index;
    return;
  end if;

  insert into cms.consent (inquiry_id, position, purpose, text_version, granted, given_at)
  select v_id, c.position, c.value->>'purpose', c.value->>'text_version', (c.value->>'granted')::boolean, v_received_at
    from jsonb_array_elements(p_inquiry->'consents') with ordinality as c(value, position);

  insert into cms.outbox_event (id, kind, subject_id)
  select (p_inquiry->>'event_id')::uuid, 'inquiry.received', v_id
   where p_inquiry->>'status' not in ('spam', 'held');

  insert into cms.audit_event (id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id, mac)
  values ((p_inquiry->>'audit_id')::uuid, v_received_at, p_inquiry->>'actor_kind', (p_inquiry->>'actor_id')::uuid,
          'inquiry.submit', 'inquiry', v_id,
          p_inquiry->>'request_id', decode(p_inquiry->>'audit_mac', 'hex'));
end
$$;
