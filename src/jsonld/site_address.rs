//! Where the clinic's own site stands. Feeds, the sitemap and structured data name its pages and never the API; without
//! an address they are refused, since a link that leads nowhere is worse than none.

use url::Url;

use crate::http::{ApiError, Site};

/// The address of the clinic's site, without a slash at the end.
#[derive(Clone, Debug)]
pub struct SiteAddress(String);

impl SiteAddress {
    /// The one that the clinic keeps with its record, else the configured one.
    ///
    /// # Errors
    /// [`ApiError::NoSite`] where nobody has said it.
    pub fn of(recorded: Option<&str>, site: &Site) -> Result<Self, ApiError> {
        let address = recorded.or(site.site_url.as_deref()).ok_or(ApiError::NoSite)?;
        Ok(Self(address.trim_end_matches('/').to_owned()))
    }

    /// The page at `path`, which begins with a slash.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The first page.
    pub fn home(&self) -> String {
        self.page("/")
    }

    /// The page at `path`, to resolve addresses against.
    ///
    /// # Errors
    /// [`ApiError::Internal`] for an address that is none.
    pub fn url(&self, path: &str) -> Result<Url, ApiError> {
        Url::parse(&self.page(path)).map_err(|_| ApiError::Internal)
    }
}
