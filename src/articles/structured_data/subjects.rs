//! What an article is about, and what has to be said beside it.

use serde_json::{Value, json};

use crate::articles::{
    answers::Disclosure,
    queries::published_graph::{Code, Condition, Surroundings, Treatment},
};

/// Conditions, then treatments.
pub(super) fn about(surroundings: &Surroundings) -> Vec<Value> {
    let conditions = surroundings.conditions.0.iter().map(condition);
    conditions.chain(surroundings.treatments.0.iter().map(treatment)).collect()
}

fn condition(condition: &Condition) -> Value {
    json!({
        "@type": "MedicalCondition",
        "name": condition.name,
        "alternateName": condition.aliases,
        "code": condition.codes.iter().map(code).collect::<Vec<_>>(),
    })
}

fn code(code: &Code) -> Value {
    let system = match code.system.as_str() {
        "icd-10-cm" => "ICD-10-CM",
        "mesh" => "MeSH",
        "snomed-ct" => "SNOMED-CT",
        other => other,
    };
    json!({"@type": "MedicalCode", "codeValue": code.code, "codingSystem": system})
}

fn treatment(treatment: &Treatment) -> Value {
    let outcome = |risk: &String| json!({"@type": "MedicalEntity", "name": risk});
    json!({
        "@type": "MedicalTherapy",
        "name": treatment.name,
        "alternateName": treatment.aliases,
        "contraindication": treatment.contraindications,
        "seriousAdverseOutcome": treatment.risks.iter().map(outcome).collect::<Vec<_>>(),
    })
}

/// The disclosures, in full.
pub(super) fn usage(disclosures: &[Disclosure], locale: &str) -> Vec<Value> {
    let work = |disclosure: &Disclosure| {
        json!({
            "@type": "CreativeWork",
            "genre": disclosure.kind,
            "text": disclosure.text,
            "version": disclosure.version,
            "inLanguage": locale,
        })
    };
    disclosures.iter().map(work).collect()
}
