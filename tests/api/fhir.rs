//! `/fhir/R4`: the directory as other systems read it.

mod outcomes;
mod searching;

use clinic_cms::clock::Clock;
use serde_json::{Value, json};

use crate::{
    harness::{Api, EDITOR, Reply},
    providers::{add, patch, path_of, trash},
};

/// A clinic with a place, somebody who treats there, and what they do.
struct Directory {
    api: Api,
    token: String,
    location: String,
    provider: String,
    service: String,
}

fn id(made: &Reply) -> String {
    made.json()["data"]["id"].as_str().unwrap().to_owned()
}

impl Directory {
    fn open() -> Self {
        Self::of(Api::start())
    }

    fn of(api: Api) -> Self {
        let token = api.sign_in(EDITOR);
        let clinic = json!({"name": "Pier Family Clinic", "npi": "1234567893", "timezone": "America/New_York"});
        assert_eq!(patch(&api, &token, "/v1/admin/clinic", &clinic).status, 200);
        let location = add(
            &api,
            &token,
            "locations",
            &json!({
                "name": "Pier Niño",
                "address": {"line1": "1 Pier Road", "line2": "Suite 2", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
                "geo": {"latitude": 26.5, "longitude": -80.25},
                "phones": [{"number": "+15615550140", "label": "Front desk"}],
                "accessibility": ["ADA compliant", "Step-free entrance"],
                "accepting_new_patients": true,
                "hours": [
                    {"days": ["monday", "tuesday"], "opens": "08:00", "closes": "17:00"},
                    {"days": ["friday"], "opens": "19:00", "closes": "02:00"},
                    {"days": ["sunday"], "opens": "00:00", "closes": "24:00"},
                    {"days": ["saturday"], "opens": "09:00", "closes": "12:00", "weeks": [2]},
                ],
                "special_hours": [{"from": "2026-12-25", "through": "2026-12-25", "closed": true, "reason": "Christmas Day"}],
            }),
        );
        let location = id(&location);
        let provider = id(&add(
            &api,
            &token,
            "providers",
            &json!({
                "name": {"prefix": "Dr.", "given": "Elena", "family": "Marsh"},
                "credentials": ["MD"],
                "npi": "1000000418",
                "licences": [{"state": "FL", "number": "ME 000417", "expires_on": "2030-01-31"}],
                "specialties": [{"code": "207Q00000X", "name": "Family Medicine"}],
                "languages": ["en", "es"],
                "accepting_new_patients": false,
                "locations": [location.clone()],
            }),
        ));
        let service = id(&add(
            &api,
            &token,
            "services",
            &json!({
                "name": "Blood pressure check", "summary": "Two readings.", "walk_ins": true, "referral_required": false,
                "locations": [location.clone()], "providers": [provider.clone()],
            }),
        ));
        Self { api, token, location, provider, service }
    }

    fn read(&self, kind: &str, id: &str) -> Value {
        let reply = self.api.get(&format!("/fhir/R4/{kind}/{id}"));
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/fhir+json"), "{}", reply.body);
        reply.json()
    }

    fn clinic(&self) -> String {
        self.api.get("/v1/clinic").json()["data"]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_location_is_read_with_everything_that_fhir_has_a_place_for() {
    let directory = Directory::open();
    let place = directory.read("Location", &directory.location);
    assert_eq!((&place["resourceType"], &place["id"]), (&json!("Location"), &json!(directory.location)));
    let profile = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/plannet-Location";
    assert_eq!(place["meta"]["profile"], json!([profile]));
    assert_eq!((&place["status"], place.get("operationalStatus")), (&json!("active"), None));
    assert_eq!(place["telecom"], json!([{"system": "phone", "value": "+15615550140", "use": "work", "rank": 1}]));
    assert_eq!(place["address"]["line"], json!(["1 Pier Road", "Suite 2"]));
    assert_eq!((&place["address"]["state"], &place["position"]["longitude"]), (&json!("FL"), &json!(-80.25)));
    let wanted = json!([
        {"daysOfWeek": ["mon", "tue"], "openingTime": "08:00:00", "closingTime": "17:00:00"},
        {"daysOfWeek": ["fri"], "openingTime": "19:00:00", "closingTime": "02:00:00"},
        {"daysOfWeek": ["sun"], "allDay": true},
    ]);
    assert_eq!(place["hoursOfOperation"], wanted);
    let told = "saturday 09:00-12:00 in weeks 2\n2026-12-25: closed \"Christmas Day\"";
    assert_eq!(place["availabilityExceptions"], told);
    let extensions = place["extension"].to_string();
    assert!(extensions.contains("newpt") && extensions.contains("adacomp"), "{extensions}");
    assert!(extensions.contains("Step-free entrance"), "{extensions}");
    assert_eq!(place["managingOrganization"]["reference"], format!("Organization/{}", directory.clinic()));
    assert!(!place.to_string().contains("null"), "FHIR knows no null: {place}");
}

#[test]
fn the_others_are_read_and_lead_to_each_other() {
    let directory = Directory::open();
    let clinic = directory.read("Organization", &directory.clinic());
    assert_eq!(
        (&clinic["name"], &clinic["identifier"][0]["value"]),
        (&json!("Pier Family Clinic"), &json!("1234567893"))
    );
    assert_eq!(clinic["address"][0]["city"], "Riviera Beach");
    let person = directory.read("Practitioner", &directory.provider);
    assert_eq!(person["name"][0]["text"], "Dr. Elena Marsh, MD");
    assert_eq!(person["communication"][1]["coding"], json!([{"system": "urn:ietf:bcp:47", "code": "es"}]));
    let role = directory.read("PractitionerRole", &directory.provider);
    assert_eq!(role["practitioner"]["reference"], format!("Practitioner/{}", directory.provider));
    assert_eq!(role["organization"]["reference"], format!("Organization/{}", directory.clinic()));
    assert_eq!(role["location"][0]["reference"], format!("Location/{}", directory.location));
    assert_eq!(role["healthcareService"][0]["reference"], format!("HealthcareService/{}", directory.service));
    assert_eq!(role["specialty"][0]["coding"][0]["code"], "207Q00000X");
    assert!(role["extension"].to_string().contains("nopt"), "{role}");
    let service = directory.read("HealthcareService", &directory.service);
    assert_eq!((&service["name"], &service["comment"]), (&json!("Blood pressure check"), &json!("Two readings.")));
    assert_eq!(service["appointmentRequired"], false);
    assert_eq!(service["location"][0]["reference"], format!("Location/{}", directory.location));
}

#[test]
fn a_licence_is_told_by_its_state_and_its_end_and_its_number_nowhere() {
    let directory = Directory::open();
    let person = directory.read("Practitioner", &directory.provider);
    assert_eq!(person["qualification"][1]["period"]["end"], "2030-01-31");
    assert!(person["qualification"][1].to_string().contains("\"FL\""), "{person}");
    for address in ["Practitioner?_revinclude=*", "PractitionerRole?_include=*"] {
        let reply = directory.api.get(&format!("/fhir/R4/{address}"));
        assert_eq!(reply.status, 200);
        assert!(!reply.body.contains("000417\""), "{}", reply.body);
    }
    assert_eq!(directory.api.get("/fhir/R4/Practitioner?identifier=ME%20000417").json()["total"], 0);
}

#[test]
fn a_clinic_that_nobody_has_named_is_not_told_of() {
    let api = Api::start();
    assert_eq!(api.get("/fhir/R4/Organization").json()["total"], 0);
    let id = api.get("/v1/clinic").json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("/fhir/R4/Organization/{id}")).status, 404);
}

#[test]
fn what_lies_in_the_trash_is_found_by_no_way() {
    let directory = Directory::open();
    let Directory { api, token, .. } = &directory;
    trash(api, token, &format!("/v1/admin/locations/{}", directory.location));
    trash(api, token, &format!("/v1/admin/services/{}", directory.service));
    for (kind, id) in [("Location", &directory.location), ("HealthcareService", &directory.service)] {
        let gone = api.get(&format!("/fhir/R4/{kind}/{id}"));
        assert_eq!((gone.status, gone.json()["issue"][0]["code"].clone()), (404, json!("not-found")));
        assert_eq!(api.get(&format!("/fhir/R4/{kind}")).json()["total"], 0);
    }
    let role = directory.read("PractitionerRole", &directory.provider);
    assert!(role.get("location").is_none() && role.get("healthcareService").is_none(), "{role}");
    let found = api.get("/fhir/R4/PractitionerRole?_include=*").body;
    assert!(!found.contains(&directory.location) && !found.contains("Pier Road"), "{found}");
    trash(api, token, &format!("/v1/admin/providers/{}", directory.provider));
    for kind in ["Practitioner", "PractitionerRole"] {
        assert_eq!(api.get(&format!("/fhir/R4/{kind}/{}", directory.provider)).status, 404);
    }
}

#[test]
fn a_place_that_is_closed_says_so_in_fhirs_words() {
    let directory = Directory::open();
    let Directory { api, token, location, .. } = &directory;
    let path = format!("/v1/admin/locations/{location}");
    let closed = json!({"status": {"code": "temporarily_closed", "note": "Storm", "until": "2099-01-02"}});
    assert_eq!(patch(api, token, &path, &closed).status, 200);
    let place = directory.read("Location", location);
    assert_eq!((&place["status"], &place["operationalStatus"]["code"]), (&json!("suspended"), &json!("C")));
    assert!(
        place["availabilityExceptions"]
            .as_str()
            .unwrap()
            .starts_with("Closed until 2 January 2099 (Storm).\nsaturday 09:00-12:00")
    );
    assert_eq!(
        patch(api, token, &path, &json!({"status": {"code": "permanently_closed", "until": null, "note": null}}))
            .status,
        200
    );
    let place = directory.read("Location", location);
    assert_eq!((&place["status"], place.get("hoursOfOperation")), (&json!("inactive"), None));
    assert_eq!(place["availabilityExceptions"], "Closed for good.");
}

#[test]
fn an_answer_is_kept_by_its_tag_and_no_longer_than_it_holds() {
    // Noon in New York is a quarter of a minute away, and the place closes then.
    let clock = Clock::fixed("2026-11-23T16:59:45Z".parse().unwrap());
    let directory = Directory::of(Api::start_with(clock, &[("rate-limits", "off")]));
    let Directory { api, token, location, .. } = &directory;
    let until_noon = json!({"hours": [{"days": ["monday"], "opens": "08:00", "closes": "12:00"}]});
    assert_eq!(patch(api, token, &format!("/v1/admin/locations/{location}"), &until_noon).status, 200);
    let path = format!("/fhir/R4/Location/{location}");
    for path in [path.as_str(), "/fhir/R4/Location", "/fhir/R4/HealthcareService?_include=HealthcareService:location"] {
        let read = api.get(path);
        assert_eq!((read.status, read.header("cache-control")), (200, "public, max-age=15"), "{path}");
        assert_eq!(read.header("access-control-allow-origin"), "*");
        assert!(read.header("cache-tag").contains(&format!("location:{location}")), "{path}");
        let head = api.call("HEAD", path).send();
        assert_eq!((head.status, head.body.as_str(), head.etag()), (200, "", read.etag()));
        let again = api.call("GET", path).header("If-None-Match", read.etag()).send();
        assert_eq!((again.status, again.body.as_str()), (304, ""));
    }
    let before = api.get(&path).etag();
    assert_eq!(patch(api, token, &format!("/v1/admin/locations/{location}"), &json!({"name": "Quay"})).status, 200);
    assert_ne!(api.get(&path).etag(), before);
    assert_eq!(api.get("/fhir/R4/metadata").header("cache-control"), "public, max-age=60");
}

#[test]
fn what_staff_keep_to_themselves_is_in_no_resource() {
    let directory = Directory::open();
    let Directory { api, token, .. } = &directory;
    let path = path_of("services", &add(api, token, "services", &json!({"name": "Hidden laser"})));
    trash(api, token, &path);
    for kind in ["Organization", "Location", "Practitioner", "PractitionerRole", "HealthcareService"] {
        let all = api.get(&format!("/fhir/R4/{kind}?_count=100")).body;
        for secret in ["created_by", "updated_by", "version\":", "Hidden laser", "trashed"] {
            assert!(!all.contains(secret), "{kind} tells {secret}: {all}");
        }
    }
}
