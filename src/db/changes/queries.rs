//! What changed since a position.

use sqlx::PgConnection;

/// What was read.
#[derive(Debug)]
pub struct Changed {
    /// Everything up to here is known now.
    pub position: i64,
    /// The names of what was changed.
    pub sources: Vec<String>,
}

/// What was changed after `since`. All of it, where the database does not know that any more, or is behind what was read of
/// it before: it is another one then, restored or promoted.
pub async fn read_changes(connection: &mut PgConnection, since: i64) -> Result<Changed, sqlx::Error> {
    sqlx::query_as!(
        Changed,
        r#"select p.value as "position!",
                  case when $1 between p.pruned and p.value
                    then array(select distinct c.source from cms.content_change c where c.position > $1)
                    else '{articles,clinic}' end as "sources!"
             from cms.content_position p"#,
        since,
    )
    .fetch_one(connection)
    .await
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
