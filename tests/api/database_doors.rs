//! The two doors to the database, tried as the roles themselves.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::harness::Api;

const PUBLISHED: &[&str] = &[
    "site.clinic",
    "site.location",
    "site.provider",
    "site.service",
    "site.provider_location",
    "site.service_location",
    "site.service_provider",
    "site.service_condition",
    "site.notice",
    "site.closure",
    "site.faq",
    "site.testimonial",
    "site.legal_notice",
    "site.clinic_horizon",
    "site.fhir_resource",
    "site.article",
    "site.article_condition",
    "site.article_service",
    "site.article_term",
    "site.term",
    "site.article_address",
    "site.article_former_path",
    "site.article_former_slug",
    "site.article_neighbour",
    "site.article_related",
    "site.article_review",
    "site.article_search",
    "site.category_above",
    "site.left_slug",
    "site.redirect",
    "site.article_horizon",
    "site.form",
    "site.emergency_rule",
    "site.reference_stamp",
    "site.search_facet",
    "site.search_word",
    "site.text_search",
];

async fn relations(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname in ('cms', 'site', 'public') and c.relkind in ('r', 'v', 'm', 'p', 'S') order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// The SQLSTATE that a statement is refused with; none where it is allowed.
async fn refusal(connection: &mut PgConnection, statement: String) -> Option<String> {
    match sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await {
        Ok(_) => None,
        Err(sqlx::Error::Database(error)) => error.code().map(std::borrow::Cow::into_owned),
        Err(other) => panic!("{other}"),
    }
}

const DENIED: &str = "42501";

#[test]
fn the_public_role_reads_the_published_views_and_nothing_else() {
    let api = Api::start();
    let all = api.as_owner(async |owner| relations(owner).await);
    assert!(all.len() > 20, "{all:?}");
    api.as_role("public", async |public| {
        for relation in &all {
            let select = refusal(public, format!("select 1 from {relation} limit 1")).await;
            if PUBLISHED.contains(&relation.as_str()) || relation == "site.schema_version" {
                assert_eq!(select, None, "{relation} is published");
            } else {
                assert_eq!(select.as_deref(), Some(DENIED), "select from {relation}");
            }
            for write in ["delete from REL", "truncate REL", "insert into REL default values"] {
                let refused = refusal(public, write.replace("REL", relation)).await;
                // A view that cannot be written at all says so before anybody's rights are looked at.
                assert!(
                    matches!(refused.as_deref(), Some(DENIED | "55000" | "42809")),
                    "{write} {relation}: {refused:?}"
                );
            }
        }
    });
}

#[test]
fn neither_role_may_make_or_change_anything_or_become_another() {
    let api = Api::start();
    for role in ["public", "staff"] {
        api.as_role(role, async |connection| {
            for statement in [
                "create table cms.mine (x int)",
                "create table site.mine (x int)",
                "create table public.mine (x int)",
                "create schema mine",
                "create role mine",
                "alter table cms.account add column x int",
                "drop view site.clinic",
                "set role clinic_owner",
                "create extension hstore",
                "select pg_read_file('/etc/passwd')",
                "copy (select 1) to program 'true'",
            ] {
                let refused = refusal(connection, statement.to_owned()).await;
                assert!(matches!(refused.as_deref(), Some(DENIED)), "{role}: {statement}: {refused:?}");
            }
        });
    }
    api.as_role("public", async |public| {
        assert_eq!(refusal(public, "create temporary table mine (x int)".to_owned()).await.as_deref(), Some(DENIED));
        let functions: Vec<String> = sqlx::query_scalar(
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
              where n.nspname in ('cms', 'site') and has_function_privilege(p.oid, 'execute') order by 1",
        )
        .fetch_all(public)
        .await
        .unwrap();
        let names: Vec<_> = functions.iter().filter_map(|function| function.split('(').next()).collect();
        let expected = [
            "site.add_attachments",
            "site.amend_inquiry",
            "site.amend_told",
            "site.check_api_key",
            "site.find_delivered_key",
            "site.find_integration",
            "site.keep_delivery",
            "site.latest_change",
            "site.list_changes",
            "site.open_preview",
            "site.submit_call",
            "site.submit_inquiry",
        ];
        assert_eq!(names, expected);
    });
}

#[test]
fn what_is_written_for_the_record_cannot_be_changed_by_anybody() {
    let api = Api::start();
    let token = api.sign_in(crate::harness::EDITOR);
    assert_eq!(api.call("GET", "/v1/admin/articles").bearer(&token).send().status, 200);
    api.as_role("staff", async |staff| {
        for statement in
            ["update cms.audit_event set action = 'x.y'", "delete from cms.audit_event", "truncate cms.audit_event"]
        {
            assert_eq!(refusal(staff, statement.to_owned()).await.as_deref(), Some(DENIED), "{statement}");
        }
    });
    api.as_owner(async |owner| {
        for statement in
            ["update cms.audit_event set action = 'x.y'", "delete from cms.audit_event", "truncate cms.audit_event"]
        {
            assert_eq!(refusal(owner, statement.to_owned()).await.as_deref(), Some("23001"), "{statement}");
        }
    });
}

#[test]
fn a_role_has_its_time_outs_wherever_it_signs_in() {
    let api = Api::start();
    for role in ["public", "staff"] {
        api.as_role(role, async |connection| {
            for (setting, value) in
                [("statement_timeout", "5s"), ("lock_timeout", "4s"), ("idle_in_transaction_session_timeout", "10s")]
            {
                let set: String = sqlx::query_scalar("select current_setting($1)")
                    .bind(setting)
                    .fetch_one(&mut *connection)
                    .await
                    .unwrap();
                assert_eq!(set, value, "{role}: {setting}");
            }
        });
    }
}
