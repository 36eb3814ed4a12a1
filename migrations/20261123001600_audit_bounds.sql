-- What a row of the record can hold. PostgreSQL knows 'infinity', the year 294000 and lists with gaps, the program does
-- not: such a row is never one of its own.
--
-- Not validated on purpose: a row that somebody forged before this migration stays, and is named by `audit verify`.
-- It must not keep the schema from moving on.
alter table cms.audit_event
  add constraint audit_event_at check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z') not valid,
  add constraint audit_event_fields check (
    case when coalesce(array_ndims(fields), 1) = 1 then array_position(fields, null) is null else false end
  ) not valid;
alter table cms.audit_head add constraint audit_head_at
  check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z') not valid;
alter table cms.audit_refusal add constraint audit_refusal_at
  check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z') not valid;
alter table cms.audit_pruning add constraint audit_pruning_at
  check (at >= '2020-01-01 00:00:00Z' and at < '2200-01-01 00:00:00Z'
         and before >= '1900-01-01 00:00:00Z' and before < '2200-01-01 00:00:00Z') not valid;
