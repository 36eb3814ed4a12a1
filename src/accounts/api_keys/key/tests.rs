//! Keys are told from what only looks like one.

use super::*;

/// The section of docs/SECURITY.md that people who look for leaked keys read.
const DOCS: &str = include_str!("../../../../docs/SECURITY.md");

#[test]
fn a_key_is_read_back_and_leads_to_what_is_stored() {
    let key = NewKey::make().unwrap();
    let shown = ShownKey::parse(key.reveal()).unwrap();
    assert_eq!(shown, ShownKey { public_id: key.public_id.clone(), hash: key.hash() });
    let rotated = NewKey::of(&key.public_id).unwrap();
    assert_ne!(rotated.hash(), key.hash());
    assert_eq!(ShownKey::parse(rotated.reveal()).unwrap().public_id, key.public_id);
}

#[test]
fn the_checksum_is_the_documented_one() {
    // python3: zlib.crc32(b"ccms_000000000000_" + b"A" * 43), written in base 62 with 0-9A-Za-z.
    let body = format!("ccms_{}_{}", "0".repeat(12), "A".repeat(43));
    assert_eq!(checksum(&body), "1RZPbG");
    assert_eq!(checksum(""), "000000");
}

#[test]
fn one_wrong_character_anywhere_is_no_key() {
    let key = NewKey::make().unwrap();
    let text = key.reveal();
    for place in 0..text.len() {
        for other in ['0', 'z', '_', '-', ' ', 'é'] {
            let changed: String =
                text.chars().enumerate().map(|(at, letter)| if at == place { other } else { letter }).collect();
            assert_eq!(ShownKey::parse(&changed).is_some(), changed == text, "{place} {other}");
        }
        assert_eq!(ShownKey::parse(text.get(..place).unwrap()), None, "cut at {place}");
    }
}

#[test]
fn a_key_in_another_spelling_is_no_key() {
    let key = NewKey::make().unwrap();
    let text = key.reveal();
    for wrong in [
        String::new(),
        PREFIX.to_owned(),
        text.to_lowercase(),
        text.to_uppercase(),
        format!("{text}{text}"),
        format!("{text} "),
        format!(" {text}"),
        format!("{text}0"),
        text.replace("ccms_", "ccms__"),
        text.replace("ccms_", "CCMS_"),
    ] {
        assert_eq!(ShownKey::parse(&wrong), None, "{wrong}");
    }
}

#[test]
fn a_key_is_never_printed() {
    let key = NewKey::make().unwrap();
    let secret = key.reveal().rsplit('_').next().unwrap();
    let printed = format!("{key:?} {:?}", ShownKey::parse(key.reveal()));
    assert!(!printed.contains(secret) && printed.contains("[redacted]"), "{printed}");
}

#[test]
fn the_documented_pattern_finds_a_key_in_a_text() {
    let pattern = DOCS.lines().find_map(|line| line.trim().strip_prefix("pattern: ")).unwrap();
    let pattern = regex_lite::Regex::new(pattern.trim_matches('`')).unwrap();
    for _ in 0..20 {
        let key = NewKey::make().unwrap();
        let text = format!("curl -H 'Authorization: Bearer {}' https://api.clinic.example", key.reveal());
        assert_eq!(pattern.find(&text).unwrap().as_str(), key.reveal());
    }
    assert!(!pattern.is_match("ccms_short_key and the ccms_ prefix alone"));
}
