-- The texts in which the clinic speaks of its numbers, addresses and hours, whichever noun keeps them: one row a record,
-- with its passages in every language. What compares them with the record reads it part by part, in the order of the ids.
-- A draft is what the public does not read, or not yet. Staff alone may.
create view cms.written_text as
select x.part, x.article_id as id, r.slug, r.title as name, x.draft,
       jsonb_build_array(
         jsonb_build_object('locale', r.locale, 'field', 'title', 'text', r.title),
         jsonb_build_object('locale', r.locale, 'field', 'summary', 'text', r.summary),
         jsonb_build_object('locale', r.locale, 'field', 'body', 'text', r.body_text))
       || coalesce((select jsonb_agg(jsonb_build_object('locale', r.locale, 'field', 'faqs/' || q.n - 1,
                                                        'text', concat_ws(E'\n', q.faq->>'question', q.faq->>'answer')) order by q.n)
                      from jsonb_array_elements(r.faqs) with ordinality q (faq, n)), '[]') as passages
  from (select 'article' as part, p.article_id, p.revision_id, false as draft
          from cms.publication p
         where p.visible @> statement_timestamp() and p.archived_at is null
         union all
        select 'draft', a.id, l.id, true
          from cms.article a
          join cms.revision l on l.article_id = a.id and l.number = a.latest_revision
         where a.trashed_at is null
           and not exists (select 1 from cms.publication p
                            where p.revision_id = l.id and p.visible @> statement_timestamp() and p.archived_at is null)) x
  join cms.revision r on r.id = x.revision_id
 union all
select 'legal_notice', n.id, n.slug,
       coalesce(n.translations->k.default_locale->>'title', (select min(t.value->>'title') from jsonb_each(n.translations) t)),
       n.effective_on > k.today,
       (select jsonb_agg(jsonb_build_object('locale', t.key, 'field', f.field, 'text', f.text) order by t.key, f.field)
          from jsonb_each(n.translations) t
         cross join lateral (values ('title', t.value->>'title'), ('body', t.value->'body'->>'text')) f (field, text))
  from cms.legal_notice n
 cross join cms.clinic_clock k
 where n.trashed_at is null
 union all
select 'faq', f.id, null,
       coalesce(f.translations->k.default_locale->>'question', (select min(t.value->>'question') from jsonb_each(f.translations) t)),
       false,
       (select jsonb_agg(jsonb_build_object('locale', t.key, 'field', p.field, 'text', p.text) order by t.key, p.field)
          from jsonb_each(f.translations) t
         cross join lateral (values ('question', t.value->>'question'), ('answer', t.value->'answer'->>'text')) p (field, text))
  from cms.faq f
 cross join cms.clinic_clock k
 where f.trashed_at is null
 union all
select 'notice', n.id, null, null, n.starts_at > statement_timestamp(),
       (select jsonb_agg(jsonb_build_object('locale', t.key, 'field', 'text', 'text', t.value) order by t.key)
          from jsonb_each_text(n.texts) t)
  from cms.notice n
 where n.trashed_at is null and (n.ends_at is null or n.ends_at > statement_timestamp())
 union all
select 'service', s.id, s.slug, s.name, false,
       jsonb_build_array(
         jsonb_build_object('locale', null, 'field', 'summary', 'text', s.summary),
         jsonb_build_object('locale', null, 'field', 'body', 'text', s.body_text),
         jsonb_build_object('locale', null, 'field', 'contraindications', 'text', array_to_string(s.contraindications, E'\n')),
         jsonb_build_object('locale', null, 'field', 'risks', 'text', array_to_string(s.risks, E'\n')))
  from cms.service s
 where s.trashed_at is null
 union all
select 'provider', v.id, v.slug, v.display_name, false,
       jsonb_build_array(jsonb_build_object('locale', null, 'field', 'biography', 'text', v.biography))
  from cms.provider v
 where v.trashed_at is null;

grant select on cms.written_text to cms_staff;
