-- What the clinic does about an inquiry: where it went, who was reached, what was noted. All of it is written once. What
-- people wrote is sealed under the inquiry's own data key, so that erasing that key erases it.

-- By when somebody has to act; null where nobody has to. One rule for lists, orders and figures.
create function cms.due_at(
  p_status text, p_first_responded_at timestamptz, p_first_response_due_at timestamptz, p_next_action_at timestamptz
) returns timestamptz
  language sql immutable parallel safe
as $$
  select case
           when p_status in ('closed', 'spam', 'transferred') then null
           when p_first_responded_at is null then coalesce(p_first_response_due_at, p_next_action_at)
           else p_next_action_at
         end
$$;
grant execute on function cms.due_at to cms_staff;

-- A code of the program's own table, by status. Words stand sealed beside the change.
alter table cms.inquiry add constraint inquiry_close_reason_form check (close_reason ~ '^[a-z][a-z_]{1,39}$') not valid;

create table cms.inquiry_status_change (
  id uuid primary key,
  inquiry_id uuid not null references cms.inquiry on delete cascade,
  at timestamptz not null,
  -- Null for the program itself.
  by_account uuid references cms.account,
  from_status text not null,
  -- The same as before where the reason alone was corrected.
  to_status text not null constraint inquiry_status_change_known
    check (to_status in ('new', 'contacted', 'no_answer', 'waiting_on_patient', 'scheduled', 'consult_completed',
                         'closed', 'spam', 'held', 'transferred')),
  reason text constraint inquiry_status_change_reason_form check (reason ~ '^[a-z][a-z_]{1,39}$'),
  sealed_note bytea
);
create index inquiry_status_change_of on cms.inquiry_status_change (inquiry_id, id);

-- Who sent an inquiry to another location: whoever reaches only the old one sees it no more.
create table cms.inquiry_routing (
  id uuid primary key,
  inquiry_id uuid not null references cms.inquiry on delete cascade,
  at timestamptz not null,
  by_account uuid references cms.account,
  from_location_id uuid references cms.location,
  to_location_id uuid references cms.location
);
create index inquiry_routing_of on cms.inquiry_routing (inquiry_id, id);

create table cms.inquiry_note (
  id uuid primary key,
  inquiry_id uuid not null references cms.inquiry on delete cascade,
  at timestamptz not null,
  by_account uuid not null references cms.account,
  sealed_text bytea not null
);
create index inquiry_note_of on cms.inquiry_note (inquiry_id, id);

create table cms.inquiry_contact (
  id uuid primary key,
  inquiry_id uuid not null references cms.inquiry on delete cascade,
  -- When it took place, and when it was written down.
  at timestamptz not null,
  recorded_at timestamptz not null,
  by_account uuid not null references cms.account,
  channel text not null constraint inquiry_contact_channel_known
    check (channel in ('phone', 'email', 'sms', 'letter', 'in_person')),
  direction text not null constraint inquiry_contact_direction_known check (direction in ('outbound', 'inbound')),
  outcome text not null constraint inquiry_contact_outcome_known
    check (outcome in ('reached', 'no_answer', 'left_message', 'sent', 'bounced', 'wrong_contact', 'declined')),
  sealed_note bytea
);
create index inquiry_contact_of on cms.inquiry_contact (inquiry_id, id);

-- Never altered; removed with the inquiry alone, once it may be forgotten.
create trigger inquiry_status_change_written_once before update on cms.inquiry_status_change
  for each row execute function cms.refuse_change();
create trigger inquiry_routing_written_once before update on cms.inquiry_routing
  for each row execute function cms.refuse_change();
create trigger inquiry_note_written_once before update on cms.inquiry_note
  for each row execute function cms.refuse_change();
create trigger inquiry_contact_written_once before update on cms.inquiry_contact
  for each row execute function cms.refuse_change();

grant select, insert on cms.inquiry_status_change, cms.inquiry_routing, cms.inquiry_note, cms.inquiry_contact to cms_staff;
