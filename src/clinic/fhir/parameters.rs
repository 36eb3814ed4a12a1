//! What can be searched by: one table, which the search reads and the capability statement and the OpenAPI document are
//! made from, so that none of them can promise what another does not do. The parameters are those of Plan-Net 1.2
//! (<https://hl7.org/fhir/us/davinci-pdex-plan-net/CapabilityStatement-plan-net.html>) that this directory can answer.

use super::resource::ResourceType::{self, HealthcareService, Location, Organization, Practitioner};

/// How a parameter compares (<https://hl7.org/fhir/R4/search.html#ptypes>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// A text begins so, in any case and with any accents; `:exact`, `:contains`.
    Text,
    /// A code or an identifier, with or without its system. Where a set is given, no other value exists.
    Token(&'static [&'static str]),
    /// A reference to one of these types.
    Reference(&'static [ResourceType]),
    /// The time of the last change.
    Instant,
}

/// A parameter of a type.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As it is written.
    pub name: &'static str,
    /// How it compares.
    pub comparison: Comparison,
    /// The elements that it looks at, as paths from the resource.
    pub paths: &'static [&'static str],
    /// In a few words.
    pub about: &'static str,
}

/// A way from one resource to another that an answer can take along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The type that refers.
    pub from: ResourceType,
    /// The parameter that looks at the reference.
    pub parameter: &'static str,
}

impl Link {
    /// As it is written: `Location:organization`.
    pub fn written(&self) -> String {
        format!("{}:{}", self.from.name(), self.parameter)
    }
}

/// Answers alone.
const YES_OR_NO: &[&str] = &["true", "false"];
/// <https://hl7.org/fhir/R4/valueset-location-status.html>
const STATUSES: &[&str] = &["active", "suspended", "inactive"];

use Comparison::{Instant, Reference, Text, Token};

const fn by(
    name: &'static str,
    comparison: Comparison,
    paths: &'static [&'static str],
    about: &'static str,
) -> Parameter {
    Parameter { name, comparison, paths, about }
}

const ID: Parameter = by("_id", Token(&[]), &["id"], "The id");
const LAST_UPDATED: Parameter = by("_lastUpdated", Instant, &["meta.lastUpdated"], "The last change");
const IDENTIFIER: Parameter = by("identifier", Token(&[]), &["identifier"], "An identifier, such as an NPI");
const ACTIVE: Parameter = by("active", Token(YES_OR_NO), &["active"], "Whether it is in use");
const TYPE: Parameter = by("type", Token(&[]), &["type"], "The kind");
const ADDRESS: Parameter = by(
    "address",
    Text,
    &[
        "address.text",
        "address.line",
        "address.city",
        "address.district",
        "address.state",
        "address.postalCode",
        "address.country",
    ],
    "Any part of the address",
);
const CITY: Parameter = by("address-city", Text, &["address.city"], "The city");
const STATE: Parameter = by("address-state", Text, &["address.state"], "The state");
const POSTAL_CODE: Parameter = by("address-postalcode", Text, &["address.postalCode"], "The postal code");
const NAMED_OR_ALIAS: Parameter = by("name", Text, &["name", "alias"], "The name, or another name");
const SPECIALTY: Parameter = by("specialty", Token(&[]), &["specialty"], "A field of medicine (NUCC)");
const PLACE: Parameter = by("location", Reference(&[Location]), &["location"], "Where");

