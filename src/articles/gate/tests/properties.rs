//! Whatever the text is, the gate answers.

use proptest::prelude::*;

use super::*;

/// Pieces that the rules react to, between anything at all.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "cures",
        "not",
        "guaranteed",
        "100 %",
        "without the risk of",
        "ketamine",
        "FDA-approved",
        "[email protected]",
        "# A",
        "\n\n",
        "## B",
        "[",
        "](#",
        "](/articles/x)",
        "![](",
        ")",
        "é",
        "🙂",
        "ﬃ",
        "İ",
        "?",
        "¿",
        ".",
        "\u{301}",
        "sin riesgo",
    ];
    let piece = prop_oneof![proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned), ".{0,8}"];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn no_text_makes_it_fail_and_every_finding_has_its_place(written in text(), spanish: bool) {
        let locale = if spanish { "es" } else { "en" };
        let submission = Submission { locale: locale.to_owned(), title: written.clone(), summary: Some(written.clone()), ..sound() };
        // Some texts are no body.
        let submission = match Body::from_markdown(&written) {
            Ok(_) => submission.saying(&written),
            Err(_) => submission,
        };
        let lines = submission.body_markdown.lines().count();
        for finding in submission.findings(&Policy::default()) {
            prop_assert!(finding.pointer.starts_with('/'));
            prop_assert!(!finding.suggestion.is_empty());
            prop_assert!(finding.subject.chars().count() <= 500);
            prop_assert!(finding.line.is_none_or(|line| (1..=lines).contains(&(line as usize))));
        }
    }

    #[test]
    fn a_word_is_named_by_itself_and_never_by_a_part_of_another(word in "[a-z]{3,12}", before in "[a-z]{1,3}", after in "[a-rt-z]{1,3}") {
        let (alone, front, back) = (format!("So, {word}!"), format!("{before}{word}"), format!("{word}{after}"));
        prop_assert!(names(&words(&alone), &word.to_uppercase()));
        prop_assert!(!names(&words(&front), &word));
        prop_assert!(!names(&words(&back), &word));
    }
}
