-- What people ask about what is kept of them, with the day by which it has to be answered.
create table cms.data_request (
  id uuid primary key,
  kind text not null constraint data_request_kind_known check (kind in ('access', 'delete', 'correct', 'withdraw')),
  -- Whose rule sets the days: 45 CFR 164.524 and 164.526, California's CCPA, another state's law, or the house's.
  law text not null constraint data_request_law_known check (law in ('hipaa', 'ccpa', 'state', 'house')),
  channel text not null constraint data_request_channel_known
    check (channel in ('web', 'phone', 'email', 'in_person', 'post')),
  received_at timestamptz not null,
  due_at timestamptz not null,
  extended_at timestamptz,
  extension_reason text constraint data_request_extension_reason_known
    check (extension_reason in ('complex', 'many_requests', 'records_elsewhere')),
  -- Who asks: sealed for the program, and findable as inquiries are. Both go when the request no longer needs them.
  sealed_email bytea,
  sealed_phone bytea,
  email_index bytea constraint data_request_email_index_length check (octet_length(email_index) = 32),
  phone_index bytea constraint data_request_phone_index_length check (octet_length(phone_index) = 32),
  cleared_at timestamptz,
  verification text constraint data_request_verification_known
    check (verification in ('email_loop', 'phone_callback', 'id_document', 'in_person', 'signed_authorization')),
  verified_at timestamptz,
  verified_by uuid references cms.account,
  status text not null default 'open' constraint data_request_status_known check (status in ('open', 'fulfilled', 'refused')),
  outcome text constraint data_request_outcome_known
    check (outcome in ('done', 'done_in_part', 'nothing_found', 'not_verified', 'exempt', 'repeated', 'taken_back')),
  completed_at timestamptz,
  completed_by uuid references cms.account,
  version integer not null default 1,
  created_at timestamptz not null,
  created_by uuid not null references cms.account,
  updated_at timestamptz not null,
  updated_by uuid not null references cms.account,
  constraint data_request_email_is_indexed check ((sealed_email is null) = (email_index is null)),
  constraint data_request_phone_is_indexed check ((sealed_phone is null) = (phone_index is null)),
  constraint data_request_has_a_contact
    check ((cleared_at is null) = (sealed_email is not null or sealed_phone is not null)),
  constraint data_request_is_verified_somehow
    check (num_nonnulls(verification, verified_at, verified_by) in (0, 3)),
  constraint data_request_is_extended_once check ((extended_at is null) = (extension_reason is null)),
  constraint data_request_ends_once
    check (num_nonnulls(outcome, completed_at, completed_by) = case when status = 'open' then 0 else 3 end)
);
create index data_request_due on cms.data_request (due_at, id) where status = 'open';
grant select, insert, update on cms.data_request to cms_staff;

-- What was done with each inquiry, and why something was kept.
create table cms.data_request_inquiry (
  data_request_id uuid not null references cms.data_request,
  inquiry_id uuid not null references cms.inquiry,
  outcome text not null constraint data_request_inquiry_outcome_known
    check (outcome in ('shown', 'erased', 'kept', 'corrected', 'withdrawn')),
  -- Why it was kept.
  reason text constraint data_request_inquiry_reason_known check (reason in ('legal_hold', 'not_selected')),
  -- Names of the fields that were corrected; never what they said.
  fields text[] not null default '{}',
  at timestamptz not null,
  primary key (data_request_id, inquiry_id),
  constraint data_request_inquiry_kept_for_a_reason check ((outcome = 'kept') = (reason is not null))
);
create index data_request_inquiry_of on cms.data_request_inquiry (inquiry_id);
create trigger data_request_inquiry_append_only before update or delete on cms.data_request_inquiry
  for each row execute function cms.refuse_change();
grant select, insert on cms.data_request_inquiry to cms_staff;
