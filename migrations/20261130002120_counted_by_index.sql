-- What is counted for each inquiry is found by an index, whatever PostgreSQL knows of the table: a plan that was made while it
-- held few rows read all of it, as long as the connection lived and nobody had analysed it, and a burst reads it for each post.
alter function site.submit_inquiry set enable_seqscan = off;
