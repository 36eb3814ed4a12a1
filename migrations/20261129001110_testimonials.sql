-- What patients said of the clinic. The public reads one only while its signed authorization (45 CFR 164.508) holds.
create table cms.testimonial (
  id uuid primary key,
  -- The name under which the person wants to be shown: "M. R.", "Jordan from Riviera Beach".
  shown_name text not null constraint testimonial_shown_name_length check (char_length(shown_name) between 1 and 200),
  locale text not null constraint testimonial_locale_length check (char_length(locale) between 2 and 35),
  text text not null constraint testimonial_text_length check (char_length(text) between 1 and 5000),
  given_on date not null,
  -- Out of five, where the person gave stars.
  rating smallint constraint testimonial_rating_in_range check (rating between 1 and 5),
  position integer not null default 100000 constraint testimonial_position_sane check (position between 0 and 100000),
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create index testimonial_in_order on cms.testimonial (position, id) where trashed_at is null;
create table cms.testimonial_location (
  testimonial_id uuid not null references cms.testimonial on delete cascade,
  location_id uuid not null references cms.location,
  position smallint not null,
  primary key (testimonial_id, location_id)
);
create table cms.testimonial_service (
  testimonial_id uuid not null references cms.testimonial on delete cascade,
  service_id uuid not null references cms.service,
  position smallint not null,
  primary key (testimonial_id, service_id)
);

-- Signed once, revoked once. What was authorized is named by the hash of the shown name and the text: an edited
-- testimonial is not the one that was signed.
create table cms.testimonial_authorization (
  id uuid primary key,
  testimonial_id uuid not null references cms.testimonial on delete cascade,
  content_hash bytea not null constraint testimonial_authorization_hash_length check (octet_length(content_hash) = 32),
  signed_on date not null,
  -- The last day on which it holds (45 CFR 164.508(c)(1)(v)); null where the paper names an event that has not happened.
  expires_on date,
  -- Where the signed paper is kept.
  document text not null constraint testimonial_authorization_document_length check (char_length(document) between 1 and 500),
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by uuid not null references cms.account,
  revoked_at timestamptz,
  revoked_by uuid references cms.account,
  constraint testimonial_authorization_days_in_order check (expires_on >= signed_on),
  constraint testimonial_revocation_whole check ((revoked_at is null) = (revoked_by is null))
);
create index testimonial_authorization_testimonial on cms.testimonial_authorization (testimonial_id);

create function cms.refuse_rewritten_authorization() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if old.revoked_at is not null
     or (new.id, new.testimonial_id, new.content_hash, new.signed_on, new.expires_on, new.document, new.recorded_at, new.recorded_by)
        is distinct from
        (old.id, old.testimonial_id, old.content_hash, old.signed_on, old.expires_on, old.document, old.recorded_at, old.recorded_by) then
    raise exception 'an authorization is written once and revoked once' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
create trigger testimonial_authorization_immutable before update on cms.testimonial_authorization
  for each row execute function cms.refuse_rewritten_authorization();

-- The authorization by which a testimonial may be shown today.
create view cms.live_authorization as
select distinct on (a.testimonial_id) a.testimonial_id, a.id, a.signed_on, a.expires_on
  from cms.testimonial_authorization a
  join cms.testimonial t on t.id = a.testimonial_id
                        and a.content_hash = sha256(convert_to(t.shown_name || E'\n' || t.text, 'UTF8'))
 where a.revoked_at is null
   and a.signed_on <= (select k.today from cms.clinic_clock k)
   and (a.expires_on is null or a.expires_on >= (select k.today from cms.clinic_clock k))
 order by a.testimonial_id, a.expires_on desc nulls first, a.id desc;

grant select, insert, update on cms.testimonial to cms_staff;
grant select, insert, delete on cms.testimonial_location, cms.testimonial_service to cms_staff;
grant select, insert on cms.testimonial_authorization to cms_staff;
grant update (revoked_at, revoked_by) on cms.testimonial_authorization to cms_staff;
grant select on cms.live_authorization to cms_staff;
