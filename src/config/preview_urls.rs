//! Where front ends show previews: a template for each, by name.

use url::{Host, Url};

use super::parse::{Parsed, list};

/// What a template may ask for.
const PLACEHOLDERS: [&str; 5] = ["token", "id", "slug", "locale", "revision"];
/// What the one template without a name is called.
const USUAL: &str = "default";

/// The page on which a front end shows previews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewUrl {
    /// Lower-case letters, digits and hyphens, at most 40.
    pub name: String,
    /// An address with placeholders in its path, query or fragment, `{token}` among them.
    pub template: String,
}

/// Reads the templates; a name is given once.
pub(super) fn preview_urls(text: &str) -> Parsed<Vec<PreviewUrl>> {
    let urls = list(text, preview_url)?;
    let repeated = urls.iter().enumerate().find(|(at, url)| urls.iter().take(*at).any(|other| other.name == url.name));
    match repeated {
        Some((at, _)) => Err(format!("entry {} has the name of another", at + 1).into()),
        None => Ok(urls),
    }
}

fn preview_url(entry: &str) -> Parsed<PreviewUrl> {
    let (name, template) = match entry.split_once('=') {
        Some((name, template)) if is_name(name) => (name, template),
        _ => (USUAL, entry),
    };
    check(template)?;
    Ok(PreviewUrl { name: name.to_owned(), template: template.to_owned() })
}

fn is_name(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The token in it opens a draft: it travels by TLS, unless it stays on this host.
fn check(template: &str) -> Parsed<()> {
    if !template.contains("{token}") {
        return Err("has no {token}".into());
    }
    let filled = PLACEHOLDERS.iter().fold(template.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), "x"));
    if filled.contains(['{', '}']) {
        return Err("has an unknown placeholder".into());
    }
    let url = Url::parse(&filled).map_err(|_| "is not an absolute address")?;
    let origin = url.origin().ascii_serialization();
    if !template.to_ascii_lowercase().starts_with(&origin) || template.contains(char::is_whitespace) {
        return Err("has a user, or a placeholder in its host, or is not written in lower case up to its path".into());
    }
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_here => Ok(()),
        _ => Err("does not start with https://".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_needs_no_name_and_others_have_one() {
        let text = "https://www.clinic.example/preview?token={token}&id={id}, app=http://localhost:3000/{locale}/{slug}#{token}";
        let urls = preview_urls(text).unwrap();
        let names: Vec<_> = urls.iter().map(|url| url.name.as_str()).collect();
        assert_eq!(names, ["default", "app"]);
        assert_eq!(urls[0].template, "https://www.clinic.example/preview?token={token}&id={id}");
        assert_eq!(preview_urls("").unwrap(), []);
    }

    #[test]
    fn a_template_that_would_give_the_token_away_is_refused() {
        for wrong in [
            "x",
            "https://www.clinic.example/preview",
            "http://www.clinic.example/preview?token={token}",
            "https://{slug}.clinic.example/?token={token}",
            "https://{token}@clinic.example/",
            "https://clinic.example@evil.example/?token={token}",
            "https://www.clinic.example/{tokens}/{token}",
            "https://www.clinic.example/{token",
            "javascript:alert('{token}')",
            "ftp://www.clinic.example/{token}",
            "//www.clinic.example/{token}",
            "https:///{token}",
            "a=https://a.example/{token},a=https://b.example/{token}",
            "https://a.example/{token},https://b.example/{token}",
        ] {
            assert!(preview_urls(wrong).is_err(), "{wrong}");
        }
    }
}
