//! The whole table of what leads elsewhere, with every step between already taken. Refuses to send anybody in a circle:
//! what comes back to itself is left out, whoever wrote it and however it came about.

use std::collections::HashMap;

use serde::Deserialize;

use super::answers::PublicRedirect;

/// The most steps that are followed, as for one address.
const LONGEST: usize = 100;

/// One step from an address to another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Step {
    /// A path of the site at which nothing is live.
    pub from: String,
    /// A path, with a query and a fragment perhaps, or an absolute address; null where something is gone.
    pub to: Option<String>,
    /// 301 or 410.
    pub status: i32,
    /// It leads to an article, where that stands or last stood: nothing is found there unless it is live.
    pub to_article: bool,
    /// A visible article stands where it leads.
    pub is_live: bool,
}

/// Where each address ends, by path. One that leads nowhere is left out, unless it is gone: that is worth telling.
pub fn flattened(steps: &[Step]) -> Vec<PublicRedirect> {
    let by_path: HashMap<&str, &Step> = steps.iter().map(|step| (step.from.as_str(), step)).collect();
    let mut rows: Vec<_> = steps.iter().filter_map(|step| followed(step, &by_path)).collect();
    rows.sort_by(|one, other| one.from.cmp(&other.from));
    rows
}

fn followed(first: &Step, by_path: &HashMap<&str, &Step>) -> Option<PublicRedirect> {
    let mut step = first;
    let mut status = step.status;
    let mut taken = 1;
    while let Some(next) = step.to.as_deref().and_then(|to| by_path.get(path_of(to))) {
        // A circle is longer than any way; once something on the way is gone, all of it is.
        taken += 1;
        if taken >= LONGEST {
            return (status == 410).then(|| PublicRedirect { from: first.from.clone(), to: None, status });
        }
        step = next;
        status = status.max(step.status);
    }
    let to = step.to.clone().filter(|_| step.is_live || !step.to_article);
    (status == 410 || to.is_some()).then(|| PublicRedirect { from: first.from.clone(), to, status })
}

/// An address without its query and fragment.
fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn step(from: &str, to: &str) -> Step {
        Step { from: from.to_owned(), to: Some(to.to_owned()), status: 301, to_article: false, is_live: false }
    }

    fn told(steps: &[Step]) -> Vec<(String, Option<String>, i32)> {
        flattened(steps).into_iter().map(|row| (row.from, row.to, row.status)).collect()
    }

    #[test]
    fn every_step_between_is_taken() {
        let steps = [step("/a", "/b#top"), step("/b", "/c?x=1"), step("/z", "https://elsewhere.example/b")];
        let end = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(&steps),
            [
                ("/a".to_owned(), end("/c?x=1"), 301),
                ("/b".to_owned(), end("/c?x=1"), 301),
                ("/z".to_owned(), end("https://elsewhere.example/b"), 301),
            ]
        );
    }

    #[test]
    fn what_is_gone_on_the_way_is_gone() {
        let steps = [
            step("/a", "/b"),
            Step { status: 410, ..step("/b", "/c") },
            Step { to: None, status: 410, ..step("/c", "") },
            Step { to_article: true, ..step("/d", "/withdrawn") },
        ];
        let gone = |from: &str| (from.to_owned(), None, 410);
        assert_eq!(told(&steps), [gone("/a"), gone("/b"), gone("/c")]);
    }

    #[test]
    fn a_circle_leads_nowhere() {
        let steps =
            [step("/a", "/b"), step("/b", "/a?again"), step("/c", "/a"), Step { status: 410, ..step("/d", "/c") }];
        assert_eq!(told(&steps), [("/d".to_owned(), None, 410)]);
    }

    proptest! {
        #[test]
        fn nobody_is_sent_twice(pairs in prop::collection::btree_map(0_u8..40, (0_u8..60, any::<bool>(), any::<bool>()), 0..40)) {
            let steps: Vec<_> = pairs.iter().map(|(from, (to, gone, to_article))| Step {
                status: if *gone { 410 } else { 301 },
                to_article: *to_article,
                is_live: *to >= 50,
                ..step(&format!("/{from}"), &format!("/{to}"))
            }).collect();
            let froms: BTreeSet<_> = steps.iter().map(|step| step.from.clone()).collect();
            for row in flattened(&steps) {
                prop_assert!(row.to.is_none_or(|to| !froms.contains(&to)));
                prop_assert!(froms.contains(&row.from));
            }
        }
    }
}
