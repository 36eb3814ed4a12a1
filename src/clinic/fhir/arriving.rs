//! The plan of an import: which resources become which records, in the order in which they can name each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    json_text::compact,
    matching::{reference, values},
    resource::{ResourceType, is_fhir_id},
    taking::{self, Taken},
};
use crate::http::{FieldError, parse_json};

/// A resource of an import.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its type.
    pub kind: ResourceType,
    /// Its id.
    pub id: String,
    /// What its Bundle calls it.
    pub full_url: Option<String>,
    /// As JSON, without white space.
    pub text: String,
    /// The same, parsed.
    pub value: Value,
}

/// Why something is no resource that can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is no JSON, or an object in it names a member twice.
    #[error("it is no JSON object, or a name stands twice in it")]
    Malformed,
    /// It is a resource of a type that the directory does not have.
    #[error("resources of this type are not part of the directory")]
    OtherType,
    /// It has no id, or one that FHIR does not allow.
    #[error("it has no id of 1 to 64 letters, digits, hyphens and dots")]
    NoId,
}

impl Incoming {
    /// Reads a resource.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn read(text: &str, full_url: Option<String>) -> Result<Self, NotTaken> {
        let value = parse_json(text.as_bytes()).map_err(|_| NotTaken::Malformed)?;
        let member = |name| value.get(name).and_then(Value::as_str);
        let kind = member("resourceType").and_then(ResourceType::named);
        let kind = kind.ok_or(if value.is_object() { NotTaken::OtherType } else { NotTaken::Malformed })?;
        let id = member("id").filter(|id| is_fhir_id(id)).ok_or(NotTaken::NoId)?.to_owned();
        let full_url = full_url.filter(|url| (1..=2000).contains(&url.chars().count()) && !url.contains('\0'));
        Ok(Self { kind, id, full_url, text: compact(text), value })
    }

    /// `Type/id`.
    pub fn label(&self) -> String {
        format!("{}/{}", self.kind.name(), self.id)
    }

    fn references(&self, path: &str) -> impl Iterator<Item = &str> {
        values(&self.value, path).into_iter().filter_map(reference).map(|(_, id)| id)
    }
}

/// A record that is to be made, with the resources that it comes from.
#[derive(Clone, Debug)]
pub struct Step {
    /// The resource that it is.
    pub resource: Incoming,
    /// For a provider, what they do.
    pub role: Option<Incoming>,
    /// For a service, who offers it: the ids of practitioners.
    pub(super) providers: Vec<String>,
    /// For a role that makes no record, whose it is.
    pub(super) belongs_to: Option<String>,
    /// What the record would be; none where it is kept as a resource alone.
    pub(super) taken: Option<Taken>,
}

impl Step {
    fn of(resource: Incoming, taken: Option<Taken>) -> Self {
        Self { resource, role: None, providers: Vec::new(), belongs_to: None, taken }
    }

    /// What the record could not take, by now.
    pub fn left(&self) -> Vec<taking::Left> {
        self.taken.as_ref().map(|taken| taken.left.clone()).unwrap_or_default()
    }

    /// Takes out what the record cannot take for what others have.
    pub fn leave_out(&mut self, mistakes: &[FieldError]) {
        if let Some(taken) = &mut self.taken {
            taken.leave_out(mistakes);
        }
    }

    /// Whether a record can come of it.
    pub fn makes_a_record(&self) -> bool {
        self.taken.as_ref().is_some_and(|taken| !taken.is_too_little)
    }
}

/// Plans an import. Of several organisations the named one becomes the clinic, of one alone that one.
pub fn plan(incoming: Vec<Incoming>, organization: Option<&str>) -> Vec<Step> {
    let mut by_kind: BTreeMap<ResourceType, Vec<Incoming>> = BTreeMap::new();
    for resource in incoming {
        by_kind.entry(resource.kind).or_default().push(resource);
    }
    let mut of = |kind| by_kind.remove(&kind).unwrap_or_default();
    let (organizations, roles) = (of(ResourceType::Organization), of(ResourceType::PractitionerRole));
    let is_only = organizations.len() == 1;
    let mut steps: Vec<Step> = organizations
        .into_iter()
        .map(|resource| {
            let is_clinic = organization.map_or(is_only, |named| named == resource.id);
            let taken = is_clinic.then(|| taking::organization(&resource.value));
            Step::of(resource, taken)
        })
        .collect();
    steps.extend(of(ResourceType::Location).into_iter().map(|resource| {
        let taken = taking::location(&resource.value);
        Step::of(resource, Some(taken))
    }));
    let (providers, further, offered) = providers(of(ResourceType::Practitioner), roles);
    steps.extend(providers);
    steps.extend(of(ResourceType::HealthcareService).into_iter().map(|resource| {
        let taken = taking::healthcare_service(&resource.value);
        let providers = offered.get(&resource.id).cloned().unwrap_or_default();
        Step { providers: providers.into_iter().collect(), ..Step::of(resource, Some(taken)) }
    }));
    steps.extend(further);
    for step in &mut steps {
        if let Some(taken) = &mut step.taken {
            taken.check(step.resource.kind);
        }
    }
    steps
}

