//! HTML that is read away from its page, such as in a feed reader.

use ammonia::UrlRelative;
use url::Url;

use super::allowlist;

/// Rendered HTML with every address in it made absolute, as it reads on `page`. Marks within the page lead to the page.
pub fn absolute(html: &str, page: &Url) -> String {
    allowlist::rendered().url_relative(UrlRelative::RewriteWithBase(page.clone())).clean(html).to_string()
}
