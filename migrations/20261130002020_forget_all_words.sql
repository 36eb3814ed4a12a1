-- Words about a person that stand in rows which nobody may change went unreadable with the data key, and stayed as bytes:
-- a key that somebody had kept would have opened them. They go with an erasure now, and so do the codes that say why the
-- clinic closed an inquiry. Nothing else of such a row may change, and of no other inquiry.
create function cms.refuse_change_but_forgetting() returns trigger
  language plpgsql set search_path = pg_catalog
as $$
begin
  -- tg_argv names what is forgotten.
  if tg_op = 'UPDATE'
     and to_jsonb(new) - tg_argv = to_jsonb(old) - tg_argv
     and (select bool_and(to_jsonb(new) -> name = 'null') from unnest(tg_argv) name)
     and exists (select from cms.inquiry i where i.id = old.inquiry_id and i.erased_at is not null) then
    return new;
  end if;
  raise exception 'rows of % are never changed or removed', tg_table_name
    using errcode = 'restrict_violation';
end
$$;

drop trigger inquiry_status_change_written_once on cms.inquiry_status_change;
create trigger inquiry_status_change_written_once before update on cms.inquiry_status_change
  for each row execute function cms.refuse_change_but_forgetting('sealed_note', 'reason');
drop trigger consent_change_append_only on cms.consent_change;
create trigger consent_change_append_only before update or delete on cms.consent_change
  for each row execute function cms.refuse_change_but_forgetting('sealed_reason');

-- As before, and all words.
create or replace function cms.forget_beside(p_inquiries uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_gone uuid[] := array(select i.id from cms.inquiry i where i.id = any (p_inquiries) and i.erased_at is not null);
begin
  delete from cms.idempotency_key k where k.answer->>'id' = any (v_gone::text[]);
  update cms.legal_hold set sealed_reason = null where inquiry_id = any (v_gone);
  update cms.inquiry_status_change set sealed_note = null, reason = null
   where inquiry_id = any (v_gone) and num_nonnulls(sealed_note, reason) > 0;
  update cms.consent_change set sealed_reason = null where inquiry_id = any (v_gone) and sealed_reason is not null;
  delete from cms.inquiry_note where inquiry_id = any (v_gone);
  delete from cms.inquiry_contact where inquiry_id = any (v_gone);
  delete from cms.inquiry_content where inquiry_id = any (v_gone);
  delete from cms.inquiry_attachment where inquiry_id = any (v_gone);
  delete from cms.mail_message where inquiry_id = any (v_gone) and sent_at is null and failed_at is null;
end
$$;

-- What was erased before this.
select cms.forget_beside(array(select i.id from cms.inquiry i where i.erased_at is not null));
