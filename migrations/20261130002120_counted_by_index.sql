-- What is counted for each inquiry is found by one index and no other, whatever PostgreSQL knows of the table. A plan that is
-- made while it holds few rows costs the same by any index, or by none, and stays as long as the connection lives and nobody
-- has analysed the table: a burst then read all of the table for each post. So each condition here fits one index alone: a
-- contact's few inquiries are compared with the hour one by one, and those of the same words are ordered by an expression.
-- What a post always writes is one statement: each costs its beginning, and the checks and indexes of a table are read anew.
drop index cms.inquiry_by_content;
create index inquiry_by_content on cms.inquiry (content_index, (received_at at time zone 'UTC') desc)
  where content_index is not null;

create or replace function site.submit_inquiry(
  p_inquiry jsonb, p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea,
  p_scope bytea, p_key bytea, p_content bytea, p_answer jsonb,
  out outcome text, out answer jsonb)
  language plpgsql security definer set search_path = pg_catalog set enable_seqscan = off
as $$
declare
  v_id uuid := (p_inquiry->>'id')::uuid;
  v_received_at timestamptz := (p_inquiry->>'received_at')::timestamptz;
  v_integration_id uuid := (p_inquiry->>'integration_id')::uuid;
  v_external_index bytea := decode(p_inquiry->>'external_index', 'hex');
  v_content bytea;
  v_status text := p_inquiry->>'status';
  v_score smallint := coalesce((p_inquiry->>'spam_score')::smallint, 0);
  v_reasons text[] := '{}';
  v_content_index bytea := decode(p_inquiry->>'content_index', 'hex');
  -- From so many on it is too much; null where nothing is counted.
  v_copies integer := (p_inquiry->'limits'->>'copies')::integer;
  v_of_contact integer := (p_inquiry->'limits'->>'contact')::integer;
  v_since timestamptz := v_received_at - interval '24 hours';
  v_found text[] := '{}';
  v_stored uuid;
begin
  outcome := 'accepted';
  answer := p_answer;
  if p_inquiry->'spam_reasons' <> '[]'::jsonb then
    v_reasons := array(select jsonb_array_elements_text(p_inquiry->'spam_reasons'));
  end if;
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

  -- A proof of work counts once. What is over goes as new ones come, so the table holds no more than one lifetime's.
  if jsonb_typeof(p_inquiry->'proof') = 'object' then
    delete from cms.spent_proof s
     where s.digest in (select o.digest from cms.spent_proof o where o.expires_at <= v_received_at
                         order by o.expires_at limit 10 for update skip locked);
    insert into cms.spent_proof (digest, expires_at)
    values (decode(p_inquiry->'proof'->>'digest', 'hex'), (p_inquiry->'proof'->>'expires_at')::timestamptz)
    on conflict (digest) do nothing;
    if not found then
      v_found := v_found || 'proof_replayed'::text;
    end if;
  end if;

  -- Posts of the same words or the same contact wait for each other, so that a burst is counted as well. Everybody
  -- waits in this order, and nobody for anything else afterwards.
  if v_copies is not null or v_of_contact is not null then
    perform case when v_copies is not null then pg_advisory_xact_lock(hashtextextended(encode(v_content_index, 'hex'), 1)) end,
            case when v_of_contact is not null then pg_advisory_xact_lock(hashtextextended(encode(p_email_index, 'hex'), 2)) end,
            case when v_of_contact is not null then pg_advisory_xact_lock(hashtextextended(encode(p_phone_index, 'hex'), 3)) end;
    v_found := v_found || array_remove(array[
      case when v_copies is not null and v_copies <= (
        select count(*)
          from (select distinct i.email_index, i.phone_index from cms.inquiry i
                 where i.content_index = v_content_index
                   and (i.received_at at time zone 'UTC') > (v_since at time zone 'UTC')
                   and not coalesce(i.email_index = p_email_index, false)
                   and not coalesce(i.phone_index = p_phone_index, false)
                 limit v_copies) others) then 'same_words' end,
      case when v_of_contact is not null and (
        v_of_contact <= (select count(*) from (select from cms.inquiry i
                                                where i.email_index = p_email_index
                                                  and i.received_at + interval '0' > v_since
                                                limit v_of_contact) mails)
        or v_of_contact <= (select count(*) from (select from cms.inquiry i
                                                   where i.phone_index = p_phone_index
                                                     and i.received_at + interval '0' > v_since
                                                   limit v_of_contact) calls)) then 'contact_limit' end], null);
  end if;
  -- What is counted here holds an inquiry back and never makes it spam.
  if cardinality(v_found) > 0 then
    v_reasons := v_reasons || v_found;
    v_score := least(v_score + 5 * cardinality(v_found), 1000);
    v_status := case v_status when 'new' then 'held' else v_status end;
  end if;

  with stored as (
    insert into cms.inquiry (
      id, received_at, form_id, kind, status, spam_reasons, spam_score, priority, emergency_rule, location_id, service_id,
      assignee_id, source, integration_id, external_index, content_index, preferred_contact, language, on_behalf_of,
      key_id, wrapped_key, sealed_name, sealed_email, sealed_phone, sealed_message, sealed_details,
      email_index, phone_index, first_response_due_at, retention_expires_at)
    values (
      v_id, v_received_at, (p_inquiry->>'form_id')::uuid, p_inquiry->>'kind', v_status, v_reasons, v_score,
      coalesce(p_inquiry->>'priority', 'normal'), p_inquiry->>'emergency_rule', (p_inquiry->>'location_id')::uuid,
      (p_inquiry->>'service_id')::uuid, (p_inquiry->>'assignee_id')::uuid, p_inquiry->>'source', v_integration_id,
      v_external_index, v_content_index, p_inquiry->>'preferred_contact', p_inquiry->>'language',
      p_inquiry->>'on_behalf_of', p_inquiry->>'key_id', p_wrapped_key, p_name, p_email, p_phone, p_message, p_details,
      p_email_index, p_phone_index, (p_inquiry->>'first_response_due_at')::timestamptz,
      v_received_at + make_interval(days => (p_inquiry->>'retention_days')::integer))
    on conflict (integration_id, external_index) where external_index is not null do nothing
    returning id),
  told as (
    insert into cms.outbox_event (id, kind, subject_id)
    select (p_inquiry->>'event_id')::uuid, 'inquiry.received', s.id from stored s
     where v_status = 'new' or (v_status = 'held' and p_inquiry->>'emergency_rule' is not null)),
  noted as (
    insert into cms.audit_event (id, at, actor_kind, actor_id, action, subject_type, subject_id, request_id, mac)
    select (p_inquiry->>'audit_id')::uuid, v_received_at, p_inquiry->>'actor_kind', (p_inquiry->>'actor_id')::uuid,
           'inquiry.submit', 'inquiry', s.id, p_inquiry->>'request_id', decode(p_inquiry->>'audit_mac', 'hex') from stored s)
  select s.id into v_stored from stored s;
  if v_stored is null then
    outcome := 'repeated';
    select p_answer || jsonb_build_object('id', i.id, 'received_at', i.received_at) into strict answer
      from cms.inquiry i where i.integration_id = v_integration_id and i.external_index = v_external_index;
    return;
  end if;

  if p_inquiry->'consents' <> '[]'::jsonb then
    insert into cms.consent (inquiry_id, position, purpose, text_version, granted, given_at)
    select v_id, c.position, c.value->>'purpose', c.value->>'text_version', (c.value->>'granted')::boolean, v_received_at
      from jsonb_array_elements(p_inquiry->'consents') with ordinality as c(value, position);
  end if;
end
$$;
