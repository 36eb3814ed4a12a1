-- no-transaction
-- The words nearest to a mistyped one.
create index concurrently search_word_near on cms.search_word using gin (plain extensions.gin_trgm_ops) with (fastupdate = off);
