//! "Did you mean …?" for names and values that do not exist.

/// The known name nearest to `given`, where one is near enough to be a slip of the hand.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A name of a megabyte is no slip of the hand, and comparing it would cost.
    let given: String = given.chars().take(64).collect();
    known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&given, name), name))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
