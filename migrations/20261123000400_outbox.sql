-- Events written in the transaction that they tell of. Consumers lease rows with SKIP LOCKED and
-- never follow a sequence, since a late commit would be passed over.
create table cms.outbox_event (
  id uuid primary key,
  kind text not null constraint outbox_kind_form check (kind ~ '^[a-z]+\.[a-z_]+$'),
  subject_id uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  available_at timestamptz not null default clock_timestamp(),
  attempts integer not null default 0,
  delivered_at timestamptz
);
create index outbox_event_waiting on cms.outbox_event (available_at, id) where delivered_at is null;

grant select, insert, update on cms.outbox_event to cms_staff;
