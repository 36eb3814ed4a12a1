-- What an article says beside its text: treatments, further reading, and which article it translates.
alter table cms.article
  -- Articles that say the same in different languages share a group: the id of the original.
  add column group_id uuid,
  -- When the public first saw it where it was published before it came here.
  add column first_published_at timestamptz,
  -- What an import took, so that the same source is known to be unchanged.
  add column source_hash bytea;
update cms.article a
   set group_id = a.id,
       source_hash = case when a.source is not null
                          then (select r.content_hash from cms.revision r where r.article_id = a.id and r.number = 1) end;
alter table cms.article alter column group_id set not null;
create index article_group on cms.article (group_id);

alter table cms.revision
  -- The article that this one says in another language, and the revision of it that was translated.
  add column translation_of uuid references cms.article,
  add column source_revision integer,
  -- Written by an editor's program between two saves: the next such write may take its place.
  add column autosave boolean not null default false,
  add constraint revision_source_is_a_pair check ((translation_of is null) = (source_revision is null)),
  add constraint revision_translates_another check (translation_of <> article_id);
create index revision_content_hash on cms.revision (article_id, content_hash);

create table cms.revision_service (
  revision_id uuid not null references cms.revision on delete cascade,
  service_id uuid not null references cms.service,
  position smallint not null,
  primary key (revision_id, service_id)
);
create index revision_service_service on cms.revision_service (service_id, revision_id);
-- Further reading that an editor chose, in order. What is not visible is not shown.
create table cms.revision_related (
  revision_id uuid not null references cms.revision on delete cascade,
  article_id uuid not null references cms.article on delete cascade,
  position smallint not null,
  primary key (revision_id, article_id)
);
grant select, insert on cms.revision_service, cms.revision_related to cms_staff;

-- An address is fixed when an article is published: a changed template or category moves nothing by itself.
alter table cms.publication
  add column path text,
  add column group_id uuid;
update cms.publication p
   set group_id = p.article_id,
       path = case when p.locale = (select coalesce(max(default_locale), 'en') from cms.clinic) then '/articles/' || p.slug
                   else '/' || p.locale || '/articles/' || p.slug end;
alter table cms.publication
  alter column path set not null,
  alter column group_id set not null,
  add constraint publication_path_form check (path ~ '^/[!-~]*$' and char_length(path) <= 500),
  add constraint publication_path_free exclude using gist (path with =, visible with &&),
  add constraint publication_one_per_locale exclude using gist (group_id with =, locale with =, visible with &&);
create index publication_path on cms.publication (path);
create index publication_revision on cms.publication (revision_id);
