//! Where a collection comes from: a file, or a folder of documents. Reads on a thread of its own, a few articles ahead.

use std::{
    fs::File,
    io::Read,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, sync_channel},
    thread::JoinHandle,
};

use indicatif::ProgressBar;
use url::Url;

use crate::import::{
    exported, ghost, markdown,
    record::{Record, Sink, Stopped},
    why::{Finding, Why},
    wordpress,
};

/// How many records are read ahead.
const AHEAD: usize = 64;
/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 24;
/// The file of an exported folder that holds what articles name.
pub const NAMES_FILE: &str = "_names.ndjson";

/// A collection.
#[derive(Clone, Debug)]
pub enum Source {
    /// The export of a `WordPress`.
    Wordpress(PathBuf),
    /// The export of a Ghost, and where its relative addresses lead.
    Ghost(PathBuf, Option<Url>),
    /// A folder of Markdown documents.
    Markdown(PathBuf),
    /// The lines that `export articles` wrote.
    Export(PathBuf),
}

impl Source {
    /// What articles remember as their source.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Wordpress(_) => "wordpress",
            Self::Ghost(..) => "ghost",
            Self::Markdown(_) => "markdown",
            Self::Export(_) => exported::OWN_SOURCE,
        }
    }

    /// The file or the folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Wordpress(path) | Self::Ghost(path, _) | Self::Markdown(path) | Self::Export(path) => path,
        }
    }

    /// Whether its articles can name each other.
    pub fn has_links(&self) -> bool {
        matches!(self, Self::Markdown(_) | Self::Export(_))
    }

    /// Reads it on a thread of its own. The receiver ends with the source; how that ended is the thread's answer.
    pub fn begin(self, bar: ProgressBar) -> (Receiver<Record>, JoinHandle<Result<(), Stopped>>) {
        let (sender, receiver) = sync_channel(AHEAD);
        let reading = std::thread::spawn(move || {
            self.read(&bar, &mut |record| match sender.send(record) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            })
        });
        (receiver, reading)
    }

    /// Reads it to its end.
    ///
    /// # Errors
    /// [`Stopped`] where it cannot be read further.
    pub fn read(&self, bar: &ProgressBar, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        if let Self::Markdown(folder) = self {
            return read_folder(folder, bar, sink);
        }
        let name = self.path().display();
        let file = File::open(self.path()).map_err(|error| Stopped(format!("{name} cannot be read: {error}")))?;
        if file.metadata().is_ok_and(|file| file.is_dir()) {
            return Err(Stopped(format!("{name} is a folder")));
        }
        bar.set_length(file.metadata().map_or(0, |file| file.len()));
        let file = bar.wrap_read(file);
        match self {
            Self::Wordpress(_) => wordpress::read(file, sink),
            Self::Ghost(_, site) => ghost::read(file, site.as_ref(), sink),
            Self::Export(_) | Self::Markdown(_) => exported::read(file, sink),
        }
    }
}

/// What a folder holds, by path: the names that articles use first, then the documents in the order of their paths.
fn read_folder(folder: &Path, bar: &ProgressBar, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let mut paths = Vec::new();
    list(folder, "", 0, &mut paths)?;
    paths.sort();
    bar.set_length(u64::try_from(paths.len()).unwrap_or(0));
    if let Ok(names) = File::open(folder.join(NAMES_FILE)) {
        exported::read(names, sink)?;
    }
    // A translation needs its original, which may lie in a folder behind its own.
    let mut has_translations = false;
    for translations in [false, true] {
        for path in &paths {
            let record = if is_document(path) {
                read_document(folder, path)
            } else {
                Record::Left(Finding::new(Why::NotMarkdown, path.clone()))
            };
            let is_translation = matches!(&record, Record::Article(article) if article.translation_of.is_some());
            has_translations |= is_translation;
            bar.inc(u64::from(!translations));
            if is_translation == translations && sink(record).is_break() {
                return Ok(());
            }
        }
        if !has_translations {
            break;
        }
    }
    Ok(())
}

fn is_document(path: &str) -> bool {
    let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ["md", "markdown"].iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

fn read_document(folder: &Path, path: &str) -> Record {
    let mut bytes = Vec::new();
    let most = u64::try_from(markdown::MAX_DOCUMENT).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(folder.join(path)).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match read {
        Ok(_) => Record::Article(Box::new(markdown::read(path, &bytes))),
        Err(error) => Record::Left(Finding::new(Why::FieldUnreadable, format!("{path}: {error}"))),
    }
}

/// The files below a folder, with `/` between the parts of their paths. Hidden ones are nobody's documents, and links
/// are not followed: they may lead in a circle or out of the folder.
fn list(root: &Path, below: &str, depth: usize, paths: &mut Vec<String>) -> Result<(), Stopped> {
    let folder = root.join(below);
    let unreadable = |error: std::io::Error| Stopped(format!("{} cannot be read: {error}", folder.display()));
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        // A name that is no text cannot be told the next time.
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() && depth < MAX_DEPTH {
            list(root, &path, depth + 1, paths)?;
        } else if kind.is_file() && path != NAMES_FILE {
            paths.push(path);
        }
    }
    Ok(())
}
