use serde_json::json;

use super::{
    finding::ConsistencyCode,
    hours, phones,
    record::{OwnRecord, contradictions},
    texts::Yardstick,
};

const NOW: &str = "2026-11-30T15:00:00Z";

fn location(name: &str, change: &serde_json::Value) -> serde_json::Value {
    let mut location = json!({
        "id": uuid::Uuid::from_u128(name.len() as u128), "slug": name.to_lowercase().replace(' ', "-"), "name": name,
        "address": {"line1": "210 Harbor Lane", "line2": "Suite 3", "city": "Riviera Beach", "region": "FL", "postal_code": "33404", "country": "US"},
        "phones": [{"number": "+15615550141", "display": "(561) 555-0141", "label": null}], "fax": "+15615550149",
        "timezone": "America/New_York", "special_hours": [], "departments": [], "status_code": "open", "status_until": null,
        "hours": [
            {"days": ["monday", "tuesday", "wednesday", "thursday"], "opens": "08:00", "closes": "12:30"},
            {"days": ["monday", "tuesday", "wednesday", "thursday"], "opens": "13:30", "closes": "18:00"},
            {"days": ["friday"], "opens": "08:00", "closes": "14:00"},
            {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "opens": "07:00", "closes": "11:00", "department": "Laboratory"},
        ],
    });
    json_patch::merge(&mut location, change);
    location
}

fn night_desk() -> serde_json::Value {
    location(
        "Night Desk",
        &json!({
            "address": {"line1": "18 N. Cove St", "line2": null},
            "phones": [{"number": "+15615550142", "display": "(561) 555-0142", "label": null}], "fax": null,
            "hours": [{"days": ["thursday", "friday", "saturday"], "opens": "19:00", "closes": "02:00"}],
        }),
    )
}

fn record(locations: &[serde_json::Value]) -> OwnRecord {
    serde_json::from_value(json!({
        "clinic": {"id": uuid::Uuid::nil(), "name": "Harbor Lane Family Clinic", "npi": null, "timezone": "America/New_York",
                   "phones": [{"number": "+15615550141", "display": "(561) 555-0141", "label": null}]},
        "locations": locations, "providers": [], "services": [],
    }))
    .unwrap()
}

/// What is found in a text beside two locations.
fn found(text: &str) -> Vec<(ConsistencyCode, String)> {
    let record = record(&[location("Harbor Lane", &json!({})), night_desk()]);
    let yardstick = Yardstick::of(&record, NOW.parse().unwrap());
    yardstick.contradictions(text).into_iter().map(|(code, _, found, _)| (code, found)).collect()
}

fn one(code: ConsistencyCode, found: &str) -> Vec<(ConsistencyCode, String)> {
    vec![(code, found.to_owned())]
}

#[test]
fn a_number_of_the_record_is_right_however_it_is_written() {
    for text in [
        "Call (561) 555-0141, or 561.555.0142 at night.",
        "Call 561 555 0141.",
        "Phone: 5615550141",
        "+1 561 555 0141 (desk), fax 1-561-555-0149.",
        "Tel:\u{a0}561\u{2011}555\u{2011}0141",
        "Llame al 561-555-0141 ext. 4.",
    ] {
        assert_eq!(found(text), [], "{text}");
        assert!(!phones::find(text, "US").is_empty(), "{text}");
    }
}

#[test]
fn a_number_that_is_nobodys_is_quoted_as_it_stands() {
    use ConsistencyCode::PhoneUnknown;
    assert_eq!(found("Call us at (561) 555-0199 today."), one(PhoneUnknown, "(561) 555-0199"));
    assert_eq!(found("Llame al 561 555 0199."), one(PhoneUnknown, "561 555 0199"));
    assert_eq!(found("From abroad: +44 20 7946 0018."), one(PhoneUnknown, "+44 20 7946 0018"));
    assert_eq!(found("33404 (561) 555-0199"), one(PhoneUnknown, "(561) 555-0199"));
    assert_eq!(found("561-555-0141 / 561-555-0199").len(), 1, "the first of two is right");
}

#[test]
fn numbers_that_belong_to_everybody_are_right() {
    let text = "Call 911 or 988; 211 and 711 too. Poison Help: 1-800-222-1222. HHS: 1-800-368-1019, 800-537-7697 (TDD). \
                Help with bills: 1-800-985-3059.";
    assert_eq!(found(text), []);
    assert_eq!(phones::find(text, "US").len(), 4);
}

