//! What the benchmark does in the service's database, as its owner: fills it with articles, and looks at what an inquiry
//! has become there.

use std::future::Future;

use serde_json::Value;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::runtime::Runtime;

use super::{
    service::Service,
    trouble::Trouble,
    writing::Writing,
    written::{self, WrittenRow},
};

/// The superuser of an embedded server, and the database in it.
pub const USER: &str = "clinic_owner";
/// The database of the product.
pub const NAME: &str = "clinic_cms";

/// Articles, each with one revision that is public since as many hours as its number.
const PUBLISH: &str = "
with given as materialized (
       select gen_random_uuid() as article, gen_random_uuid() as revision, g.*
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
              with ordinality as g (slug, title, html, markdown, body, headings, n)),
     clinic as (select default_locale as locale from cms.clinic),
     articles as (insert into cms.article (id, group_id) select article, article from given),
     revisions as (
       insert into cms.revision (id, article_id, number, kind, locale, slug, title, summary, body_markdown, body_html,
                                 body_text, headings, excerpt, reading_minutes, warnings, seo, category_id, author_id,
                                 content_hash)
       select g.revision, g.article, 1, 'general', c.locale, g.slug, g.title, left(g.body, 200), g.markdown, g.html,
              g.body, g.headings::jsonb, left(g.body, 160), 7, '[]',
              '{\"title\": null, \"description\": null, \"canonical_url\": null, \"image\": null, \"noindex\": false}',
              (select id from cms.term where kind = 'category' order by slug limit 1),
              (select id from cms.author order by slug limit 1), sha256(g.html::bytea)
         from given g, clinic c),
     terms as (
       insert into cms.revision_term (revision_id, term_id, position)
       select g.revision, t.id, t.position
         from given g, (select id, row_number() over (order by slug) as position from cms.term
                         where kind = 'tag' order by slug limit 2) t)
insert into cms.publication (id, article_id, group_id, revision_id, locale, slug, path, visible, published_at, title, search)
select gen_random_uuid(), g.article, g.article, g.revision, c.locale, g.slug, '/articles/' || g.slug,
       tstzrange(now() - g.n * interval '1 hour', null), now() - g.n * interval '1 hour', g.title,
       to_tsvector('site.english', g.title || ' ' || g.body)
  from given g, clinic c";

/// The terms of what was published.
const FILE: &str = "
insert into cms.publication_term (publication_id, term_id, locale, published_at, article_id)
select p.id, x.term_id, p.locale, p.published_at, p.article_id
  from cms.publication p join cms.revision r on r.id = p.revision_id
  join lateral (select r.category_id as term_id where r.category_id is not null
                 union select t.term_id from cms.revision_term t where t.revision_id = r.id) x on true
on conflict do nothing";

/// The owner's way in.
#[derive(Debug)]
pub struct Owner {
    runtime: Runtime,
    options: PgConnectOptions,
}

impl Owner {
    /// Of the service's embedded server.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where the password cannot be read.
    pub fn of(service: &Service) -> Result<Self, Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let cluster = &service.cluster;
        let options =
            PgConnectOptions::new_without_pgpass().socket(&cluster.socket_dir).port(cluster.port).database(NAME);
        let options = options.username(USER).password(&cluster.password()?);
        Ok(Self { runtime: runtime.map_err(Trouble::at("database"))?, options })
    }

    /// Writes the articles and lets the server look at its tables anew. Answers the slug of the newest.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the database's words.
    pub fn publish(&self, articles: &[Writing]) -> Result<String, Trouble> {
        let column =
            |field: fn(&Writing) -> &String| articles.iter().map(|article| field(article).clone()).collect::<Vec<_>>();
        self.ask(async |connection: &mut PgConnection| {
            sqlx::query(PUBLISH)
                .bind(column(|article| &article.slug))
                .bind(column(|article| &article.title))
                .bind(column(|article| &article.html))
                .bind(column(|article| &article.markdown))
                .bind(column(|article| &article.text))
                .bind(column(|article| &article.headings))
                .execute(&mut *connection)
                .await?;
            sqlx::query(FILE).execute(&mut *connection).await?;
            sqlx::query("vacuum analyze").execute(connection).await.map(drop)
        })?;
        articles.first().map(|article| article.slug.clone()).ok_or_else(|| Trouble::failed("no article was written"))
    }

    /// Sees to it that nobody is written to about an inquiry. Here a letter would be a file for each post, and the disk that
    /// the posts wait for would be busy with files.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the database's words.
    pub fn write_to_nobody(&self) -> Result<(), Trouble> {
        self.ask(async |connection: &mut PgConnection| {
            sqlx::query("update cms.form set notified = '{}', autoresponder = null").execute(&mut *connection).await?;
            sqlx::query("update cms.account set status = 'disabled'").execute(connection).await.map(drop)
        })
    }

    /// Everything that the newest inquiry's transaction wrote.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where there is none.
    pub fn newest_post(&self) -> Result<Vec<WrittenRow>, Trouble> {
        self.ask(async |connection: &mut PgConnection| written::find(connection).await)
    }

    /// Takes waiting events off the outbox, and waiting rows off the sealer's list: those of pgbench would be announced
    /// and refused by the service, at its cost and in its rounds.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the database's words.
    pub fn clear_waiting(&self) -> Result<(), Trouble> {
        const MARK: &str = "update cms.outbox_event set delivered_at = clock_timestamp() where delivered_at is null";
        self.ask(async |connection: &mut PgConnection| {
            sqlx::query(MARK).execute(&mut *connection).await?;
            sqlx::query("delete from cms.audit_waiting").execute(&mut *connection).await?;
            sqlx::query("vacuum analyze cms.outbox_event, cms.audit_waiting").execute(connection).await.map(drop)
        })
    }

    /// What the server says about itself, and how many articles are visible.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with the database's words.
    pub fn facts(&self) -> Result<Value, Trouble> {
        const FACTS: &str = "select json_build_object('version', current_setting('server_version'), \
            'fsync', current_setting('fsync'), 'synchronous_commit', current_setting('synchronous_commit'), \
            'shared_buffers', current_setting('shared_buffers'), 'articles', (select count(*) from site.article))";
        self.ask(async |connection: &mut PgConnection| sqlx::query_scalar(FACTS).fetch_one(connection).await)
    }

    fn ask<T>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>) -> Result<T, Trouble> {
        let asked: Result<T, sqlx::Error> = self.wait(async {
            let mut connection = PgConnection::connect_with(&self.options).await?;
            let answer = work(&mut connection).await?;
            connection.close().await?;
            Ok(answer)
        });
        asked.map_err(Trouble::at("database"))
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}
