//! Reads back what `export articles --format json` writes: one JSON object a line. Refuses no other line for one that
//! is no record: it is reported, and the rest is read.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::bounded::{BROKEN, Bounded};
use super::record::{Article, Author, Named, Record, Service, Sink, Stopped, Term, TermKind};
use super::why::{Finding, Why};

/// The longest line: 8 MiB. An article is at most 512 KiB.
const MAX_LINE: usize = 8 * 1024 * 1024;

/// The source of what was written here and came from nowhere else.
pub const OWN_SOURCE: &str = "export";

/// Reads an export line by line.
///
/// # Errors
/// [`Stopped`] where a line is too long or the file cannot be read; what was handed over until then is good.
pub fn read(source: impl Read, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let mut source = Bounded::new(source, MAX_LINE);
    let gauge = source.gauge();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        gauge.next_piece();
        let read = source.read_until(b'\n', &mut line);
        let read = read.map_err(|error| Stopped::because(format!("line {number}: {error}")))?;
        if read == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let is_whole = std::str::from_utf8(&line).is_ok_and(|line| !line.contains(BROKEN));
        let parsed = serde_json::from_slice::<Value>(&line).ok().filter(|_| is_whole);
        let record = parsed.and_then(|value| if let Value::Object(row) = value { record(row) } else { None });
        let record = record.unwrap_or_else(|| Record::Left(Finding::new(Why::RowUnreadable, format!("line {number}"))));
        if sink(record).is_break() {
            break;
        }
    }
    Ok(())
}

fn record(mut row: Map<String, Value>) -> Option<Record> {
    match row.remove("record")?.as_str()? {
        "author" => author(&row),
        "term" => term(&row),
        "service" => Some(Record::Service(Service { slug: line(&row, "slug")?, fields: row })),
        "article" => article(row).map(|article| Record::Article(Box::new(article))),
        _ => None,
    }
}

fn author(row: &Map<String, Value>) -> Option<Record> {
    let (key, name) = (line(row, "slug")?, line(row, "name")?);
    let (credentials, biography) = (lines(row.get("credentials")), line(row, "biography"));
    Some(Record::Author(Author { slug: Some(key.clone()), key, name, credentials, biography }))
}

fn term(row: &Map<String, Value>) -> Option<Record> {
    let kind = line(row, "kind")?;
    let (_, kind) = TermKind::NAMES.into_iter().find(|(name, _)| *name == kind)?;
    let mut term = Term::plain(kind, Named { slug: line(row, "slug")?, name: line(row, "name")? });
    term.parent = line(row, "parent");
    term.description = line(row, "description");
    term.aliases = lines(row.get("aliases"));
    term.codes = row.get("codes").filter(|codes| codes.is_array()).cloned().unwrap_or(term.codes);
    Some(Record::Term(term))
}

/// An article of an export; what is no relation goes through the same checks as what an editor sends.
pub(super) fn article(mut row: Map<String, Value>) -> Option<Article> {
    let key = line(&row, "key")?;
    let mut article = Article { form: "article", source_id: key.clone(), ..Article::default() };
    (article.key, article.source) = (Some(key), Some(OWN_SOURCE.to_owned()));
    if let (Some(source), Some(id)) = (line(&row, "source"), line(&row, "source_id")) {
        (article.source, article.source_id) = (Some(source), id);
    }
    let named = |slug: String| Named { name: slug.clone(), slug };
    let slugs = |row: &Map<String, Value>, name: &str| lines(row.get(name)).into_iter().map(named).collect();
    article.category = line(&row, "category").map(named);
    article.author = line(&row, "author").map(named);
    article.tags = slugs(&row, "tags");
    article.conditions = slugs(&row, "conditions");
    article.services = lines(row.get("services"));
    article.related = lines(row.get("related"));
    article.translation_of = line(&row, "translation_of");
    article.former_paths = lines(row.get("redirects"));
    article.first_published_at = line(&row, "first_published_at").and_then(|at| at.parse().ok());
    for relation in [
        "key",
        "source",
        "source_id",
        "category",
        "author",
        "tags",
        "conditions",
        "services",
        "related",
        "translation_of",
        "redirects",
        "first_published_at",
    ] {
        row.remove(relation);
    }
    article.fields = row;
    Some(article)
}

fn line(row: &Map<String, Value>, name: &str) -> Option<String> {
    row.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn lines(value: Option<&Value>) -> Vec<String> {
    let entries = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    entries.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
