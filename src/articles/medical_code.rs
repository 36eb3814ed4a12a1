//! The codes by which other systems know a condition. Refuses what is none: a search engine or an electronic health
//! record takes a code at its word.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::{FieldError, Fields};

/// Who gives out the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum CodeSystem {
    /// International Classification of Diseases, 10th revision, Clinical Modification (CDC).
    #[serde(rename = "icd-10-cm")]
    Icd10Cm,
    /// Medical Subject Headings (National Library of Medicine): the unique id of a descriptor or a supplementary concept.
    #[serde(rename = "mesh")]
    Mesh,
    /// SNOMED CT: the id of a concept.
    #[serde(rename = "snomed-ct")]
    SnomedCt,
}

impl CodeSystem {
    const ALL: [(&'static str, Self); 3] =
        [("icd-10-cm", Self::Icd10Cm), ("mesh", Self::Mesh), ("snomed-ct", Self::SnomedCt)];

    fn takes(self, code: &str) -> bool {
        match self {
            Self::Icd10Cm => is_icd_10_cm(code),
            Self::Mesh => is_mesh(code),
            Self::SnomedCt => is_snomed_concept(code),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Icd10Cm => "must be a code of ICD-10-CM such as J45.909",
            Self::Mesh => "must be the unique id of a MeSH heading such as D001249",
            Self::SnomedCt => "must be the id of a SNOMED CT concept, with its check digit, such as 195967001",
        }
    }
}

/// One code of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TermCode {
    /// Who gives it out.
    pub system: CodeSystem,
    /// As it is written there.
    #[schema(max_length = 18, example = "J45.909")]
    pub code: String,
}

/// Reads a code.
pub fn code(value: &Value, pointer: String) -> Result<TermCode, Vec<FieldError>> {
    let mut fields = Fields::of(value, pointer);
    let system = fields.one_of("system", &CodeSystem::ALL.map(|(name, _)| name));
    let system = fields.require("system", system);
    let system = CodeSystem::ALL.into_iter().find(|(name, _)| Some(*name) == system).map(|(_, system)| system);
    let code = fields.parsed("code", |text| {
        let code = text.trim().to_ascii_uppercase();
        match system {
            Some(system) if !system.takes(&code) => Err(("bad_code", system.expected().to_owned())),
            _ => Ok(code),
        }
    });
    let code = fields.require("code", code);
    fields.finish()?;
    // Nothing was refused, so both are there.
    system.zip(code).map(|(system, code)| TermCode { system, code }).ok_or_else(Vec::new)
}

/// A letter, a digit, a digit or letter; then, behind a dot, up to four more (ICD-10-CM Official Guidelines, I.A.2).
fn is_icd_10_cm(code: &str) -> bool {
    let (category, rest) = code.split_once('.').map_or((code, None), |(category, rest)| (category, Some(rest)));
    let of_category = |(at, byte): (usize, u8)| match at {
        0 => byte.is_ascii_uppercase(),
        1 => byte.is_ascii_digit(),
        _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
    };
    category.len() == 3
        && category.bytes().enumerate().all(of_category)
        && rest.is_none_or(|rest| (1..=4).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// `D` or `C` and six digits, or nine for what was added since 2013.
fn is_mesh(code: &str) -> bool {
    let digits = code.strip_prefix(['D', 'C']).unwrap_or_default();
    matches!(digits.len(), 6 | 9) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// 6 to 18 digits whose last is Verhoeff's check digit and whose partition before it, `00` or `10`, is that of concepts
/// (SNOMED CT Release File Specification, 6).
fn is_snomed_concept(code: &str) -> bool {
    let partition = code.len().checked_sub(3).and_then(|at| code.get(at..at + 2));
    (6..=18).contains(&code.len())
        && !code.starts_with('0')
        && code.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(partition, Some("00" | "10"))
        && verhoeff(code) == 0
}

/// The check of Verhoeff's scheme: zero where the digits agree. Multiplication in the dihedral group of ten, as turns
/// (0 to 4) and turned flips (5 to 9).
fn verhoeff(digits: &str) -> u8 {
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permute = |digit: u8| PERMUTED.get(usize::from(digit)).copied().unwrap_or_default();
    let digits = digits.bytes().rev().map(|byte| byte - b'0').enumerate();
    digits.fold(0, |check, (place, digit)| times(check, (0..place % 8).fold(digit, |digit, _| permute(digit))))
}

fn times(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_as_they_are_printed_are_taken() {
        for code in ["J45.909", "E11.9", "I10", "C7A.00", "S72.001A", "Z23"] {
            assert!(is_icd_10_cm(code), "{code}");
        }
        for code in ["D001249", "C000657245", "D000086382"] {
            assert!(is_mesh(code), "{code}");
        }
        // Asthma, diabetes mellitus type 2, essential hypertension.
        for code in ["195967001", "44054006", "59621000"] {
            assert!(is_snomed_concept(code), "{code}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for code in ["", "J4", "J45.", "J45.90901", "145.9", "J45,9", "j45.9", "JJ5", "J45.9.1", "Jé5"] {
            assert!(!is_icd_10_cm(code), "{code}");
        }
        for code in ["", "D", "D00124", "E001249", "D0012490", "001249"] {
            assert!(!is_mesh(code), "{code}");
        }
        for code in ["", "0", "195967002", "195967010", "19596700", "59621001", "1959670011959670011", "é95967001"] {
            assert!(!is_snomed_concept(code), "{code}");
        }
    }

    proptest! {
        #[test]
        fn a_digit_that_was_mistyped_or_two_that_were_swapped_are_noticed(at in 0_usize..8, other in 0_u8..10) {
            let good = b"195967001";
            let mut wrong = *good;
            wrong[at] = b'0' + other;
            prop_assert_eq!(verhoeff(std::str::from_utf8(&wrong).unwrap()) == 0, wrong == *good);
            let mut swapped = *good;
            swapped.swap(at, at + 1);
            prop_assert_eq!(verhoeff(std::str::from_utf8(&swapped).unwrap()) == 0, swapped == *good);
        }

        #[test]
        fn no_text_makes_the_reader_stumble(text in "\\PC{0,24}") {
            for (_, system) in CodeSystem::ALL {
                let _ = system.takes(&text);
            }
        }
    }
}
