-- no-transaction
-- Titles by the beginnings of their words, as somebody types them.
create index concurrently publication_title_words on cms.publication using gin (to_tsvector('site.simple', title)) with (fastupdate = off)
  where archived_at is null;
