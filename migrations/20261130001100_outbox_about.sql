-- What an event tells beside its subject: `{"cache_tags": ["articles", …], "slug": …}`. Ids, addresses of the site and
-- versions alone: an event about an inquiry has its new status at most, and no event has a person's words.
alter table cms.outbox_event
  add column about jsonb not null default '{}' constraint outbox_event_about_object check (jsonb_typeof(about) = 'object'),
  -- When the program tries again what follows from the event and failed; the instant that it tells of stays.
  add column retry_at timestamptz;
