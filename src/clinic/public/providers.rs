//! Who treats, for everybody.

use actix_web::{HttpRequest, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::name_in_path;
use crate::{
    clinic::{
        provider::{Provider, ProviderSummary},
        queries::{self, Part, Place, ProviderFilter},
    },
    contact::LanguageTag,
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, PageLinks, PageMeta, PageRequest, Paging, QueryReader, Site, no_parameters},
};

/// The most languages of one question.
const MOST_LANGUAGES: usize = 20;

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderAnswer {
    data: Provider,
}

/// A part of the providers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderPage {
    data: Vec<ProviderSummary>,
    meta: PageMeta,
    links: PageLinks,
}

/// The providers, in the clinic's order, then by name.
#[utoipa::path(get, path = "/v1/providers", operation_id = "list_providers", tag = "clinic",
    params(
        ("location" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("service" = Option<String>, Query, description = "Slugs or ids; a comma means any of", pattern = "^[a-z0-9-]{1,100}(,[a-z0-9-]{1,100}){0,3}$"),
        ("language" = Option<String>, Query, max_length = 500, example = "es",
            description = "BCP 47; a comma means any of. `es` finds `es-US` as well"),
        Paging),
    responses((status = 200, description = "A page of providers", body = ProviderPage)))]
pub async fn list_providers(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    let mut query = QueryReader::of(&request);
    let filter = ProviderFilter {
        locations: query.any_of("location"),
        services: query.any_of("service"),
        languages: languages(&mut query),
    };
    let list = format!("providers {filter:?}");
    let page = PageRequest::<Place>::read(&mut query, &site.cursors, &list);
    query.finish()?;
    let part = Part { after: page.after().cloned(), offset: page.offset(), fetch: page.fetch() };
    let mut listed = database
        .read(async move |connection| {
            Ok::<_, ApiError>(queries::find_published_providers(connection, &filter, &part).await?)
        })
        .await?;
    let question = site.question(&request, &list);
    let place = |provider: &ProviderSummary| (provider.position, provider.display_name.clone(), provider.id);
    let (meta, links) = page.complete(&mut listed.rows, listed.total, place, &question);
    let tags: Vec<String> = listed.rows.iter().map(|provider| format!("provider:{}", provider.id)).collect();
    PublicAnswer::json(&ProviderPage { data: listed.rows, meta, links }, &["clinic"])?.tagged(tags).send(&request)
}

/// One provider.
#[utoipa::path(get, path = "/v1/providers/{slug}", operation_id = "get_provider", tag = "clinic",
    params(("slug" = String, Path, description = "Slug or id")),
    responses((status = 200, description = "The provider", body = ProviderAnswer)))]
pub async fn get_provider(request: HttpRequest, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let name = name_in_path(&request)?;
    let found = database
        .read(async move |connection| Ok::<_, ApiError>(queries::find_published_provider(connection, &name).await?))
        .await?;
    let provider = found.ok_or(ApiError::NotFound)?.provider;
    let tag = format!("provider:{}", provider.summary.id);
    PublicAnswer::json(&ProviderAnswer { data: provider }, &["clinic"])?.tagged([tag]).send(&request)
}

fn languages(query: &mut QueryReader) -> Option<Vec<String>> {
    query.parsed("language", "up to 20 BCP 47 language tags, separated by commas", |text| {
        let tags = text.split(',').map(|tag| LanguageTag::parse(tag).ok().map(|tag| tag.to_string()));
        tags.collect::<Option<Vec<_>>>().filter(|tags| tags.len() <= MOST_LANGUAGES)
    })
}
