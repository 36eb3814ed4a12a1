-- What stands beside an inquiry and tells of the person goes with it. The staff's role may remove it here alone, and only
-- of what is erased. Words that stand in rows which nobody may change (a status change, a consent) went with the data key.
create function cms.forget_beside(p_inquiries uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_gone uuid[] := array(select i.id from cms.inquiry i where i.id = any (p_inquiries) and i.erased_at is not null);
begin
  delete from cms.idempotency_key k where k.answer->>'id' = any (v_gone::text[]);
  update cms.legal_hold set sealed_reason = null where inquiry_id = any (v_gone);
  if to_regclass('cms.inquiry_note') is not null then
    delete from cms.inquiry_note where inquiry_id = any (v_gone);
  end if;
  if to_regclass('cms.inquiry_contact') is not null then
    delete from cms.inquiry_contact where inquiry_id = any (v_gone);
  end if;
  if to_regclass('cms.inquiry_content') is not null then
    delete from cms.inquiry_content where inquiry_id = any (v_gone);
  end if;
  if to_regclass('cms.mail_message_of_inquiry') is not null then
    delete from cms.mail_message where inquiry_id = any (v_gone) and sent_at is null and failed_at is null;
  end if;
end
$$;
grant execute on function cms.forget_beside to cms_staff;
