//! What a listing elsewhere brings: each change with its event, and none without one.

use clinic_cms::{
    clinic::{Listed, ListingSource, import_listed_location},
    http::ApiError,
};
use serde_json::{Value, json};

use crate::harness::{Api, EDITOR};

fn harbor(phone: &str) -> Value {
    json!({
        "name": "Harbor", "phones": [phone],
        "address": {"line1": "1 Quay", "city": "Jupiter", "region": "FL", "postal_code": "33458", "country": "US"},
    })
}

fn import(api: &Api, source: ListingSource, key: &'static str, location: Value) -> Listed {
    let clock = api.clock.clone();
    let work = async move |connection: &mut sqlx::PgConnection| {
        import_listed_location(connection, &clock, source, key, &location).await
    };
    let listed: Result<Listed, ApiError> = api.as_node(async |staff| staff.transact(work).await);
    listed.unwrap()
}

fn events(api: &Api) -> i64 {
    api.number("select count(*) from cms.outbox_event where kind = 'clinic.changed'")
}

#[test]
fn every_change_of_a_listing_is_an_event_and_what_stays_is_none() {
    let api = Api::start();
    let first = import(&api, ListingSource::Table, "H1", harbor("561-555-0141"));
    assert!(matches!(first, Listed::Created(_)), "{first:?}");
    assert_eq!(events(&api), 1);
    assert_eq!(import(&api, ListingSource::Table, "H1", harbor("561-555-0141")), Listed::Same);
    assert_eq!(
        import(&api, ListingSource::Google, "H1", harbor("561-555-0141")),
        Listed::Kept,
        "it is another source's"
    );
    assert_eq!(events(&api), 1);
    let second = import(&api, ListingSource::Table, "H1", harbor("561-555-0142"));
    assert!(matches!(second, Listed::Updated(_)), "{second:?}");
    assert_eq!(events(&api), 2);
}

#[test]
fn what_is_in_the_trash_stays_there() {
    let api = Api::start();
    let Listed::Created(id) = import(&api, ListingSource::Table, "H1", harbor("561-555-0141")) else {
        panic!("it is new")
    };
    let token = api.sign_in(EDITOR);
    let path = format!("/v1/admin/locations/{id}");
    assert_eq!(api.call("DELETE", &path).bearer(&token).header("If-Match", "*").send().status, 204);
    assert_eq!(import(&api, ListingSource::Table, "H1", harbor("561-555-0142")), Listed::Kept);
    assert_eq!(api.get("/v1/locations").json()["data"], json!([]));
}
