//! The answer to a search: a `Bundle` of the type `searchset` (<https://hl7.org/fhir/R4/bundle.html>). It carries no time
//! of its own, so that the same content is the same bytes.

use actix_web::HttpRequest;
use serde::Serialize;
use serde_json::{json, value::RawValue};
use url::form_urlencoded;

use super::{
    question::Question,
    resource::Resource,
    search::{Before, Found, MOST_INCLUDED},
};
use crate::http::{ApiError, Site, seal_cursor};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    resource_type: &'static str,
    r#type: &'static str,
    total: usize,
    link: Vec<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entry: Vec<Entry>,
}

#[derive(Serialize)]
struct Link {
    relation: &'static str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    full_url: Option<String>,
    resource: Box<RawValue>,
    search: Mode,
}

#[derive(Serialize)]
struct Mode {
    mode: &'static str,
}

/// The text of the answer.
///
/// # Errors
/// [`ApiError::Internal`] where it has no JSON form, which does not happen.
pub(super) fn searchset(
    request: &HttpRequest,
    site: &Site,
    question: &Question,
    found: Found,
) -> Result<String, ApiError> {
    let link = links(request, site, question, &found)?;
    let entry = |mode| {
        move |resource: Resource| Entry {
            full_url: Some(full_url(&site.public_url, &resource)),
            resource: resource.text,
            search: Mode { mode },
        }
    };
    let left_off = found.left_off.then(outcome).transpose()?;
    let matches = found.page.into_iter().map(entry("match"));
    let included = found.included.into_iter().map(entry("include"));
    let entry = matches.chain(included).chain(left_off).collect();
    let bundle = Bundle { resource_type: "Bundle", r#type: "searchset", total: found.total, link, entry };
    serde_json::to_string(&bundle).map_err(|_| ApiError::Internal)
}

/// Where a resource is read.
pub(super) fn full_url(base: &str, resource: &Resource) -> String {
    format!("{base}/fhir/R4/{}/{}", resource.kind.name(), resource.id)
}

/// This page, the next and the one before.
fn links(request: &HttpRequest, site: &Site, question: &Question, found: &Found) -> Result<Vec<Link>, ApiError> {
    let at = |place: Option<&str>| -> Result<String, ApiError> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&question.asked);
        if let Some(after) = place {
            let cursor = seal_cursor(&site.cursors, &question.filters, after).ok_or(ApiError::Internal)?;
            query.append_pair("_cursor", &cursor);
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        Ok(format!("{}{}{mark}{query}", site.public_url, request.path()))
    };
    let mut links = vec![Link { relation: "self", url: at(question.after.as_deref())? }];
    if let Some(last) = found.page.last().filter(|_| found.has_next) {
        links.push(Link { relation: "next", url: at(Some(&last.id))? });
    }
    let before = match &found.previous {
        Before::Nothing => return Ok(links),
        Before::Start => None,
        Before::After(place) => Some(place.as_str()),
    };
    links.push(Link { relation: "previous", url: at(before)? });
    Ok(links)
}

/// What is said where not everything came along.
fn outcome() -> Result<Entry, ApiError> {
    let told = json!({"resourceType": "OperationOutcome", "issue": [{
        "severity": "warning",
        "code": "incomplete",
        "diagnostics": format!("at most {MOST_INCLUDED} resources come along with a page: ask for fewer entries with _count"),
    }]});
    let resource = RawValue::from_string(told.to_string()).map_err(|_| ApiError::Internal)?;
    Ok(Entry { full_url: None, resource, search: Mode { mode: "outcome" } })
}
