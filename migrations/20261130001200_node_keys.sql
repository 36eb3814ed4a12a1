-- Which keys each running node holds, by their ids. A rotation waits until every node has the new key, so that nothing is
-- wrapped with a key that somebody cannot open.
create table cms.node_key_ring (
  node_id uuid primary key,
  encryption_keys text[] not null,
  current_encryption_key text not null,
  -- By the database's clock.
  seen_at timestamptz not null default clock_timestamp()
);
grant select, insert, update, delete on cms.node_key_ring to cms_staff;

-- The rows that a rotation has still to wrap anew.
create index inquiry_by_key on cms.inquiry (key_id);
