//! What is older than six years may go, by one way, and leaves a signed word behind.

use chrono::{DateTime, Duration, Utc};
use clinic_cms::{
    audit::{Chain, Pruned, Report},
    clock::Clock,
};
use sqlx::Executor;

use super::{count, tamper, verify_as, write};
use crate::harness::{Api, block_on};

const DAY: i64 = 2_192;

/// Four rows of one day, four of a year later, and their heads.
fn two_years() -> (Api, Chain, Clock) {
    let api = Api::start();
    let begin: DateTime<Utc> = "2031-03-01T12:00:00Z".parse().unwrap();
    let clock = Clock::fixed(begin);
    let chain = Chain::new(&api.opened().ring, clock.clone());
    for year in 0..2 {
        clock.set(begin + Duration::days(365 * year));
        api.as_role("staff", async |staff| {
            for _ in 0..4 {
                write(&chain, staff, "article.read").await;
            }
        });
        seal(&api, &chain);
    }
    (api, chain, clock)
}

fn seal(api: &Api, chain: &Chain) {
    block_on(async {
        let staff = api.opened().database.staff(1);
        chain.seal_everything(&staff, &api.opened().anchors()).await.unwrap();
        staff.close().await;
    });
}

fn prune(api: &Api, chain: &Chain, days: u32, dry_run: bool) -> Pruned {
    api.as_owner(async |owner| chain.prune(owner, days, dry_run).await.unwrap())
}

#[test]
fn rows_within_six_years_stay_whatever_is_asked() {
    let (api, chain, clock) = two_years();
    clock.set(clock.now() + Duration::days(DAY - 365));
    for days in [0, 1, 2_192] {
        let pruned = prune(&api, &chain, days, false);
        assert_eq!((pruned.position, pruned.rows), (None, 0));
    }
    assert_eq!(count(&api, "cms.audit_seal"), 8);
}

#[test]
fn older_rows_go_after_a_rehearsal_and_the_chain_begins_behind_them() {
    let (api, chain, clock) = two_years();
    clock.set(clock.now() + Duration::days(DAY - 364));
    let rehearsed = prune(&api, &chain, 2_192, true);
    assert_eq!((rehearsed.position, rehearsed.rows, count(&api, "cms.audit_seal")), (Some(4), 4, 8));
    let pruned = prune(&api, &chain, 2_192, false);
    assert_eq!((pruned.position, pruned.rows), (Some(4), 4));
    assert_eq!((count(&api, "cms.audit_seal"), count(&api, "cms.audit_head")), (4, 1));
    seal(&api, &chain);
    let report = api.verify(true);
    assert!(report.intact && report.pruned_to == Some(4) && report.rows == 5, "{report:?}");
    assert_eq!((report.last_position, report.anchors), (9, 3), "the removal itself is a row");
    assert_eq!(prune(&api, &chain, 2_192, false).rows, 0, "a second run finds nothing");
}

#[test]
fn a_signed_word_covers_what_it_says_and_not_a_row_more() {
    let (api, chain, clock) = two_years();
    clock.set(clock.now() + Duration::days(DAY - 364));
    prune(&api, &chain, 2_192, false);
    let refused = api.as_owner(async |owner| owner.execute("delete from cms.audit_seal").await.is_err());
    assert!(refused);
    tamper(&api, "delete from cms.audit_seal where position = 5");
    let report: Report = verify_as(&api, &chain);
    assert_eq!((report.problems[0].position, report.problems[0].code), (Some(5), "rows_removed"));
    tamper(&api, "update cms.audit_pruning set position = 5");
    let report = verify_as(&api, &chain);
    assert_eq!(report.problems[0].code, "rows_removed", "the altered word counts for nothing: {report:?}");
    assert!(report.problems.iter().any(|problem| problem.code == "pruning_forged"));
}

#[test]
fn the_last_row_stays_however_old() {
    let (api, chain, clock) = two_years();
    clock.set(clock.now() + Duration::days(DAY * 2));
    assert_eq!(prune(&api, &chain, 2_192, false).position, Some(7));
    seal(&api, &chain);
    assert!(api.verify(true).intact);
}
