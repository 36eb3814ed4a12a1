//! The works that an article relies on.

use serde_json::{Value, json};

use crate::articles::article::Citation;

/// A medical work is one that PubMed lists or whose evidence was weighed.
pub(super) fn cited(citation: &Citation) -> Value {
    let medical = citation.pmid.is_some() || citation.evidence_level.is_some();
    let doi = citation.doi.as_ref().map(|doi| format!("https://doi.org/{doi}"));
    let pmid = citation.pmid.as_ref().map(|pmid| format!("https://pubmed.ncbi.nlm.nih.gov/{pmid}/"));
    let same: Vec<&String> = doi.iter().chain(&pmid).collect();
    json!({
        "@type": if medical { "MedicalScholarlyArticle" } else { "ScholarlyArticle" },
        "name": citation.title,
        "headline": citation.title,
        "author": citation.authors.iter().map(|name| json!({"@type": "Person", "name": name})).collect::<Vec<_>>(),
        "isPartOf": citation.source.as_ref().map(|name| json!({"@type": "CreativeWork", "name": name})),
        "datePublished": citation.year.map(|year| format!("{year:04}")),
        "url": citation.url.as_ref().or(doi.as_ref()).or(pmid.as_ref()),
        "sameAs": same,
        "publicationType": citation.evidence_level,
    })
}
