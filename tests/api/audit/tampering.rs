//! Everything that somebody with all rights over the database can do to the trail, and that it is named.

use chrono::{DateTime, Duration, Utc};
use clinic_cms::{
    audit::{Problem, Report, SealingError},
    clock::Clock,
};
use sqlx::Executor;
use uuid::Uuid;

use super::{add_rows, count, row_at, tamper, with_rows};
use crate::harness::Api;

/// The first problem: where, which row, what.
#[track_caller]
pub fn first(report: &Report) -> (Option<i64>, Option<Uuid>, &'static str) {
    assert!(!report.intact, "{report:?}");
    let Problem { position, event_id, code, .. } = report.problems[0].clone();
    (position, event_id, code)
}

#[test]
fn an_untouched_trail_is_intact() {
    let api = with_rows(7);
    let report = api.verify(true);
    assert!(report.intact, "{report:?}");
    assert_eq!((report.rows, report.last_position, report.heads, report.anchors, report.waiting), (7, 7, 1, 1, 0));
}

#[test]
fn one_byte_changed_in_any_field_of_a_row_is_named() {
    let api = with_rows(6);
    let row = row_at(&api, 3);
    for change in [
        "action = 'article.reae'",
        "at = at + interval '1 microsecond'",
        "actor_id = '00000000-0000-0000-0000-000000000008'",
        "actor_kind = 'api_key'",
        "subject_type = 'articlf'",
        "subject_id = null",
        "fields = '{title,body_markdowo}'",
        "request_id = 'request-of-a-tesu'",
        "mac = set_byte(mac, 0, get_byte(mac, 0) # 1)",
        "mac = null",
    ] {
        let kept = "drop table if exists public.kept; create table public.kept as select * from cms.audit_event";
        tamper(&api, &format!("{kept}; update cms.audit_event set {change} where id = '{row}'"));
        let report = api.verify(false);
        assert_eq!((first(&report), report.problem_count), ((Some(3), Some(row), "row_altered"), 1), "{change}");
        tamper(
            &api,
            &format!(
                "delete from cms.audit_event where id = '{row}';
                 insert into cms.audit_event select * from public.kept where id = '{row}'; drop table public.kept"
            ),
        );
        assert!(api.verify(true).intact, "{change} was put back");
    }
}

#[test]
fn one_byte_changed_in_a_seal_is_named() {
    let api = with_rows(6);
    tamper(&api, "update cms.audit_seal set hash = set_byte(hash, 31, get_byte(hash, 31) # 1) where position = 4");
    let report = api.verify(false);
    assert_eq!((first(&report), report.problem_count), ((Some(4), Some(row_at(&api, 4)), "seal_altered"), 1));
}

#[test]
fn a_row_removed_in_the_middle_is_named() {
    let api = with_rows(6);
    let row = row_at(&api, 3);
    tamper(&api, &format!("delete from cms.audit_event where id = '{row}'"));
    let report = api.verify(false);
    assert_eq!((first(&report), report.problem_count), ((Some(3), Some(row), "row_removed"), 1));
    tamper(&api, "delete from cms.audit_seal where position = 3");
    let report = api.verify(false);
    assert_eq!((first(&report), report.problem_count), ((Some(3), None, "rows_removed"), 1));
}

#[test]
fn two_rows_that_changed_places_are_named() {
    let api = with_rows(6);
    let (second, fifth) = (row_at(&api, 2), row_at(&api, 5));
    tamper(
        &api,
        &format!(
            "update cms.audit_seal set event_id = gen_random_uuid() where position = 2;
             update cms.audit_seal set event_id = '{second}' where position = 5;
             update cms.audit_seal set event_id = '{fifth}' where position = 2"
        ),
    );
    let report = api.verify(false);
    assert_eq!((first(&report), report.problem_count), ((Some(2), Some(fifth), "seal_altered"), 2));
    assert_eq!(report.problems[1].position, Some(5));
}

#[test]
fn the_last_five_rows_removed_are_named_by_the_heads_and_without_them_by_the_anchors() {
    let api = with_rows(3);
    add_rows(&api, 5);
    assert_eq!(api.seal(), 5);
    tamper(
        &api,
        "delete from cms.audit_event where id in (select event_id from cms.audit_seal where position > 3);
         delete from cms.audit_seal where position > 3",
    );
    let report = api.verify(false);
    assert_eq!((first(&report), report.problem_count), ((Some(4), None, "end_removed"), 1));
    assert!(report.problems[0].sentence.contains("the last 5 rows"), "{report:?}");
    tamper(&api, "delete from cms.audit_head where position > 3");
    assert!(api.verify(false).intact, "the database alone cannot tell");
    let report = api.verify(true);
    assert_eq!((first(&report), report.problem_count), ((Some(4), None, "end_removed"), 1));
}

#[test]
fn rows_written_after_the_end_was_removed_do_not_hide_it() {
    for heads_too in [false, true] {
        let api = with_rows(3);
        add_rows(&api, 5);
        api.seal();
        tamper(
            &api,
            "delete from cms.audit_seal where position > 3; delete from cms.audit_event where id not in (select event_id from cms.audit_seal)",
        );
        if heads_too {
            tamper(&api, "delete from cms.audit_head where position > 3");
        }
        add_rows(&api, 6);
        api.seal();
        let code = if heads_too { "chain_rewritten" } else { "rows_removed" };
        let report = api.verify(true);
        assert_eq!((first(&report), report.problem_count), ((Some(4), None, code), 1), "{report:?}");
    }
}

