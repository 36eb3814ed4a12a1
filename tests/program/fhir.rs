//! `import fhir` and `export fhir`: a directory arrives as the clinic's record, goes out as it came, and what somebody
//! changed here stays.

use std::fs;

use serde_json::{Value, json};

use crate::program::{Ended, Ground, Service};

/// A directory as another house would write it: elements that no record has a place for, a decimal with a zero, a number
/// that cannot be dialled, a second organisation, a second role.
const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/directory");

#[track_caller]
fn import(ground: &Ground, code: i32, arguments: &[&str]) -> Value {
    let ended = ground.run(&[&["import", "fhir"], arguments, &["--json"]].concat()).with(code, &[]);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[track_caller]
fn export(ground: &Ground) -> String {
    ground.run(&["export", "fhir"]).with(0, &[]).stdout
}

fn with_owner(ground: &Ground) -> (String, String) {
    let email = "owner@clinic.example";
    let made = ground.json(&["admin", "create", "--email", email, "--name", "Robin Vale", "--json"]);
    (email.to_owned(), made["password"].as_str().unwrap().to_owned())
}

fn original(name: &str) -> String {
    fs::read_to_string(format!("{DIRECTORY}/{name}.json")).unwrap().trim_end().to_owned()
}

#[track_caller]
fn read(service: &Service, name: &str) -> Value {
    service.client().get(&format!("/fhir/R4/{name}")).good()
}

/// The codes of what was left, by resource.
fn left(report: &Value) -> Vec<(String, String, String)> {
    let word = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    let left = report["left"].as_array().unwrap().iter();
    left.map(|entry| (word(entry, "resource"), word(entry, "element"), word(entry, "code"))).collect()
}

#[test]
fn a_directory_arrives_and_goes_out_as_it_came() {
    let ground = Ground::new();
    let report = import(&ground, 4, &[DIRECTORY, "--organization", "tide"]);
    assert_eq!(report["clinic"], "tide");
    let count = |kind: &str, done: &str| report["resources"][kind][done].as_u64().unwrap();
    assert_eq!((count("Organization", "created"), count("Organization", "stored")), (1, 1), "{report}");
    assert_eq!((count("Location", "created"), count("Location", "stored")), (1, 1), "{report}");
    assert_eq!((count("Practitioner", "created"), count("PractitionerRole", "created")), (1, 1), "{report}");
    assert_eq!((count("PractitionerRole", "stored"), count("HealthcareService", "created")), (1, 1), "{report}");
    let wanted = [
        ("Location/abroad", "address.country", "required"),
        ("Location/quay", "telecom[1].value", "bad_phone"),
        ("Practitioner/marsh", "identifier[0]", "bad_npi"),
    ];
    assert_eq!(left(&report), wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())), "{report}");
    let service = ground.serve(&[]);
    for name in [
        "Organization/tide",
        "Organization/network",
        "Location/quay",
        "Location/abroad",
        "PractitionerRole/marsh-1",
        "PractitionerRole/marsh-2",
        "HealthcareService/visit",
    ] {
        let told = service.client().get(&format!("/fhir/R4/{name}"));
        assert_eq!(told.body, original(&name.replace('/', "-")), "{name}: byte for byte");
    }
    let clinic = service.client().get("/v1/clinic").good()["data"].clone();
    assert_eq!((&clinic["name"], &clinic["locations"][0]["name"]), (&json!("Tide Clinic"), &json!("Quay")));
    let place = service.client().get("/v1/locations/quay").good()["data"].clone();
    assert_eq!((&place["address"]["country"], &place["providers"][0]["name"]), (&json!("US"), &json!("Elena Marsh")));
    assert_eq!(place["services"][0]["name"], "Family Medicine", "it had no name but what it is about");
    let found = read(&service, "Location?address-city=Port%20Ansel&_revinclude=PractitionerRole:location");
    assert_eq!((&found["total"], found["entry"].as_array().unwrap().len()), (&json!(1), 2), "{found}");
}

