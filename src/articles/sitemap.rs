//! The sitemap of the clinic's site, as <https://www.sitemaps.org/protocol.html> has it: the articles that search engines
//! may show, with their translations. An index of parts where one file would be large. Names the site and never the API.

use std::io::Write;

use actix_web::{HttpRequest, web::Data};
use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::queries::{
    published_details::{Publisher, find_publisher},
    published_sitemap::{SitemapEntry, SitemapPart, list_sitemap_entries, list_sitemap_parts},
};
use crate::{
    db::PublicDb,
    delivery::PublicAnswer,
    http::{Answer, ApiError, Site, no_parameters},
    jsonld::SiteAddress,
};

/// Articles in a file. The protocol allows 50,000 and 50 MB: with a dozen languages each the second would come first.
const PART: i64 = 10_000;
const SCHEMA: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const XML: &str = "application/xml";

/// The sitemap, or the index of its parts where there are more than 10,000 articles.
#[utoipa::path(get, path = "/sitemap.xml", operation_id = "get_sitemap", tag = "articles",
    responses((status = 200, description = "A sitemap or a sitemap index", body = String, content_type = "application/xml")))]
pub async fn get_sitemap(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let (publisher, parts) = read(&database).await?;
    let address = SiteAddress::of(publisher.site_url.as_deref(), &site)?;
    let body = match parts.as_slice() {
        [] | [_] => part(0, &parts, &publisher, &address, &database).await?,
        several => index(several, &address).map_err(|_| ApiError::Internal)?,
    };
    send(body, &publisher, &request)
}

/// A part of the sitemap, from 1.
#[utoipa::path(get, path = "/sitemap-{n}.xml", operation_id = "get_sitemap_part", tag = "articles",
    params(("n" = i64, Path, description = "The number of the part, from 1", minimum = 1)),
    responses((status = 200, description = "A sitemap", body = String, content_type = "application/xml")))]
pub async fn get_sitemap_part(request: HttpRequest, site: Data<Site>, database: Data<PublicDb>) -> Answer {
    no_parameters(&request)?;
    let number = request.match_info().get("n").and_then(|n| n.parse::<usize>().ok()).ok_or(ApiError::NotFound)?;
    let (publisher, parts) = read(&database).await?;
    let address = SiteAddress::of(publisher.site_url.as_deref(), &site)?;
    let index = number.checked_sub(1).filter(|index| *index < parts.len().max(1)).ok_or(ApiError::NotFound)?;
    let body = part(index, &parts, &publisher, &address, &database).await?;
    send(body, &publisher, &request)
}

async fn read(database: &PublicDb) -> Result<(Publisher, Vec<SitemapPart>), ApiError> {
    database
        .read(async |connection| {
            let publisher = find_publisher(connection).await?.ok_or(ApiError::NotFound)?;
            Ok((publisher, list_sitemap_parts(connection, PART).await?))
        })
        .await
}

fn send(body: Vec<u8>, publisher: &Publisher, request: &HttpRequest) -> Answer {
    PublicAnswer::bytes(body, XML, &["articles"]).valid_for(publisher.valid_for).send(request)
}

/// The part at `index`; an empty one where there are none.
async fn part(
    index: usize,
    parts: &[SitemapPart],
    publisher: &Publisher,
    address: &SiteAddress,
    database: &PublicDb,
) -> Result<Vec<u8>, ApiError> {
    let entries = match parts.get(index).copied() {
        Some(part) => {
            database
                .read(async move |connection| Ok::<_, ApiError>(list_sitemap_entries(connection, part).await?))
                .await?
        }
        None => Vec::new(),
    };
    let first = index == 0 || entries.is_empty();
    urls(first, &entries, &publisher.default_locale, address).map_err(|_| ApiError::Internal)
}

/// A `urlset`. One without a `url` is not valid, so the first page of the site stands in the first, and in one that
/// would have none.
fn urls(
    first: bool,
    entries: &[SitemapEntry],
    default_locale: &str,
    address: &SiteAddress,
) -> std::io::Result<Vec<u8>> {
    let mut xml = begun()?;
    let root = xml.create_element("urlset").with_attribute(("xmlns", SCHEMA));
    root.with_attribute(("xmlns:xhtml", "http://www.w3.org/1999/xhtml")).write_inner_content(|xml| {
        if first {
            xml.create_element("url").write_inner_content(|xml| text(xml, "loc", &address.home()))?;
        }
        for entry in entries {
            xml.create_element("url").write_inner_content(|xml| {
                text(xml, "loc", &address.page(&entry.path))?;
                text(xml, "lastmod", &instant(entry.updated_at))?;
                alternates(entry, default_locale).into_iter().try_for_each(|(language, path)| {
                    let link = xml.create_element("xhtml:link").with_attribute(("rel", "alternate"));
                    let link = link.with_attribute(("hreflang", language));
                    link.with_attribute(("href", address.page(path).as_str())).write_empty().map(drop)
                })
            })?;
        }
        Ok(())
    })?;
    Ok(xml.into_inner())
}

/// Every language of an article, itself included, and where somebody of another language is sent: to the clinic's own
/// language. Nothing for an article in one language.
fn alternates<'a>(entry: &'a SitemapEntry, default_locale: &str) -> Vec<(&'a str, &'a str)> {
    let others = entry.translations.0.iter().filter_map(|other| Some((other.locale.as_str(), other.path.as_deref()?)));
    let mut all: Vec<_> = std::iter::once((entry.locale.as_str(), entry.path.as_str())).chain(others).collect();
    if all.len() == 1 {
        return Vec::new();
    }
    all.sort_unstable();
    let fallback = all.iter().find(|(locale, _)| *locale == default_locale).map(|(_, path)| ("x-default", *path));
    all.extend(fallback);
    all
}

fn index(parts: &[SitemapPart], address: &SiteAddress) -> std::io::Result<Vec<u8>> {
    let mut xml = begun()?;
    xml.create_element("sitemapindex").with_attribute(("xmlns", SCHEMA)).write_inner_content(|xml| {
        for (part, number) in parts.iter().zip(1..) {
            xml.create_element("sitemap").write_inner_content(|xml| {
                text(xml, "loc", &address.page(&format!("/sitemap-{number}.xml")))?;
                text(xml, "lastmod", &instant(part.changed_at))
            })?;
        }
        Ok(())
    })?;
    Ok(xml.into_inner())
}

fn begun() -> std::io::Result<Writer<Vec<u8>>> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    Ok(xml)
}

fn text<W: Write>(xml: &mut Writer<W>, name: &str, value: &str) -> std::io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(value)).map(drop)
}

/// The W3C's form of an instant, to the second.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
