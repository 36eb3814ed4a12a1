//! `import listings`, `import google` and `export google`: what a clinic has in tables and in its Business Profile becomes
//! its record, row by row, with everything that was refused named by its row and column.

use std::fs;

use serde_json::{Value, json};

use crate::program::{Ground, Service};

const TABLE: &str = "\
Store Code,Name,Street,Suite,City,State,Zip,Country,Phone,Email,Hours,Languages,New Patients?,Notes
H1,Harbor Lane,210 Harbor Lane,Suite 3,Riviera Beach,FL,33404,US,(561) 555-0141,lane@clinic.example,\"Mon-Fri 8a-5p, closed for lunch 12-1\",English; Spanish,Yes,corner house
H2,North Quay,4 North Quay,,Jupiter,FL,33458,US,561-555-0142,,Mon-Fri 8-5,English,no,
H3,South Quay,9 South Quay,,Jupiter,FL,33458,US,555,quay@,\"Mon-Fri 9am-5pm, closed holidays\",English,maybe,
H4,Short row,1 Quay
H1,Harbor again,211 Harbor Lane,,Riviera Beach,FL,33404,US,,,24/7,,,
H5,West Dock,5 West Dock,,Jupiter,FL,33458,US,,,\"Mon-Thu 8am-6pm, Fri 8am-noon; 2nd Saturday 9am-noon\nClosed on major holidays\",,,
";