#[test]
fn a_row_forged_by_a_superuser_is_refused_by_the_sealer_and_named() {
    let api = with_rows(2);
    let forged = "01900000-0000-7000-8000-0000000000aa";
    for mac in ["null", "decode(repeat('ab', 32), 'hex')"] {
        api.as_owner(async |owner| {
            let insert = format!(
                "insert into cms.audit_event (id, at, actor_kind, action, subject_type, mac)
                 values (gen_random_uuid(), now(), 'system', 'article.read', 'article', {mac})"
            );
            sqlx::query(sqlx::AssertSqlSafe(insert)).execute(owner).await.unwrap();
        });
    }
    add_rows(&api, 1);
    assert_eq!(api.seal(), 1, "the genuine row behind them is sealed all the same");
    let report = api.verify(true);
    assert_eq!((report.problem_count, report.last_position), (2, 3));
    assert!(report.problems.iter().all(|problem| problem.code == "row_forged" && problem.event_id.is_some()));
    // Past the trigger that queues it, and with a seal of its own.
    tamper(
        &api,
        &format!(
            "insert into cms.audit_event (id, at, actor_kind, action, subject_type)
             values ('{forged}', now(), 'system', 'article.read', 'article')"
        ),
    );
    let forged: Uuid = forged.parse().unwrap();
    let named = |report: &Report| {
        report.problems.iter().any(|problem| problem.event_id == Some(forged) && problem.code == "row_forged")
    };
    assert!(named(&api.verify(false)));
    tamper(
        &api,
        &format!(
            "insert into cms.audit_seal values (4, '{forged}', 'legacy', decode(repeat('cd', 32), 'hex'));
                  insert into cms.audit_legacy values ('{forged}')"
        ),
    );
    let report = api.verify(false);
    assert!(
        report.problems.iter().any(|problem| (problem.position, problem.code) == (Some(4), "row_altered")),
        "{report:?}"
    );
}

#[test]
fn a_row_that_is_kept_from_the_sealer_is_named_after_a_minute() {
    let noon: DateTime<Utc> = "2031-03-01T12:00:00Z".parse().unwrap();
    let api = Api::start_with(Clock::fixed(noon), &[("rate-limits", "off")]);
    add_rows(&api, 1);
    api.seal();
    add_rows(&api, 1);
    api.as_role("staff", async |holder| {
        holder.execute("select pg_advisory_lock(x'617564697400'::bigint)").await.unwrap();
        let staff = api.opened().database.staff(1);
        let held = api.opened().chain().seal_everything(&staff, &api.opened().anchors()).await;
        assert!(matches!(held, Err(SealingError::Held)), "{held:?}");
        staff.close().await;
    });
    api.clock.set(noon + Duration::seconds(60));
    let report = api.verify(true);
    assert!(report.intact && report.waiting == 1, "{report:?}");
    api.clock.set(noon + Duration::seconds(61));
    let report = api.verify(true);
    assert_eq!((first(&report).2, report.problem_count, report.waiting), ("row_unsealed", 1, 1));
    assert_eq!(api.seal(), 1, "a service that was stopped is not accused: the check seals first");
    let report = api.verify(true);
    assert!(report.intact && report.waiting == 0, "{report:?}");
}

#[test]
fn a_forged_head_anchor_or_pruning_is_named() {
    let api = with_rows(4);
    tamper(
        &api,
        "insert into cms.audit_head select 3, s.hash, h.at, h.kid, h.signature
           from cms.audit_head h, cms.audit_seal s where s.position = 3",
    );
    let report = api.verify(false);
    assert_eq!((first(&report), report.problem_count), ((Some(3), None, "head_forged"), 1));
    tamper(&api, "delete from cms.audit_head where position = 3");
    tamper(
        &api,
        "insert into cms.audit_pruning select 2, s.hash, h.at, h.at, h.kid, h.signature
           from cms.audit_head h, cms.audit_seal s where s.position = 2",
    );
    let report = api.verify(false);
    assert_eq!((first(&report), report.rows), ((Some(2), None, "pruning_forged"), 4), "nothing is passed over");
    tamper(&api, "delete from cms.audit_pruning");
    let file = api.opened().config.audit_anchors();
    let kept = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, kept.replace("\"position\":4", "\"position\":9")).unwrap();
    assert_eq!(first(&api.verify(true)), (Some(9), None, "anchor_forged"));
    std::fs::write(&file, format!("{kept}{{\"posi\n{kept}")).unwrap();
    let report = api.verify(true);
    assert!(report.intact && report.anchors == 2 && report.anchors_unreadable == 1, "{report:?}");
}

#[test]
fn a_row_that_is_not_sealed_yet_waits_and_is_not_wrong() {
    let api = with_rows(2);
    add_rows(&api, 3);
    let report = api.verify(true);
    assert!(report.intact && report.waiting == 3 && report.waiting_since.is_some(), "{report:?}");
    tamper(&api, "delete from cms.audit_waiting");
    assert_eq!(api.seal(), 0, "somebody emptied the queue");
    assert_eq!(api.verify(true).waiting, 3);
    assert_eq!((count(&api, "cms.audit_waiting"), api.seal()), (3, 3), "the check put them back");
    assert_eq!(api.verify(true).waiting, 0);
}

#[test]
fn a_row_removed_before_it_was_sealed_is_named() {
    let api = with_rows(1);
    add_rows(&api, 1);
    tamper(&api, "delete from cms.audit_event where id in (select event_id from cms.audit_waiting)");
    assert_eq!(api.seal(), 0);
    let report = api.verify(false);
    assert_eq!((report.problems[0].code, report.problem_count), ("row_removed", 1));
}
