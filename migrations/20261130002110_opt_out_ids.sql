-- Ids of rows that the database makes: UUIDv7 (RFC 9562 §5.7), as all others are.
create function cms.new_id() returns uuid
  language sql volatile set search_path = pg_catalog
as $$
  -- A random UUIDv4 with the milliseconds since 1970 in its first 48 bits; bits 52 and 53, counted from the least of each
  -- byte, make a 7 of its version 4.
  select encode(
           set_bit(set_bit(
             overlay(uuid_send(gen_random_uuid())
                     placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                     from 1 for 6),
             52, 1), 53, 1),
           'hex')::uuid
$$;
revoke all on function cms.new_id from public;
grant execute on function cms.new_id to cms_staff;

-- As before, with an id of ours.
create or replace function cms.close_texting() returns trigger
  language plpgsql set search_path = pg_catalog
as $$
begin
  insert into cms.suppression (id, channel, contact_index, source, at)
  select cms.new_id(), 'sms', i.phone_index, i.source, new.given_at
    from cms.inquiry i
   where i.id = new.inquiry_id and i.integration_id is not null and i.phone_index is not null
  on conflict do nothing;
  return null;
end
$$;
