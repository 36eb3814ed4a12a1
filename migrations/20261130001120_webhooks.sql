-- Where events go, by Standard Webhooks (https://www.standardwebhooks.com). Secrets are sealed in the program.
create table cms.webhook_endpoint (
  id uuid primary key,
  url text not null constraint webhook_endpoint_url_form check (url ~ '^https?://' and char_length(url) <= 2000),
  description text constraint webhook_endpoint_description_length check (char_length(description) between 1 and 500),
  events text[] not null constraint webhook_endpoint_events_form
    check (cardinality(events) between 1 and 50 and array_to_string(events, ',') ~ '^[a-z]+\.[a-z_]+(,[a-z]+\.[a-z_]+)*$'),
  enabled boolean not null,
  -- Why the program turned it off by itself: `gone` where the receiver answered 410.
  disabled_reason text constraint webhook_endpoint_disabled_reason_known check (disabled_reason in ('gone')),
  processor_id uuid references cms.processor,
  sealed_secret bytea not null,
  secret_made_at timestamptz not null,
  -- The secret before the last rotation, while deliveries are signed with it as well.
  former_sealed bytea,
  former_until timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz,
  constraint webhook_endpoint_former_ends check ((former_sealed is null) = (former_until is null)),
  constraint webhook_endpoint_reason_is_for_off check (disabled_reason is null or not enabled)
);

-- One event on its way to one endpoint. What was answered is never kept, but for its status.
create table cms.webhook_delivery (
  id uuid primary key,
  endpoint_id uuid not null references cms.webhook_endpoint,
  -- The `webhook-id` of every attempt.
  event_id uuid not null,
  kind text not null constraint webhook_delivery_kind_form check (kind ~ '^[a-z]+\.[a-z_]+$'),
  -- The very bytes that are signed and sent.
  payload text not null constraint webhook_delivery_payload_length check (octet_length(payload) <= 16384),
  status text not null default 'pending'
    constraint webhook_delivery_status_known check (status in ('pending', 'delivered', 'dead')),
  created_at timestamptz not null,
  available_at timestamptz not null,
  -- From when on it is tried no more.
  give_up_at timestamptz not null,
  -- The node that sends it until then. No transaction is open while a receiver is spoken to.
  leased_until timestamptz,
  attempts integer not null default 0 constraint webhook_delivery_attempts_count check (attempts >= 0),
  last_attempt_at timestamptz,
  last_status smallint constraint webhook_delivery_last_status_range check (last_status between 100 and 999),
  -- A code, such as timeout: never a receiver's words.
  last_error text constraint webhook_delivery_error_form check (last_error ~ '^[a-z0-9_]{1,40}$'),
  last_duration_ms integer constraint webhook_delivery_duration_count check (last_duration_ms >= 0),
  ended_at timestamptz,
  constraint webhook_delivery_ends_once check ((status = 'pending') = (ended_at is null))
);
create unique index webhook_delivery_once on cms.webhook_delivery (endpoint_id, event_id);
create index webhook_delivery_waiting on cms.webhook_delivery (endpoint_id, available_at, id) where status = 'pending';
create index webhook_delivery_overdue on cms.webhook_delivery (give_up_at) where status = 'pending';
create index webhook_delivery_listed on cms.webhook_delivery (endpoint_id, created_at desc, id desc);
create index webhook_delivery_ended on cms.webhook_delivery (ended_at) where status <> 'pending';

grant select, insert, update on cms.webhook_endpoint to cms_staff;
grant select, insert, update, delete on cms.webhook_delivery to cms_staff;
