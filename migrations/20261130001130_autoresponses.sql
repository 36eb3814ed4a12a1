-- A letter to an inquirer. Its row has the inquiry's id and nothing sealed: the address is opened while it is carried.
alter table cms.mail_message
  add column inquiry_id uuid references cms.inquiry on delete cascade,
  drop constraint mail_message_sealed_while_waiting,
  add constraint mail_message_sealed_while_waiting check (
    case when inquiry_id is null then (sealed is null) = (sent_at is not null or failed_at is not null)
         else sealed is null end);
create index mail_message_of_inquiry on cms.mail_message (inquiry_id, created_at) where inquiry_id is not null;
create index mail_message_unsent on cms.mail_message (available_at, id) where sent_at is null and failed_at is null;
