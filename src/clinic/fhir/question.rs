//! What a search asks (<https://hl7.org/fhir/R4/search.html>), read out of the address. A filter may be repeated, and
//! then each has to hold; what steers the answer is said once. Refuses what it does not know: a filter that is ignored
//! answers another question.

use actix_web::HttpRequest;
use url::form_urlencoded;

use super::{
    matching::Criterion,
    media::{Layout, check_accept, check_format},
    parameters::Link,
    resource::ResourceType,
    wanted::wanted,
};
use crate::http::{ApiError, FieldError, Site, nearest, open_cursor};

/// Entries of a page, where nobody says how many, and at most.
const USUAL: u32 = 20;
const MOST: u32 = 100;
/// The most parameters of one search, and characters of one.
const MOST_PARAMETERS: usize = 50;
const LONGEST: usize = 500;

/// What steers every search beside its filters.
pub(super) const STEERING: [(&str, &str); 7] = [
    ("_count", "Entries of a page, 0 to 100; 20 where it is absent. 0 answers the total alone"),
    ("_cursor", "Where a page begins: as `link` has it"),
    ("_format", "`json` or `application/fhir+json`: there is no other"),
    ("_include", "What the entries refer to comes along"),
    ("_pretty", "`true` for a line each"),
    ("_revinclude", "What refers to the entries comes along"),
    ("_summary", "`count` answers the total alone; `false` is the same as nothing"),
];

/// A search.
#[derive(Debug)]
pub(super) struct Question {
    /// What is searched.
    pub kind: ResourceType,
    /// Each has to hold.
    pub criteria: Vec<Criterion>,
    /// No other ids can match.
    pub ids: Option<Vec<String>>,
    /// Entries of a page; none for the total alone.
    pub count: Option<usize>,
    /// The page begins after this id.
    pub after: Option<String>,
    /// What the entries refer to comes along.
    pub includes: Vec<Link>,
    /// What refers to the entries comes along.
    pub reverse_includes: Vec<Link>,
    /// How the answer is laid out.
    pub layout: Layout,
    /// The filters as text: what a cursor belongs to.
    pub filters: String,
    /// What was asked, the cursor aside.
    pub asked: Vec<(String, String)>,
}

/// The reading of one address.
struct Reading<'a> {
    kind: ResourceType,
    site: &'a Site,
    given: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Question {
    /// Reads the address.
    ///
    /// # Errors
    /// 400 with every mistake; 406 for another format than JSON.
    pub fn read(request: &HttpRequest, kind: ResourceType, site: &Site) -> Result<Self, ApiError> {
        let given: Vec<(String, String)> =
            form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
        check_accept(request, given.iter().any(|(name, _)| name == "_format"))?;
        let mut reading = Reading { kind, site, given, errors: Vec::new() };
        reading.check_shape();
        if let Some(format) = reading.once("_format") {
            check_format(&format)?;
        }
        let (criteria, ids) = reading.criteria();
        let filters = reading.filters();
        let summary = reading.chosen("_summary", &["count", "false"]);
        let pretty = reading.chosen("_pretty", &["true", "false"]);
        let count = reading.count();
        let after = reading.cursor(&filters);
        let includes = reading.links("_include", &kind.links());
        let reverse_includes = reading.links("_revinclude", &kind.links_to());
        if !reading.errors.is_empty() {
            return Err(ApiError::Parameters(reading.errors));
        }
        let asked = reading.given.into_iter().filter(|(name, _)| name != "_cursor").collect();
        Ok(Self {
            kind,
            criteria,
            ids,
            count: (count > 0 && summary.as_deref() != Some("count")).then_some(count),
            after,
            includes,
            reverse_includes,
            layout: Layout::of(pretty.as_deref() == Some("true")),
            filters,
            asked,
        })
    }
}

