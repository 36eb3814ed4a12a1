//! What is planned: taken back, planned anew, told once.

use clinic_cms::outbox::{self, Consequences};
use serde_json::{Value, json};

use super::Desk;
use crate::harness::Reply;

const JANUARY: &str = "2199-01-01T00:00:00Z";
const MARCH: &str = "2199-03-01T00:00:00Z";

impl Desk {
    fn unschedule(&self) -> Reply {
        let path = format!("{}/publication?planned=true", self.path);
        self.api.call("DELETE", &path).bearer(&self.token).header("If-Match", self.etag()).send()
    }

    fn publication(&self) -> Value {
        self.api.call("GET", &self.path).bearer(&self.token).send().json()["data"]["publication"].clone()
    }

    /// What waits in the outbox, and for when.
    fn waiting(&self) -> Vec<String> {
        let waiting = "select coalesce(string_agg(kind || case when available_at > now()
                              then to_char(available_at at time zone 'UTC', ' YYYY-MM') else '' end, ',' order by available_at, kind), '')
                         from cms.outbox_event where kind like 'article.%' and delivered_at is null";
        self.api.text(waiting).split(',').filter(|event| !event.is_empty()).map(str::to_owned).collect()
    }

    fn tell(&self) -> usize {
        let clock = &self.api.clock;
        self.api.as_node(async |staff| outbox::announce_due(&staff, clock, &Consequences::none()).await.unwrap())
    }
}

#[test]
fn a_plan_that_is_taken_back_leaves_what_is_visible_as_it_was() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({"unpublish_at": MARCH}));
    desk.edit(&json!({"body_markdown": "From Tuesday."}));
    desk.publish(&json!({"publish_at": JANUARY}));
    assert_eq!(desk.publication()["publish_at"], JANUARY);
    let back = desk.unschedule();
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(desk.public().status, 200);
    let left = desk.publication();
    assert_eq!((&left["revision"], &left["unpublish_at"]), (&json!(1), &json!(MARCH)), "its own end holds again");
    desk.unschedule().problem(409, "not_planned");
}

#[test]
fn a_plan_that_is_put_off_leaves_no_gap() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({}));
    desk.edit(&json!({"body_markdown": "From Tuesday."}));
    desk.publish(&json!({"publish_at": JANUARY}));
    desk.publish(&json!({"publish_at": MARCH}));
    let ends =
        "select to_char(upper(visible) at time zone 'UTC', 'YYYY-MM') from cms.publication where visible @> now()";
    assert_eq!(desk.api.text(ends), "2199-03");
}

#[test]
fn publishing_the_same_again_changes_nothing_but_its_end() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({}));
    let before = desk.public().json();
    desk.publish(&json!({"unpublish_at": MARCH}));
    assert_eq!(desk.public().json(), before);
    assert_eq!(desk.publication()["unpublish_at"], MARCH);
    desk.publish(&json!({}));
    assert_eq!(desk.publication()["unpublish_at"], Value::Null);
    assert_eq!(desk.api.number("select count(*) from cms.publication"), 1);
    assert_eq!(desk.waiting(), ["article.published"]);
}

#[test]
fn each_event_waits_for_its_instant_and_goes_with_its_plan() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({"publish_at": JANUARY, "unpublish_at": MARCH}));
    assert_eq!(desk.waiting(), ["article.published 2199-01", "article.unpublished 2199-03"]);
    assert_eq!(desk.tell(), 0, "nothing is told before its time");
    desk.withdraw();
    assert_eq!(desk.waiting(), [""; 0], "what is taken back is never told");
    desk.publish(&json!({}));
    desk.edit(&json!({"title": "Other hours"}));
    desk.publish(&json!({"publish_at": JANUARY}));
    assert_eq!(desk.waiting(), ["article.published", "article.updated 2199-01"]);
    desk.withdraw();
    assert_eq!(desk.waiting(), ["article.published", "article.unpublished"]);
}

#[test]
fn what_comes_due_is_told_once_by_many_nodes() {
    let desk = Desk::with_a_draft();
    desk.publish(&json!({"publish_at": JANUARY}));
    desk.api.as_owner(async |owner| {
        let due = "update cms.outbox_event set available_at = now() where kind like 'article.%'";
        sqlx::query(due).execute(owner).await.unwrap();
    });
    let told = desk.api.as_node(async |staff| {
        let nodes = [staff.clone(), staff.clone(), staff.clone()];
        let clock = &desk.api.clock;
        let none = Consequences::none();
        let told = nodes.map(|node| {
            let none = none.clone();
            async move { outbox::announce_due(&node, clock, &none).await.unwrap() }
        });
        let [one, two, three] = told;
        let (one, two, three) = tokio::join!(one, two, three);
        one + two + three
    });
    assert_eq!(told, 1);
}