#[test]
fn a_number_that_is_not_for_everybody_is_kept_and_shown_to_nobody() {
    let ground = Ground::new();
    import(&ground, 4, &[DIRECTORY]);
    assert!(export(&ground).contains("ME-000-4177") && export(&ground).contains("1970-02-03"), "an export has all");
    let service = ground.serve(&[]);
    let person = read(&service, "Practitioner/marsh");
    let told = person.to_string();
    for secret in ["ME-000-4177", "1970-02-03", "birthDate", "us-ssn"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    assert_eq!((&person["name"][0]["family"], &person["gender"]), (&json!("Marsh"), &json!("female")));
    assert_eq!(read(&service, "Practitioner?identifier=000-00-1234")["total"], 0);
}

#[test]
fn an_export_goes_into_an_empty_instance_and_comes_out_with_the_same_bytes() {
    let (first, second) = (Ground::new(), Ground::new());
    import(&first, 4, &[DIRECTORY, "--organization", "tide"]);
    let whole = export(&first);
    assert_eq!(export(&first), whole);
    let file = second.file("bundle.json", &whole);
    import(&second, 4, &[&file, "--organization", "tide"]);
    assert_eq!(export(&second), whole);
    let lines: Vec<Value> = serde_json::from_str::<Value>(&whole).unwrap()["entry"].as_array().unwrap().clone();
    let order: Vec<_> = lines.iter().map(|entry| entry["resource"]["resourceType"].as_str().unwrap()).collect();
    let wanted = [
        "Organization",
        "Organization",
        "Location",
        "Location",
        "Practitioner",
        "PractitionerRole",
        "PractitionerRole",
        "HealthcareService",
    ];
    assert_eq!(order, wanted);
    // The elements of records that were never imported go the same way.
    let demo = Ground::new();
    drop(demo.serve(&["--demo"]));
    let whole = export(&demo);
    let third = Ground::new();
    let file = third.file("demo.json", &whole);
    let report = import(&third, 4, &[&file]);
    assert!(
        left(&report).iter().all(|(_, _, code)| ["only_words", "licence_incomplete"].contains(&code.as_str())),
        "{report}"
    );
    assert_eq!(export(&third), whole);
    assert_eq!(import(&demo, 4, &[&file])["kept"], json!([]), "its own export changes nothing");
    assert_eq!(export(&demo), whole);
}

#[test]
fn a_second_import_takes_what_moved_on_and_leaves_what_somebody_changed() {
    let ground = Ground::new();
    let owner = with_owner(&ground);
    import(&ground, 4, &[DIRECTORY, "--organization", "tide"]);
    let before = export(&ground);
    let again = import(&ground, 4, &[DIRECTORY, "--organization", "tide"]);
    for (kind, counts) in again["resources"].as_object().unwrap() {
        let sum: u64 =
            ["created", "updated", "kept", "stored", "refused"].map(|done| counts[done].as_u64().unwrap()).iter().sum();
        assert_eq!(sum, 0, "{kind}: {again}");
    }
    assert_eq!(export(&ground), before);

    let service = ground.serve(&[]);
    let client = service.signed_in(&owner);
    let place = client.all("/v1/admin/locations").remove(0);
    let path = format!("/v1/admin/locations/{}", place["id"].as_str().unwrap());
    client.patch_any(&path, &json!({"name": "Old Quay"})).good();
    let told = read(&service, "Location/quay");
    assert_eq!(
        (&told["name"], &told["description"]),
        (&json!("Old Quay"), &json!("Blue door.")),
        "the rest is as it came"
    );
    assert!(told.get("text").is_none(), "a summary of what was would contradict it");
    assert_eq!(told["managingOrganization"]["reference"], "Organization/tide");
    drop(service);

    let moved = ground.file("quay.json", &original("Location-quay").replace("Blue door.", "Red door."));
    let report = import(&ground, 4, &[&moved]);
    assert_eq!(report["kept"], json!(["Location/quay"]), "{report}");
    let visit =
        original("HealthcareService-visit").replace("\"appointmentRequired\":true", "\"appointmentRequired\":false");
    let moved = ground.file("visit.json", &visit);
    let report = import(&ground, 0, &[&moved]);
    assert_eq!(report["resources"]["HealthcareService"]["updated"], 1, "{report}");
    let service = ground.serve(&[]);
    assert_eq!(service.client().get("/fhir/R4/HealthcareService/visit").body, visit);
    assert_eq!(service.client().get("/v1/services/family-medicine").good()["data"]["walk_ins"], true);
    assert_eq!(read(&service, "Location/quay")["description"], "Blue door.");
}

#[test]
fn what_goes_into_the_trash_takes_its_resources_along() {
    let ground = Ground::new();
    let owner = with_owner(&ground);
    import(&ground, 4, &[DIRECTORY, "--organization", "tide"]);
    let service = ground.serve(&[]);
    let client = service.signed_in(&owner);
    let person = client.all("/v1/admin/providers").remove(0);
    let path = format!("/v1/admin/providers/{}", person["id"].as_str().unwrap());
    assert_eq!(client.delete_any(&path).status, 204);
    for gone in ["Practitioner/marsh", "PractitionerRole/marsh-1", "PractitionerRole/marsh-2"] {
        assert_eq!(service.client().get(&format!("/fhir/R4/{gone}")).status, 404, "{gone}");
    }
    assert_eq!(read(&service, "PractitionerRole")["total"], 0);
    drop(service);
    let report = import(&ground, 4, &[DIRECTORY, "--organization", "tide"]);
    assert_eq!(report["resources"]["Practitioner"]["created"], 0, "nothing comes back by itself: {report}");
}

#[test]
fn a_dry_run_begins_no_database_and_what_is_none_is_refused_by_name() {
    let ground = Ground::new();
    let report = import(&ground, 4, &[DIRECTORY, "--dry-run"]);
    assert_eq!((&report["resources"]["Location"]["would_import"], &report["dry_run"]), (&json!(2), &json!(true)));
    assert_eq!(report["clinic"], Value::Null, "two organisations, and nobody said which");
    assert!(!ground.data_dir().exists());
    let lines = concat!(
        "{\"resourceType\":\"Location\",\"id\":\"a b\"}\n",
        "{\"resourceType\":\"Patient\",\"id\":\"p\"}\n",
        "{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"O\"}\n",
        "{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"O\"}\n",
        "{\"id\":\n",
    );
    let file = ground.file("lines.ndjson", lines);
    let report = import(&ground, 4, &[&file, "--dry-run"]);
    let refused: Vec<_> =
        report["refused"].as_array().unwrap().iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    assert_eq!(refused, ["lines.ndjson line 1", "lines.ndjson line 2", "Organization/o", "lines.ndjson line 5"]);
    let people: Ended = ground.run(&["import", "fhir", DIRECTORY, "--dry-run"]);
    people
        .with(4, &["Location/quay telecom[1].value", "none of the 2 organisations became the clinic", "would import"]);
    ground.run(&["import", "fhir", "no-such-folder"]).with(1, &["no-such-folder", "cannot be read"]);
    ground.run(&["import", "fhir", DIRECTORY, "--organization", "none"]).with(2, &["--organization none"]);
}
