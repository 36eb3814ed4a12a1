-- How each language is read: accents are taken off before the stemmer, so that "corazon" finds "corazón". In schema `site`,
-- which the public role may use.
do $$
declare
  language text;
begin
  foreach language in array array['english', 'spanish', 'french', 'german', 'portuguese', 'italian', 'simple'] loop
    execute format('create text search configuration site.%I (copy = pg_catalog.%I)', language, language);
    execute format('alter text search configuration site.%I alter mapping for asciiword, word, numword with extensions.unaccent, %s',
                   language, case language when 'simple' then 'pg_catalog.simple' else language || '_stem' end);
  end loop;
end
$$;

-- The languages that have a stemmer; any other is read by `site.simple`. Stemmers know the endings of their language with
-- their accents ("vacunación" and "vacunaciones" have a stem in common, "vacunacion" has none), so each word is found by its
-- stem with the accents as well.
create view site.text_search (language, configuration, accented) as
values ('en', 'site.english'::regconfig, 'pg_catalog.english'::regconfig),
       ('es', 'site.spanish'::regconfig, 'pg_catalog.spanish'::regconfig),
       ('fr', 'site.french'::regconfig, 'pg_catalog.french'::regconfig),
       ('de', 'site.german'::regconfig, 'pg_catalog.german'::regconfig),
       ('pt', 'site.portuguese'::regconfig, 'pg_catalog.portuguese'::regconfig),
       ('it', 'site.italian'::regconfig, 'pg_catalog.italian'::regconfig);
grant select on site.text_search to cms_public, cms_staff;

-- What a publication is found by. It stands with the publication and not with the revision, so that no index of a search
-- holds a draft's word. Beside the words stands the month of publication as `@2026-11`, so that the newest of what a common
-- word is found in are met without all the others.
alter table cms.publication
  add column title text,
  add column search tsvector;
-- Words in plenty make a large vector: lz4 reads it back three times as fast, where the server knows it.
do $$
begin
  alter table cms.publication alter column search set compression lz4;
exception when feature_not_supported then null;
end
$$;

-- The texts of each revision by weight. Hyphens and slashes part words: PostgreSQL's parser reads "covid-19" as a negative
-- number and "HIV/AIDS" as a file. The lengths keep a vector below the megabyte that it may have (PostgreSQL 12.11).
create view cms.searchable as
select r.id as revision_id, r.locale, coalesce(k.configuration, 'site.simple'::regconfig) as configuration,
       coalesce(k.accented, 'pg_catalog.simple'::regconfig) as accented,
       translate(r.title, '-/', '  ') as title,
       translate(concat_ws(' ', r.summary, left(h.texts, 20000)), '-/', '  ') as headings,
       translate(concat_ws(' ', left(f.texts, 20000), n.names), '-/', '  ') as terms,
       translate(left(r.body_text, 200000), '-/', '  ') as body,
       n.facets || array_remove(array['#' || r.author_id], null) as facets
  from cms.revision r
  left join site.text_search k on k.language = split_part(r.locale, '-', 1)
  cross join lateral (select string_agg(x.value->>'text', ' ') as texts from jsonb_array_elements(r.headings) x) h
  cross join lateral (select string_agg(concat_ws(' ', x.value->>'question', x.value->>'answer'), ' ') as texts
                        from jsonb_array_elements(r.faqs) x) f
  cross join lateral (
    select left(string_agg(concat_ws(' ', t.name, array_to_string(t.aliases, ' ')), ' '), 20000) as names,
           coalesce(array_agg('#' || t.id), '{}') as facets
      from (select c.id, c.name, c.aliases from cms.term c
             where c.id = r.category_id or c.id in (select rt.term_id from cms.revision_term rt where rt.revision_id = r.id)
            union all
            select v.id, v.name, v.aliases from cms.service v
             where v.id in (select rs.service_id from cms.revision_service rs where rs.revision_id = r.id)) t) n;

