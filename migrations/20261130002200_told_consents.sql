-- What a source tells anew may say for the first time what somebody agrees to: an answered form of which a part came
-- first. Each such word is a row of its own behind those that stand; one that was said before is not said twice.
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
  v_outcome text := site.amend_call(
    p_id, p_integration_id, p_external_index, p_key_id, p_wrapped_key, p_name, p_email, p_phone, p_message, p_details,
    p_email_index, p_phone_index, p_told, p_sent_at, p_weight, p_now, p_request_id, p_audit_id, p_audit_mac,
    p_emergency, p_event_id, p_line_id);
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
  return v_outcome;
end
$$;
revoke all on function site.amend_told from public;
grant execute on function site.amend_told to cms_public;
