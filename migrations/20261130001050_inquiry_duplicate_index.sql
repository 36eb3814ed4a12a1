-- no-transaction
-- What was found to be the same inquiry again.
create index concurrently inquiry_duplicate on cms.inquiry (duplicate_of) where duplicate_of is not null;
