//! Who wrote and who reviewed. A physician is an `IndividualPhysician` (schema.org's plain `Physician` is a practice),
//! everybody else a `Person`.

use serde_json::{Value, json};

use crate::articles::answers::Author;

/// Degrees that make a physician: of medicine, of osteopathic medicine, and as other countries write the first.
const PHYSICIANS: [&str; 5] = ["MD", "DO", "MBBS", "MBBCh", "MBChB"];

/// The person, with credentials.
pub(super) fn person(author: &Author) -> Value {
    let credentials = author.credentials.iter();
    let held: Vec<Value> = credentials
        .map(|name| json!({"@type": "EducationalOccupationalCredential", "name": name, "credentialCategory": "degree or licence"}))
        .collect();
    if author.r#type == "provider" && author.credentials.iter().any(|held| is_physicians(held)) {
        return json!({"@type": "IndividualPhysician", "name": author.name, "hasCredential": held});
    }
    let suffix = (!author.credentials.is_empty()).then(|| author.credentials.join(", "));
    json!({"@type": "Person", "name": author.name, "honorificSuffix": suffix, "hasCredential": held})
}

/// "M.D." is "MD".
fn is_physicians(credential: &str) -> bool {
    let bare: String = credential.chars().filter(char::is_ascii_alphabetic).collect();
    PHYSICIANS.iter().any(|degree| degree.eq_ignore_ascii_case(&bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(kind: &str, credentials: &[&str]) -> Author {
        Author {
            id: uuid::Uuid::nil(),
            slug: "ana-diaz".to_owned(),
            name: "Ana Diaz".to_owned(),
            r#type: kind.to_owned(),
            credentials: credentials.iter().map(|held| (*held).to_owned()).collect(),
            provider: None,
        }
    }

    #[test]
    fn a_physician_of_the_clinic_is_one_and_nobody_else_is() {
        for (kind, credentials, expected) in [
            ("provider", &["M.D.", "FACC"][..], "IndividualPhysician"),
            ("provider", &["DO"], "IndividualPhysician"),
            ("provider", &["RN"], "Person"),
            ("provider", &["DOT"], "Person"),
            ("person", &["MD"], "Person"),
            ("person", &[], "Person"),
        ] {
            assert_eq!(person(&author(kind, credentials))["@type"], expected, "{kind} {credentials:?}");
        }
    }
}
