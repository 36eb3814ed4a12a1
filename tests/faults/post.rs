//! What clients send, and the hash by which it is known again among the opened rows.

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::chance::Chance;

/// The hash of what somebody wrote.
pub type Content = [u8; 32];

const KIND: &str = "general";

/// One post. The same key stands for the same post, however often it is sent.
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    /// No other post of a run has it.
    pub number: u64,
    /// The `Idempotency-Key`.
    pub key: String,
    /// The JSON body.
    #[serde(skip)]
    pub body: Value,
    /// Of the body; in hexadecimal digits where it is written.
    #[serde(with = "hex::serde")]
    pub content: Content,
}

impl Post {
    /// One that has to be taken.
    pub fn good(number: u64) -> Self {
        Self::of(number, number, &message(number))
    }

    /// One that nobody could answer: refused with 422.
    pub fn without_contact(number: u64) -> Self {
        let mut post = Self::good(number);
        if let Some(body) = post.body.as_object_mut() {
            body.remove("email");
        }
        post.content = content(KIND, &name(number), "", &message(number));
        post
    }

    /// The key and the contact of another post, and other words: refused with 422.
    pub fn other_words(number: u64, of: u64) -> Self {
        Self::of(number, of, &format!("On second thought: {}", message(number)))
    }

    fn of(number: u64, like: u64, message: &str) -> Self {
        let (name, email) = (name(like), format!("sender.{like:06}@mail.example"));
        Self {
            number,
            key: format!("fault-{like:06}"),
            content: content(KIND, &name, &email, message),
            body: json!({"kind": KIND, "full_name": name, "email": email, "message": message}),
        }
    }
}

fn name(number: u64) -> String {
    format!("Sender {number}")
}

/// What letters are made of. Numbers would not do: to the product, two letters that differ in a number are copies.
const WORDS: [&str; 48] = [
    "morning", "visit", "doctor", "papers", "garden", "walk", "river", "evening", "letter", "question", "answer",
    "bridge", "window", "market", "summer", "winter", "cousin", "brother", "sister", "kitchen", "table", "chair",
    "yellow", "green", "harbor", "ferry", "island", "lantern", "basket", "bread", "apple", "cherry", "orchard",
    "valley", "mountain", "village", "station", "ticket", "journey", "holiday", "calendar", "birthday", "violin",
    "concert", "painter", "library", "novel", "poem",
];

/// A letter of its own for each number: between a dozen and some hundred words.
fn message(number: u64) -> String {
    let mut chance = Chance::seeded(number);
    let count = 12 + chance.below(90);
    let words: Vec<_> =
        (0..count).filter_map(|_| WORDS.get(usize::try_from(chance.below(48)).ok()?)).copied().collect();
    format!("Good morning. Here is what I can think of: {}.", words.join(" "))
}

/// The hash of four texts, each with its length before it.
pub fn content(kind: &str, name: &str, email: &str, message: &str) -> Content {
    let mut hash = Sha256::new();
    for text in [kind, name, email, message] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// The hash of an inquiry as staff read it.
pub fn content_of(inquiry: &Value) -> Content {
    let text = |name: &str| inquiry.get(name).and_then(Value::as_str).unwrap_or_default();
    content(text("kind"), text("full_name"), text("email"), text("message"))
}
