//! What opens nothing.

use serde_json::json;

use super::*;

#[test]
fn a_question_takes_one_answer() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    let asked = ask(&api, None, &json!({}));
    let right = answer(&asked, &mut phone);
    assert_eq!(post(&api, "assertion", None, &right).status, 200);
    post(&api, "assertion", None, &right).problem(401, "unauthenticated");
    post(&api, "assertion", None, &answer(&asked, &mut phone)).problem(401, "unauthenticated");
    let asked = ask(&api, None, &json!({}));
    let mut wrong = answer(&asked, &mut phone);
    wrong["credential"]["response"]["signature"] = json!("MAA");
    post(&api, "assertion", None, &wrong).problem(401, "unauthenticated");
    post(&api, "assertion", None, &answer(&asked, &mut phone)).problem(401, "unauthenticated");
}

#[test]
fn of_twenty_answers_at_once_on_two_nodes_one_counts() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    let other = api.another_node();
    let right = answer(&ask(&api, None, &json!({})), &mut phone);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let right = &right;
        let send = |node| scope.spawn(move || post(node, "assertion", None, right).status);
        let sent: Vec<_> = (0..20).map(|turn| send(if turn % 2 == 0 { &api } else { &other })).collect();
        sent.into_iter().map(|turn| turn.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 401)), "{statuses:?}");
}

#[test]
fn a_question_ends_after_five_minutes() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    let asked = ask(&api, None, &json!({}));
    later(&api, 5);
    post(&api, "assertion", None, &answer(&asked, &mut phone)).problem(401, "unauthenticated");
    assert_eq!(sign_in(&api, &mut phone).status, 200);
}

#[test]
fn another_page_or_host_gets_nobody_in() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    for (page, host) in
        [("https://clinic.example.evil.example", HOST), ("https://www.clinic.example", HOST), (PAGE, "evil.example")]
    {
        (phone.origin, phone.rp_id) = (page.to_owned(), host.to_owned());
        sign_in(&api, &mut phone).problem(401, "unauthenticated");
        let mut new = Authenticator::on(page, host);
        let asked = post(&api, "registration/options", Some(&token), &json!({})).json()["data"].clone();
        let made = json!({"ceremony": asked["ceremony"], "credential": new.create(&asked["public_key"])});
        let refused = post(&api, "registration", Some(&token), &made).problem(422, "validation_failed");
        assert_eq!(refused["errors"][0]["code"], "refused_passkey");
    }
}

#[test]
fn a_device_that_did_not_check_its_person_gets_nobody_in() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    phone.checks_person = false;
    sign_in(&api, &mut phone).problem(401, "unauthenticated");
}

#[test]
fn a_copied_key_is_refused_and_recorded() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    phone.counter = 7;
    assert_eq!(sign_in(&api, &mut phone).status, 200);
    phone.counter = 3;
    sign_in(&api, &mut phone).problem(401, "unauthenticated");
    assert_eq!(recorded(&api, "passkey.copied"), 1);
    phone.counter = 8;
    assert_eq!(sign_in(&api, &mut phone).status, 200, "the person's own device goes on");
}

#[test]
fn an_answer_that_names_another_account_gets_nobody_in() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    let own = phone.user_handle.clone();
    for handle in [Vec::new(), b"owner".to_vec(), vec![0; 16]] {
        phone.user_handle = handle;
        sign_in(&api, &mut phone).problem(401, "unauthenticated");
    }
    phone.user_handle = own;
    assert_eq!(sign_in(&api, &mut phone).status, 200);
}

#[test]
fn a_disabled_account_stays_out() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    api.as_owner(async |connection| {
        let disable = "update cms.account set status = 'disabled' where email = $1";
        sqlx::query(disable).bind(EDITOR.0).execute(connection).await.unwrap();
    });
    sign_in(&api, &mut phone).problem(401, "unauthenticated");
}

#[test]
fn every_refusal_reads_the_same() {
    let api = clinic();
    let token = api.sign_in(EDITOR);
    let mut phone = device();
    enrol(&api, &token, &mut phone, "Phone");
    let refusal = |device: &mut Authenticator| {
        let mut problem = sign_in(&api, device).problem(401, "unauthenticated");
        problem["request_id"] = json!(null);
        problem
    };
    let unknown = refusal(&mut device());
    "https://evil.example".clone_into(&mut phone.origin);
    assert_eq!(refusal(&mut phone), unknown);
}

#[test]
fn a_question_to_a_stranger_tells_nothing_of_anybody() {
    let api = clinic();
    let before = ask(&api, None, &json!({}));
    let token = api.sign_in(EDITOR);
    enrol(&api, &token, &mut device(), "Phone");
    let after = ask(&api, None, &json!({}));
    for question in [&before, &after] {
        assert_eq!(question["public_key"]["allowCredentials"], json!([]));
        assert_eq!(question["public_key"]["userVerification"], "required");
        assert_eq!(question["public_key"]["rpId"], HOST);
    }
    assert_ne!(before["public_key"]["challenge"], after["public_key"]["challenge"]);
}
