-- A node keeps what an inquiry is understood by (the form, where it leads, its location's hours, the emergency rules), and
-- stores an inquiry only while nothing of that has changed. The number is another after each commit that changed any of it.
create table cms.reference_stamp (
  only_row boolean primary key default true constraint reference_stamp_is_one_row check (only_row),
  value bigint not null default 0
);
insert into cms.reference_stamp default values;

-- Once a transaction and at its end: whoever waits for the row then holds nothing that others wait for, and no more than
-- the commit is left to do.
create function cms.stamp_references() returns trigger
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_transaction text := pg_current_xact_id()::text;
begin
  if current_setting('cms.references_stamped_by', true) is distinct from v_transaction then
    update cms.reference_stamp set value = value + 1;
    perform set_config('cms.references_stamped_by', v_transaction, true);
  end if;
  return null;
end
$$;
revoke all on function cms.stamp_references from public;

create constraint trigger form_changes_references after insert or update or delete on cms.form
  deferrable initially deferred for each row execute function cms.stamp_references();
create constraint trigger consent_text_changes_references after insert or update or delete on cms.consent_text
  deferrable initially deferred for each row execute function cms.stamp_references();
create constraint trigger clinic_changes_references after insert or update or delete on cms.clinic
  deferrable initially deferred for each row execute function cms.stamp_references();
create constraint trigger location_changes_references after insert or update or delete on cms.location
  deferrable initially deferred for each row execute function cms.stamp_references();
create constraint trigger service_changes_references after insert or update or delete on cms.service
  deferrable initially deferred for each row execute function cms.stamp_references();
-- A notice may close locations.
create constraint trigger notice_changes_references after insert or update or delete on cms.notice
  deferrable initially deferred for each row execute function cms.stamp_references();
create constraint trigger notice_location_changes_references after insert or update or delete on cms.notice_location
  deferrable initially deferred for each row execute function cms.stamp_references();
create constraint trigger emergency_rule_changes_references after insert or update or delete on cms.emergency_rule
  deferrable initially deferred for each row execute function cms.stamp_references();
-- Whom a form names to look after inquiries has to be able to sign in.
create constraint trigger account_changes_references after update of status on cms.account
  deferrable initially deferred for each row when (old.status is distinct from new.status)
  execute function cms.stamp_references();

create view site.reference_stamp as select s.value from cms.reference_stamp s;
grant select on site.reference_stamp to cms_public, cms_staff;
