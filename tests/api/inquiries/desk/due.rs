//! The lists of the desk: filters, what is due, and the walk through either order.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use super::*;

fn list(clinic: &Clinic, query: &str) -> Vec<String> {
    let reply = clinic.get(&clinic.owner, query);
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    ids(&reply.json()["data"])
}

fn due(clinic: &Clinic, id: &str, at: &str) {
    sql(&clinic.api, &format!("update cms.inquiry set first_response_due_at = '{at}' where id = '{id}'"));
}

fn undated(clinic: &Clinic, id: &str) {
    sql(&clinic.api, &format!("update cms.inquiry set first_response_due_at = null where id = '{id}'"));
}

#[test]
fn what_is_due_comes_first_the_most_overdue_before_all() {
    let clinic = Clinic::open();
    let [later, someday, overdue, soon, closed] = [(); 5].map(|()| clinic.at_harbor());
    undated(&clinic, &someday);
    due(&clinic, &later, "2026-03-03T09:00:00Z");
    due(&clinic, &overdue, "2026-03-02T11:00:00Z");
    due(&clinic, &soon, "2026-03-02T12:30:00Z");
    due(&clinic, &closed, "2026-03-01T09:00:00Z");
    clinic.changed(&clinic.owner, &closed, &json!({"status": "closed", "close_reason": "resolved"}));
    assert_eq!(list(&clinic, "?sort=due"), [&overdue, &soon, &later, &someday, &closed].map(String::as_str));
    assert_eq!(list(&clinic, "?overdue=true"), [overdue.as_str()]);
    assert_eq!(list(&clinic, "?overdue=false&sort=due"), [&soon, &later, &someday, &closed].map(String::as_str));
    assert_eq!(list(&clinic, "?due_before=2026-03-03&sort=due"), [&overdue, &soon].map(String::as_str));
    let first = clinic.get(&clinic.owner, "?sort=due&limit=1").json()["data"][0].clone();
    assert_eq!((&first["due_at"], &first["overdue"]), (&json!("2026-03-02T11:00:00Z"), &json!(true)));
    // Answered: the promise is what is due now.
    let promise = json!({"status": "contacted", "next_action_at": "2026-03-02T12:10:00Z"});
    clinic.changed(&clinic.owner, &overdue, &promise);
    assert_eq!(list(&clinic, "?overdue=true"), Vec::<String>::new());
    assert_eq!(
        list(&clinic, "?sort=due&status=contacted,new"),
        [&overdue, &soon, &later, &someday].map(String::as_str)
    );
}

#[test]
fn a_walk_by_cursor_through_what_is_due_meets_each_once() {
    let clinic = Clinic::open();
    let all: Vec<String> = (0..9).map(|_| clinic.at_harbor()).collect();
    // Two at each instant, and three that are not due.
    for (n, id) in all.iter().take(6).enumerate() {
        due(&clinic, id, &format!("2026-03-02T1{}:00:00Z", n / 2));
    }
    all.iter().skip(6).for_each(|id| undated(&clinic, id));
    for query in ["?sort=due&limit=2", "?limit=2", "?limit=2&location=harbor"] {
        let (mut walked, mut page) = (Vec::new(), clinic.get(&clinic.owner, query));
        loop {
            walked.extend(ids(&page.json()["data"]));
            let Some(cursor) = page.json()["meta"]["next_cursor"].as_str().map(str::to_owned) else { break };
            page = clinic.get(&clinic.owner, &format!("{query}&cursor={cursor}"));
        }
        let pages: Vec<String> = (1..=5)
            .flat_map(|n| ids(&clinic.get(&clinic.owner, &format!("{query}&page={n}")).json()["data"]))
            .collect();
        assert_eq!(walked, pages, "{query}");
        walked.sort();
        assert_eq!(walked, all, "{query}");
    }
    let cursor =
        clinic.get(&clinic.owner, "?sort=due&limit=2").json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    clinic.get(&clinic.owner, &format!("?limit=2&cursor={cursor}")).problem(400, "invalid_parameters");
}

