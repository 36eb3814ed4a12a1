//! Whether a revision carries a disclosure: decided by what the revision says, never chosen.

use crate::articles::{
    article::Kind,
    gate::{names, words},
    queries::attachments::{ReadRevision, RuleRow},
};

/// Which articles a disclosure stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AppliesTo {
    /// Those that name a treatment of its own or of a service of its own, or are about such a service.
    Named,
    /// Every clinical one.
    Clinical,
    /// Every one.
    All,
}

impl AppliesTo {
    /// As they are written.
    pub(super) const NAMES: [&'static str; 3] = ["named", "clinical", "all"];

    fn named(name: &str) -> Self {
        match name {
            "clinical" => Self::Clinical,
            "all" => Self::All,
            _ => Self::Named,
        }
    }
}

/// The disclosures that a revision carries.
pub(super) fn carried<'a>(rules: &'a [RuleRow], revision: &ReadRevision) -> impl Iterator<Item = &'a RuleRow> {
    let words = words(&revision.text);
    let read = (revision.kind.clone(), revision.services.clone());
    rules.iter().filter(move |rule| match AppliesTo::named(&rule.applies_to) {
        AppliesTo::All => true,
        AppliesTo::Clinical => read.0 == Kind::Clinical.name(),
        AppliesTo::Named => {
            rule.services.iter().any(|service| read.1.contains(service))
                || rule.treatments.iter().chain(&rule.service_names).any(|name| names(&words, name))
        }
    })
}

/// A pattern for PostgreSQL that finds every text, decomposed, which may name what the rule names, and some more; none
/// where the rule does not ask for names.
pub(super) fn pattern(rule: &RuleRow) -> Option<String> {
    if AppliesTo::named(&rule.applies_to) != AppliesTo::Named {
        return None;
    }
    let phrase = |name: &String| {
        let spelt = |word: &str| word.chars().map(String::from).collect::<Vec<_>>().join("[\u{300}-\u{36f}'’]*");
        words(name).split_whitespace().map(spelt).collect::<Vec<_>>().join("[^[:alnum:]]+")
    };
    let phrases: Vec<_> = rule.treatments.iter().chain(&rule.service_names).map(phrase).collect();
    let phrases: Vec<_> = phrases.into_iter().filter(|phrase| !phrase.is_empty()).collect();
    // An end with something after it is nowhere.
    Some(if phrases.is_empty() { "$.".to_owned() } else { phrases.join("|") })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rule(applies_to: &str, treatments: &[&str]) -> RuleRow {
        RuleRow {
            id: Uuid::nil(),
            kind: "off_label".to_owned(),
            applies_to: applies_to.to_owned(),
            treatments: treatments.iter().map(|name| (*name).to_owned()).collect(),
            services: vec![Uuid::max()],
            service_names: vec!["Blue Lamp".to_owned()],
        }
    }

    fn carries(rule: &RuleRow, kind: &str, text: &str, services: &[Uuid]) -> bool {
        let revision =
            ReadRevision { id: Uuid::nil(), kind: kind.to_owned(), text: text.to_owned(), services: services.to_vec() };
        carried(std::slice::from_ref(rule), &revision).next().is_some()
    }

    #[test]
    fn a_disclosure_stands_where_its_treatment_is_named_or_its_service_is_meant() {
        let named = rule("named", &["photo therapy"]);
        assert!(carries(&named, "general", "Our PHOTO-THÉRAPY rooms.", &[]));
        assert!(carries(&named, "general", "We have blue lamps.", &[]));
        assert!(carries(&named, "general", "Nothing.", &[Uuid::max()]));
        assert!(!carries(&named, "clinical", "A photo of therapy, telephoto therapy.", &[Uuid::nil()]));
        assert!(carries(&rule("all", &[]), "general", "", &[]));
        assert!(
            carries(&rule("clinical", &[]), "clinical", "", &[])
                && !carries(&rule("clinical", &[]), "general", "", &[])
        );
    }

    #[test]
    fn whoever_asks_for_names_looks_at_no_other_text() {
        assert_eq!(pattern(&rule("all", &["x"])), None);
        let mut nothing = rule("named", &[]);
        nothing.service_names.clear();
        assert_eq!(pattern(&nothing).as_deref(), Some("$."));
        assert!(pattern(&rule("named", &["a b"])).unwrap().starts_with("a[^[:alnum:]]+b|b"));
    }
}