#[track_caller]
fn import(ground: &Ground, code: i32, arguments: &[&str]) -> Value {
    let ended = ground.run(&[&["import"], arguments, &["--json"]].concat()).with(code, &[]);
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

fn with_owner(ground: &Ground) -> (String, String) {
    let email = "owner@clinic.example";
    let made = ground.json(&["admin", "create", "--email", email, "--name", "Robin Vale", "--json"]);
    (email.to_owned(), made["password"].as_str().unwrap().to_owned())
}

fn locations(service: &Service) -> Vec<Value> {
    service.client().all("/v1/locations")
}

/// `row, column: code` of each reason.
fn refused(report: &Value) -> Vec<String> {
    let rows = report["refused"].as_array().unwrap().iter();
    let told = rows.flat_map(|row| {
        let reasons = row["reasons"].as_array().unwrap().iter();
        reasons.map(|reason| {
            format!(
                "{}, {}: {}",
                row["row"].as_str().unwrap(),
                reason["column"].as_str().unwrap_or("-"),
                reason["code"].as_str().unwrap()
            )
        })
    });
    told.collect()
}

#[test]
fn a_table_becomes_locations_and_each_refusal_names_its_row_and_column() {
    let ground = Ground::new();
    let file = ground.file("locations.csv", TABLE);
    let dry = import(&ground, 4, &["listings", &file, "--dry-run"]);
    assert!(!ground.data_dir().exists(), "a dry run begins no database");
    assert_eq!(
        (&dry["rows"], &dry["done"]["would_import"], &dry["done"]["refused"]),
        (&json!(6), &json!(2), &json!(4))
    );
    let report = import(&ground, 4, &["listings", &file]);
    assert_eq!((&report["done"]["created"], &report["done"]["refused"]), (&json!(2), &json!(4)), "{report}");
    let expected = [
        "row 3, Hours: ambiguous_time",
        "row 4, Phone: bad_phone",
        "row 4, Email: bad_email",
        "row 4, New Patients?: wrong_type",
        "row 5, -: ragged_row",
        "row 6, -: repeated",
    ];
    assert_eq!(refused(&report), expected, "{report}");
    assert_eq!(refused(&dry), expected, "a dry run finds the same");
    assert_eq!(report["columns"]["left"], json!(["Notes"]));
    let left: Vec<_> = report["left"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| (&left["column"], &left["code"], &left["count"]))
        .collect();
    assert_eq!(left, [(&json!("Hours"), &json!("holidays"), &json!(2))], "{report}");
    let service = ground.serve(&[]);
    let public = locations(&service);
    assert_eq!(
        public.iter().map(|location| location["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Harbor Lane", "West Dock"]
    );
    let harbor = &public[0];
    assert_eq!(
        (&harbor["address"]["line2"], &harbor["languages"], &harbor["accepting_new_patients"]),
        (&json!("Suite 3"), &json!(["en", "es"]), &json!(true))
    );
    let times: Vec<_> =
        harbor["hours"].as_array().unwrap().iter().map(|row| (row["opens"].clone(), row["closes"].clone())).collect();
    assert_eq!(times, [(json!("08:00"), json!("12:00")), (json!("13:00"), json!("17:00"))]);
    assert_eq!(public[1]["hours"].as_array().unwrap()[2]["weeks"], json!([2]));
}

#[test]
fn people_read_the_same_in_sentences() {
    let ground = Ground::new();
    let file = ground.file("locations.csv", TABLE);
    let said = [
        "6 read",
        "taken      “Store Code” for id",
        "left       “Notes”: no field is known for it",
        "row 3, “Hours”: “8-5”",
        "row 5: it has another number of cells",
        "(ambiguous_time)",
        "nothing was changed",
    ];
    ground.run(&["import", "listings", &file, "--dry-run"]).with(4, &said);
}

#[test]
fn a_second_import_follows_the_table_until_staff_have_written() {
    let ground = Ground::new();
    let owner = with_owner(&ground);
    let table = |phone: &str, second: &str| {
        let header = "id,name,address1,city,state,zip,country,phone,monday,tuesday\n";
        ground.file("table.csv", &format!("{header}1,Harbor,1 Quay,Jupiter,FL,33458,US,{phone},8am-5pm,closed\n2,North,2 Quay,Jupiter,FL,33458,US,{second},9am-noon,\n"))
    };
    let first = table("561-555-0141", "561-555-0142");
    assert_eq!(import(&ground, 0, &["listings", &first])["done"]["created"], 2);
    assert_eq!(import(&ground, 0, &["listings", &first])["done"]["unchanged"], 2);
    let service = ground.serve(&[]);
    let staff = service.signed_in(&owner);
    let listed = staff.all("/v1/admin/locations");
    let north = listed.iter().find(|location| location["name"] == "North").unwrap();
    let path = format!("/v1/admin/locations/{}", north["id"].as_str().unwrap());
    assert_eq!(staff.patch_any(&path, &json!({"parking": "Behind the house."})).status, 200);
    let moved = table("561-555-0151", "561-555-0152");
    let report = import(&ground, 4, &["listings", &moved]);
    assert_eq!(
        (&report["done"]["updated"], &report["done"]["kept"], &report["kept"]),
        (&json!(1), &json!(1), &json!(["row 3"])),
        "{report}"
    );
    let public = locations(&service);
    assert_eq!((&public[0]["phones"][0]["number"], &public[0]["slug"]), (&json!("+15615550151"), &json!("harbor")));
    assert_eq!(
        (&public[1]["phones"][0]["number"], &public[1]["parking"]),
        (&json!("+15615550142"), &json!("Behind the house."))
    );
    assert_eq!(public[0]["hours"].as_array().unwrap().len(), 1, "closed on Tuesday is no row");
    let actions: Vec<_> =
        staff.all("/v1/admin/audit").iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions.iter().filter(|action| *action == "location.import").count(), 3);
}

#[test]
fn a_location_that_was_here_before_stays_as_it_is() {
    let ground = Ground::new();
    let table = "name,street,city,state,zip,country\nHarbor,1 Quay,Jupiter,FL,33458,US\n";
    let first = ground.file("first.csv", table);
    assert_eq!(import(&ground, 0, &["listings", &first])["done"]["created"], 1);
    assert_eq!(import(&ground, 0, &["listings", &first])["done"]["unchanged"], 1, "known again by its address");
    let with_codes =
        ground.file("second.csv", "id,name,street,city,state,zip,country\nX9,Harbor,1 Quay,Jupiter,FL,33458,US\n");
    assert_eq!(import(&ground, 4, &["listings", &with_codes])["done"]["kept"], 1);
}

#[test]
fn a_mapping_is_printed_edited_and_tried_dry() {
    let ground = Ground::new();
    let table = "Ref;Clinic;Where;Town;ST;Postal code;Langs;Week\n7;Harbor;1 Quay;Jupiter;FL;33458;English/Español;Mo-Fr 08:00-17:00\n";
    let file = ground.file("table.csv", table);
    let guessed =
        ground.run(&["import", "listings", &file, "--print-mapping"]).with(0, &["\"address.city\": \"Town\""]);
    assert!(guessed.stderr.contains("Ref, Clinic, Where, ST, Week"), "{guessed:?}");
    let printed: Value = serde_json::from_str(&guessed.stdout).unwrap();
    assert_eq!(printed["locations"]["address.postal_code"], "Postal code");
    let wrong = import(&ground, 4, &["listings", &file, "--dry-run"]);
    assert!(refused(&wrong).contains(&"row 2, -: required".to_owned()), "{wrong}");
    let mut edited = printed;
    for (field, column) in [
        ("id", json!("Ref")),
        ("name", json!("Clinic")),
        ("address.line1", json!("Where")),
        ("address.region", json!("ST")),
        ("address.country", json!({"value": "US"})),
        ("hours", json!({"column": "Week", "format": "osm"})),
        ("languages", json!({"column": "Langs", "split": "/"})),
    ] {
        edited["locations"][field] = column;
    }
    let mapping = ground.file("mapping.json", &edited.to_string());
    let dry = import(&ground, 0, &["listings", &file, "--mapping", &mapping, "--dry-run"]);
    assert_eq!((&dry["done"]["would_import"], &dry["dropped"]), (&json!(1), &json!(0)), "{dry}");
    edited["locations"]["nmae"] = json!("Clinic");
    let broken = ground.file("broken.json", &edited.to_string());
    ground.run(&["import", "listings", &file, "--mapping", &broken]).with(2, &["/locations/nmae", "is no field"]);
}

#[test]
fn what_is_no_utf8_is_refused_before_a_row_is_taken() {
    let ground = Ground::new();
    let file = ground.file("latin.csv", "");
    fs::write(&file, b"name,street\nCl\xednica,1 Quay\n").unwrap();
    ground.run(&["import", "listings", &file]).with(1, &["CSV UTF-8"]);
    ground.run(&["import", "listings", "nowhere.csv"]).with(1, &["cannot be read"]);
    assert!(!ground.data_dir().exists());
}

#[test]
fn providers_name_their_locations_as_the_table_of_locations_does() {
    let ground = Ground::new();
    let places =
        ground.file("places.csv", "id,name,street,city,state,zip,country\n17,Harbor,1 Quay,Jupiter,FL,33458,US\n");
    assert_eq!(import(&ground, 0, &["listings", &places])["done"]["created"], 1);
    let table = "First Name,Last Name,Credentials,NPI,Languages,Locations,Accepting new patients,Specialty\n\
                 Elena,Marsh,MD,1234567893,English|Spanish,17,yes,Family Medicine\n\
                 Miguel,Arroyo,APRN,,Spanish,Harbor,no,\n\
                 Noor,Haddad,MD,1234567890,English,17,,\n\
                 Ines,Vega,MD,,,Nowhere,,\n";
    let people = ground.file("people.csv", table);
    let report = import(&ground, 4, &["listings", &people, "--kind", "providers"]);
    assert_eq!((&report["kind"], &report["done"]["created"]), (&json!("providers"), &json!(2)), "{report}");
    assert_eq!(refused(&report), ["row 4, NPI: bad_npi", "row 5, Locations: unknown_reference"]);
    assert_eq!(import(&ground, 4, &["listings", &people, "--kind", "providers"])["done"]["unchanged"], 2);
    let service = ground.serve(&[]);
    let listed = service.client().all("/v1/providers");
    let names: Vec<_> = listed
        .iter()
        .map(|one| (one["display_name"].as_str().unwrap(), one["locations"][0]["slug"].as_str().unwrap()))
        .collect();
    assert_eq!(names, [("Elena Marsh", "harbor"), ("Miguel Arroyo", "harbor")]);
}

/// Everything of a location that Google has a place for.
const PROFILE: &str = r#"{"locations": [
  {"title": "Harbor Lane", "storeCode": "H-1", "languageCode": "en",
   "storefrontAddress": {"regionCode": "US", "postalCode": "33404", "administrativeArea": "FL", "locality": "Riviera Beach", "addressLines": ["210 Harbor Lane", "Suite 3"]},
   "phoneNumbers": {"primaryPhone": "(561) 555-0141", "additionalPhones": ["(561) 555-0142"]},
   "latlng": {"latitude": 26.77, "longitude": -80.05},
   "regularHours": {"periods": [
     {"openDay": "MONDAY", "openTime": {"hours": 8}, "closeDay": "MONDAY", "closeTime": {"hours": 17, "minutes": 30}},
     {"openDay": "SATURDAY", "openTime": {"hours": 19}, "closeDay": "SUNDAY", "closeTime": {"hours": 2}}]},
   "specialHours": {"specialHourPeriods": [{"startDate": {"year": 2026, "month": 12, "day": 25}, "closed": true}]},
   "moreHours": [{"hoursTypeId": "SENIOR_HOURS", "periods": [{"openDay": "MONDAY", "openTime": {"hours": 7}, "closeDay": "MONDAY", "closeTime": {"hours": 8}}]}],
   "openInfo": {"status": "CLOSED_TEMPORARILY"},
   "attributes": [{"name": "attributes/has_wheelchair_accessible_entrance", "valueType": "BOOL", "values": [true]},
                  {"name": "attributes/url_appointment", "valueType": "URL", "uriValues": [{"uri": "https://clinic.example/book"}]}]},
  {"title": "North Quay", "storefrontAddress": {"regionCode": "US", "postalCode": "33458", "administrativeArea": "FL", "locality": "Jupiter", "addressLines": ["4 North Quay"]},
   "openInfo": {"status": "OPEN"}}
]}"#;

