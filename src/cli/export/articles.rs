//! `export articles`: everything that editors wrote, as lines of JSON or as a folder of Markdown documents. Reads the
//! latest revisions, a few at a time, and tells nothing of accounts.

use std::fmt::Write as _;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    rc::Rc,
};

use serde_json::Value;
use sqlx::PgConnection;

use super::{
    super::{Exit, Failure, Invocation, Opened, commands::ExportFormat, import::NAMES_FILE, progress},
    open, unwritable,
};
use crate::{
    articles::exports::{self, Exported, ExportedArticle, Plan},
    audit::{Actor, Entry},
    http::ApiError,
};

/// How many articles are read at once.
const AT_ONCE: usize = 100;

/// The fields of a document's front matter, in this order. Empty ones are not written.
const FRONT: [&str; 22] = [
    "record",
    "key",
    "source",
    "source_id",
    "kind",
    "title",
    "slug",
    "locale",
    "first_published_at",
    "summary",
    "author",
    "category",
    "tags",
    "conditions",
    "services",
    "references",
    "faqs",
    "seo",
    "cover",
    "related",
    "translation_of",
    "redirects",
];

/// Exports the articles.
pub fn articles(invocation: &Invocation, format: ExportFormat, out: Option<&Path>) -> Result<(), Failure> {
    let mut target = Target::open(format, out)?;
    let opened = Opened::for_command(invocation)?;
    let bar = progress::bar("exporting");
    let outcome = opened.block_on(async |opened| {
        let staff = opened.database.staff(1);
        let trail = opened.trail();
        let begin = async move |connection: &mut PgConnection| {
            let entry = Entry {
                actor: Actor::System,
                action: "article.export",
                subject: "article",
                subject_id: None,
                fields: &[],
                request_id: None,
            };
            trail.record(connection, entry).await?;
            Ok::<_, ApiError>((exports::read_names(connection).await?, Plan::make(connection).await?))
        };
        let (names, plan) = staff.transact(begin).await?;
        let plan = Rc::new(plan);
        bar.set_length(u64::try_from(plan.order().len()).unwrap_or(0));
        target.names(&names)?;
        for ids in plan.order().chunks(AT_ONCE) {
            let (ids, plan) = (ids.to_vec(), Rc::clone(&plan));
            let read = async move |connection: &mut PgConnection| exports::read_articles(connection, &plan, &ids).await;
            for article in staff.transact(read).await? {
                bar.inc(1);
                target.article(article)?;
            }
        }
        staff.close().await;
        target.finish()
    });
    bar.finish_and_clear();
    outcome?;
    opened.leave()
}

/// Where an export goes.
enum Target {
    Lines(Box<dyn Write>),
    Folder(PathBuf),
}

impl Target {
    fn open(format: ExportFormat, out: Option<&Path>) -> Result<Self, Failure> {
        match (format, out) {
            (ExportFormat::Json, out) => Ok(Self::Lines(open(out)?)),
            (ExportFormat::Markdown, None) => {
                Err(Failure::new(Exit::Usage, "--format markdown writes a folder of documents: name it with --out"))
            }
            (ExportFormat::Markdown, Some(folder)) => {
                fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
                let mut entries = fs::read_dir(folder).map_err(|error| unwritable(folder, &error))?;
                if entries.next().is_some() {
                    let folder = folder.display();
                    return Err(Failure::failed(format!(
                        "{folder} is not empty: name a new folder, so that nothing old stays in it"
                    )));
                }
                Ok(Self::Folder(folder.to_owned()))
            }
        }
    }

    fn names(&mut self, names: &[Exported]) -> Result<(), Failure> {
        match self {
            Self::Lines(lines) => names.iter().try_for_each(|name| write_line(lines.as_mut(), name)),
            Self::Folder(folder) => {
                let path = folder.join(NAMES_FILE);
                let mut text = Vec::new();
                names.iter().try_for_each(|name| write_line(&mut text, name))?;
                fs::write(&path, text).map_err(|error| unwritable(&path, &error))
            }
        }
    }

    fn article(&mut self, article: ExportedArticle) -> Result<(), Failure> {
        match self {
            Self::Lines(lines) => write_line(lines.as_mut(), &Exported::Article(Box::new(article))),
            Self::Folder(folder) => {
                let path = folder.join(format!("{}.md", article.key));
                if let Some(above) = path.parent() {
                    fs::create_dir_all(above).map_err(|error| unwritable(above, &error))?;
                }
                fs::write(&path, document(article)?).map_err(|error| unwritable(&path, &error))
            }
        }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        match self {
            Self::Lines(lines) => lines.flush().map_err(Failure::failed),
            Self::Folder(_) => Ok(()),
        }
    }
}

fn write_line(lines: &mut dyn Write, record: &Exported) -> Result<(), Failure> {
    let line = serde_json::to_string(record).map_err(Failure::failed)?;
    writeln!(lines, "{line}").map_err(|error| Failure::failed(format!("the export cannot be written: {error}")))
}

/// A document: front matter whose values are written as JSON, which YAML reads as it stands, an empty line, the body.
fn document(article: ExportedArticle) -> Result<String, Failure> {
    let mut fields = serde_json::to_value(Exported::Article(Box::new(article))).map_err(Failure::failed)?;
    let body = fields.as_object_mut().and_then(|fields| fields.remove("body_markdown"));
    let mut text = String::from("---\n");
    for name in FRONT {
        if let Some(value) = fields.get(name).filter(|value| !is_empty(value)) {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(&printable(&value.to_string()));
            text.push('\n');
        }
    }
    text.push_str("---\n\n");
    text.push_str(body.as_ref().and_then(Value::as_str).unwrap_or_default());
    text.push('\n');
    Ok(text)
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Characters that JSON writes as they are and YAML does not.
fn printable(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match u32::from(c) {
            code @ (0x7f..=0x9f | 0x2028 | 0x2029 | 0xfeff | 0xfffe | 0xffff) => {
                let _ = write!(text, "\\u{code:04x}");
            }
            _ => text.push(c),
        }
    }
    text
}
