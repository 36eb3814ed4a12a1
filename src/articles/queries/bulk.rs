//! Many articles at once.

use sqlx::PgConnection;
use uuid::Uuid;

/// Locks articles for a change, in the order of their ids.
pub async fn lock_all(connection: &mut PgConnection, ids: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!("select id from cms.article where id = any ($1) order by id for no key update", ids)
        .fetch_all(connection)
        .await?;
    Ok(())
}

/// Where an article stands.
#[derive(Debug)]
pub struct Standing {
    pub id: Uuid,
    pub version: i32,
    pub status: String,
}

/// Where articles stand, in the order of `ids`.
pub async fn list_standings(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Standing>, sqlx::Error> {
    sqlx::query_as!(
        Standing,
        r#"select a.id, a.version, s.status as "status!"
             from unnest($1::uuid[]) with ordinality as n(id, position)
             join cms.article a on a.id = n.id
             join cms.article_status s on s.article_id = a.id
            order by n.position"#,
        ids,
    )
    .fetch_all(connection)
    .await
}
