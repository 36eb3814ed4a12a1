-- Instants in which the record can have been written. PostgreSQL knows 'infinity' and the year 294000, the program does
-- not: such a row is never one of its own.
--
-- Not validated on purpose: a row that somebody forged before this migration stays, and is named by `audit verify`.
-- It must not keep the schema from moving on.
alter table cms.audit_event add constraint audit_event_at
  check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z') not valid;
alter table cms.audit_head add constraint audit_head_at
  check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z') not valid;
alter table cms.audit_refusal add constraint audit_refusal_at
  check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z') not valid;
alter table cms.audit_pruning add constraint audit_pruning_at
  check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z'
         and before >= '1900-01-01 00:00:00Z' and before < '2200-01-01 00:00:00Z') not valid;