#[test]
fn a_business_profile_comes_in_and_goes_out_again_to_the_same_bytes() {
    let ground = Ground::new();
    let file = ground.file("profile.json", PROFILE);
    let report = import(&ground, 0, &["google", &file]);
    assert_eq!((&report["done"]["created"], &report["dropped"]), (&json!(2), &json!(0)), "{report}");
    assert_eq!(import(&ground, 0, &["google", &file])["done"]["unchanged"], 2);
    let out = ground.run(&["export", "google"]).with(0, &[]).stdout;
    let written: Value = serde_json::from_str(&out).unwrap();
    let harbor = &written["locations"][0];
    assert_eq!((&harbor["storeCode"], &harbor["openInfo"]["status"]), (&json!("H-1"), &json!("CLOSED_TEMPORARILY")));
    let told: Value = serde_json::from_str(PROFILE).unwrap();
    for member in ["regularHours", "specialHours", "moreHours", "latlng", "storefrontAddress", "attributes"] {
        assert_eq!(harbor[member], told["locations"][0][member], "{member}");
    }
    let other = Ground::new();
    let taken = other.file("taken.json", &out);
    assert_eq!(import(&other, 0, &["google", &taken])["done"]["created"], 2);
    let again = other.file("again.json", "");
    other.run(&["export", "google", "--out", &again]).with(0, &[]);
    assert_eq!(fs::read_to_string(&again).unwrap(), out);
    let empty = Ground::new();
    let nothing: Value = serde_json::from_str(&empty.run(&["export", "google"]).with(0, &[]).stdout).unwrap();
    assert_eq!(nothing, json!({"locations": []}));
}

#[test]
fn what_a_business_profile_cannot_say_is_named() {
    let ground = Ground::new();
    let table = "name,street,city,state,zip,country,hours\nHarbor,1 Quay,Jupiter,FL,33458,US,2nd Saturday 9am-noon\n";
    let file = ground.file("table.csv", table);
    import(&ground, 0, &["listings", &file]);
    let ended = ground.run(&["export", "google"]);
    assert_eq!(ended.code, Some(4));
    assert!(ended.stderr.contains("“Harbor” /hours/0") && ended.stderr.contains("(weeks)"), "{ended:?}");
    let profile = ground.file(
        "profile.json",
        r#"[{"title": "Dock", "websiteUri": "https://clinic.example", "storefrontAddress": {"addressLines": []}}]"#,
    );
    let report = import(&ground, 4, &["google", &profile, "--dry-run"]);
    assert_eq!(report["left"][0]["code"], "website");
    assert!(refused(&report).contains(&"location 1, storefrontAddress: required".to_owned()), "{report}");
}
