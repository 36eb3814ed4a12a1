//! Articles to fill a list with: text of our own, the same in every run.

use std::fmt::Write;

/// The size of a body's HTML, about.
const BODY: usize = 9000;

const SUBJECTS: [&str; 12] = [
    "the nurse",
    "a short visit",
    "your doctor",
    "the front desk",
    "a blood test",
    "the waiting room",
    "a flu shot",
    "the pharmacy",
    "a second opinion",
    "our team",
    "a follow-up call",
    "the care plan",
];
const VERBS: [&str; 10] = [
    "explains",
    "shows",
    "helps with",
    "prepares",
    "checks",
    "answers",
    "keeps track of",
    "begins with",
    "looks at",
    "plans",
];
const OBJECTS: [&str; 12] = [
    "the next step",
    "what to bring along",
    "how much rest is needed",
    "the results of last week",
    "a question about insurance",
    "when to come back",
    "the list of medicines",
    "a change of diet",
    "what has become better",
    "the way to the second floor",
    "a quiet night",
    "the reading of the morning",
];
const ENDINGS: [&str; 8] = [
    "before the appointment",
    "within a few days",
    "without any hurry",
    "in plain words",
    "together with the family",
    "by telephone or in person",
    "as long as it takes",
    "at the time that suits you",
];

/// One article.
#[derive(Clone, Debug, Default)]
pub struct Writing {
    /// Unique among the generated ones.
    pub slug: String,
    /// One line.
    pub title: String,
    /// Paragraphs and headings as HTML, with the ids of [`Writing::headings`].
    pub html: String,
    /// The same in Markdown.
    pub markdown: String,
    /// The same without marks.
    pub text: String,
    /// `[{"level", "id", "text"}]`.
    pub headings: String,
}

/// So many articles with bodies of about 9 KB.
pub fn articles(count: usize) -> Vec<Writing> {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    (1..=count).map(|number| article(number, &mut chance)).collect()
}

fn article(number: usize, chance: &mut Chance) -> Writing {
    let title = format!("{} No. {number}", heading(chance));
    let slug = format!("measured-article-{number:04}");
    let mut written = Writing { slug, title, ..Writing::default() };
    let mut headings = Vec::new();
    while written.html.len() < BODY {
        if written.html.is_empty() || chance.below(4) == 0 {
            let (text, id) = (heading(chance), format!("part-{}", headings.len() + 1));
            let _ = writeln!(written.html, "<h2 id=\"{id}\">{text}</h2>");
            written.add(&format!("## {text}"), &text);
            headings.push(serde_json::json!({"level": 2, "id": id, "text": text}));
        }
        let paragraph = paragraph(chance);
        let _ = writeln!(written.html, "<p>{paragraph}</p>");
        written.add(&paragraph, &paragraph);
    }
    written.headings = serde_json::Value::from(headings).to_string();
    written
}

impl Writing {
    fn add(&mut self, markdown: &str, text: &str) {
        let _ = writeln!(self.markdown, "{markdown}\n");
        let _ = writeln!(self.text, "{text}\n");
    }
}

fn heading(chance: &mut Chance) -> String {
    let object = chance.pick(&OBJECTS);
    format!("On {object}")
}

fn paragraph(chance: &mut Chance) -> String {
    let sentences = 3 + chance.below(4);
    (0..sentences).map(|_| sentence(chance)).collect::<Vec<_>>().join(" ")
}

fn sentence(chance: &mut Chance) -> String {
    let subject = chance.pick(&SUBJECTS);
    let (verb, object, ending) = (chance.pick(&VERBS), chance.pick(&OBJECTS), chance.pick(&ENDINGS));
    let mut letters = subject.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{} {verb} {object} {ending}.", letters.as_str())
}

/// A fixed sequence (xorshift64), so that two runs measure the same bytes.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }
}
