//! The clinic, its locations, providers and services as search engines read them. Pages of the site that the program does
//! not know are not invented: what is no page of its own is named by a mark on the first page.

mod nodes;
mod place;

use actix_web::{HttpRequest, web::Data};

use self::place::Place;
use super::{
    location::Viewpoint,
    public::{name_in_path, seconds_left, tags},
    queries::{self, PublishedLocation, PublishedProvider, PublishedService},
};
use crate::{
    db::PublicDb,
    http::{Answer, ApiError, Site, no_parameters},
    jsonld::{self, SiteAddress, StructuredData},
};

/// The organisation with its locations, for a `<script type="application/ld+json">` on the first page.
#[utoipa::path(get, path = "/v1/clinic/jsonld", operation_id = "get_clinic_jsonld", tag = "clinic",
    responses((status = 200, description = "`MedicalOrganization`, and `MedicalClinic` for each location", body = StructuredData, content_type = "application/ld+json")))]
pub async fn get_clinic_jsonld(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let found =
        database.read(async |connection| Ok::<_, ApiError>(queries::find_published_clinic(connection).await?)).await?;
    let mut stored = found.ok_or(ApiError::NotFound)?;
    let at = site.clock.now();
    let seconds = [seconds_left(&stored.locations, at)?, stored.valid_for].into_iter().flatten().min();
    let (tags, locale) = (tags(&stored.locations), stored.default_locale.clone());
    let seen = Viewpoint { at, locale: &locale };
    let locations = std::mem::take(&mut stored.locations);
    let places = locations.into_iter().map(|location| Place::seen(location, &seen)).collect::<Result<Vec<_>, _>>()?;
    let clinic = stored.shown(&seen, site.site_url.as_deref())?;
    let names = nodes::Names(SiteAddress::of(clinic.site_url.as_deref(), &site)?);
    let graph = nodes::clinic(&clinic, &places, &names);
    jsonld::send(&request, graph, &["clinic"], tags, seconds)
}

/// One location, for a `<script type="application/ld+json">` on its page.
#[utoipa::path(get, path = "/v1/locations/{slug}/jsonld", operation_id = "get_location_jsonld", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "`MedicalClinic`, with the organisation that it belongs to", body = StructuredData, content_type = "application/ld+json")))]
pub async fn get_location_jsonld(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let name = name_in_path(&request)?;
    let found = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_location(connection, &name).await?))
        .await?;
    let PublishedLocation { location: stored, publisher, .. } = found.ok_or(ApiError::NotFound)?;
    let at = site.clock.now();
    let (seconds, tags) = (seconds_left([&stored], at)?, tags([&stored]));
    let place = Place::seen(stored, &Viewpoint { at, locale: "en" })?;
    let names = nodes::Names(SiteAddress::of(publisher.site_url.as_deref(), &site)?);
    let graph = vec![nodes::location(&place, &names), nodes::publisher(&publisher, &names)];
    jsonld::send(&request, graph, &["clinic"], tags, seconds)
}

/// One provider, for a `<script type="application/ld+json">` on their page.
#[utoipa::path(get, path = "/v1/providers/{slug}/jsonld", operation_id = "get_provider_jsonld", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "`IndividualPhysician`, or `Person` for who is no physician", body = StructuredData, content_type = "application/ld+json")))]
pub async fn get_provider_jsonld(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let name = name_in_path(&request)?;
    let found = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_provider(connection, &name).await?))
        .await?;
    let PublishedProvider { provider, address, publisher } = found.ok_or(ApiError::NotFound)?;
    let names = nodes::Names(SiteAddress::of(publisher.site_url.as_deref(), &site)?);
    let tag = format!("provider:{}", provider.summary.id);
    let graph = vec![nodes::provider(&provider, address.as_ref(), &names), nodes::publisher(&publisher, &names)];
    jsonld::send(&request, graph, &["clinic"], [tag], None)
}

/// One service, for a `<script type="application/ld+json">` on its page.
#[utoipa::path(get, path = "/v1/services/{slug}/jsonld", operation_id = "get_service_jsonld", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "`MedicalTherapy`", body = StructuredData, content_type = "application/ld+json")))]
pub async fn get_service_jsonld(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let name = name_in_path(&request)?;
    let found = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_service(connection, &name, "text").await?)
        })
        .await?;
    let PublishedService { service, publisher } = found.ok_or(ApiError::NotFound)?;
    let names = nodes::Names(SiteAddress::of(publisher.site_url.as_deref(), &site)?);
    let tag = format!("service:{}", service.summary.id);
    let graph = vec![nodes::service(&service, &names), nodes::publisher(&publisher, &names)];
    jsonld::send(&request, graph, &["clinic"], [tag], None)
}
