-- no-transaction
-- What is due, the most overdue first; what nobody has to act on comes last.
create index concurrently inquiry_due on cms.inquiry
  (coalesce(cms.due_at(status, first_responded_at, first_response_due_at, next_action_at), 'infinity'::timestamptz), id);