const ORGANIZATION: [Parameter; 11] = [
    ID,
    LAST_UPDATED,
    ACTIVE,
    ADDRESS,
    CITY,
    STATE,
    POSTAL_CODE,
    IDENTIFIER,
    NAMED_OR_ALIAS,
    by("partof", Reference(&[Organization]), &["partOf"], "The organisation that it is a part of"),
    TYPE,
];
const LOCATION: [Parameter; 12] = [
    ID,
    LAST_UPDATED,
    ADDRESS,
    CITY,
    STATE,
    POSTAL_CODE,
    IDENTIFIER,
    NAMED_OR_ALIAS,
    by("organization", Reference(&[Organization]), &["managingOrganization"], "Whose it is"),
    by("partof", Reference(&[Location]), &["partOf"], "The place that it is a part of"),
    by("status", Token(STATUSES), &["status"], "Whether it is in use"),
    TYPE,
];
const PRACTITIONER: [Parameter; 8] = [
    ID,
    LAST_UPDATED,
    ACTIVE,
    by("communication", Token(&[]), &["communication"], "A language that is spoken (BCP 47)"),
    by("family", Text, &["name.family"], "The family name"),
    by("given", Text, &["name.given"], "A given name"),
    IDENTIFIER,
    by("name", Text, &["name.text", "name.family", "name.given", "name.prefix", "name.suffix"], "Any part of the name"),
];
const PRACTITIONER_ROLE: [Parameter; 9] = [
    ID,
    LAST_UPDATED,
    ACTIVE,
    PLACE,
    by("organization", Reference(&[Organization]), &["organization"], "For whom"),
    by("practitioner", Reference(&[Practitioner]), &["practitioner"], "Who"),
    by("role", Token(&[]), &["code"], "As what"),
    by("service", Reference(&[HealthcareService]), &["healthcareService"], "What is done"),
    SPECIALTY,
];
const HEALTHCARE_SERVICE: [Parameter; 10] = [
    ID,
    LAST_UPDATED,
    ACTIVE,
    IDENTIFIER,
    PLACE,
    by("name", Text, &["name"], "The name"),
    by("organization", Reference(&[Organization]), &["providedBy"], "Whose it is"),
    by("service-category", Token(&[]), &["category"], "The kind, broadly"),
    by("service-type", Token(&[]), &["type"], "The kind"),
    SPECIALTY,
];

impl ResourceType {
    /// What it can be searched by, in alphabetical order but for what every type has.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Organization => &ORGANIZATION,
            Self::Location => &LOCATION,
            Self::Practitioner => &PRACTITIONER,
            Self::PractitionerRole => &PRACTITIONER_ROLE,
            Self::HealthcareService => &HEALTHCARE_SERVICE,
        }
    }

    /// The parameter of that name.
    pub fn parameter(self, name: &str) -> Option<&'static Parameter> {
        self.parameters().iter().find(|parameter| parameter.name == name)
    }

    /// Where its references lead: what `_include` can take along.
    pub fn links(self) -> Vec<Link> {
        let leads = |parameter: &&Parameter| matches!(parameter.comparison, Reference(_));
        self.parameters().iter().filter(leads).map(|found| Link { from: self, parameter: found.name }).collect()
    }

    /// Whose references lead to it: what `_revinclude` can take along.
    pub fn links_to(self) -> Vec<Link> {
        let leads_here = |link: &Link| {
            let found = link.from.parameter(link.parameter).map(|parameter| parameter.comparison);
            matches!(found, Some(Reference(targets)) if targets.contains(&self))
        };
        Self::ALL.into_iter().flat_map(Self::links).filter(leads_here).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::resource::ResourceType::PractitionerRole, *};

    #[test]
    fn what_was_promised_can_be_searched_by_and_taken_along() {
        let promised = [
            (Organization, "name address address-city address-state address-postalcode identifier type"),
            (Location, "name address address-city address-state address-postalcode organization type status"),
            (HealthcareService, "name location organization specialty service-category active"),
            (Practitioner, "name family given identifier communication"),
            (PractitionerRole, "practitioner organization location service specialty active"),
        ];
        for (kind, names) in promised {
            for name in names.split(' ').chain(["_id"]) {
                assert!(kind.parameter(name).is_some(), "{kind:?} {name}");
            }
        }
        let written = |links: Vec<Link>| links.iter().map(Link::written).collect::<Vec<_>>();
        assert!(written(Practitioner.links_to()).contains(&"PractitionerRole:practitioner".to_owned()));
        let to_location = written(Location.links_to());
        assert!(to_location.contains(&"PractitionerRole:location".to_owned()));
        assert!(to_location.contains(&"HealthcareService:location".to_owned()));
        assert_eq!(written(Organization.links()), ["Organization:partof"]);
        assert_eq!(
            written(HealthcareService.links()),
            ["HealthcareService:location", "HealthcareService:organization"]
        );
    }

    #[test]
    fn no_name_stands_twice() {
        for kind in ResourceType::ALL {
            for (index, parameter) in kind.parameters().iter().enumerate() {
                assert!(!kind.parameters()[..index].iter().any(|earlier| earlier.name == parameter.name), "{kind:?}");
            }
        }
    }
}
