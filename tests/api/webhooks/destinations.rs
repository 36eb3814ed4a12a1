//! Where nothing is ever sent.

use std::net::TcpListener;

use clinic_cms::clock::Clock;
use serde_json::json;

use super::{House, Receiver};
use crate::harness::{Api, noon};

#[test]
fn none_of_forty_addresses_leads_into_the_house() {
    let house = House { api: Api::start_with(Clock::fixed(noon()), &[("rate-limits", "off")]) };
    let canary = TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let port = canary.local_addr().unwrap().port();
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0x7f.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "0",
        "0.0.0.0",
        "00.0.0.0",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "user@127.0.0.1",
        "user:pass@localhost",
        "public.example@127.0.0.1",
        "１２７.０.０.１",
        "127%2e0%2e0%2e1",
        "①②⑦.0.0.1",
    ];
    assert_eq!(hosts.len(), 40);
    for host in hosts {
        for scheme in ["https", "http"] {
            let body = json!({"url": format!("{scheme}://{host}:{port}/hook"), "events": ["clinic.changed"]});
            house.call("POST", "/v1/admin/webhooks", &body).problem(422, "validation_failed");
        }
    }
    // A row that was written past the API fares no better.
    let receiver = Receiver::start();
    let made = house.call(
        "POST",
        "/v1/admin/webhooks",
        &json!({"url": "https://hooks.example/", "events": ["clinic.changed"]}),
    );
    assert_eq!(made.status, 201, "{}", made.body);
    for url in [receiver.url.clone(), format!("https://127.0.0.1:{port}/"), format!("https://localhost:{port}/")] {
        let moved = format!(
            "update cms.webhook_endpoint set url = '{url}'; update cms.webhook_delivery set available_at = '2026-11-23'"
        );
        house.api.as_owner(async |owner| sqlx::raw_sql(sqlx::AssertSqlSafe(moved)).execute(owner).await.unwrap());
        house.change_the_clinic();
        let round = house.api.deliver();
        assert!(round.delivered == 0 && round.postponed > 0, "{round:?}");
    }
    assert!(receiver.arrivals().is_empty() && canary.accept().is_err(), "the canary was hit");
}

#[test]
fn what_is_wrong_with_an_endpoint_is_told_at_once() {
    let house = House::open();
    let wrong = json!({"url": "ftp://x", "events": ["article.publishd"], "enabled": "yes", "colour": 1});
    let problem = house.call("POST", "/v1/admin/webhooks", &wrong).problem(422, "validation_failed");
    let told: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(told, ["/events/0", "/enabled", "/colour"], "{problem}");
    assert_eq!(problem["errors"][0]["suggestion"], "article.published");
    let wrong = json!({"url": "ftp://x", "events": ["inquiry.received"], "processor": "Nobody"});
    let problem = house.call("POST", "/v1/admin/webhooks", &wrong).problem(422, "validation_failed");
    let told: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(told, ["not_https", "unknown_reference", "agreement_required"]);
}
