-- Letters to staff, written in the transaction that they tell of. No address, name, link or token is readable here:
-- recipient and content are sealed in the program, and are gone once the letter is sent or given up. What stays says
-- that a letter of this kind left at that time, and to whom is nobody's to read.
create table cms.mail_message (
  id uuid primary key,
  kind text not null constraint mail_message_kind_form check (kind ~ '^[a-z]+(_[a-z]+)*$'),
  sealed bytea,
  created_at timestamptz not null,
  available_at timestamptz not null,
  attempts integer not null default 0 constraint mail_message_attempts_count check (attempts >= 0),
  -- The node that carries the letter until then. No transaction is open while a mail server is spoken to.
  leased_until timestamptz,
  sent_at timestamptz,
  failed_at timestamptz,
  -- A code, such as smtp_450: never a server's words, which may repeat the address.
  last_error text constraint mail_message_error_form check (last_error ~ '^[a-z0-9_]{1,40}$'),
  constraint mail_message_ends_once check (sent_at is null or failed_at is null),
  constraint mail_message_sealed_while_waiting check ((sealed is null) = (sent_at is not null or failed_at is not null))
);
create index mail_message_waiting on cms.mail_message (available_at, id) where sealed is not null;

grant select, insert, update on cms.mail_message to cms_staff;
