-- Every commit that changes what the public reads takes a position, writes down what it changed, and tells every node. A node
-- that keeps public answers in memory forgets by it those that were built from what has changed.
--
-- The row of the position is taken last, when the commit is all that is left to do, and held until it is done: positions are in
-- the order of the commits, so that whoever has read up to one has missed nothing before it. NOTIFY makes commits wait for one
-- another: right for staff, and never for an inquiry, of which nothing here is written.
create table cms.content_position (
  only_row boolean primary key default true constraint content_position_is_one_row check (only_row),
  value bigint not null default 0,
  -- What was changed up to here is not kept any longer.
  pruned bigint not null default 0
);
insert into cms.content_position default values;

create table cms.content_change (
  position bigint not null,
  -- 'clinic': the record, its locations, people, services and texts. 'articles': everything that shows in articles alone.
  source text not null constraint content_change_source_known check (source in ('clinic', 'articles')),
  at timestamptz not null default clock_timestamp(),
  primary key (position, source)
);
create index content_change_at on cms.content_change (at);
grant select, delete on cms.content_change to cms_staff;
grant select, update (pruned) on cms.content_position to cms_staff;

-- The argument is the source.
create function cms.note_content_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_transaction text := pg_current_xact_id()::text;
  -- 'transaction position source …' of what this transaction has written down.
  v_noted text[] := string_to_array(current_setting('cms.content_noted', true), ' ');
begin
  if v_noted[1] is distinct from v_transaction then
    v_noted := array[v_transaction];
    update cms.content_position set value = value + 1 returning v_noted || value::text into v_noted;
    perform pg_notify('cms_content', v_noted[2]);
  end if;
  if not tg_argv[0] = any (v_noted[3:]) then
    insert into cms.content_change (position, source) values (v_noted[2]::bigint, tg_argv[0]);
    perform set_config('cms.content_noted', array_to_string(v_noted || tg_argv[0], ' '), true);
  end if;
  return null;
end
$$;
revoke all on function cms.note_content_change from public;

-- Deferred to the end of the transaction. A revision never changes once it is published, and neither do its parts.
do $$
declare
  v_source text;
  v_table text;
begin
  for v_source, v_table in
    select s.source, unnest(s.tables)
      from (values
        ('clinic', array['clinic', 'location', 'provider', 'provider_location', 'service', 'service_condition',
          'service_location', 'service_provider', 'notice', 'notice_location', 'faq', 'faq_location', 'faq_service',
          'testimonial', 'testimonial_authorization', 'testimonial_location', 'testimonial_service', 'legal_notice',
          'fhir_resource']),
        ('articles', array['publication', 'publication_term', 'article_touch', 'signoff', 'tombstone', 'term', 'author',
          'disclosure', 'review_policy', 'article_paths', 'redirect', 'search_word'])
      ) s (source, tables)
  loop
    execute format(
      'create constraint trigger %I after insert or update or delete on cms.%I deferrable initially deferred
         for each row execute function cms.note_content_change(%L)',
      v_table || '_changes_content', v_table, v_source);
  end loop;
end
$$;
