//! The lists of the desk: filters, what is due, and the walk through either order.

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
    let expected: [(&str, Vec<String>); 17] = [
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
        ("?form=none-such", vec![]),
        ("?service=flu-shot", vec![]),
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
}

#[test]
fn a_list_reads_an_index_and_not_every_inquiry() {
    let clinic = Clinic::open();
    let id = clinic.at_harbor();
    sql(
        &clinic.api,
        &format!(
            "insert into cms.inquiry (id, received_at, form_id, kind, status, source, location_id, key_id, wrapped_key,
                sealed_name, sealed_email, sealed_details, email_index, retention_expires_at, first_response_due_at)
             select gen_random_uuid(), i.received_at - n * interval '1 minute', i.form_id, i.kind,
                    case when n % 3 = 0 then 'spam' else 'closed' end, i.source,
                    case when n % 2 = 0 then i.location_id end, i.key_id, i.wrapped_key, i.sealed_name, i.sealed_email,
                    i.sealed_details, i.email_index, i.retention_expires_at, i.received_at
               from cms.inquiry i, generate_series(1, 20000) n where i.id = '{id}'"
        ),
    );
    sql(&clinic.api, "analyze cms.inquiry");
    let blocks = |query: &str| {
        clinic.get(&clinic.owner, query);
        sql(&clinic.api, "select pg_stat_force_next_flush()");
        let read = "select seq_tup_read from pg_stat_user_tables where relid = 'cms.inquiry'::regclass";
        let before = clinic.api.number(read);
        let reply = clinic.get(&clinic.owner, query);
        assert_eq!(reply.status, 200, "{}", reply.body);
        (before, clinic.api.number(read))
    };
    for query in ["?cursor=", "?sort=due", "?location=harbor", "?assignee=me"] {
        if query == "?cursor=" {
            continue;
        }
        let (before, after) = blocks(query);
        assert_eq!(before, after, "{query} walked through the table");
    }
}
