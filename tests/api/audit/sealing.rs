//! The sealer: each row once, however late it is committed and however many seal.

use std::{path::Path, sync::Arc};

use clinic_cms::{
    audit::{Anchors, Chain, Head},
    crypto::{KeyRing, KeyUse},
};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::{add_rows, count, tamper, verify_as, with_rows, write};
use crate::harness::{Api, block_on};

#[test]
fn rows_that_are_committed_late_are_sealed_once() {
    let api = Api::start();
    let chain = api.opened().chain();
    api.as_role("staff", async |first| {
        let mut late = first.begin().await.unwrap();
        write(&chain, &mut late, "article.read").await;
        add_rows_beside(&api, &chain, 3).await;
        let staff = api.opened().database.staff(1);
        assert_eq!(chain.seal_everything(&staff, &api.opened().anchors()).await.unwrap(), 3);
        late.commit().await.unwrap();
        assert_eq!(chain.seal_everything(&staff, &api.opened().anchors()).await.unwrap(), 1);
        staff.close().await;
    });
    let report = api.verify(true);
    assert!(report.intact && report.rows == 4 && report.heads == 2 && report.waiting == 0, "{report:?}");
}

async fn add_rows_beside(api: &Api, chain: &Chain, rows: usize) {
    let mut other = api.opened().database.connect_as(false).await.unwrap();
    for _ in 0..rows {
        write(chain, &mut other, "article.list").await;
    }
    other.close().await.unwrap();
}

#[test]
fn two_sealers_at_once_make_one_chain() {
    let api = Api::start();
    let (rounds, rows) = (12, 60);
    block_on(async {
        let chain = api.opened().chain();
        let (one, two) = (api.opened().database.staff(2), api.opened().database.staff(2));
        let (here, there) =
            (api.opened().anchors(), Anchors::new(api.opened().config.data_dir.join("other.jsonl"), None));
        for _ in 0..rounds {
            add_rows_beside(&api, &chain, rows / rounds).await;
            let (first, second) = tokio::join!(chain.seal_everything(&one, &here), chain.seal_everything(&two, &there));
            assert!(first.unwrap() + second.unwrap() <= rows);
        }
        one.close().await;
        two.close().await;
    });
    api.seal();
    let report = api.verify(true);
    assert!(report.intact && report.rows == 60 && report.last_position == 60, "{report:?}");
    assert_eq!(count(&api, "(select distinct event_id from cms.audit_seal) s"), 60);
}

#[test]
fn rows_from_before_the_chain_are_sealed_first_and_no_more_of_them_ever() {
    let api = Api::start();
    let old = |id: u32| {
        format!(
            "insert into cms.audit_event (id, at, actor_kind, action, subject_type)
             values ('01900000-0000-7000-8000-0000000000{id}', now() - interval '1 day', 'system', 'article.read', 'article');
             insert into cms.audit_legacy values ('01900000-0000-7000-8000-0000000000{id}');
             insert into cms.audit_waiting values ('01900000-0000-7000-8000-0000000000{id}');"
        )
    };
    tamper(&api, &[old(11), old(12)].concat());
    assert_eq!(api.verify(false).waiting, 2);
    add_rows(&api, 2);
    assert_eq!(api.seal(), 4);
    let report = api.verify(true);
    assert!(report.intact && report.legacy == 2 && report.rows == 4, "{report:?}");
    tamper(&api, &old(13));
    assert_eq!(api.seal(), 0, "the list of old rows is no way in for a new one");
    assert_eq!(api.verify(true).problem_count, 1);
    tamper(
        &api,
        "update cms.audit_event set action = 'article.reae' where id = '01900000-0000-7000-8000-000000000011'",
    );
    assert_eq!(api.verify(true).problems[0].position, Some(1), "an old row cannot be changed either");
}

/// The chain after the signing key was rotated, retired and its file deleted; with the `kid` of the retired one.
fn with_its_key_retired(api: &Api) -> (Chain, String) {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    copy(&api.opened().config.data_dir.join("keys"), &keys);
    let retired = api.opened().ring.current_signing_id();
    let fresh = KeyRing::add_key(&keys, KeyUse::Signing).unwrap();
    KeyRing::make_current(&keys, KeyUse::Signing, &fresh).unwrap();
    std::fs::remove_file(keys.join(format!("signing-{retired}.pem"))).unwrap();
    let ring = Arc::new(KeyRing::open_or_create(&keys).unwrap());
    (Chain::new(&ring, api.clock.clone()), retired)
}

fn seal_with(api: &Api, chain: &Chain) {
    block_on(async {
        let staff = api.opened().database.staff(1);
        chain.seal_everything(&staff, &api.opened().anchors()).await.unwrap();
        staff.close().await;
    });
}

#[test]
fn a_head_of_a_retired_key_still_shows_that_the_end_was_removed() {
    let api = with_rows(5);
    let (chain, _) = with_its_key_retired(&api);
    tamper(
        &api,
        "delete from cms.audit_event where id in (select event_id from cms.audit_seal where position > 3);
         delete from cms.audit_seal where position > 3",
    );
    add_rows(&api, 2);
    seal_with(&api, &chain);
    let report = verify_as(&api, &chain);
    let told: Vec<_> = report.problems.iter().map(|problem| (problem.position, problem.code)).collect();
    assert_eq!(told, [(Some(4), "rows_removed")], "the chain goes on after the gap: {report:?}");
    assert_eq!(report.last_position, 7);
}

