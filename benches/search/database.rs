//! What the benchmark does in the service's database: fills it as its owner, and then asks as the public's role.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::runtime::Runtime;

use super::{cases::Case, interrupt::Interrupt, library::Library, service::Service, statements, trouble::Trouble};

const USER: &str = "clinic_owner";
const NAME: &str = "clinic_cms";
/// Articles in one statement.
const AT_ONCE: u32 = 1000;

/// Articles, each with one revision that is public since as many hours as its number.
const PUBLISH: &str = "
with given as materialized (
       select gen_random_uuid() as article, gen_random_uuid() as revision, 'measured-' || (g.n + $3) as slug,
              now() - (g.n + $3) * interval '1 hour' as since, g.title, g.body
         from unnest($1::text[], $2::text[]) with ordinality as g (title, body, n)),
     clinic as (select default_locale as locale from cms.clinic),
     articles as (insert into cms.article (id, group_id) select article, article from given)
insert into cms.revision (id, article_id, number, kind, locale, slug, title, summary, body_markdown, body_html, body_text,
                          headings, excerpt, reading_minutes, warnings, seo, category_id, author_id, content_hash, created_at)
select g.revision, g.article, 1, 'general', c.locale, g.slug, g.title, left(g.body, 200), g.body, '<p>' || g.body || '</p>',
       g.body, '[]', left(g.body, 160), 2, '[]',
       '{\"title\": null, \"description\": null, \"canonical_url\": null, \"image\": null, \"noindex\": false}',
       (select id from cms.term where kind = 'category' order by slug limit 1),
       (select id from cms.author order by slug limit 1), sha256(g.body::bytea), g.since
  from given g, clinic c";

/// Publishes every revision that is not.
const SHOW: &str = "
insert into cms.publication (id, article_id, group_id, revision_id, locale, slug, path, visible, published_at, title, search)
select gen_random_uuid(), r.article_id, r.article_id, r.id, r.locale, r.slug, '/articles/' || r.slug,
       tstzrange(r.created_at, null), r.created_at, r.title,
       s.search || array_to_tsvector(array['@' || to_char(r.created_at at time zone 'UTC', 'YYYY-MM')])
  from cms.revision r join cms.revision_search s on s.revision_id = r.id
 where r.slug like 'measured-%' and not exists (select 1 from cms.publication p where p.revision_id = r.id)";

/// The words, all of which something has.
const WORDS: &str = "
insert into cms.search_word (locale, plain, word, letters, lexeme, query)
select c.default_locale, p.plain, min(w.word),
       (select string_agg(x.letter, '' order by x.letter) from regexp_split_to_table(p.plain, '') x (letter)),
       (tsvector_to_array(to_tsvector('site.english', p.plain)))[1], plainto_tsquery('site.english', p.plain)
  from cms.clinic c, unnest($1::text[]) w (word)
 cross join lateral (select extensions.unaccent('extensions.unaccent', w.word) as plain) p
 where numnode(plainto_tsquery('site.english', p.plain)) = 1 and char_length(p.plain) >= 3
 group by c.default_locale, p.plain
on conflict do nothing";

/// The indexes of the search are built when everything is there, which takes a tenth of the time.
const INDEXES: &str = "select indexdef from pg_indexes where schemaname = 'cms' and indexname in ('publication_search', 'publication_title_words')";

/// The database of a service.
#[derive(Debug)]
pub struct Database {
    runtime: Runtime,
    connection: PgConnection,
}

impl Database {
    /// Connects as the owner.
    ///
    /// # Errors
    /// [`Trouble::Failed`].
    pub fn of(service: &Service) -> Result<Self, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Trouble::at("database"))?;
        let cluster = &service.cluster;
        let options =
            PgConnectOptions::new_without_pgpass().socket(&cluster.socket_dir).port(cluster.port).database(NAME);
        let options = options.username(USER).password(&cluster.password()?);
        let connection = runtime.block_on(PgConnection::connect_with(&options)).map_err(Trouble::at("database"))?;
        Ok(Self { runtime, connection })
    }

    /// Writes and publishes so many articles.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the database's words, [`Trouble::Interrupted`].
    pub fn fill(&mut self, articles: u32, interrupt: &Interrupt) -> Result<(), Trouble> {
        let mut library = Library::open();
        let indexes: Vec<String> = self.wait(async |owner| sqlx::query_scalar(INDEXES).fetch_all(owner).await)?;
        self.run("drop index cms.publication_search, cms.publication_title_words")?;
        for first in (0..articles).step_by(AT_ONCE as usize) {
            if interrupt.is_set() {
                return Err(Trouble::Interrupted);
            }
            let (titles, bodies): (Vec<_>, Vec<_>) = (first..articles.min(first + AT_ONCE))
                .map(|number| library.text(number))
                .map(|text| (text.title, text.body))
                .unzip();
            self.wait(async |owner| {
                let publish = sqlx::query(PUBLISH).bind(titles).bind(bodies).bind(i64::from(first));
                publish.execute(&mut *owner).await?;
                sqlx::query(SHOW).execute(owner).await
            })?;
        }
        let words = library.into_words();
        self.wait(async |owner| sqlx::query(WORDS).bind(words).execute(owner).await)?;
        for index in indexes {
            self.run(&index)?;
        }
        self.run("vacuum analyze")
    }

    /// Goes on as the role of the public's pool, with its plans.
    ///
    /// # Errors
    /// [`Trouble::Failed`].
    pub fn become_public(&mut self) -> Result<(), Trouble> {
        self.run("set role cms_public; set plan_cache_mode = 'force_generic_plan'")
    }

    /// What the server says about itself, and how many articles are visible.
    ///
    /// # Errors
    /// [`Trouble::Failed`].
    pub fn facts(&mut self) -> Result<String, Trouble> {
        const FACTS: &str = "select format('PostgreSQL %s, shared_buffers %s; %s visible articles', current_setting('server_version'), \
            current_setting('shared_buffers'), (select count(*) from site.article_search))";
        self.wait(async |connection| sqlx::query_scalar(FACTS).fetch_one(connection).await)
    }

    /// Prepares the statement behind a case; answers what executes it.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where there is no such statement.
    pub fn prepare(&mut self, case: &Case) -> Result<String, Trouble> {
        let (text, arguments) = statements::of(case)?;
        self.run(&format!("deallocate all; prepare measured as {text}"))?;
        Ok(format!("execute measured({arguments})"))
    }

    /// Executes it and reads its rows.
    ///
    /// # Errors
    /// [`Trouble::Failed`].
    pub fn execute(&mut self, statement: &str) -> Result<(), Trouble> {
        let statement = statement.to_owned();
        self.wait(async |connection| connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(statement))).await).map(drop)
    }

    fn run(&mut self, statements: &str) -> Result<(), Trouble> {
        let statements = statements.to_owned();
        self.wait(async |connection| connection.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await).map(drop)
    }

    fn wait<T>(&mut self, work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>) -> Result<T, Trouble> {
        self.runtime.block_on(work(&mut self.connection)).map_err(Trouble::at("database"))
    }
}