/// Each person with the first role that is theirs; the other roles; and who offers which service.
fn providers(
    persons: Vec<Incoming>,
    roles: Vec<Incoming>,
) -> (Vec<Step>, Vec<Step>, BTreeMap<String, BTreeSet<String>>) {
    let mut offered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut first: BTreeMap<String, Incoming> = BTreeMap::new();
    let mut further = Vec::new();
    for role in roles {
        let person = role.references("practitioner").next().map(str::to_owned);
        let Some(person) = person else {
            further.push(Step::of(role, None));
            continue;
        };
        let is_active = role.value.get("active") != Some(&Value::Bool(false));
        for service in role.references("healthcareService").filter(|_| is_active) {
            offered.entry(service.to_owned()).or_default().insert(person.clone());
        }
        if is_active && !first.contains_key(&person) && persons.iter().any(|known| known.id == person) {
            first.insert(person, role);
        } else {
            further.push(Step { belongs_to: Some(person), ..Step::of(role, None) });
        }
    }
    let steps = persons.into_iter().map(|person| {
        let role = first.remove(&person.id);
        let taken = taking::provider(&person.value, role.as_ref().map(|role| &role.value));
        Step { role, ..Step::of(person, Some(taken)) }
    });
    (steps.collect(), further, offered)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(resource: &Value) -> Incoming {
        Incoming::read(&resource.to_string(), None).unwrap()
    }

    #[test]
    fn what_is_no_resource_of_the_directory_is_not_taken() {
        let why = |text: &str| Incoming::read(text, None).unwrap_err();
        assert_eq!(why("{"), NotTaken::Malformed);
        assert_eq!(why("[]"), NotTaken::Malformed);
        assert_eq!(why(r#"{"resourceType":"Location","id":"a","id":"b"}"#), NotTaken::Malformed);
        assert_eq!(why(r#"{"resourceType":"Patient","id":"a"}"#), NotTaken::OtherType);
        assert_eq!(why(r#"{"resourceType":"Location","id":"a b"}"#), NotTaken::NoId);
        assert_eq!(why(r#"{"resourceType":"Location"}"#), NotTaken::NoId);
    }

    #[test]
    fn one_organisation_is_the_clinic_and_of_several_the_named_one() {
        let of = |id: &str| read(&json!({"resourceType": "Organization", "id": id, "name": id}));
        let made = |steps: Vec<Step>| -> Vec<String> {
            steps.into_iter().filter(Step::makes_a_record).map(|step| step.resource.id).collect()
        };
        assert_eq!(made(plan(vec![of("a")], None)), ["a"]);
        assert_eq!(made(plan(vec![of("a"), of("b")], None)), [""; 0]);
        assert_eq!(made(plan(vec![of("a"), of("b")], Some("b"))), ["b"]);
    }

    #[test]
    fn the_first_role_of_a_person_makes_the_provider_and_the_others_hang_on_them() {
        let role = |id: &str, service: &str| {
            read(&json!({"resourceType": "PractitionerRole", "id": id, "practitioner": {"reference": "Practitioner/p"},
                         "healthcareService": [{"reference": format!("HealthcareService/{service}")}]}))
        };
        let person = read(&json!({"resourceType": "Practitioner", "id": "p", "name": [{"family": "Marsh"}]}));
        let service = read(&json!({"resourceType": "HealthcareService", "id": "s", "name": "Visit"}));
        let steps = plan(vec![role("r1", "x"), role("r2", "s"), service, person], None);
        let told: Vec<_> = steps.iter().map(|step| (step.resource.id.as_str(), step.makes_a_record())).collect();
        assert_eq!(told, [("p", true), ("s", true), ("r2", false)]);
        assert_eq!(steps[0].role.as_ref().unwrap().id, "r1");
        assert_eq!((&steps[1].providers, &steps[2].belongs_to), (&vec!["p".to_owned()], &Some("p".to_owned())));
    }
}
