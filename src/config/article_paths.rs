//! Where articles stand on the clinic's site: templates by language and category.

use super::parse::{Parsed, list};

/// The rules that hold where no other does: always the last ones.
const BUILT_IN: [&str; 2] = ["/articles/{slug}", "/{locale}/articles/{slug}"];
/// The most characters of a template: with the longest slug, category and language it still fits an address.
const LONGEST: usize = 200;

/// A template and the articles that it is for. Null means any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticlePath {
    /// The language, in its canonical form.
    pub locale: Option<String>,
    /// Slug of the category.
    pub category: Option<String>,
    /// Whether it is for the clinic's own language alone.
    pub default_locale: bool,
    /// A path with `{slug}` once, and `{locale}` and `{category}` at most once.
    pub template: String,
}

/// The templates in the order in which they are tried: a category before its language, a language before any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticlePaths(Vec<ArticlePath>);

impl ArticlePaths {
    /// The templates, the most particular first.
    pub fn iter(&self) -> impl Iterator<Item = &ArticlePath> {
        self.0.iter()
    }
}

impl ArticlePath {
    /// Whether an article without a category has to look further.
    fn needs_category(&self) -> bool {
        self.category.is_none() && self.template.contains("{category}")
    }

    fn is_for_the_same_as(&self, other: &Self) -> bool {
        let scope =
            |rule: &Self| (rule.locale.clone(), rule.category.clone(), rule.default_locale, rule.needs_category());
        scope(self) == scope(other)
    }
}

pub(super) fn article_paths(text: &str) -> Parsed<ArticlePaths> {
    let mut rules = list(text, rule)?;
    for (index, one) in rules.iter().enumerate() {
        if rules.iter().skip(index + 1).any(|other| other.is_for_the_same_as(one)) {
            return Err("gives the same articles more than one template".into());
        }
    }
    for built_in in BUILT_IN {
        let built_in = rule(built_in)?;
        // One for every language is for the clinic's own as well, where that has none of its own.
        let covers = |given: &ArticlePath| {
            given.is_for_the_same_as(&built_in)
                || (built_in.default_locale && given.locale.is_none() && !given.needs_category())
        };
        if !rules.iter().any(covers) {
            rules.push(built_in);
        }
    }
    rules.sort_by_key(|rule| {
        (rule.category.is_none(), rule.locale.is_none(), !rule.default_locale, !rule.needs_category())
    });
    Ok(ArticlePaths(rules))
}

fn rule(text: &str) -> Parsed<ArticlePath> {
    let (scope, template) = match text.split_once('=') {
        Some((scope, template)) => (Some(scope.trim()), template.trim()),
        None => (None, text),
    };
    check_template(template)?;
    let (locale, category) = match scope.map(|scope| scope.split_once('/').unwrap_or((scope, ""))) {
        None => (None, None),
        Some((locale, "")) => (Some(language(locale)?), None),
        Some((locale, category)) => (Some(language(locale)?), Some(slug(category)?)),
    };
    let default_locale = locale.is_none() && !template.contains("{locale}");
    Ok(ArticlePath { locale, category, default_locale, template: template.to_owned() })
}

fn language(text: &str) -> Parsed<String> {
    let tag = oxilangtag::LanguageTag::parse_and_normalize(text).ok();
    let tag = tag.filter(|tag| (2..=3).contains(&tag.primary_language().len()) && text.len() <= 35);
    tag.map(oxilangtag::LanguageTag::into_inner).ok_or_else(|| "names no language such as en or es-US".into())
}

fn slug(text: &str) -> Parsed<String> {
    let group = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if text.len() <= 100 && text.split('-').all(group) {
        Ok(text.to_owned())
    } else {
        Err("names no category by its slug".into())
    }
}

fn check_template(template: &str) -> Parsed<()> {
    let mut literal = template.to_owned();
    for (placeholder, needed) in [("{slug}", true), ("{locale}", false), ("{category}", false)] {
        let count = template.matches(placeholder).count();
        if count > 1 || (needed && count == 0) {
            return Err(format!("has {placeholder} {count} times").into());
        }
        literal = literal.replace(placeholder, "x");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    if !literal.starts_with('/') || !literal.bytes().all(plain) {
        return Err("is no path of ASCII letters, digits and -._~ with {slug}, {locale} and {category}".into());
    }
    if literal.split('/').skip(1).any(|segment| segment.is_empty() || segment.bytes().all(|byte| byte == b'.')) {
        return Err("has an empty segment, one of dots, or a slash at its end".into());
    }
    if template.len() > LONGEST { Err(format!("has more than {LONGEST} characters").into()) } else { Ok(()) }
}
