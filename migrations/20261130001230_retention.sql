-- How long an inquiry is kept by where it stands, beside what its form says (`cms.inquiry.retention_expires_at`): a rule
-- of its form and status, else one of its status, else the form's days. Spam goes after a month.
create table cms.retention_policy (
  singleton boolean primary key default true constraint retention_policy_is_one check (singleton),
  -- [{form_id, status, days}]; form_id is null for every form. Days are counted from when the inquiry came in.
  rules jsonb not null constraint retention_policy_rules_list check (jsonb_typeof(rules) = 'array'),
  version integer not null default 1,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account
);
insert into cms.retention_policy (rules) values ('[{"form_id": null, "status": "spam", "days": 30}]');
grant select, update on cms.retention_policy to cms_staff;

create view cms.retention_rule as
select r.form_id, r.status, r.days
  from cms.retention_policy p, jsonb_to_recordset(p.rules) as r (form_id uuid, status text, days integer);
grant select on cms.retention_rule to cms_staff;

-- When an inquiry's retention ends as it stands now.
create function cms.kept_until(p_form uuid, p_status text, p_received timestamptz, p_by_form timestamptz)
  returns timestamptz language sql stable set search_path = pg_catalog
as $$
  select coalesce(
    (select p_received + make_interval(days => r.days) from cms.retention_rule r
      where r.status = p_status and (r.form_id = p_form or r.form_id is null)
      order by r.form_id nulls last limit 1),
    p_by_form)
$$;
revoke execute on function cms.kept_until from public;
grant execute on function cms.kept_until to cms_staff;

create index inquiry_kept_by_form on cms.inquiry (retention_expires_at) where erased_at is null;
create index inquiry_kept_by_status on cms.inquiry (status, received_at) where erased_at is null;