#[test]
fn heads_are_verified_after_their_key_was_retired_and_its_file_deleted() {
    let api = with_rows(3);
    let (chain, retired) = with_its_key_retired(&api);
    add_rows(&api, 2);
    seal_with(&api, &chain);
    let report = verify_as(&api, &chain);
    assert!(report.intact && report.heads == 2, "{report:?}");
    tamper(
        &api,
        &format!(
            "update cms.audit_signing_key set public_key = decode(repeat('07', 32), 'hex') where kid = '{retired}'"
        ),
    );
    let report = verify_as(&api, &chain);
    let codes: Vec<_> = report.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["head_forged", "key_forged"], "{report:?}");
}

fn copy(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt;

    std::fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn each_head_leaves_the_database_as_one_line_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;

    let api = with_rows(2);
    add_rows(&api, 1);
    api.seal();
    assert_eq!(api.seal(), 0, "where nothing is new nothing is signed");
    let file = api.opened().config.audit_anchors();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read_to_string(&file).unwrap();
    let heads: Vec<Head> = kept.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(heads.iter().map(|head| head.position).collect::<Vec<_>>(), [2, 3]);
    let key = api.opened().ring.record_key(&heads[1].kid).unwrap();
    assert!(heads[1].is_signed_by(&key));
}

#[test]
fn heads_are_posted_where_the_settings_say_and_a_deaf_receiver_holds_nothing_up() {
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/anchors?token=4711", listener.local_addr().unwrap());
    let receiver = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        let mut part = [0; 4096];
        while !heard.ends_with(b"}\n") {
            let read = stream.read(&mut part).unwrap();
            heard.extend_from_slice(&part[..read]);
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
        String::from_utf8(heard).unwrap()
    });
    let api = with_rows(2);
    let anchors = Anchors::new(api.opened().config.data_dir.join("posted.jsonl"), Some(url.into()));
    let deaf =
        Anchors::new(api.opened().config.data_dir.join("deaf.jsonl"), Some("http://127.0.0.1:9/x".to_owned().into()));
    add_rows(&api, 1);
    block_on(async {
        let staff = api.opened().database.staff(1);
        let chain = api.opened().chain();
        assert_eq!(chain.seal_everything(&staff, &anchors).await.unwrap(), 1);
        anchors.post_last().await;
        write(&chain, &mut api.opened().database.connect_as(false).await.unwrap(), "article.read").await;
        assert_eq!(chain.seal_everything(&staff, &deaf).await.unwrap(), 1);
        deaf.post_last().await;
        staff.close().await;
    });
    let heard = receiver.join().unwrap();
    assert!(heard.starts_with("POST /anchors?token=4711 HTTP/1.1\r\n"), "{heard}");
    let head: Head = serde_json::from_str(heard.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(head.position, 3);
    assert!(!format!("{anchors:?}").contains("4711"));
}

#[test]
fn nobody_changes_or_removes_what_was_sealed() {
    let api = with_rows(3);
    api.as_owner(async |owner| {
        owner.execute("insert into cms.audit_pruning select position, hash, at, at, kid, signature from cms.audit_head where false").await.unwrap();
        owner.execute("insert into cms.audit_refusal values (gen_random_uuid(), now(), 'vanished')").await.unwrap();
    });
    let refusal = async |connection: &mut sqlx::PgConnection, statement: String| {
        let error = connection.execute(AssertSqlSafe(statement)).await.unwrap_err();
        error.into_database_error().unwrap().code().unwrap().into_owned()
    };
    let tables = [
        ("cms.audit_event", "action = 'x.y'"),
        ("cms.audit_seal", "kind = 'row'"),
        ("cms.audit_head", "kid = 'x'"),
        ("cms.audit_signing_key", "kid = 'x'"),
        ("cms.audit_refusal", "reason = 'vanished'"),
    ];
    for (table, change) in tables {
        let statements =
            [format!("update {table} set {change}"), format!("delete from {table}"), format!("truncate {table}")];
        for statement in statements {
            let as_staff = api.as_role("staff", async |staff| refusal(staff, statement.clone()).await);
            assert_eq!(as_staff, "42501", "{statement}");
            let as_owner = api.as_owner(async |owner| refusal(owner, statement.clone()).await);
            assert_eq!(as_owner, "23001", "{statement}");
        }
    }
    for closed in [
        "insert into cms.audit_legacy values (gen_random_uuid())",
        "insert into cms.audit_pruning values (1, '', now(), now(), 'x', '')",
        "update cms.audit_waiting set event_id = gen_random_uuid()",
    ] {
        assert_eq!(api.as_role("staff", async |staff| refusal(staff, closed.to_owned()).await), "42501", "{closed}");
    }
    let refused = api.as_owner(async |owner| {
        refusal(owner, "insert into cms.audit_legacy values (gen_random_uuid())".to_owned()).await
    });
    assert_eq!(refused, "23001", "nobody adds an old row");
}
