//! The directory for everybody, as FHIR R4.

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, Utc};

use super::{
    bundle::searchset,
    capability::capability_statement,
    documented::{
        FhirBundle, FhirCapabilityStatement, FhirResource, SearchedHealthcareService, SearchedLocation,
        SearchedOrganization, SearchedPractitioner, SearchedPractitionerRole,
    },
    media::{Layout, check_accept, check_format},
    question::Question,
    reading::Reader,
    resource::{ResourceType, is_fhir_id},
    search::search,
};
use crate::{
    clinic::queries::FhirPart,
    db::PublicDb,
    delivery::seconds_until,
    http::{Answer, ApiError, QueryReader, Site},
};

/// What this server can do.
#[utoipa::path(get, path = "/fhir/R4/metadata", operation_id = "get_fhir_metadata", tag = "fhir",
    params(("_format" = Option<String>, Query, description = "`json` or `application/fhir+json`"),
        ("_pretty" = Option<bool>, Query, description = "`true` for a line each")),
    responses((status = 200, description = "The CapabilityStatement", body = FhirCapabilityStatement, content_type = "application/fhir+json")))]
pub async fn get_fhir_metadata(request: HttpRequest, site: Data<Site>) -> Answer {
    let layout = layout(&request)?;
    layout.send(&request, capability_statement(&site.public_url).to_string(), [], None)
}

macro_rules! resource {
    ($kind:ident, $searched:ident, $list_doc:literal, $list:ident at $list_path:literal, $get_doc:literal, $get:ident at $get_path:literal) => {
        #[doc = $list_doc]
        #[utoipa::path(get, path = $list_path, tag = "fhir", params($searched),
            responses((status = 200, description = "A Bundle", body = FhirBundle, content_type = "application/fhir+json")))]
        pub async fn $list(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
            list(&request, &site, &database, ResourceType::$kind).await
        }

        #[doc = $get_doc]
        #[utoipa::path(get, path = $get_path, tag = "fhir",
            params(("id" = String, Path, description = "The id in FHIR: ours, or the one that it was imported with"),
                ("_format" = Option<String>, Query, description = "`json` or `application/fhir+json`"),
                ("_pretty" = Option<bool>, Query, description = "`true` for a line each")),
            responses((status = 200, description = "The resource", body = FhirResource, content_type = "application/fhir+json")))]
        pub async fn $get(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
            read(&request, &site, &database, ResourceType::$kind).await
        }
    };
}

resource!(
    Organization,
    SearchedOrganization,
    "Searches the clinic and the organisations that an import knows.",
    list_fhir_organizations at "/fhir/R4/Organization",
    "The clinic, or an organisation that an import knows.",
    get_fhir_organization at "/fhir/R4/Organization/{id}"
);
resource!(
    Location,
    SearchedLocation,
    "Searches the locations.",
    list_fhir_locations at "/fhir/R4/Location",
    "A location.",
    get_fhir_location at "/fhir/R4/Location/{id}"
);
resource!(
    Practitioner,
    SearchedPractitioner,
    "Searches the providers as persons.",
    list_fhir_practitioners at "/fhir/R4/Practitioner",
    "A provider as a person.",
    get_fhir_practitioner at "/fhir/R4/Practitioner/{id}"
);
resource!(
    PractitionerRole,
    SearchedPractitionerRole,
    "Searches what providers do where.",
    list_fhir_practitioner_roles at "/fhir/R4/PractitionerRole",
    "What a provider does where.",
    get_fhir_practitioner_role at "/fhir/R4/PractitionerRole/{id}"
);
resource!(
    HealthcareService,
    SearchedHealthcareService,
    "Searches the services.",
    list_fhir_healthcare_services at "/fhir/R4/HealthcareService",
    "A service.",
    get_fhir_healthcare_service at "/fhir/R4/HealthcareService/{id}"
);

async fn list(request: &HttpRequest, site: &Site, database: &PublicDb, kind: ResourceType) -> Answer {
    let question = Question::read(request, kind, site)?;
    let now = site.clock.now();
    let (found, question) = database
        .read(async move |connection| {
            let found = search(connection, &question, now).await?;
            Ok::<_, ApiError>((found, question))
        })
        .await?;
    let seconds = seconds(found.until, now);
    let tags: Vec<String> = found.page.iter().chain(&found.included).map(super::Resource::tag).collect();
    let text = searchset(request, site, &question, found)?;
    question.layout.send(request, text, tags, seconds)
}

async fn read(request: &HttpRequest, site: &Site, database: &PublicDb, kind: ResourceType) -> Answer {
    let layout = layout(request)?;
    let id = request.match_info().get("id").filter(|id| is_fhir_id(id)).ok_or(ApiError::NotFound)?.to_owned();
    let now = site.clock.now();
    let resources = database
        .read(async move |connection| {
            let mut reader = Reader::begin(connection, now).await?;
            let part = FhirPart { after: None, ids: Some(vec![id]), fetch: 1 };
            reader.resources(connection, kind, &part).await
        })
        .await?;
    let resource = resources.into_iter().next().ok_or(ApiError::NotFound)?;
    let seconds = seconds(resource.until, now);
    let tag = resource.tag();
    layout.send(request, resource.text.get().to_owned(), [tag], seconds)
}

fn seconds(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<i64> {
    until.map(|until| seconds_until(until, now))
}

/// The parameters of an address that takes no filters.
fn layout(request: &HttpRequest) -> Result<Layout, ApiError> {
    let mut query = QueryReader::of(request);
    let (format, pretty) = (query.text("_format"), query.boolean("_pretty"));
    query.finish()?;
    check_accept(request, format.is_some())?;
    format.as_deref().map_or(Ok(()), check_format)?;
    Ok(Layout::of(pretty == Some(true)))
}
