-- Who did or saw what (45 CFR 164.312(b)). Ids and field names only: a value that stood here
-- would outlive every erasure.
create table cms.audit_event (
  id uuid primary key,
  at timestamptz not null default clock_timestamp(),
  actor_kind text not null constraint audit_actor_known check (actor_kind in ('account', 'public', 'system')),
  actor_id uuid,
  action text not null constraint audit_action_form check (action ~ '^[a-z_]+\.[a-z_]+$'),
  subject_type text not null,
  subject_id uuid,
  fields text[] not null default '{}',
  request_id text,
  constraint audit_account_has_id check (actor_kind <> 'account' or actor_id is not null)
);
create index audit_event_subject on cms.audit_event (subject_type, subject_id, at);

create trigger audit_event_append_only before update or delete on cms.audit_event
  for each row execute function cms.refuse_change();
create trigger audit_event_no_truncate before truncate on cms.audit_event
  for each statement execute function cms.refuse_change();

grant select, insert on cms.audit_event to cms_staff;