-- As it is kept with a publication: title A, summary and headings B, questions and the names of terms and treatments C, the
-- text D. What the article is filed under stands beside the words as `#id`, which no text can contain: a search with filters
-- is one look into one index.
create view cms.revision_search as
select s.revision_id,
       setweight(a.plain || case when a.ascii then '' else ts_delete(to_tsvector(s.accented, s.title), tsvector_to_array(a.plain)) end, 'A')
         || setweight(b.plain || case when b.ascii then '' else ts_delete(to_tsvector(s.accented, s.headings), tsvector_to_array(b.plain)) end, 'B')
         || setweight(c.plain || case when c.ascii then '' else ts_delete(to_tsvector(s.accented, s.terms), tsvector_to_array(c.plain)) end, 'C')
         || setweight(d.plain || case when d.ascii then '' else ts_delete(to_tsvector(s.accented, s.body), tsvector_to_array(d.plain)) end, 'D')
         || array_to_tsvector(s.facets) as search
  from cms.searchable s
  -- `offset 0`: each text is read once, however often its vector is named above.
  cross join lateral (select to_tsvector(s.configuration, s.title) as plain, octet_length(s.title) = char_length(s.title) as ascii offset 0) a
  cross join lateral (select to_tsvector(s.configuration, s.headings) as plain, octet_length(s.headings) = char_length(s.headings) as ascii offset 0) b
  cross join lateral (select to_tsvector(s.configuration, s.terms) as plain, octet_length(s.terms) = char_length(s.terms) as ascii offset 0) c
  cross join lateral (select to_tsvector(s.configuration, s.body) as plain, octet_length(s.body) = char_length(s.body) as ascii offset 0) d;

-- Words as they are written, for whoever mistypes one. What is in a planned or an ended publication stands here as well:
-- the public sees the words of what is visible now alone (site.search_word).
create table cms.search_word (
  locale text not null,
  -- Without accents, in lower case.
  plain text not null constraint search_word_length check (char_length(plain) between 3 and 40),
  word text not null,
  -- Its letters in the order of the alphabet: two that were exchanged change nothing here.
  letters text not null,
  lexeme text not null,
  query tsquery not null,
  primary key (locale, plain)
);
create index search_word_lexeme on cms.search_word (locale, lexeme);
create index search_word_letters on cms.search_word (locale, letters);

create view cms.revision_word as
select s.revision_id, s.locale, w.plain, min(w.word) as word,
       (select string_agg(c.letter, '' order by c.letter) from regexp_split_to_table(w.plain, '') c (letter)) as letters,
       min(l.lexemes[1]) as lexeme, plainto_tsquery(s.configuration, w.plain) as query
  from cms.searchable s
  cross join lateral (
    select distinct lower(x.token) as word, extensions.unaccent('extensions.unaccent', lower(x.token)) as plain
      from ts_parse('default', concat_ws(' ', s.title, s.headings, s.terms, left(s.body, 20000))) x
     -- asciiword, word, numword
     where x.tokid in (1, 2, 3) and char_length(x.token) between 3 and 40) w
  cross join lateral (select tsvector_to_array(to_tsvector(s.configuration, w.plain)) as lexemes) l
 where cardinality(l.lexemes) = 1 and char_length(w.plain) between 3 and 40
 group by s.revision_id, s.locale, s.configuration, w.plain;

-- A word that no publication has any more is forgotten with the last one: a purged article leaves none behind.
create function cms.forget_words() returns trigger
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  delete from cms.search_word w
   where w.locale = old.locale and w.lexeme = any (tsvector_to_array(old.search))
     and not exists (select 1 from cms.publication p where p.locale = w.locale and p.search @@ w.query);
  return null;
end
$$;
create trigger publication_forgets_words after delete on cms.publication
  for each row execute function cms.forget_words();

update cms.publication p
   set title = (select r.title from cms.revision r where r.id = p.revision_id),
       search = (select s.search from cms.revision_search s where s.revision_id = p.revision_id)
                || array_to_tsvector(array['@' || to_char(p.published_at at time zone 'UTC', 'YYYY-MM')]);
alter table cms.publication
  alter column title set not null,
  alter column search set not null;
insert into cms.search_word (locale, plain, word, letters, lexeme, query)
select w.locale, w.plain, w.word, w.letters, w.lexeme, w.query
  from cms.publication p join cms.revision_word w on w.revision_id = p.revision_id
on conflict do nothing;

grant select on cms.searchable, cms.revision_search, cms.revision_word to cms_staff;
grant select, insert on cms.search_word to cms_staff;
