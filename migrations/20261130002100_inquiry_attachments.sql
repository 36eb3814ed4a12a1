-- Files that come with an inquiry, sealed under its data key: each content and each name at its own row. What kind of file
-- it is and how long stand open, since a list needs them and the sealed bytes tell as much.
create table cms.inquiry_attachment (
  id uuid primary key,
  inquiry_id uuid not null references cms.inquiry on delete cascade,
  position integer not null constraint inquiry_attachment_position_range check (position between 1 and 10),
  media_type text not null constraint inquiry_attachment_media_type_length check (char_length(media_type) between 3 and 100),
  bytes integer not null constraint inquiry_attachment_bytes_range check (bytes between 1 and 10485760),
  sealed_name bytea not null,
  sealed_content bytea not null,
  constraint inquiry_attachment_place unique (inquiry_id, position)
);
-- Sealed bytes do not shrink.
alter table cms.inquiry_attachment alter column sealed_content set storage external;
create trigger inquiry_attachment_written_once before update on cms.inquiry_attachment
  for each row execute function cms.refuse_change();
create trigger inquiry_attachment_no_truncate before truncate on cms.inquiry_attachment
  for each statement execute function cms.refuse_change();
grant select on cms.inquiry_attachment to cms_staff;

-- Files go with what is erased, whichever way it is erased.
create function cms.forget_attachments() returns trigger
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  delete from cms.inquiry_attachment a where a.inquiry_id = new.id;
  return null;
end
$$;
revoke all on function cms.forget_attachments from public;
create trigger inquiry_erased_forgets_attachments after update of erased_at on cms.inquiry
  for each row when (old.erased_at is null and new.erased_at is not null) execute function cms.forget_attachments();

-- `site.submit_inquiry`, with files in the same transaction. `p_files` is [{id, media_type, bytes}]; names and contents stand
-- in the same order.
create function site.submit_inquiry_with_attachments(
  p_inquiry jsonb,
  p_wrapped_key bytea, p_name bytea, p_email bytea, p_phone bytea, p_message bytea, p_details bytea,
  p_email_index bytea, p_phone_index bytea,
  p_scope bytea, p_key bytea, p_content bytea, p_answer jsonb,
  p_files jsonb, p_file_names bytea[], p_file_contents bytea[],
  out outcome text, out answer jsonb
)
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  select s.outcome, s.answer into strict outcome, answer
    from site.submit_inquiry(p_inquiry, p_wrapped_key, p_name, p_email, p_phone, p_message, p_details, p_email_index,
                             p_phone_index, p_scope, p_key, p_content, p_answer) s;
  if outcome = 'accepted' then
    insert into cms.inquiry_attachment (id, inquiry_id, position, media_type, bytes, sealed_name, sealed_content)
    select (f.value->>'id')::uuid, (p_inquiry->>'id')::uuid, f.position, f.value->>'media_type', (f.value->>'bytes')::integer,
           p_file_names[f.position], p_file_contents[f.position]
      from jsonb_array_elements(p_files) with ordinality as f (value, position);
  end if;
end
$$;
revoke all on function site.submit_inquiry_with_attachments from public;
grant execute on function site.submit_inquiry_with_attachments to cms_public;
