-- no-transaction
-- Of what is or will be visible; whether it is now, the view asks. Without a list of pending entries, which every search
-- would have to read.
create index concurrently publication_search on cms.publication using gin (search) with (fastupdate = off) where archived_at is null;
