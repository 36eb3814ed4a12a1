-- no-transaction
-- What came or changed since an instant: the live inbox asks each second.
create index concurrently inquiry_updated on cms.inquiry (updated_at, id);
