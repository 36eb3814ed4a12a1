//! Answers to a browser that posted a plain form: the way on, or a small page. Refuses to lead anywhere that the
//! settings do not name, to run a script, and to show a word of what was sent.

use std::fmt::Write;

use actix_web::{
    HttpRequest, HttpResponse,
    body::BoxBody,
    http::header::{self, Accept, Header},
};
use url::Url;

use super::form::FormNotice;
use crate::http::{ApiError, Site};

/// The pages load nothing and send nothing.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether the client likes HTML better than JSON (RFC 9110 §12.5.1). `*/*` alone is no wish for HTML.
pub fn prefers_html(request: &HttpRequest) -> bool {
    let Ok(accept) = Accept::parse(request) else { return false };
    let best = |ranges: &[&str]| {
        let found = ranges.iter().find_map(|range| accept.iter().position(|item| item.item.essence_str() == *range));
        found.and_then(|at| accept.get(at).map(|item| (item.quality, at)))
    };
    let Some((html, html_at)) = best(&["text/html"]) else { return false };
    let named = best(&["application/json"]);
    let json = named.or_else(|| best(&["application/*", "*/*"])).map(|(quality, _)| quality);
    let html_stands_first = named.is_none_or(|(_, json_at)| html_at < json_at);
    html > header::Quality::ZERO && json.is_none_or(|json| html > json || (html == json && html_stands_first))
}

/// The address in `_next`, written anew, where its origin is one of the settings'.
fn allowed_next(next: &str, origins: &[String]) -> Option<Url> {
    let url = Url::parse(next).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let anonymous = url.username().is_empty() && url.password().is_none();
    let origin = url.origin().ascii_serialization();
    (anonymous && origins.contains(&origin)).then_some(url)
}

/// Sends the browser on to `next` where that is allowed, else shows a page that says thank you.
pub fn thanks(site: &Site, next: Option<&str>, receipt: &str, notices: &[FormNotice]) -> HttpResponse {
    if let Some(url) = next.and_then(|next| allowed_next(next, &site.form_redirect_origins)) {
        return HttpResponse::SeeOther()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::LOCATION, url.as_str()))
            .finish();
    }
    let mut body =
        format!("<p>We have received your message. Your receipt is <strong>{}</strong>.</p>", escaped(receipt));
    for notice in notices {
        let _ = write!(body, "<p>{}</p>", escaped(&notice.text));
    }
    let mut response = HttpResponse::Created();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    as_page(response.finish(), "Thank you", &body)
}

/// Shows a page that says what has to be put right; status and headers are those of the problem.
pub fn mistakes(site: &Site, request_id: &str, error: &ApiError) -> HttpResponse {
    let problem = error.problem(&site.public_url, request_id);
    let mut body = String::from("<p>Your message was not sent. Please go back and try again.</p><ul>");
    for mistake in &problem.errors {
        let at = mistake.pointer.as_deref().or(mistake.parameter.as_deref()).unwrap_or_default();
        let at = at.trim_start_matches('/').replace(['_', '/'], " ");
        let colon = if at.is_empty() { "" } else { ": " };
        let _ = write!(body, "<li>{}{colon}{}</li>", escaped(&at), escaped(&mistake.message));
    }
    body.push_str("</ul>");
    as_page(error.respond("/v1/inquiries", &site.public_url, request_id), &problem.title, &body)
}

fn as_page(response: HttpResponse, title: &str, body: &str) -> HttpResponse {
    let title = escaped(title);
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let mut response = response.set_body(BoxBody::new(page));
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

/// Text as it may stand between tags and in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
