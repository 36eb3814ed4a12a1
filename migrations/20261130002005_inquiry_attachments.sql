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

-- Adds files to an inquiry that this very transaction has stored, so that nobody adds any to another. `p_files` is
-- [{id, media_type, bytes}]; names and contents stand in the same order.
create function site.add_attachments(p_inquiry_id uuid, p_files jsonb, p_names bytea[], p_contents bytea[]) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  if not exists (select from cms.inquiry i where i.id = p_inquiry_id and i.xmin = pg_current_xact_id()::xid) then
    raise exception 'files are added to an inquiry as it is stored' using errcode = 'insufficient_privilege';
  end if;
  insert into cms.inquiry_attachment (id, inquiry_id, position, media_type, bytes, sealed_name, sealed_content)
  select (f.value->>'id')::uuid, p_inquiry_id, f.position, f.value->>'media_type', (f.value->>'bytes')::integer,
         p_names[f.position], p_contents[f.position]
    from jsonb_array_elements(p_files) with ordinality as f (value, position);
end
$$;
revoke all on function site.add_attachments from public;
grant execute on function site.add_attachments to cms_public;
