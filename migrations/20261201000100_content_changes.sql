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
  -- 'clinic', 'catalogue' (what articles share: terms, authors, disclosures, rules), 'listing' (what shows in no article by
  -- itself), or 'article:' and an id.
  source text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (position, source)
);
create index content_change_at on cms.content_change (at);
grant select, delete on cms.content_change to cms_staff;
grant select, update (pruned) on cms.content_position to cms_staff;

create function cms.write_content_change(p_source text) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  v_transaction text := pg_current_xact_id()::text;
  v_noted text := current_setting('cms.content_noted', true);
  v_position bigint;
begin
  if v_noted is not null and split_part(v_noted, ' ', 1) = v_transaction then
    v_position := split_part(v_noted, ' ', 2)::bigint;
  else
    update cms.content_position set value = value + 1 returning value into v_position;
    perform set_config('cms.content_noted', v_transaction || ' ' || v_position, true);
    perform pg_notify('cms_content', v_position::text);
  end if;
  insert into cms.content_change (position, source) values (v_position, p_source) on conflict do nothing;
end
$$;
revoke all on function cms.write_content_change from public;

-- The argument is the source.
create function cms.note_content_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  perform cms.write_content_change(tg_argv[0]);
  return null;
end
$$;
revoke all on function cms.note_content_change from public;

create function cms.note_article_change() returns trigger
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  if tg_op = 'DELETE' then
    perform cms.write_content_change('article:' || old.article_id);
  else
    perform cms.write_content_change('article:' || new.article_id);
  end if;
  return null;
end
$$;
revoke all on function cms.note_article_change from public;

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
        ('catalogue', array['term', 'author', 'disclosure', 'review_policy', 'article_paths']),
        ('listing', array['redirect', 'search_word'])
      ) s (source, tables)
  loop
    execute format(
      'create constraint trigger %I after insert or update or delete on cms.%I deferrable initially deferred
         for each row execute function cms.note_content_change(%L)',
      v_table || '_changes_content', v_table, v_source);
  end loop;
  foreach v_table in array array['publication', 'publication_term', 'article_touch', 'signoff', 'tombstone'] loop
    execute format(
      'create constraint trigger %I after insert or update or delete on cms.%I deferrable initially deferred
         for each row execute function cms.note_article_change()',
      v_table || '_changes_content', v_table);
  end loop;
end
$$;
