//! The directory as HL7 FHIR R4 (<https://hl7.org/fhir/R4/>) in the shape of the Da Vinci PDEX Plan-Net guide, out and in.
//! What was imported goes out again as it came, but for what staff changed since. Refuses to lose what our records have
//! no place for, to tell the public what they would not, and to answer a question that it did not understand.
//!
//! | file | holds |
//! |---|---|
//! | `resource`, `ours`, `vocabulary`, `json_text` | a resource; what a record says, over what was kept; codes; JSON as text |
//! | `organization`, `location`, `hours`, `practitioner`, `practitioner_role`, `healthcare_service` | what each record says in FHIR |
//! | `reading` | from rows to resources |
//! | `parameters` | what can be searched by: one table |
//! | `question`, `wanted`, `matching`, `search` | a search, read and carried out |
//! | `bundle`, `capability`, `documented`, `media`, `public` | the answers |
//! | `taking/` | what a resource says, in the form that staff would send |
//! | `withheld` | what of an import is not for everybody |
//! | `packaging`, `arriving`, `arrival`, `records`, `rebasing` | an import: what a file holds, the plan, its steps, the records, what follows |
//! | `exported` | an export |

mod arrival;
mod arriving;
mod bundle;
mod capability;
mod documented;
mod exported;
mod healthcare_service;
mod hours;
mod json_text;
mod location;
mod matching;
mod media;
mod organization;
mod ours;
mod packaging;
mod parameters;
mod practitioner;
mod practitioner_role;
mod public;
mod question;
mod reading;
mod rebasing;
mod records;
mod resource;
mod search;
mod taking;
mod vocabulary;
mod wanted;
mod withheld;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

pub use arrival::{Arrival, Arrived, Outcome};
pub use arriving::{Incoming, NotTaken, Step, plan};
pub use exported::{ExportedResource, export_resources};
pub use organization::PublishedClinic;
pub use packaging::{Unpacked, Unusable, unpack};
pub use rebasing::{Changed, find_changed, rebase};
pub use resource::{Resource, ResourceType};
pub use taking::Left;

use crate::http::Endpoint;

/// Mounts `/fhir/R4`.
pub fn routes(config: &mut ServiceConfig) {
    Endpoint::at("/fhir/R4/metadata").get(public::get_fhir_metadata).mount(config);
    Endpoint::at("/fhir/R4/Organization").get(public::list_fhir_organizations).mount(config);
    Endpoint::at("/fhir/R4/Organization/{id}").get(public::get_fhir_organization).mount(config);
    Endpoint::at("/fhir/R4/Location").get(public::list_fhir_locations).mount(config);
    Endpoint::at("/fhir/R4/Location/{id}").get(public::get_fhir_location).mount(config);
    Endpoint::at("/fhir/R4/Practitioner").get(public::list_fhir_practitioners).mount(config);
    Endpoint::at("/fhir/R4/Practitioner/{id}").get(public::get_fhir_practitioner).mount(config);
    Endpoint::at("/fhir/R4/PractitionerRole").get(public::list_fhir_practitioner_roles).mount(config);
    Endpoint::at("/fhir/R4/PractitionerRole/{id}").get(public::get_fhir_practitioner_role).mount(config);
    Endpoint::at("/fhir/R4/HealthcareService").get(public::list_fhir_healthcare_services).mount(config);
    Endpoint::at("/fhir/R4/HealthcareService/{id}").get(public::get_fhir_healthcare_service).mount(config);
}

/// The part of the OpenAPI document that this room answers for.
#[derive(OpenApi)]
#[openapi(
    paths(
        public::get_fhir_metadata,
        public::list_fhir_organizations,
        public::get_fhir_organization,
        public::list_fhir_locations,
        public::get_fhir_location,
        public::list_fhir_practitioners,
        public::get_fhir_practitioner,
        public::list_fhir_practitioner_roles,
        public::get_fhir_practitioner_role,
        public::list_fhir_healthcare_services,
        public::get_fhir_healthcare_service
    ),
    components(schemas(documented::FhirOperationOutcome))
)]
#[derive(Debug)]
pub struct Docs;
