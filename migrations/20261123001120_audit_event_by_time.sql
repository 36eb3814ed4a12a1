-- no-transaction
-- The trail is listed and exported by time; the id tells rows of one instant apart.
create index concurrently audit_event_by_time on cms.audit_event (at, id);
