-- The audit row of a submission carries the HMAC that the program made of it, and the instant that was hashed.
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
    id, received_at, form_id, kind, status, spam_reasons, location_id, source, preferred_contact, language, on_behalf_of,
    key_id, wrapped_key, sealed_name, sealed_email, sealed_phone, sealed_message, sealed_details,
    email_index, phone_index, retention_expires_at)
  values (
    v_id, v_received_at, (p_inquiry->>'form_id')::uuid, p_inquiry->>'kind', p_inquiry->>'status',
    array(select jsonb_array_elements_text(p_inquiry->'spam_reasons')),
    (p_inquiry->>'location_id')::uuid, p_inquiry->>'source', p_inquiry->>'preferred_contact',
    p_inquiry->>'language', p_inquiry->>'on_behalf_of',
    p_inquiry->>'key_id', p_wrapped_key, p_name, p_email, p_phone, p_message, p_details,
    p_email_index, p_phone_index, v_received_at + make_interval(days => (p_inquiry->>'retention_days')::integer));

  insert into cms.consent (inquiry_id, position, purpose, text_version, granted, given_at)
  select v_id, c.position, c.value->>'purpose', c.value->>'text_version', (c.value->>'granted')::boolean, v_received_at
    from jsonb_array_elements(p_inquiry->'consents') with ordinality as c(value, position);

  insert into cms.outbox_event (id, kind, subject_id)
  select (p_inquiry->>'event_id')::uuid, 'inquiry.received', v_id
   where p_inquiry->>'status' <> 'spam';

  insert into cms.audit_event (id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id, mac)
  values ((p_inquiry->>'audit_id')::uuid, v_received_at, p_inquiry->>'actor_kind', (p_inquiry->>'actor_id')::uuid,
          'inquiry.submit', 'inquiry', v_id,
          p_inquiry->>'request_id', decode(p_inquiry->>'audit_mac', 'hex'));
end
$$;
