-- What an integration does stands in the trail under its key.
alter table cms.audit_event drop constraint if exists audit_actor_known;
alter table cms.audit_event add constraint audit_actor_known
  check (actor_kind in ('account', 'api_key', 'public', 'system'));
