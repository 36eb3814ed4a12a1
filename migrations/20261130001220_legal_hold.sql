-- A reason not to erase: a lawsuit, an investigation. `cms.inquiry.legal_hold` is true while one of these is not
-- released. The reason is sealed under the inquiry's own data key.
create table cms.legal_hold (
  id uuid primary key,
  inquiry_id uuid not null references cms.inquiry,
  -- Null once the inquiry is erased.
  sealed_reason bytea,
  held_at timestamptz not null,
  held_by uuid not null references cms.account,
  released_at timestamptz,
  released_by uuid references cms.account,
  constraint legal_hold_is_released_by_somebody check ((released_at is null) = (released_by is null))
);
create unique index legal_hold_one_at_a_time on cms.legal_hold (inquiry_id) where released_at is null;
create index legal_hold_of on cms.legal_hold (inquiry_id, held_at);
grant select, insert, update on cms.legal_hold to cms_staff;
