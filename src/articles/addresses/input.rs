//! What editors send of a redirect. Refuses an address in which a browser and the database could see two things.

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{answers::Redirect, path::SitePath};
use crate::http::{ApiError, Fields, check_line, patched};

/// Body of a new redirect: `from`, and `to` or `article`, which a 410 needs neither of. A PATCH takes the same fields, all
/// optional; one that gives `to` or `article` replaces the other.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct RedirectInput {
    /// A path of the site. It is kept in one spelling: without a query and a fragment, without a slash at its end, with
    /// percent-encoding where it is needed alone.
    #[schema(min_length = 1, max_length = 500, pattern = "^/", example = "/blog/flu-shots")]
    from: String,
    /// A path of the site, or an absolute http(s) address.
    #[schema(min_length = 1, max_length = 2000, example = "/articles/flu-shots")]
    to: Option<String>,
    /// Slug, in the clinic's own language, or id: wherever the article stands.
    #[schema(min_length = 1, max_length = 100)]
    article: Option<String>,
    /// 301, it moved, or 410, it is gone.
    #[schema(default = 301)]
    status: Option<i16>,
    /// For colleagues.
    #[schema(min_length = 1, max_length = 300)]
    note: Option<String>,
}

/// A valid redirect before it is stored. The article is still a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectDraft {
    /// In one spelling.
    pub from: String,
    /// A path with its query and fragment, or an absolute address.
    pub to: Option<String>,
    /// Slug or id.
    pub article: Option<String>,
    /// 301 or 410.
    pub status: i16,
    /// For colleagues.
    pub note: Option<String>,
}

/// Reads a redirect. An absolute address on one of `sites` is a path of the site.
///
/// # Errors
/// [`ApiError::Invalid`] with every mistake.
pub fn parse(body: &Value, sites: &[String]) -> Result<RedirectDraft, ApiError> {
    let mut fields = Fields::of(body, "");
    let from = fields.parsed("from", check_path);
    let from = fields.require("from", from);
    let to = fields.parsed("to", |text| check_target(text, sites));
    let article = fields.line("article", 100);
    let status = fields.integer("status", 301..=410).unwrap_or(301);
    if !matches!(status, 301 | 410) {
        fields.refuse("status", "unknown_value", "must be 301 or 410");
    }
    let note = fields.line("note", 300);
    if to.is_some() && article.is_some() {
        fields.refuse("article", "exclusive", "cannot be given together with to");
    }
    if to.is_none() && article.is_none() && status == 301 {
        fields.require::<()>("to", None);
    }
    fields.finish()?;
    let status = i16::try_from(status).map_err(|_| ApiError::Internal)?;
    Ok(RedirectDraft { from: from.ok_or(ApiError::Internal)?, to, article, status, note })
}

/// Applies a merge patch (RFC 7396) to what is stored and reads the result.
///
/// # Errors
/// As [`parse`].
pub fn parse_patch(stored: &Redirect, patch: &Value, sites: &[String]) -> Result<RedirectDraft, ApiError> {
    let gives = |name: &str| patch.get(name).is_some_and(|value| !value.is_null());
    let article = stored.article.as_ref().map(|article| article.id);
    let before = json!({
        "from": stored.from,
        "to": stored.to.as_ref().filter(|_| !gives("article") || gives("to")),
        "article": article.filter(|_| !gives("to") || gives("article")),
        "status": stored.status,
        "note": stored.note,
    });
    parse(&patched(before, patch), sites)
}

fn check_path(text: &str) -> Result<String, (&'static str, String)> {
    let text = check_line(text, 500)?;
    let path = SitePath::parse(&text).map(|path| path.as_str().to_owned());
    path.ok_or_else(|| {
        ("bad_path", "must be a path of the site, from its first slash, of at most 500 characters".to_owned())
    })
}

/// A path keeps the query and the fragment that it has: they say where on a page a reader arrives.
fn check_target(text: &str, sites: &[String]) -> Result<String, (&'static str, String)> {
    let text = check_line(text, 2000)?;
    let refused = || ("bad_target", "must be a path of the site or an absolute http(s) address".to_owned());
    let local = |address: &url::Url| {
        let origin = address.origin();
        sites.iter().any(|site| url::Url::parse(site).is_ok_and(|site| site.origin() == origin))
    };
    // A path that begins with two slashes names another host to a browser.
    let (path, rest) = if text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\") {
        text.split_at(text.find(['?', '#']).unwrap_or(text.len()))
    } else {
        let address = url::Url::parse(&text).map_err(|_| refused())?;
        let plain = matches!(address.scheme(), "http" | "https")
            && address.has_host()
            && address.username().is_empty()
            && address.password().is_none();
        if !plain {
            return Err(refused());
        }
        if !local(&address) {
            return Ok(address.into());
        }
        return check_target(
            address.as_str().get(address.origin().ascii_serialization().len()..).unwrap_or("/"),
            sites,
        );
    };
    let path = SitePath::parse(path).ok_or_else(refused)?;
    // What remains of a path that is nothing but slashes in the middle would name a host as well.
    let target = format!("{}{}", path.as_str(), encoded(rest));
    if target.starts_with("//") || target.len() > 2000 { Err(refused()) } else { Ok(target) }
}

/// A query and a fragment with everything percent-encoded that may not stand there.
fn encoded(rest: &str) -> String {
    const UNFIT: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    percent_encoding::utf8_percent_encode(rest, UNFIT).to_string()
}
