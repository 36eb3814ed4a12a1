-- When a publication was to end by itself. A successor that is planned cuts the range short; where the plan is taken back,
-- this is the end that holds again.
alter table cms.publication add column planned_end timestamptz;
update cms.publication set planned_end = upper(visible);

-- An event that waits for its instant is taken back together with the plan that it tells of.
create index outbox_event_planned on cms.outbox_event (subject_id) where delivered_at is null;
grant delete on cms.outbox_event to cms_staff;
