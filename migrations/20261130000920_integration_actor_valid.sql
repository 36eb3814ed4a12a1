-- Every row that is there fits too.
alter table cms.audit_event validate constraint audit_actor_known;
alter table cms.audit_event validate constraint audit_actor_has_id;
alter table cms.inquiry validate constraint inquiry_integration_id_fkey;
