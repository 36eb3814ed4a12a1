//! Titles: how long they may be and when two of them are the same.

/// The longest title, in characters.
pub(super) const TITLE_CHARS: usize = 200;

/// Marks that part a page's title from the site's name in an HTML `<title>`.
const SEPARATORS: [&str; 6] = [" | ", " \u{2013} ", " \u{2014} ", " - ", " \u{b7} ", " :: "];

/// The first words, cut between two of them when longer than `limit` characters.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let start: String = text.chars().take(limit).collect();
    match start.rsplit_once(' ') {
        Some((words, _)) if !words.is_empty() => words.trim_end_matches([',', ';', ':']).to_owned(),
        _ => start,
    }
}

/// Whether two titles say the same, letter case and punctuation aside.
pub(super) fn same(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(one) == letters(other)
}

/// The title and the site's name after the last separator, if there is one.
pub(super) fn split_site_name(title: &str) -> (&str, Option<&str>) {
    let cut = SEPARATORS.iter().filter_map(|separator| title.rsplit_once(separator));
    match cut.min_by_key(|(_, site)| site.len()) {
        Some((title, site)) => (title.trim(), Some(site.trim())),
        None => (title, None),
    }
}
