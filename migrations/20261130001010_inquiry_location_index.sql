-- no-transaction
-- The inquiries of a front desk's locations, newest first.
create index concurrently inquiry_location on cms.inquiry (location_id, received_at desc, id desc);
