//! Where a preview is shown: the page of a front end, by its template, or the API itself.

use uuid::Uuid;

use super::Previews;

/// A front end that shows previews.
#[derive(Clone, Debug)]
pub struct FrontEnd {
    /// What editors call it.
    pub name: String,
    /// Its page, with `{token}`, `{id}`, `{slug}`, `{locale}` and `{revision}` in place of what differs.
    pub template: String,
}

/// What a link shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The article.
    pub id: Uuid,
    /// Its slug in that revision.
    pub slug: String,
    /// Its language.
    pub locale: String,
    /// The number of the revision.
    pub revision: i32,
}

impl Previews {
    /// The template of that name, or the usual one; none where the API itself has to do.
    pub(super) fn template(&self, name: Option<&str>) -> Option<&str> {
        let named = |front_end: &&FrontEnd| name.is_none_or(|name| front_end.name == name);
        self.front_ends.iter().find(named).map(|front_end| front_end.template.as_str())
    }
}

impl Shown {
    /// The address to hand over. Nothing that is filled in has a character with a meaning of its own in an address.
    pub(super) fn address(&self, template: Option<&str>, public_url: &str, token: &str) -> String {
        let usual = format!("{public_url}/v1/preview/articles/{{id}}?token={{token}}");
        template
            .unwrap_or(&usual)
            .replace("{id}", &self.id.to_string())
            .replace("{slug}", &self.slug)
            .replace("{locale}", &self.locale)
            .replace("{revision}", &self.revision.to_string())
            .replace("{token}", token)
    }
}
