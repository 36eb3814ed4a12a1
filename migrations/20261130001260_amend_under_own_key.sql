-- What an inquiry's source tells of it anew is sealed under the data key that the inquiry has: notes, holds and reasons
-- stand beside it under the same key, and another one would leave them closed for ever. A wrapped key opens nothing
-- without the keys outside the database.
create function site.find_delivered_key(
  p_id uuid, p_integration_id uuid, p_external_index bytea, out key_id text, out wrapped_key bytea
)
  language sql stable security definer set search_path = pg_catalog
as $$
  select i.key_id, i.wrapped_key from cms.inquiry i
   where i.id = p_id and i.integration_id = p_integration_id and i.external_index = p_external_index
     and i.erased_at is null
$$;
revoke all on function site.find_delivered_key from public;
grant execute on function site.find_delivered_key to cms_public;

-- As before; what was erased stays erased, and is known.
create or replace function site.amend_inquiry(
  p_id uuid, p_integration_id uuid, p_external_index bytea, p_key_id text,
  p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea, p_told bytea, p_sent_at timestamptz, p_weight integer,
  p_now timestamptz, p_request_id text, p_audit_id uuid, p_audit_mac bytea
) returns text
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_erased_at timestamptz;
begin
  select i.erased_at into v_erased_at from cms.inquiry i
    where i.id = p_id and i.integration_id = p_integration_id and i.external_index = p_external_index for update;
  if not found then
    return 'unknown';
  end if;
  if v_erased_at is not null
     or exists (select from cms.inquiry_content c where c.inquiry_id = p_id and c.content = p_told) then
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
