//! Who wrote and who reviewed. A physician is an `IndividualPhysician` (schema.org's plain `Physician` is a practice),
//! everybody else a `Person`.

use serde_json::{Value, json};

/// Degrees that make a physician: of medicine, of osteopathic medicine, and as other countries write the first.
const PHYSICIANS: [&str; 5] = ["MD", "DO", "MBBS", "MBBCh", "MBChB"];

/// A person with credentials. Who treats patients of the clinic may be a physician; who writes for it is not one by that.
pub fn person(name: &str, credentials: &[String], is_provider: bool) -> Value {
    let held: Vec<Value> = credentials
        .iter()
        .map(|name| json!({"@type": "EducationalOccupationalCredential", "name": name, "credentialCategory": "degree or licence"}))
        .collect();
    if is_provider && credentials.iter().any(|held| is_physicians(held)) {
        return json!({"@type": "IndividualPhysician", "name": name, "hasCredential": held});
    }
    let suffix = (!credentials.is_empty()).then(|| credentials.join(", "));
    json!({"@type": "Person", "name": name, "honorificSuffix": suffix, "hasCredential": held})
}

/// "M.D." is "MD".
fn is_physicians(credential: &str) -> bool {
    let bare: String = credential.chars().filter(char::is_ascii_alphabetic).collect();
    PHYSICIANS.iter().any(|degree| degree.eq_ignore_ascii_case(&bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_physician_of_the_clinic_is_one_and_nobody_else_is() {
        for (is_provider, credentials, expected) in [
            (true, &["M.D.", "FACC"][..], "IndividualPhysician"),
            (true, &["DO"], "IndividualPhysician"),
            (true, &["RN"], "Person"),
            (true, &["DOT"], "Person"),
            (false, &["MD"], "Person"),
            (false, &[], "Person"),
        ] {
            let held: Vec<_> = credentials.iter().map(|held| (*held).to_owned()).collect();
            assert_eq!(person("Ana Diaz", &held, is_provider)["@type"], expected, "{credentials:?}");
        }
    }
}
