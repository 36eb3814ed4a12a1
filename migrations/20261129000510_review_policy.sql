-- What becomes of an article whose review is overdue, and how long a review holds: the settings with which a service last
-- started, kept here so that views act on them and all nodes agree. One row.
create table cms.review_policy (
  singleton boolean primary key default true constraint review_policy_one check (singleton),
  on_overdue text not null default 'flag' constraint review_policy_known check (on_overdue in ('flag', 'noindex', 'withdraw')),
  months integer not null default 12 constraint review_policy_months check (months between 1 and 60)
);
insert into cms.review_policy default values;
grant select, update on cms.review_policy to cms_staff;

-- To settle a comment names the version that was read, as every change does.
alter table cms.comment add column version integer not null default 1;
