//! What PostgreSQL can hold and the program never writes: instants and lists that are none. Named, and stopping nothing.

use clinic_cms::audit::Report;
use sqlx::{AssertSqlSafe, Executor};
use uuid::Uuid;

use super::{add_rows, row_at, tamper, tampering::first, with_rows};
use crate::harness::{Api, OWNER};

/// What no service writes: instants that the program cannot read.
const NO_INSTANTS: [&str; 4] = ["'infinity'", "'-infinity'", "'294000-01-01Z'", "'0044-03-15Z BC'"];

#[test]
fn nobody_writes_an_instant_that_is_none_into_the_record() {
    let api = with_rows(1);
    for at in NO_INSTANTS.into_iter().chain(["'2019-12-31 23:59:59Z'", "'2200-01-01Z'"]) {
        for (insert, constraint) in [
            (forged_row("gen_random_uuid()", at), "audit_event_at"),
            (
                format!("insert into cms.audit_head values (9, decode(repeat('ab', 32), 'hex'), {at}, 'k', '')"),
                "audit_head_at",
            ),
            (format!("insert into cms.audit_refusal values (gen_random_uuid(), {at}, 'vanished')"), "audit_refusal_at"),
        ] {
            let refused = api.as_role("staff", async |staff| staff.execute(AssertSqlSafe(insert)).await.unwrap_err());
            assert_eq!(refused.as_database_error().unwrap().constraint(), Some(constraint), "{at}");
        }
    }
    for fields in NO_LISTS {
        let forged = row_with_fields("gen_random_uuid()", fields);
        let refused = api.as_role("staff", async |staff| staff.execute(AssertSqlSafe(forged)).await.unwrap_err());
        assert_eq!(refused.as_database_error().unwrap().constraint(), Some("audit_event_fields"), "{fields}");
    }
    assert!(api.verify(true).intact);
}

/// What is no list of names.
const NO_LISTS: [&str; 3] = ["'{null}'", "'{title,null}'", "'{{title},{slug}}'"];

fn row_with_fields(id: &str, fields: &str) -> String {
    format!(
        "insert into cms.audit_event (id, at, actor_kind, action, subject_type, fields, mac)
         values ({id}, now(), 'system', 'article.read', 'article', {fields}, decode(repeat('ab', 32), 'hex'))"
    )
}

#[test]
fn a_row_whose_fields_are_no_list_is_refused_and_named_and_stops_nothing() {
    let api = with_rows(2);
    without_bounds(&api);
    let owner = api.sign_in(OWNER);
    for (number, fields) in NO_LISTS.into_iter().enumerate() {
        let forged = Uuid::from_u128(0xf0f0_0000_0000_7000_8000_0000_0000_0000 + number as u128);
        api.as_role("staff", async |staff| {
            staff.execute(AssertSqlSafe(row_with_fields(&format!("'{forged}'"), fields))).await.unwrap();
        });
        let named = |report: &Report| {
            report.problems.iter().any(|problem| problem.event_id == Some(forged) && problem.code == "row_forged")
        };
        assert!(named(&api.verify(true)), "{fields}, before the sealer saw it");
        api.seal();
        assert!(named(&api.verify(true)), "{fields}");
        let listed = api.call("GET", "/v1/admin/audit?limit=100").bearer(&owner).send();
        assert!(listed.status == 200 && listed.body.contains(&forged.to_string()), "{fields}: {}", listed.body);
    }
    let row = row_at(&api, 2);
    tamper(&api, &format!("update cms.audit_event set fields = '{{{{title,body_markdown}}}}' where id = '{row}'"));
    let report = api.verify(true);
    assert_eq!(first(&report), (Some(2), Some(row), "row_altered"));
}

fn forged_row(id: &str, at: &str) -> String {
    format!(
        "insert into cms.audit_event (id, at, actor_kind, action, subject_type, mac)
         values ({id}, {at}, 'system', 'article.read', 'article', decode(repeat('ab', 32), 'hex'))"
    )
}

/// Without the constraints, as a superuser makes it, or as a row is that was forged before there were any.
fn without_bounds(api: &Api) {
    tamper(
        api,
        "alter table cms.audit_event drop constraint audit_event_at, drop constraint audit_event_fields;
         alter table cms.audit_head drop constraint audit_head_at;
         alter table cms.audit_refusal drop constraint audit_refusal_at",
    );
}

#[test]
fn a_row_with_an_instant_that_is_none_is_refused_and_named_and_stops_nothing() {
    let api = with_rows(2);
    without_bounds(&api);
    for (number, at) in NO_INSTANTS.into_iter().enumerate() {
        let forged = Uuid::from_u128(0xf0f0_0000_0000_7000_8000_0000_0000_0000 + number as u128);
        api.as_role("staff", async |staff| {
            staff.execute(AssertSqlSafe(forged_row(&format!("'{forged}'"), at))).await.unwrap();
        });
        let named = |report: &Report| {
            report.problems.iter().any(|problem| problem.event_id == Some(forged) && problem.code == "row_forged")
        };
        assert!(named(&api.verify(true)), "{at}, before the sealer saw it");
        add_rows(&api, 1);
        assert_eq!(api.seal(), 1, "{at}: the genuine row behind it is sealed all the same");
        assert!(named(&api.verify(true)), "{at}");
    }
    assert_eq!(api.verify(true).problem_count, 4);
    let owner = api.sign_in(OWNER);
    for path in ["/v1/admin/audit?limit=100", "/v1/admin/audit/export", "/v1/admin/audit/export?format=fhir"] {
        let listed = api.call("GET", path).bearer(&owner).send();
        assert_eq!(listed.status, 200, "{path}: {}", listed.body);
        assert!(listed.body.contains("article.read") && !listed.body.contains("f0f00000-0000-7000-8000"), "{path}");
    }
}

#[test]
fn an_instant_that_was_changed_into_none_is_named() {
    let api = with_rows(3);
    without_bounds(&api);
    let row = row_at(&api, 2);
    for at in NO_INSTANTS {
        tamper(&api, &format!("update cms.audit_event set at = {at} where id = '{row}'"));
        let report = api.verify(true);
        assert_eq!((first(&report), report.problem_count), ((Some(2), Some(row), "row_altered"), 1), "{at}");
    }
}

#[test]
fn a_head_that_cannot_be_one_is_named_and_does_not_stop_the_sealer() {
    let api = with_rows(2);
    without_bounds(&api);
    for (at, hash) in [("'infinity'", "decode(repeat('ab', 32), 'hex')"), ("now()", "''")] {
        api.as_role("staff", async |staff| {
            let head = format!("insert into cms.audit_head values (90 + length({hash}), {hash}, {at}, 'k', '')");
            staff.execute(AssertSqlSafe(head)).await.unwrap();
        });
        add_rows(&api, 1);
        assert_eq!(api.seal(), 1, "{at}");
    }
    api.as_role("staff", async |staff| {
        let refusal = "insert into cms.audit_refusal values (gen_random_uuid(), 'infinity', 'vanished')";
        staff.execute(refusal).await.unwrap();
    });
    let codes: Vec<_> = api.verify(true).problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["head_forged", "head_forged", "row_removed"]);
}
