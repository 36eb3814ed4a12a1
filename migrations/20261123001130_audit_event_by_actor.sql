-- no-transaction
-- "What did this person see?" is asked of the whole trail.
create index concurrently audit_event_by_actor on cms.audit_event (actor_id, at, id);
