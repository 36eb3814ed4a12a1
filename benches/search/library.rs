//! A library of any size: text of our own, the same in every run. Words are as frequent as in a language (Zipf 1949): the
//! second half as frequent as the first, the hundredth a hundredth.

/// Stands in some 25 of 100,000 articles.
pub const RARE: &str = "quillaxis";
/// Stands in about half of them.
pub const COMMON: &str = "appointment";
/// Stands in a tenth of them.
pub const FAMILIAR: &str = "medication";

const WORDS: usize = 40_000;
/// Words of a text.
const LENGTH: usize = 400;
const EVERY: u32 = 4000;
const SYLLABLES: [&str; 20] = [
    "ba", "co", "dí", "fe", "gu", "la", "mi", "no", "pa", "re", "sa", "te", "vi", "lo", "me", "ra", "né", "ti", "do",
    "su",
];
const ENDINGS: [&str; 6] = ["", "n", "r", "l", "s", "tion"];

/// The words, the most frequent first, and how they are drawn.
#[derive(Debug)]
pub struct Library {
    /// The words that are drawn.
    words: Vec<String>,
    /// Sums of their frequencies.
    sums: Vec<f64>,
    chance: u64,
}

/// One article.
#[derive(Clone, Debug)]
pub struct Text {
    /// A few words.
    pub title: String,
    /// Some hundred words.
    pub body: String,
}

impl Library {
    /// A new one, always the same.
    pub fn open() -> Self {
        let mut words: Vec<String> = (1..=WORDS).map(invented).collect();
        // Their places decide how many articles have them.
        for (place, word) in [(60, COMMON), (500, FAMILIAR)] {
            if let Some(entry) = words.get_mut(place) {
                word.clone_into(entry);
            }
        }
        let mut sum = 0.0;
        let frequency = |place: usize| 1.0 / f64::from(u32::try_from(place + 1).unwrap_or(u32::MAX));
        let sums = (0..WORDS)
            .map(|place| {
                sum += frequency(place);
                sum
            })
            .collect();
        Self { words, sums, chance: 0x9e37_79b9_7f4a_7c15 }
    }

    /// The article of that number, if they are asked for in order.
    pub fn text(&mut self, number: u32) -> Text {
        let mut title = self.drawn(5);
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let rare = if number % EVERY == 7 { format!(" The {RARE} test.") } else { String::new() };
        Text { title, body: format!("{}.{rare} {}.", self.drawn(LENGTH / 4), self.drawn(LENGTH - LENGTH / 4)) }
    }

    /// Every word that some text has.
    pub fn into_words(self) -> Vec<String> {
        self.words.into_iter().chain([RARE.to_owned()]).collect()
    }

    fn drawn(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn word(&mut self) -> String {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        let part = f64::from(u32::try_from(self.chance >> 33).unwrap_or_default()) / f64::from(1_u32 << 31);
        let wanted = part * self.sums.last().copied().unwrap_or_default();
        let place = self.sums.partition_point(|sum| *sum < wanted);
        self.words.get(place).cloned().unwrap_or_default()
    }
}

fn invented(number: usize) -> String {
    let mut rest = number * 7919 + 13;
    let mut word = String::new();
    for _ in 0..3 + number % 3 {
        word.push_str(SYLLABLES.get(rest % SYLLABLES.len()).copied().unwrap_or_default());
        rest /= SYLLABLES.len();
    }
    word + ENDINGS.get(number % ENDINGS.len()).copied().unwrap_or_default()
}
