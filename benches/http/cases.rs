//! What is measured. Requests ask for no compression: what a compressor costs is another question than what the
//! product costs.

use std::sync::Arc;

use super::{
    exchange::{ask, get},
    load::Request,
    service::Service,
    trouble::Trouble,
};

/// One thing to measure.
#[derive(Clone, Debug)]
pub struct Case {
    /// For the command line and the figures' file.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// What is sent.
    pub request: Arc<Request>,
    /// The status of the answer.
    pub status: u16,
    /// What pgbench runs.
    pub statement: Statement,
}

/// The statement behind an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// The list's first page.
    List,
    /// The article of that slug.
    Article(String),
    /// The rows of an inquiry.
    Inquiry,
}

/// Every case. `slug` names the article that is read.
///
/// # Errors
/// [`Trouble::Failed`] where the article cannot be read.
pub fn all(service: &Service, slug: &str) -> Result<Vec<Case>, Trouble> {
    let path = format!("/v1/articles/{slug}");
    let article = ask(service.address, &get(&path, ""))?;
    let said =
        || Trouble::failed(format!("{path} answers {}: {}", article.status, String::from_utf8_lossy(&article.body)));
    let tag = article.header("etag").ok_or_else(said)?;
    let same = |bytes| Arc::new(Request::Same(bytes));
    let one = || Statement::Article(slug.to_owned());
    let cases = [
        ("list", "List of 20 articles", same(get("/v1/articles", "")), 200, Statement::List),
        ("article", "One article", same(get(&path, "")), 200, one()),
        (
            "unchanged",
            "One article, unchanged (304)",
            same(get(&path, &format!("if-none-match: {tag}\r\n"))),
            304,
            one(),
        ),
        ("inquiry", "Inquiry post", Arc::new(Request::Numbered(inquiry)), 201, Statement::Inquiry),
        (
            "keyed-inquiry",
            "Inquiry post with an idempotency key",
            Arc::new(Request::Numbered(keyed_inquiry)),
            201,
            Statement::Inquiry,
        ),
    ];
    let case = |(name, title, request, status, statement)| Case { name, title, request, status, statement };
    Ok(cases.map(case).into())
}

/// A contact that nobody had before.
pub fn inquiry(number: u64) -> Vec<u8> {
    post(number, "")
}

/// The same with a key that nobody used before.
pub fn keyed_inquiry(number: u64) -> Vec<u8> {
    post(number, &format!("idempotency-key: measured-{number:012}\r\n"))
}

/// Sixteen words of one length: a hexadecimal digit each.
const WORDS: [&str; 16] = [
    "apple", "bread", "chair", "doors", "ferry", "green", "house", "ivory", "juice", "lemon", "music", "novel",
    "olive", "paper", "river", "table",
];

/// The same words from several contacts would be copies, and not go the way of a letter; and so would many of one number.
fn post(number: u64, more: &str) -> Vec<u8> {
    let word = |digit: u64| WORDS.get(usize::try_from((number >> (4 * digit)) % 16).ok()?).copied();
    let words: Vec<_> = (0..8).filter_map(word).collect();
    let body = serde_json::json!({
        "full_name": "Robin Sample",
        "email": format!("robin.{number:012}@example.org"),
        "phone": format!("+1561{:03}{:04}", 200 + number / 10_000 % 800, number % 10_000),
        "kind": "appointment",
        "preferred_contact": "email",
        "message": format!("Good morning. I moved here last month and would like a first visit. Mornings suit me best, \
                            and I can bring the papers of my last doctor along. My words: {}. What else?", words.join(" ")),
    });
    let body = body.to_string();
    format!(
        "POST /v1/inquiries HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\
         content-type: application/json\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
