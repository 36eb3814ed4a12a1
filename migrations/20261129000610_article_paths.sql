-- Where articles will stand on the clinic's site, as the settings say. Kept here so that every way to publish (the API on
-- any node, an import, the demo) gives an article the same address. One row, written at start-up; templates are tried in
-- their order: [{locale, category, default_locale, template}], null matches any.
create table cms.article_paths (
  singleton boolean primary key default true constraint article_paths_one_row check (singleton),
  templates jsonb not null constraint article_paths_list check (jsonb_typeof(templates) = 'array')
);
insert into cms.article_paths (templates) values (
  '[{"locale": null, "category": null, "default_locale": true, "template": "/articles/{slug}"},
    {"locale": null, "category": null, "default_locale": false, "template": "/{locale}/articles/{slug}"}]');

-- The address that a revision would get if it were published now.
create view cms.revision_path as
select r.id as revision_id,
       (select replace(replace(replace(t.rule->>'template', '{slug}', r.slug), '{locale}', r.locale), '{category}', coalesce(c.slug, ''))
          from cms.article_paths k
         cross join jsonb_array_elements(k.templates) with ordinality as t(rule, position)
         where (t.rule->>'locale' is null or t.rule->>'locale' = r.locale)
           and (t.rule->>'category' is null or t.rule->>'category' = c.slug)
           and (not (t.rule->>'default_locale')::boolean or r.locale = (select coalesce(max(z.default_locale), 'en') from cms.clinic z))
           and (c.slug is not null or position('{category}' in t.rule->>'template') = 0)
         order by t.position limit 1) as path
  from cms.revision r
  left join cms.term c on c.id = r.category_id;
grant select, update on cms.article_paths to cms_staff;
grant select on cms.revision_path to cms_staff;
