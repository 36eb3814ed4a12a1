-- Who texts STOP to a number of the clinic says it to the clinic and not about one inquiry: a consent for texting that a
-- connection brings as refused closes the way of that number, in the same transaction.
create function cms.close_texting() returns trigger
  language plpgsql set search_path = pg_catalog
as $$
begin
  insert into cms.suppression (id, channel, contact_index, source, at)
  select gen_random_uuid(), 'sms', i.phone_index, i.source, new.given_at
    from cms.inquiry i
   where i.id = new.inquiry_id and i.integration_id is not null and i.phone_index is not null
  on conflict do nothing;
  return null;
end
$$;
create trigger consent_closes_texting after insert on cms.consent
  for each row when (new.purpose = 'sms' and not new.granted) execute function cms.close_texting();
