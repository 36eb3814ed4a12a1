//! Searches: what is found, in which parts, and what comes along.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Directory;
use crate::{
    harness::{Api, EDITOR},
    providers::add_location,
};

/// The ids that match, on one page.
#[track_caller]
fn found(api: &Api, question: &str) -> Vec<String> {
    let reply = api.get(&format!("/fhir/R4/{question}"));
    assert_eq!(reply.status, 200, "{question}: {}", reply.body);
    ids(&reply.json(), "match")
}

fn ids(bundle: &Value, mode: &str) -> Vec<String> {
    let entries = bundle["entry"].as_array().into_iter().flatten();
    let of_mode = entries.filter(|entry| entry["search"]["mode"] == mode);
    of_mode.map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_resource_is_found_by_what_it_says_in_each_way_that_fhir_has() {
    let Directory { api, location, provider, service, .. } = Directory::open();
    let (place, base) = ([location.clone()], &api.public_url);
    for question in [
        "name=pier",
        "name=PIER%20nino",
        "name:contains=ni%C3%B1o",
        "name:exact=Pier%20Ni%C3%B1o",
        "name=nothing,pier",
        "address=suite",
        "address-city=riviera",
        "address-state=FL",
        "address-postalcode=334",
        "status=active",
        "type=OF",
        "type=http://terminology.hl7.org/CodeSystem/v3-RoleCode%7COF",
        "name=pier&address-city=riviera",
        "_lastUpdated=ge2026-01-01",
        "name:contains=r&name:contains=n",
    ] {
        assert_eq!(found(&api, &format!("Location?{question}")), place, "{question}");
    }
    for question in [
        "name=nino",
        "name:exact=pier",
        "name=pier&name=quay",
        "address-city=miami",
        "status=suspended",
        "type=%7COF",
        "type=http://other.example%7COF",
        "_lastUpdated=lt2026-01-01",
        "_id=none",
        "organization=none",
    ] {
        assert_eq!(found(&api, &format!("Location?{question}")), [""; 0], "{question}");
    }
    let person = [provider.clone()];
    for question in [
        "name=marsh",
        "family=mar",
        "given=elena",
        "name=elena",
        "identifier=1000000418",
        "communication=es",
        "identifier=http://hl7.org/fhir/sid/us-npi%7C1000000418",
        "identifier=http://hl7.org/fhir/sid/us-npi%7C",
        "communication=urn:ietf:bcp:47%7Ces",
        "active=true",
    ] {
        assert_eq!(found(&api, &format!("Practitioner?{question}")), person, "{question}");
    }
    for question in [
        format!("practitioner={provider}"),
        format!("practitioner=Practitioner/{provider}"),
        format!("practitioner={base}/fhir/R4/Practitioner/{provider}"),
        format!("practitioner:Practitioner={provider}"),
        format!("location={location}"),
        format!("service=none,{service}"),
        "specialty=207Q00000X".to_owned(),
        "specialty=http://nucc.org/provider-taxonomy%7C207Q00000X".to_owned(),
        format!("_id={provider}"),
    ] {
        assert_eq!(found(&api, &format!("PractitionerRole?{question}")), person, "{question}");
    }
    assert_eq!(found(&api, &format!("PractitionerRole?practitioner=Location/{provider}")), [""; 0]);
    for question in [
        format!("location=Location/{location}"),
        "name=blood".into(),
        "service-category=outpat".into(),
        "active=true".into(),
    ] {
        assert_eq!(found(&api, &format!("HealthcareService?{question}")), std::slice::from_ref(&service), "{question}");
    }
    assert_eq!(found(&api, "Organization?identifier=1234567893&name=pier&type=fac&address-city=riviera").len(), 1);
}

#[test]
fn a_walk_through_the_pages_meets_everything_once_and_leads_back() {
    let api = Api::start();
    let token = api.sign_in(EDITOR);
    let all: BTreeSet<String> = (0..5).map(|n| add_location(&api, &token, &format!("Pier {n}"))).collect();
    let page = |url: &str| {
        let path = url.strip_prefix(&api.public_url).expect("absolute, from the configured address");
        let reply = api.get(path);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    };
    let link = |bundle: &Value, relation: &str| {
        let links = bundle["link"].as_array().unwrap();
        links.iter().find(|link| link["relation"] == relation).map(|link| link["url"].as_str().unwrap().to_owned())
    };
    let mut here = page(&format!("{}/fhir/R4/Location?_count=2&name=pier", api.public_url));
    let (first, mut walked) = (ids(&here, "match"), Vec::new());
    assert_eq!((link(&here, "previous"), &here["type"]), (None, &json!("searchset")));
    loop {
        assert_eq!(here["total"], 5);
        let again = page(&link(&here, "self").unwrap());
        assert_eq!(ids(&again, "match"), ids(&here, "match"), "a page is what its own address says");
        walked.push(ids(&here, "match"));
        let Some(next) = link(&here, "next") else { break };
        here = page(&next);
    }
    assert_eq!(walked.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(walked.concat().into_iter().collect::<BTreeSet<_>>(), all);
    for before in [&walked[1], &walked[0]] {
        here = page(&link(&here, "previous").unwrap());
        assert_eq!(ids(&here, "match"), *before);
    }
    assert_eq!((ids(&here, "match"), link(&here, "previous")), (first, None));
    let next = link(&here, "next").unwrap();
    let other = next.replace("name=pier", "name=quay");
    assert_eq!(api.get(other.strip_prefix(&api.public_url).unwrap()).status, 400, "a cursor belongs to its search");
}

#[test]
fn the_total_can_be_had_alone() {
    let api = Directory::open().api;
    for question in ["Location?_count=0", "Location?_summary=count", "Location?_summary=count&name=pier"] {
        let bundle = api.get(&format!("/fhir/R4/{question}")).json();
        assert_eq!((&bundle["total"], bundle.get("entry")), (&json!(1), None), "{question}");
        assert_eq!(bundle["link"].as_array().unwrap().len(), 1);
    }
    assert!(api.get("/fhir/R4/Location?name=none").json().get("entry").is_none(), "FHIR knows no empty list");
}

#[test]
fn what_belongs_together_comes_along_once() {
    let Directory { api, location, provider, service, .. } = Directory::open();
    let along = |question: &str| {
        let bundle = api.get(&format!("/fhir/R4/{question}")).json();
        let entries = bundle["entry"].as_array().unwrap();
        let urls: Vec<_> = entries.iter().map(|entry| entry["fullUrl"].as_str().unwrap().to_owned()).collect();
        assert_eq!(urls.iter().collect::<BTreeSet<_>>().len(), urls.len(), "{question}: once each");
        let included = entries.iter().filter(|entry| entry["search"]["mode"] == "include");
        included.map(|entry| entry["resource"]["resourceType"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(along("Location?_include=Location:organization"), ["Organization"]);
    assert_eq!(
        along("HealthcareService?_include=HealthcareService:location&_include=HealthcareService:organization"),
        ["Organization", "Location"]
    );
    assert_eq!(along("PractitionerRole?_include=*"), ["Organization", "Location", "Practitioner", "HealthcareService"]);
    assert_eq!(along("PractitionerRole?_include=PractitionerRole:service"), ["HealthcareService"]);
    assert_eq!(along("Practitioner?_revinclude=PractitionerRole:practitioner"), ["PractitionerRole"]);
    assert_eq!(
        along("Location?_revinclude=PractitionerRole:location&_revinclude=HealthcareService:location"),
        ["PractitionerRole", "HealthcareService"]
    );
    assert_eq!(along("Practitioner?_include=*"), [""; 0], "a person refers to nothing");
    let bundle =
        api.get(&format!("/fhir/R4/Practitioner?_id={provider}&_revinclude=PractitionerRole:practitioner")).json();
    assert_eq!(bundle["total"], 1, "what comes along is not counted");
    assert!(bundle.to_string().contains(&location) && bundle.to_string().contains(&service));
}

#[test]
fn the_capability_statement_promises_what_is_kept_and_nothing_else() {
    let api = Directory::open().api;
    let statement = api.get("/fhir/R4/metadata").json();
    assert_eq!(
        (&statement["resourceType"], &statement["fhirVersion"]),
        (&json!("CapabilityStatement"), &json!("4.0.1"))
    );
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    let kinds: Vec<_> = resources.iter().map(|resource| resource["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Organization", "Location", "Practitioner", "PractitionerRole", "HealthcareService"]);
    for resource in resources {
        let kind = resource["type"].as_str().unwrap();
        for parameter in resource["searchParam"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            let value = match (name, parameter["type"].as_str().unwrap()) {
                ("active", _) => "true",
                ("status", _) => "active",
                (_, "date") => "2026-01-01",
                _ => "x",
            };
            assert_eq!(api.get(&format!("/fhir/R4/{kind}?{name}={value}")).status, 200, "{kind} {name}");
        }
        for (list, name) in [("searchInclude", "_include"), ("searchRevInclude", "_revinclude")] {
            for link in resource[list].as_array().into_iter().flatten() {
                let path = format!("/fhir/R4/{kind}?{name}={}", link.as_str().unwrap());
                assert_eq!(api.get(&path).status, 200, "{path}");
            }
        }
    }
    let document = api.get("/openapi.json").json();
    let told = document["paths"]["/fhir/R4/Location"]["get"]["parameters"].to_string();
    assert!(told.contains("\"address-city\"") && told.contains("\"_revinclude\""), "{told}");
}

#[test]
fn the_same_answer_can_be_read_by_people() {
    let api = Directory::open().api;
    let (short, long) = (api.get("/fhir/R4/Location"), api.get("/fhir/R4/Location?_pretty=true"));
    assert!(!short.body.contains('\n') && long.body.starts_with("{\n  \"resourceType\": \"Bundle\","), "{}", long.body);
    assert_eq!(short.json()["entry"], long.json()["entry"]);
}
