-- no-transaction
-- Somebody's own inquiries, newest first.
create index concurrently inquiry_assignee on cms.inquiry (assignee_id, received_at desc, id desc) where assignee_id is not null;
