-- A connection is somebody who acts: what it brings stands in the trail under its id. Rows that are there are checked
-- in a step of its own, so that nothing waits for it.
alter table cms.audit_event
  drop constraint audit_actor_known,
  add constraint audit_actor_known check (actor_kind in ('account', 'api_key', 'integration', 'public', 'system')) not valid,
  drop constraint audit_actor_has_id,
  add constraint audit_actor_has_id
    check ((actor_kind in ('account', 'api_key', 'integration')) = (actor_id is not null)) not valid;

alter table cms.inquiry
  add constraint inquiry_integration_id_fkey foreign key (integration_id) references cms.integration not valid;