#[test]
fn a_list_is_narrowed_by_each_filter_and_by_all_of_them() {
    let clinic = Clinic::open();
    let billing = clinic.sent(&json!({"location": "harbor", "kind": "billing"}));
    clinic.api.clock.set("2026-03-02T12:05:00Z".parse().unwrap());
    let (plain, hilltop) = (clinic.at_harbor(), clinic.at_hilltop());
    sql(&clinic.api, &format!("update cms.inquiry set source = 'typeform', status = 'held' where id = '{hilltop}'"));
    clinic.changed(&clinic.owner, &plain, &json!({"assignee": FRONT_DESK_ID, "priority": "stat"}));
    let all = || vec![hilltop.clone(), plain.clone(), billing.clone()];
    let of = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>();
    let expected: [(&str, Vec<String>); 15] = [
        ("", all()),
        ("?kind=billing,records", of(&[&billing])),
        ("?source=typeform", of(&[&hilltop])),
        ("?source=api", of(&[&plain, &billing])),
        ("?priority=stat,urgent", of(&[&plain])),
        ("?held=true", of(&[&hilltop])),
        ("?held=false", of(&[&plain, &billing])),
        ("?spam=true", vec![]),
        ("?assignee=none", of(&[&hilltop, &billing])),
        ("?assignee=me", vec![]),
        (&format!("?assignee={FRONT_DESK_ID},me"), of(&[&plain])),
        ("?form=contact", all()),
        ("?received_from=2026-03-02T12:05:00Z", of(&[&hilltop, &plain])),
        ("?received_until=2026-03-02T12:05:00Z", of(&[&billing])),
        ("?location=harbor&kind=general&priority=stat&assignee=none", vec![]),
    ];
    for (query, ids) in expected {
        assert_eq!(list(&clinic, query), ids, "{query}");
    }
    assert_eq!(ids(&clinic.get(&clinic.desk, "?assignee=me").json()["data"]), [plain.as_str()]);
    for query in ["?assignee=wren", "?kind=nothing", "?source=fax", "?overdue=1", "?sort=due_at", "?received_from=noon"]
    {
        clinic.get(&clinic.owner, query).problem(400, "invalid_parameters");
    }
    for (query, parameters) in [
        ("?location=zzz", vec!["location"]),
        ("?location=harbor,zzz&form=none-such", vec!["location", "form"]),
        ("?service=flu-shot", vec!["service"]),
        ("?form=01900000-0000-7000-8000-00000000ffff", vec!["form"]),
    ] {
        for token in [&clinic.owner, &clinic.desk] {
            let problem = clinic.get(token, query).problem(400, "invalid_parameters");
            let told: Vec<_> =
                problem["errors"].as_array().unwrap().iter().map(|one| one["parameter"].clone()).collect();
            assert_eq!(
                (told, &problem["errors"][0]["code"]),
                (parameters.iter().map(|name| json!(name)).collect(), &json!("unknown_reference")),
                "{query}"
            );
        }
    }
    assert_eq!(clinic.get(&clinic.desk, "?location=hilltop").json()["data"], json!([]), "what is out of reach");
}

/// What the server's log says while `work` does something.
fn logged(api: &Api, work: impl FnOnce()) -> String {
    let mut file = File::open(api.opened().config.data_dir.join("postgres/server.log")).unwrap();
    let before = file.seek(SeekFrom::End(0)).unwrap();
    work();
    file.seek(SeekFrom::Start(before)).unwrap();
    let mut written = Vec::new();
    file.read_to_end(&mut written).unwrap();
    String::from_utf8_lossy(&written).into_owned()
}

#[test]
fn a_list_reads_an_index_and_not_every_inquiry() {
    let api = Api::start_with(noon(), &[("rate-limits", "off")]);
    sql(
        &api,
        "do $$ begin
           execute format('alter role cms_staff in database %I set session_preload_libraries = auto_explain', current_database());
           execute format('alter role cms_staff in database %I set auto_explain.log_min_duration = 0', current_database());
         end $$",
    );
    let clinic = Clinic::over(api);
    let id = clinic.at_harbor();
    copies(&clinic, &id, 20_000, "case when n % 3 = 0 then 'spam' else 'closed' end");
    sql(&clinic.api, "analyze cms.inquiry");
    // The copies are sealed as another row: the one that is genuine comes first.
    let page = clinic.get(&clinic.owner, "?sort=due&limit=1");
    assert_eq!(page.status, 200, "{}", page.body);
    let cursor = page.json()["meta"]["next_cursor"].as_str().unwrap().to_owned();
    for (query, index) in [
        ("", "inquiry_received"),
        ("?sort=due", "inquiry_due"),
        (&format!("?sort=due&cursor={cursor}"), "inquiry_due"),
        ("?overdue=true", "inquiry_due"),
        ("?assignee=me", "inquiry_assignee"),
        ("?status=new", "_status"),
    ] {
        // A page with a copy on it is refused after it was read.
        let plans = logged(&clinic.api, || assert!([200, 409].contains(&clinic.get(&clinic.owner, query).status)));
        let scan = plans.lines().find(|line| line.contains("Scan") && line.contains(index));
        assert!(scan.is_some(), "{query}: {plans}");
        let list = plans.split("Query Text: select i.id, i.received_at, i.kind").nth(1).unwrap_or_default();
        let list = list.split("Query Text:").next().unwrap_or_default();
        assert!(list.contains(index) && !list.contains("Seq Scan on inquiry"), "{query}: {list}");
    }
}
