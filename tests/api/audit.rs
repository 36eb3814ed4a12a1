//! The record that cannot be rewritten: written, sealed, verified, read, exported and, after six years, shortened.

mod reading;
mod retention;
mod sealing;
mod tampering;
mod unreadable;

use clinic_cms::audit::{Actor, Chain, Entry};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use uuid::Uuid;

use crate::harness::{Api, block_on};

/// Writes a row by the program's own way.
async fn write(chain: &Chain, connection: &mut PgConnection, action: &'static str) {
    let entry = Entry {
        actor: Actor::Account(Uuid::from_u128(7)),
        action,
        subject: "article",
        subject_id: Some(Uuid::from_u128(9)),
        fields: &["title".to_owned(), "body_markdown".to_owned()],
        request_id: Some("request-of-a-test"),
    };
    chain.trail().record(connection, entry).await.unwrap();
}

/// A service whose trail has `rows` sealed rows under one head.
fn with_rows(rows: usize) -> Api {
    let api = Api::start();
    add_rows(&api, rows);
    assert_eq!(api.seal(), rows);
    api
}

fn add_rows(api: &Api, rows: usize) {
    api.as_role("staff", async |staff| {
        for _ in 0..rows {
            write(&api.opened().chain(), staff, "article.read").await;
        }
    });
}

/// What a superuser can do: statements past every trigger.
fn tamper(api: &Api, statements: &str) {
    let all = format!("set session_replication_role = replica; {statements}");
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(all)).await.map(drop).unwrap());
}

/// The row that is sealed at a position.
fn row_at(api: &Api, position: i64) -> Uuid {
    api.as_owner(async |owner| {
        sqlx::query_scalar("select event_id from cms.audit_seal where position = $1")
            .bind(position)
            .fetch_one(owner)
            .await
            .unwrap()
    })
}

fn count(api: &Api, relation: &str) -> i64 {
    let query = format!("select count(*) from {relation}");
    api.as_owner(async |owner| sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(owner).await.unwrap())
}

/// Verifies as another holder of keys would.
fn verify_as(api: &Api, chain: &Chain) -> clinic_cms::audit::Report {
    block_on(async {
        let mut staff = api.opened().database.connect_as(false).await.unwrap();
        chain.verify(&mut staff, None).await.unwrap()
    })
}
