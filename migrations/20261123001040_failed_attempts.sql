-- Failed attempts by what they are counted by, shared by all nodes. The key is a keyed hash: neither an e-mail
-- address nor where somebody tried from can be read here, and unknown addresses count like known ones.
create table cms.failed_attempt (
  key bytea primary key constraint failed_attempt_key_length check (octet_length(key) = 32),
  failures integer not null constraint failed_attempt_positive check (failures > 0),
  -- The count starts again when this has passed.
  window_ends_at timestamptz not null
);
create index failed_attempt_window on cms.failed_attempt (window_ends_at);
grant select, insert, update, delete on cms.failed_attempt to cms_staff;

-- Places that an account was signed in from. Strangers' failures elsewhere do not keep the right person out there.
create table cms.known_place (
  account_id uuid not null references cms.account on delete cascade,
  key bytea not null constraint known_place_key_length check (octet_length(key) = 32),
  last_seen_at timestamptz not null,
  primary key (account_id, key)
);
grant select, insert, update, delete on cms.known_place to cms_staff;
