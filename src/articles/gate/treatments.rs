//! Which disclosures the treatments demand that an article names: the clinic's own by what their record says, and a few
//! that clinics commonly offer outside their approval whether or not a record says so. A list that is wrong for a text
//! is what overrides are for.

use super::{Code, Finding, Service, Submission, wording};

/// How the Food and Drug Administration stands to a treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// For what it is used for.
    Approved,
    /// For something else.
    OffLabel,
    /// Made by a pharmacy, and not approved.
    Compounded,
    /// Neither a drug nor a device, or not said.
    NotApplicable,
}

impl Status {
    /// As it stands in a service's record.
    pub fn named(name: &str) -> Self {
        match name {
            "approved" => Self::Approved,
            "off_label" => Self::OffLabel,
            "compounded" => Self::Compounded,
            _ => Self::NotApplicable,
        }
    }

    /// The kind of disclosure that it demands.
    fn demands(self) -> Option<&'static str> {
        match self {
            Self::OffLabel => Some("off_label"),
            Self::Compounded => Some("compounded"),
            Self::Approved | Self::NotApplicable => None,
        }
    }
}

/// A treatment that demands a disclosure wherever it is offered.
struct Known {
    names: &'static [&'static str],
    status: Status,
    /// A sentence that speaks of these as well speaks of the approved use.
    unless: &'static [&'static str],
}

const KNOWN: [Known; 5] = [
    // Approved as an anaesthetic alone; "not FDA approved for the treatment of any psychiatric disorder": FDA, "FDA warns
    // patients and health care providers about potential risks associated with compounded ketamine products, including
    // oral formulations, for the treatment of psychiatric disorders", 10 October 2023. Esketamine is another drug.
    Known {
        names: &["ketamine", "ketamina"],
        status: Status::OffLabel,
        unless: &[
            "anesthesia",
            "anaesthesia",
            "anesthetic",
            "anaesthetic",
            "anesthesiology",
            "surgery",
            "surgical",
            "anestesia",
            "anestesico",
            "cirugia",
        ],
    },
    // Approved drugs of these names exist; what a pharmacy compounds is not one of them: FDA, "FDA's Concerns with
    // Unapproved GLP-1 Drugs Used for Weight Loss".
    Known {
        names: &[
            "compounded semaglutide",
            "compounded tirzepatide",
            "compounded glp 1",
            "semaglutida compuesta",
            "tirzepatida compuesta",
            "semaglutida formulada",
            "tirzepatida formulada",
        ],
        status: Status::Compounded,
        unless: &[],
    },
    // Naltrexone is approved in tablets of 50 mg (NDA 018932) for dependence; low doses are made by pharmacies.
    Known {
        names: &["low dose naltrexone", "naltrexona en dosis bajas", "naltrexona a dosis bajas"],
        status: Status::Compounded,
        unless: &[],
    },
    // National Academies of Sciences, Engineering, and Medicine, "The Clinical Utility of Compounded Bioidentical Hormone
    // Therapy", 2020, a report for the FDA.
    Known {
        names: &[
            "hormone pellet",
            "hormone pellet therapy",
            "compounded bioidentical hormone",
            "compounded hormone",
            "pellets hormonales",
            "hormonas bioidenticas compuestas",
        ],
        status: Status::Compounded,
        unless: &[],
    },
    // FDA, "FDA alerts health care providers, compounders and consumers of potential risks associated with compounded
    // topical finasteride products", 2025.
    Known { names: &["topical finasteride", "finasterida topica"], status: Status::Compounded, unless: &[] },
];

/// A treatment that the article names, by the name that it is found under.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) status: Status,
    /// Where the article is found to be about it.
    pointer: String,
}

/// The treatments that an article is about or names.
pub(super) fn named(submission: &Submission) -> Vec<Named<'_>> {
    let texts: Vec<_> = submission.texts().map(|(pointer, text)| (pointer, text, wording::words(text))).collect();
    let place = |name: &str| texts.iter().find(|(_, _, words)| wording::names(words, name)).map(|(at, ..)| at.clone());
    let of_clinic = |service: &'_ Service| {
        let written = service.names.iter().find_map(|name| place(name).map(|at| (name, at)));
        let attached = || service.names.first().filter(|_| service.attached).map(|name| (name, "/services".to_owned()));
        written.or_else(attached).map(|(name, at)| (name.clone(), at))
    };
    let clinic = submission.services.iter().filter_map(|service| {
        let (found, pointer) = of_clinic(service)?;
        let name = service.names.iter().find(|name| **name == found)?;
        Some(Named { name, status: service.status, pointer })
    });
    let known = KNOWN.iter().filter_map(|known| {
        let outside = |text: &str| {
            wording::sentences(text).map(wording::words).any(|words| {
                known.names.iter().any(|name| wording::names(&words, name))
                    && !known.unless.iter().any(|word| wording::names(&words, word))
            })
        };
        let (pointer, ..) = texts.iter().find(|(_, text, _)| outside(text))?;
        let found = known.names.iter().find(|name| texts.iter().any(|(_, _, words)| wording::names(words, name)))?;
        Some(Named { name: found, status: known.status, pointer: pointer.clone() })
    });
    clinic.chain(known).collect()
}

pub(super) fn find(submission: &Submission, findings: &mut Vec<Finding>) {
    let mut told: Vec<(String, &str)> = Vec::new();
    for treatment in named(submission) {
        let Some(kind) = treatment.status.demands() else { continue };
        let subject = wording::words(treatment.name).trim().to_owned();
        let met = submission.disclosures.iter().any(|attached| attached == kind);
        if met || told.contains(&(subject.clone(), kind)) {
            continue;
        }
        let what = if kind == "off_label" { "used outside its approval" } else { "compounded by a pharmacy" };
        let message = format!("“{}” is {what}: a disclosure of the kind {kind} is demanded", treatment.name);
        findings.push(Finding::at(treatment.pointer, Code::DisclosureMissing, message).about(&subject));
        told.push((subject, kind));
    }
}
