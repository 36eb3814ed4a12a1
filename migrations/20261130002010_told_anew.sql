-- What a source tells of an inquiry anew may say for the first time what somebody agrees to: an answered form of which a part
-- came first. Each such word is a row of its own behind those that stand; one that was said before is not said twice. And it
-- is looked at for an emergency as the first words are: a match raises the priority, takes the inquiry out of the spam where
-- nobody but the program put it there, and tells of it as at its arrival. Nothing is ever lowered: words that match no rule
-- leave everything as it stands.
create function site.amend_told(
  p_id uuid, p_integration_id uuid, p_external_index bytea, p_key_id text,
  p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea, p_told bytea, p_sent_at timestamptz, p_weight integer,
  p_now timestamptz, p_request_id text, p_audit_id uuid, p_audit_mac bytea,
  p_emergency boolean, p_event_id uuid, p_line_id uuid, p_consents jsonb
) returns text
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_outcome text := site.amend_inquiry(
    p_id, p_integration_id, p_external_index, p_key_id, p_wrapped_key, p_name, p_email, p_phone, p_message, p_details,
    p_email_index, p_phone_index, p_told, p_sent_at, p_weight, p_now, p_request_id, p_audit_id, p_audit_mac);
  v_was_stat boolean;
  v_status text;
begin
  if v_outcome <> 'amended' then
    return v_outcome;
  end if;
  insert into cms.consent (inquiry_id, position, purpose, text_version, granted, given_at)
  select p_id, (select coalesce(max(c.position), 0) from cms.consent c where c.inquiry_id = p_id)
               + row_number() over (order by said.position),
         said.purpose, said.text_version, said.granted, p_now
    from (select g.position, g.value->>'purpose' as purpose, g.value->>'text_version' as text_version,
                 (g.value->>'granted')::boolean as granted
            from jsonb_array_elements(p_consents) with ordinality as g(value, position)) said
    left join lateral (select c.granted, c.text_version from cms.consent c
                        where c.inquiry_id = p_id and c.purpose = said.purpose
                        order by c.position desc limit 1) stands on true
   where (stands.granted, stands.text_version) is distinct from (said.granted, said.text_version);
  if not p_emergency then
    return v_outcome;
  end if;
  -- The row is this transaction's since it was amended.
  select i.priority = 'stat', i.status into strict v_was_stat, v_status from cms.inquiry i where i.id = p_id;
  if v_status = 'spam' and not exists (select from cms.inquiry_status_change c where c.inquiry_id = p_id) then
    v_status := 'held';
    insert into cms.inquiry_status_change (id, inquiry_id, at, from_status, to_status)
    values (p_line_id, p_id, p_now, 'spam', v_status);
  end if;
  update cms.inquiry i set priority = 'stat', emergency_rule = 'matched', status = v_status where i.id = p_id;
  if not v_was_stat and v_status <> 'spam' then
    insert into cms.outbox_event (id, kind, subject_id) values (p_event_id, 'inquiry.received', p_id);
  end if;
  return v_outcome;
end
$$;
revoke all on function site.amend_told from public;
grant execute on function site.amend_told to cms_public;