#[test]
fn what_only_looks_like_a_number_is_left_alone() {
    for text in [
        "NPI 1234567893 and PMID 31415926.",
        "doi:10.1000/561-555-0199",
        "https://clinic.example/561-555-0199",
        "Order 22-561-555-0199 and 561-555-0199-22.",
        "Doses of 250 300 4000 units.",
        "From 2020-11-30 to 2026-11-30.",
        "4111 1111 1111 1111",
        "100-200-3000 is no area code.",
        "EIN 12-3456789",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn a_clinic_elsewhere_writes_its_numbers_in_its_own_way() {
    let numbers = |text| phones::find(text, "DE").into_iter().map(|phone| phone.number).collect::<Vec<_>>();
    assert_eq!(numbers("Rufen Sie 030 90182 an."), [] as [String; 0], "eight digits may be anything");
    assert_eq!(numbers("Rufen Sie 030 90182045 an."), ["+493090182045"]);
    assert_eq!(numbers("Am 01.02.2026 um 10"), [] as [String; 0]);
}

#[test]
fn an_address_of_the_record_is_right_however_it_is_written() {
    for text in [
        "Come to 210 Harbor Lane, Suite 3, Riviera Beach, FL 33404.",
        "210 Harbor Ln., Ste. 3",
        "210 Harbor Lane #3\nRiviera Beach, Florida 33404-1234",
        "We are at 210 Harbor Lane.",
        "18 North Cove Street, Riviera Beach, FL 33404",
        "HHS, 200 Independence Avenue, SW, Room 509F, HHH Building, Washington, D.C. 20201",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn an_address_that_differs_names_what_differs() {
    use ConsistencyCode::{AddressDiffers, AddressUnknown};
    assert_eq!(found("Find us at 210 Harbor Lane, Suite 5."), one(AddressDiffers, "210 Harbor Lane, Suite 5"));
    assert_eq!(found("18 N Cove St, Suite 2"), one(AddressDiffers, "18 N Cove St, Suite 2"));
    let zip = "210 Harbor Lane, Suite 3, Riviera Beach, FL 33401";
    assert_eq!(found(zip), one(AddressDiffers, zip));
    assert_eq!(found("Now at 212 Harbor Lane!"), one(AddressDiffers, "212 Harbor Lane"));
    let nobody = "900 Ocean Blvd NW, Boca Raton, FL 33432";
    assert_eq!(found(&format!("Visit {nobody}.")), one(AddressUnknown, nobody));
    let record = record(&[location("Harbor Lane", &json!({}))]);
    let told = Yardstick::of(&record, NOW.parse().unwrap()).contradictions("210 Harbor Lane, Suite 5");
    assert_eq!(
        (told[0].1, &told[0].3[..]),
        (
            "the street is a location's, the suite is not",
            &["210 Harbor Lane, Suite 3, Riviera Beach, FL 33404".to_owned()][..],
        )
    );
}

#[test]
fn what_only_looks_like_an_address_is_left_alone() {
    for text in [
        "Since 2019 Harbor Lane has grown.",
        "In 2020 Harbor Lane Family Clinic opened.",
        "5 minutes down the street",
        "Take 2 Tylenol. Drive home.",
        "212 Harbor Lane, Key West, FL 33040 is another town's, and so is nobody's sure mistake",
        "The 3 Steps Way is a book of 900 pages.",
        "About 900 Ocean Blvd nobody can say.",
    ] {
        let wrong: Vec<_> =
            found(text).into_iter().filter(|(code, _)| *code != ConsistencyCode::AddressUnknown).collect();
        assert_eq!(wrong, [], "{text}");
    }
    assert_eq!(found("About 900 Ocean Blvd nobody can say."), []);
}

#[test]
fn hours_of_the_record_are_right_however_they_are_written() {
    for text in [
        "Monday to Thursday, 8:00 am – 12:30 pm and 1:30 – 6:00 pm",
        "Monday to Thursday, 8:00 am – 12:30 pm and 1:30 pm – 6:00 pm; Friday 8 am to 2 p.m.",
        "Mon–Thu 8:00 a.m. – 12:30 p.m.",
        "Hours: Mon - Thu: 08:00 - 12:30, 13:30 - 18:00",
        "lunes a jueves de 8:00 a 12:30 y de 13:30 a 18:00",
        "The laboratory is open Monday through Friday from 7 am to 11 am.",
        "Horario: de jueves a sábado de 7 p. m. a 2 a. m.",
        "Open Thursdays, Fridays and Saturdays from 7 pm until 2 am",
        "Our office hours on Friday: 8 am – 2 pm.",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn hours_that_are_no_locations_are_quoted() {
    use ConsistencyCode::HoursDiffer;
    for text in [
        "Mon–Fri 8:00 am – 5:00 pm",
        "Monday to Friday, 8am-5pm",
        "lunes a viernes de 8:00 a 17:00",
        "Monday to Thursday 8 am to 6 pm",
        "Thursday through Sunday 7 pm to midnight",
    ] {
        assert_eq!(found(&format!("We are open {text}.")), one(HoursDiffer, text), "{text}");
    }
    let two = found("Monday – Thursday: 9 am – 5 pm\nFriday: 9 am – noon\nSaturday: closed");
    assert_eq!(two.len(), 2, "{two:?}");
}

#[test]
fn hours_that_can_be_read_in_two_ways_are_left_alone() {
    for text in [
        "Monday to Friday 8 to 5",
        "Monday to Friday 8:00 – 5:00",
        "Monday–Friday 9–5 pm",
        "Open 8 am–5 pm Monday–Friday, 9 am–1 pm Saturday",
        "Open 9 am to 5 pm on Monday, Tuesday and Wednesday",
        "Yoga on Saturday 9 am – 10 am",
        "Closed Monday to Friday 12 pm – 1 pm",
        "He sat for 8 am, the sun shone.",
        "Monday to Friday",
        "Measure on Monday 25:00 – 26:00",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn the_reader_of_hours_says_which_days_and_times_it_read() {
    let told = hours::read("Open Friday to Monday 7 pm – midnight");
    let days: Vec<_> = told[0].days.iter().map(|day| serde_json::to_value(day).unwrap()).collect();
    assert_eq!(days, ["monday", "friday", "saturday", "sunday"]);
    assert_eq!(told[0].intervals[0].1.to_string(), "24:00");
}

#[test]
fn the_record_is_asked_whether_it_agrees_with_itself() {
    let mut record = record(&[
        location(
            "Harbor Lane",
            &json!({"hours": [{"days": ["monday"], "opens": "08:00", "closes": "12:00", "valid_through": "2026-11-29"}]}),
        ),
        location("Twin", &json!({"status_code": "temporarily_closed", "status_until": "2026-11-29", "phones": []})),
        location(
            "Gone for good",
            &json!({"status_code": "permanently_closed", "hours": [], "phones": [], "address": {"line1": "1 Cove Street"}}),
        ),
    ]);
    let more = json!({
        "clinic": {"id": uuid::Uuid::nil(), "name": "Harbor Lane", "npi": "1234567893", "timezone": "America/New_York",
                   "phones": [{"number": "+15615550100", "display": "(561) 555-0100", "label": null}]},
        "locations": [], "services": [{"id": uuid::Uuid::nil(), "slug": "ldn", "name": "Low-dose naltrexone"}],
        "providers": [
            {"id": uuid::Uuid::nil(), "slug": "marsh", "name": "Marsh", "npi": "1234567893", "licences": [
                {"state": "FL", "number": "1", "expires_on": "2026-11-29"}, {"state": "GA", "number": "2", "expires_on": "2020-01-01"}]},
            {"id": uuid::Uuid::nil(), "slug": "lindt", "name": "Lindt", "npi": null, "licences": [
                {"state": "FL", "number": "1", "expires_on": "2026-11-30"}, {"state": "GA", "number": "2", "expires_on": "2020-01-01"}]},
        ],
    });
    let locations = std::mem::take(&mut record.locations);
    let record = OwnRecord { locations, ..serde_json::from_value(more).unwrap() };
    let told = contradictions(&record, NOW.parse().unwrap());
    let told: Vec<_> = told
        .iter()
        .map(|finding| {
            (finding.code.as_str(), finding.r#where.slug.as_deref().unwrap_or_default(), finding.found.as_deref())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("main_phone_nowhere", "", Some("(561) 555-0100")),
            ("location_without_hours", "harbor-lane", None),
            ("location_without_phone", "twin", None),
            ("closure_over", "twin", None),
            ("same_address", "twin", None),
            ("npi_shared", "marsh", Some("1234567893")),
            ("licences_expired", "marsh", Some("2026-11-29")),
            ("risks_missing", "ldn", None),
        ]
    );
}

#[test]
fn every_code_is_called_the_same_everywhere() {
    for code in [ConsistencyCode::PhoneUnknown, ConsistencyCode::AddressDiffers, ConsistencyCode::ClosureOver] {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_finders(text in "([0-9]{1,5}|Monday|Mon|to|am|Harbor Lane|Suite|FL|[ ,.:()+–\n-]|\\PC){0,60}") {
        let _ = found(&text);
        let _ = phones::find(&text, "DE");
    }
}
