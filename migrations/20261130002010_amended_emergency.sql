-- What a source tells of an inquiry anew is looked at for an emergency as its first words are. A match raises the priority,
-- takes the inquiry out of the spam where nobody but the program put it there, and tells of it as at its arrival. Nothing
-- is ever lowered: words that match no rule leave everything as it stands.
create function site.amend_call(
  p_id uuid, p_integration_id uuid, p_external_index bytea, p_key_id text,
  p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea, p_told bytea, p_sent_at timestamptz, p_weight integer,
  p_now timestamptz, p_request_id text, p_audit_id uuid, p_audit_mac bytea,
  p_emergency boolean, p_event_id uuid, p_line_id uuid
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
  if v_outcome <> 'amended' or not p_emergency then
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
revoke all on function site.amend_call from public;
grant execute on function site.amend_call to cms_public;
