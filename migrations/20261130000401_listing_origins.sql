-- Where a location or provider that was imported as a listing comes from, so that it is known again: the source ("listings",
-- a table, or "google"), what that source calls it, what it said (SHA-256), and the version that the import left. A record
-- with another version was touched by staff since, and the import leaves it alone.
create table cms.listing_origin (
  kind text not null constraint listing_origin_kind_known check (kind in ('location', 'provider')),
  source text not null constraint listing_origin_source_known check (source in ('listings', 'google')),
  source_key text not null constraint listing_origin_key_length check (char_length(source_key) between 1 and 500),
  location_id uuid references cms.location on delete cascade,
  provider_id uuid references cms.provider on delete cascade,
  said bytea not null constraint listing_origin_said_sha256 check (octet_length(said) = 32),
  version integer not null,
  primary key (kind, source, source_key),
  constraint listing_origin_one_record check (
    (kind = 'location') = (location_id is not null) and (kind = 'provider') = (provider_id is not null))
);
create index listing_origin_location_idx on cms.listing_origin (location_id) where location_id is not null;
create index listing_origin_provider_idx on cms.listing_origin (provider_id) where provider_id is not null;

grant select, insert, update on cms.listing_origin to cms_staff;
