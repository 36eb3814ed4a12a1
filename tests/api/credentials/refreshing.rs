//! `/v1/auth/refresh`: how long a lost answer may be asked for again, and what a copy of a used token does.

use super::*;

#[test]
fn a_lost_answer_may_be_asked_for_again_for_ten_seconds_and_no_longer() {
    let api = clinic();
    let tokens = api.tokens(EDITOR);
    let first = told(&tokens, "refresh_token");
    assert_eq!(refresh(&api, &first).status, 200);
    later(&api, Duration::seconds(9));
    let again = refresh(&api, &first);
    assert_eq!(again.status, 200, "{}", again.body);
    let kept = told(&again.json(), "refresh_token");
    // The ten seconds run from the first use: asking again wins no time.
    later(&api, Duration::seconds(11));
    refresh(&api, &first).problem(401, "unauthenticated");
    me(&api, &told(&tokens, "access_token")).problem(401, "unauthenticated");
    refresh(&api, &kept).problem(401, "unauthenticated");
}

#[test]
fn after_eleven_seconds_a_used_token_ends_the_session_although_its_successor_was_never_used() {
    let api = clinic();
    let tokens = api.tokens(EDITOR);
    let first = told(&tokens, "refresh_token");
    let unused = told(&refresh(&api, &first).json(), "refresh_token");
    later(&api, Duration::seconds(11));
    assert_eq!(me(&api, &told(&tokens, "access_token")).status, 200);
    refresh(&api, &first).problem(401, "unauthenticated");
    me(&api, &told(&tokens, "access_token")).problem(401, "unauthenticated");
    refresh(&api, &unused).problem(401, "unauthenticated");
    let because = "select revoked_because from cms.session where revoked_at is not null";
    assert_eq!(api.text(because), "refresh_reuse");
}

#[test]
fn a_token_used_on_one_node_and_copied_to_another_ends_the_session_on_both() {
    let api = clinic();
    let other = api.another_node();
    let tokens = api.tokens(EDITOR);
    let first = told(&tokens, "refresh_token");
    let second = refresh(&api, &first).json();
    let third = refresh(&api, &told(&second, "refresh_token")).json();
    let bystander = other.tokens(EDITOR);
    refresh(&other, &first).problem(401, "unauthenticated");
    for node in [&other, &api] {
        for gone in [&tokens, &second, &third] {
            me(node, &told(gone, "access_token")).problem(401, "unauthenticated");
            refresh(node, &told(gone, "refresh_token")).problem(401, "unauthenticated");
        }
        assert_eq!(me(node, &told(&bystander, "access_token")).status, 200, "their other session goes on");
    }
    let reuses = "select count(*)::text from cms.audit_event where action = 'session.reuse'";
    assert_eq!(api.text(reuses), "1", "told once, however often the copy is shown");
}

#[test]
fn of_twenty_at_once_on_two_nodes_no_more_than_one_token_is_good_afterwards() {
    let api = clinic();
    let other = api.another_node();
    let first = told(&api.tokens(EDITOR), "refresh_token");
    let answers: Vec<Reply> = std::thread::scope(|scope| {
        let first = &first;
        let send = |node| scope.spawn(move || refresh(node, first));
        let sent: Vec<_> = (0..20).map(|turn| send(if turn % 2 == 0 { &api } else { &other })).collect();
        sent.into_iter().map(|turn| turn.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 401)));
    let open = "select count(*)::text from cms.refresh_token where used_at is null and superseded_at is null";
    assert_eq!(api.text(open), "1");
}
