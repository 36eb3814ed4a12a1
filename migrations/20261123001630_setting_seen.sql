-- What the settings were when the service last started: a keyed hash of each, so that a change is in the audit trail by
-- name, and no value is in the database.
create table cms.setting_seen (
  name text primary key constraint setting_seen_name_form check (name ~ '^[A-Z][A-Z_]{1,60}$'),
  fingerprint bytea not null constraint setting_seen_fingerprint_length check (octet_length(fingerprint) = 32)
);
grant select, insert, update on cms.setting_seen to cms_staff;
