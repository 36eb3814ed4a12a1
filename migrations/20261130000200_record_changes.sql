-- What a record said before and after a change, beside the row of the trail that tells of it. The trail itself holds no
-- values, since one there would outlive every erasure; a row here may be removed, and the trail's stays.
create table cms.record_change (
  -- The id of the trail's row; it goes when that row is pruned.
  event_id uuid primary key,
  -- The fields that were changed; null for what did not exist before.
  before jsonb constraint record_change_before_object check (jsonb_typeof(before) = 'object'),
  after jsonb not null constraint record_change_after_object check (jsonb_typeof(after) = 'object')
);
create trigger record_change_unchanged before update on cms.record_change
  for each row execute function cms.refuse_change();

grant select, insert on cms.record_change to cms_staff;