impl Reading<'_> {
    fn refuse(&mut self, name: &str, code: &str, message: impl Into<String>) {
        self.errors.push(FieldError::parameter(name, code, message));
    }

    fn check_shape(&mut self) {
        if self.given.len() > MOST_PARAMETERS {
            self.refuse("_", "too_many", format!("at most {MOST_PARAMETERS} parameters"));
            self.given.truncate(MOST_PARAMETERS);
        }
        for (name, value) in &self.given {
            if value.is_empty() || value.chars().count() > LONGEST {
                let message = format!("must have 1 to {LONGEST} characters");
                self.errors.push(FieldError::parameter(name, "bad_length", message));
            }
            if value.contains('\0') || value.contains(char::REPLACEMENT_CHARACTER) {
                self.errors.push(FieldError::parameter(name, "malformed", "must be UTF-8 text"));
            }
        }
    }

    /// The value of what is said once.
    fn once(&mut self, name: &str) -> Option<String> {
        let mut values = self.given.iter().filter(|(given, _)| given == name).map(|(_, value)| value.clone());
        let (first, second) = (values.next(), values.next());
        if second.is_some() {
            self.refuse(name, "repeated", "may be given once");
        }
        first
    }

    fn chosen(&mut self, name: &str, set: &[&'static str]) -> Option<String> {
        let value = self.once(name)?;
        if !set.contains(&value.as_str()) {
            let error = FieldError::parameter(name, "bad_value", format!("must be one of {}", set.join(", ")));
            self.errors.push(error.suggesting(nearest(&value, set.iter().copied())));
        }
        Some(value)
    }

    fn count(&mut self) -> usize {
        let number = |text: &str| text.parse::<u32>().ok().filter(|n| *n <= MOST && !text.starts_with('+'));
        let given = self.once("_count");
        let count = given.as_deref().map(number);
        if count == Some(None) {
            self.refuse("_count", "bad_value", format!("must be a whole number from 0 to {MOST}"));
        }
        usize::try_from(count.flatten().unwrap_or(USUAL)).unwrap_or_default()
    }

    fn cursor(&mut self, filters: &str) -> Option<String> {
        let given = self.once("_cursor")?;
        let place = open_cursor(&self.site.cursors, &given, filters);
        if place.is_none() {
            self.refuse("_cursor", "bad_cursor", "is not a cursor of this search");
        }
        place
    }

    /// The filters, and the ids that they leave.
    fn criteria(&mut self) -> (Vec<Criterion>, Option<Vec<String>>) {
        let mut criteria = Vec::new();
        let mut ids: Option<Vec<String>> = None;
        for (name, value) in self.given.clone() {
            if STEERING.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let (base, modifier) =
                name.split_once(':').map_or((name.as_str(), None), |(base, last)| (base, Some(last)));
            let Some(parameter) = self.kind.parameter(base) else {
                self.refuse_unknown(&name, base);
                continue;
            };
            match wanted(parameter, modifier, &value, &self.site.public_url) {
                Ok(any_of) => {
                    if base == "_id" && ids.is_none() {
                        ids = Some(value.split(',').map(str::to_owned).collect());
                    }
                    criteria.push(Criterion { paths: parameter.paths, any_of });
                }
                Err((code, message)) => self.refuse(&name, code, message),
            }
        }
        (criteria, ids)
    }

    fn refuse_unknown(&mut self, name: &str, base: &str) {
        let known = self.kind.parameters().iter().map(|parameter| parameter.name);
        let known = known.chain(STEERING.iter().map(|(name, _)| *name));
        let message = format!("is no search parameter of {}", self.kind.name());
        let error = FieldError::parameter(name, "unknown_parameter", message);
        self.errors.push(error.suggesting(nearest(base, known)));
    }

    fn filters(&self) -> String {
        let filters = self.given.iter().filter(|(name, _)| !STEERING.iter().any(|(known, _)| known == name));
        format!("fhir {} {:?}", self.kind.name(), filters.collect::<Vec<_>>())
    }

    /// `Type:parameter`, `Type:*` or `*`, each as often as one likes.
    fn links(&mut self, name: &str, known: &[Link]) -> Vec<Link> {
        let mut chosen: Vec<Link> = Vec::new();
        let given: Vec<String> =
            self.given.iter().filter(|(given, _)| given == name).map(|(_, value)| value.clone()).collect();
        for value in given {
            let meant =
                |link: &&Link| value == "*" || value == link.written() || value == format!("{}:*", link.from.name());
            let found: Vec<Link> = known.iter().filter(meant).copied().collect();
            // All that there are may be none.
            if found.is_empty() && value != "*" {
                let written: Vec<String> = known.iter().map(Link::written).chain(["*".to_owned()]).collect();
                let error = FieldError::parameter(name, "bad_value", format!("must be one of {}", written.join(", ")));
                self.errors.push(error.suggesting(nearest(&value, written.iter().map(String::as_str))));
            }
            chosen.extend(found.into_iter().filter(|link| !chosen.contains(link)).collect::<Vec<_>>());
        }
        chosen
    }
}
