//! What changed since a position.

use sqlx::PgConnection;

/// More than this many sources are everything.
const MOST: i64 = 1000;

/// What was read.
#[derive(Debug)]
pub struct Changed {
    /// Everything up to here is known now.
    pub position: i64,
    /// Nothing where it is not known, or not worth telling: then everything may have changed.
    pub sources: Option<Vec<String>>,
}

/// What was changed after `since`. Nothing is known of what is cleared away, nor where the database is behind what was read
/// of it before: it is another one then, restored or promoted.
pub async fn read_changes(connection: &mut PgConnection, since: i64) -> Result<Changed, sqlx::Error> {
    let row = sqlx::query!(
        r#"select p.value as "position!", ($1 < p.pruned or $1 < 0 or $1 > p.value) as "lost!",
                  array(select distinct c.source from cms.content_change c where c.position > $1 limit $2) as "sources!"
             from cms.content_position p"#,
        since,
        MOST + 1,
    )
    .fetch_one(connection)
    .await?;
    let few = i64::try_from(row.sources.len()).is_ok_and(|count| count <= MOST);
    Ok(Changed { position: row.position, sources: (few && !row.lost).then_some(row.sources) })
}

/// Forgets what was changed longer ago than a day: a node that was away for longer forgets everything itself.
pub async fn prune_changes(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with gone as (delete from cms.content_change where at < clock_timestamp() - interval '1 day' returning position)
         update cms.content_position set pruned = greatest(pruned, (select max(position) from gone))
          where exists (select 1 from gone)"
    )
    .execute(connection)
    .await
    .map(drop)
}
