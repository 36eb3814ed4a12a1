//! Tables as offices have them.

use serde_json::{Value, json};

use super::{Kind, Listing, Mapping, Table, check, google};

type Rows = Vec<(u64, Option<Vec<String>>)>;

fn rows(text: &str) -> (Vec<String>, Rows) {
    let mut table = Table::open(text.as_bytes()).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = table.read().unwrap() {
        rows.push((row.number, row.cells));
    }
    (table.columns().to_vec(), rows)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_table_is_read_whatever_stands_between_its_columns() {
    for sign in [",", ";", "\t"] {
        let text = format!(
            "\u{feff}Name{sign}Street\r\n\"Harbor, main; one\"{sign}\"1 Quay\nSuite 2\"\r\n\r\nNorth{sign}2 Quay\r\n"
        );
        let (columns, rows) = rows(&text);
        assert_eq!(columns, ["Name", "Street"], "{sign}");
        let expected =
            [(2, Some(texts(&["Harbor, main; one", "1 Quay\nSuite 2"]))), (3, Some(texts(&["North", "2 Quay"])))];
        assert_eq!(rows, expected, "{sign}");
    }
}

#[test]
fn a_row_with_another_number_of_cells_has_none() {
    let (_, rows) = rows("Name,Street\nHarbor\nNorth,2 Quay,Suite 1\nSouth,3 Quay\n");
    let expected = [(2, None), (3, None), (4, Some(texts(&["South", "3 Quay"])))];
    assert_eq!(rows, expected);
}

#[test]
fn what_is_no_table_is_refused_with_what_to_do() {
    let refused = |text: &[u8]| Table::open(text).map(drop).unwrap_err().to_string();
    assert!(refused(b"").contains("no header"));
    assert!(refused(b",,\n1,2,3\n").contains("no header"));
    assert!(refused(b"Name,Name\n").contains("two columns are called"));
    let unreadable = |text: &[u8]| check(text).unwrap_err().to_string();
    assert!(unreadable(b"Name\nCl\xednica\n").contains("UTF-8"));
    assert!(unreadable(b"\xff\xfeN\0a\0").contains("UTF-8"));
    let split = [vec![b'x'; 64 * 1024 - 1], "í".as_bytes().to_vec(), b"\xed".to_vec()].concat();
    assert!(unreadable(&split).contains("UTF-8"), "also where it is cut in two");
    assert_eq!(check("Name\nClínica\n".as_bytes()), Ok(()));
    assert_eq!(check([vec![b'x'; 64 * 1024 - 1], "í".as_bytes().to_vec()].concat().as_slice()), Ok(()));
}

#[test]
fn columns_are_known_by_their_names_and_the_others_are_named() {
    let columns = texts(&[
        "Store Code",
        "Location Name",
        "Street Address",
        "City",
        "State",
        "ZIP",
        "Phone #",
        "Phone",
        "Mon",
        "Notes",
        "",
    ]);
    let mapping = Mapping::guess(Kind::Locations, &columns);
    let taken = mapping.taken();
    assert!(taken.contains(&("id", "Store Code")) && taken.contains(&("address.postal_code", "ZIP")), "{taken:?}");
    assert!(taken.contains(&("phones[0]", "Phone #")) && taken.contains(&("monday", "Mon")), "{taken:?}");
    assert_eq!(mapping.left(), ["Phone", "Notes"], "the second telephone is nobody's to guess");
    let again = Mapping::parse(Kind::Locations, &mapping.to_json(), &columns).unwrap();
    assert_eq!((again.taken(), again.left()), (taken, mapping.left()));
}

#[test]
fn a_mapping_is_refused_with_every_mistake() {
    let written = json!({
        "locations": {
            "nmae": "Name", "name": "Nobody", "hours": {"column": "Hours", "format": "ical"}, "languages": {"split": ";"},
            "fax": {"column": "Name", "split": ";"}, "email": {"column": "Name", "value": "x"}, "parking": 7,
            "slug": {"column": "Name", "mood": "good"},
        },
        "places": {}, "ignore": ["Nothing"],
    });
    let mistakes = Mapping::parse(Kind::Locations, &written, &texts(&["Name", "Hours"])).unwrap_err();
    let mut at: Vec<&str> = mistakes.iter().map(|mistake| mistake.pointer.as_str()).collect();
    at.sort_unstable();
    let expected = [
        "/ignore/0",
        "/locations/email",
        "/locations/fax/split",
        "/locations/hours/format",
        "/locations/languages",
        "/locations/name",
        "/locations/nmae",
        "/locations/parking",
        "/locations/slug/mood",
        "/places",
    ];
    assert_eq!(at, expected);
    assert_eq!(Mapping::parse(Kind::Providers, &json!({}), &[]).unwrap_err().len(), 1);
}

fn listing(kind: Kind, mapping: &Value, pairs: &[(&str, &str)]) -> Listing {
    let names: Vec<String> = pairs.iter().map(|(name, _)| (*name).to_owned()).collect();
    let cells: Vec<String> = pairs.iter().map(|(_, cell)| (*cell).to_owned()).collect();
    Mapping::parse(kind, mapping, &names).unwrap().read(&cells)
}

#[test]
fn cells_become_fields_as_staff_would_send_them() {
    let mapping = json!({"locations": {
        "id": "Code", "name": "Name", "address.line1": "Street", "address.country": {"value": "United States"},
        "geo.latitude": "Lat", "geo.longitude": "Lng", "phones[0]": "Phone", "phones[1]": "Second", "languages": {"column": "Langs", "split": "/"},
        "accepting_new_patients": "New", "status": "Status", "insurance": "Plans", "monday": "Mon", "hours": {"column": "All", "format": "osm"},
    }});
    let pairs = [
        ("Code", " 017 "),
        ("Name", "Harbor"),
        ("Street", "1 Quay"),
        ("Lat", "26.5"),
        ("Lng", "west"),
        ("Phone", ""),
        ("Second", "561-555-0100"),
        ("Langs", "English/Klingon"),
        ("New", "Yes"),
        ("Status", "Temporarily Closed"),
        ("Plans", "Aetna, Cigna"),
        ("Mon", "8am-5pm"),
        ("All", "24/7"),
    ];
    let listing = listing(Kind::Locations, &mapping, &pairs);
    assert_eq!(listing.key.as_deref(), Some("017"));
    let expected = json!({
        "name": "Harbor", "address": {"line1": "1 Quay", "country": "US"}, "geo": {"latitude": 26.5, "longitude": "west"},
        "phones": ["561-555-0100"], "languages": ["en", "Klingon"], "accepting_new_patients": true,
        "status": {"code": "temporarily_closed"}, "insurance": ["Aetna", "Cigna"],
    });
    assert_eq!(listing.fields, expected);
    assert_eq!(listing.column_of("/geo/longitude"), Some("Lng"));
    assert_eq!(listing.column_of("/phones/0/number"), Some("Second"));
    assert_eq!((listing.column_of("/languages/1"), listing.column_of("/address/city")), (Some("Langs"), None));
    let hours: Vec<_> =
        listing.hours.iter().map(|hours| (hours.format.as_str(), hours.day, hours.column.as_str())).collect();
    assert_eq!(hours, [("osm", None, "All"), ("text", Some("monday"), "Mon")]);
}

#[test]
fn a_provider_has_a_licence_and_a_code_in_columns_of_their_own() {
    let mapping = json!({"providers": {
        "name.given": "First", "name.family": "Last", "credentials": "Degrees", "npi": "NPI", "licence.state": "State",
        "licence.number": "Licence", "licence.expires_on": "Expires", "specialties": "Field", "specialty_code": "Code", "locations": "Offices",
    }});
    let pairs = [
        ("First", "Elena"),
        ("Last", "Marsh"),
        ("Degrees", "MD; MPH"),
        ("NPI", "1234567893"),
        ("State", "FL"),
        ("Licence", "ME 1"),
        ("Expires", "2030-01-31"),
        ("Field", "Family Medicine"),
        ("Code", "207Q00000X"),
        ("Offices", "017|018"),
    ];
    let listing = listing(Kind::Providers, &mapping, &pairs);
    let expected = json!({
        "name": {"given": "Elena", "family": "Marsh"}, "credentials": ["MD", "MPH"], "npi": "1234567893",
        "licences": [{"state": "FL", "number": "ME 1", "expires_on": "2030-01-31"}],
        "specialties": [{"name": "Family Medicine", "code": "207Q00000X"}], "locations": ["017", "018"],
    });
    assert_eq!(listing.fields, expected);
    assert_eq!(
        (listing.column_of("/licences/0/expires_on"), listing.column_of("/specialties/0/code")),
        (Some("Expires"), Some("Code"))
    );
}

#[test]
fn a_business_profile_becomes_locations_and_what_no_field_holds_is_named() {
    let profile = json!({"locations": [{
        "name": "locations/1", "title": "Harbor", "storeCode": "H1", "websiteUri": "https://clinic.example", "mood": "good",
        "storefrontAddress": {"regionCode": "US", "postalCode": "33404", "administrativeArea": "FL", "locality": "Riviera Beach", "addressLines": ["1 Quay", "Suite 2", "Rear"]},
        "phoneNumbers": {"primaryPhone": "(561) 555-0100", "additionalPhones": ["(561) 555-0101"]},
        "latlng": {"latitude": 26.7, "longitude": -80.0}, "profile": {"description": "A clinic."},
        "attributes": [
            {"name": "attributes/has_wheelchair_accessible_entrance", "values": [true]}, {"name": "attributes/pay_check", "values": [false]},
            {"name": "attributes/url_appointment", "uriValues": [{"uri": "https://clinic.example/book"}]}, {"name": "attributes/has_piano", "values": [true]}],
        "regularHours": {"periods": []}, "openInfo": {"status": "OPEN"},
    }]});
    let listings = google::read(profile.to_string().as_bytes()).unwrap();
    let expected = json!({
        "name": "Harbor", "address": {"line1": "1 Quay", "line2": "Suite 2", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
        "phones": ["(561) 555-0100", "(561) 555-0101"], "geo": {"latitude": 26.7, "longitude": -80.0},
        "accessibility": ["Wheelchair-accessible entrance"], "booking_url": "https://clinic.example/book",
    });
    assert_eq!((listings[0].key.as_deref(), &listings[0].fields), (Some("H1"), &expected));
    let mut codes: Vec<&str> = listings[0].left.iter().map(|left| left.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["address_lines", "attribute", "no_field", "unknown_member", "website"]);
    assert_eq!(listings[0].hours[0].value, json!({"regularHours": {"periods": []}, "openInfo": {"status": "OPEN"}}));
    for text in ["", "[", "7", "{\"reviews\": []}"] {
        assert!(google::read(text.as_bytes()).is_err(), "{text}");
    }
    assert_eq!(google::read(b"[]".as_slice()).unwrap().len(), 0);
}
