//! `import`: what a clinic has elsewhere becomes drafts, locations and providers. Publishes nothing, overwrites no editor's work, and counts what it
//! left and why.
//!
//! | file | holds |
//! |---|---|
//! | `page` | one page of a site, with the clinic's facts |
//! | `fhir` | a directory in FHIR R4, as the clinic's record |
//! | `listings` | tables of locations and providers, a Google Business Profile |
//! | `source` | the collections: WordPress, Ghost, a folder of Markdown, an export |
//! | `manuscript` | a record of a collection as the manuscript of an article |
//! | `names`, `services`, `links` | the authors, terms and services that articles name, and how they name each other |
//! | `relations` | all of that as ids |
//! | `batch` | a few articles at a time into the database |
//! | `dry` | what a dry run counts |
//! | `report` | what it came to |

mod batch;
mod dry;
mod fhir;
mod links;
mod listings;
mod manuscript;
mod names;
mod page;
mod relations;
mod report;
mod services;
mod source;

use std::sync::mpsc::Receiver;

use indicatif::ProgressBar;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Exit, Failure, Invocation, Opened, print_json, progress};
use crate::{
    articles::queries::staff::default_locale,
    audit::{Actor, Entry, Trail},
    clock::Clock,
    contact::LanguageTag,
    db::StaffDb,
    http::ApiError,
    import::record::{Article, Record},
};
use links::Links;
use names::Names;
use report::{Done, Report};

pub use fhir::{FhirImport, run as fhir};
pub use listings::{ListingsImport, google, listings};
pub use page::{PageImport, run as page};
pub use source::{NAMES_FILE, Source};

/// What was asked for.
#[derive(Clone, Debug)]
pub struct CollectionImport {
    /// From where.
    pub source: Source,
    /// The language of articles that name none; the clinic's where absent.
    pub locale: Option<String>,
    /// Change nothing.
    pub dry_run: bool,
    /// Report as JSON.
    pub json: bool,
}

/// What an import works with.
struct Desk {
    staff: StaffDb,
    trail: Trail,
    clock: Clock,
    source: &'static str,
    locale: Option<String>,
    default_locale: String,
    names: Names,
    links: Links,
    report: Report,
}

/// Imports a collection.
pub fn collection(invocation: &Invocation, wanted: &CollectionImport) -> Result<(), Failure> {
    if let Some(locale) = &wanted.locale
        && LanguageTag::parse(locale).is_err()
    {
        return Err(Failure::new(
            Exit::Usage,
            format!("--locale {locale}: this is no language tag, such as en or es-MX"),
        ));
    }
    let bar = progress::bar("reading");
    let report = if wanted.dry_run { dry_run(wanted, &bar) } else { store(invocation, wanted, &bar) };
    bar.finish_and_clear();
    let report = report?;
    if let Some(sentence) = report.unreadable() {
        return Err(Failure::failed(format!("{}: {sentence}", wanted.source.path().display())));
    }
    if wanted.json {
        print_json(&report.to_json())?;
    } else {
        println!("{report}");
    }
    if report.dropped() > 0 { Err(Failure::new(Exit::Partial, "")) } else { Ok(()) }
}

fn new_report(wanted: &CollectionImport) -> Report {
    Report::new(wanted.source.name(), wanted.source.path().display().to_string(), wanted.dry_run)
}

/// Reads and checks everything, and opens no database.
fn dry_run(wanted: &CollectionImport, bar: &ProgressBar) -> Result<Report, Failure> {
    let mut report = new_report(wanted);
    let mut dry = dry::Dry::default();
    let (records, reading) = wanted.source.clone().begin(bar.clone());
    for record in records {
        match record {
            Record::Author(author) => dry.author(&author, &mut report),
            Record::Term(term) => dry.term(term.kind, &term.named, &mut report),
            Record::Service(service) => dry.service(&service, &mut report),
            Record::Left(finding) => report.find(&finding),
            Record::Article(mut article) => {
                report.meet(article.form, article.status.as_deref(), &article.media);
                dry.named_by(&article, &mut report);
                match manuscript::read(&mut article, wanted.source.name(), wanted.locale.as_deref()) {
                    Ok(manuscript) => {
                        for _ in relations::usable_paths(&mut article) {
                            report.make("redirects", true);
                        }
                        report.done(Done::WouldImport, &article.label());
                        report.note(&article, &manuscript.body.warnings);
                    }
                    Err(reasons) => report.refuse(&article.label(), &reasons),
                }
            }
        }
    }
    end(reading, &mut report)?;
    Ok(report)
}

fn store(invocation: &Invocation, wanted: &CollectionImport, bar: &ProgressBar) -> Result<Report, Failure> {
    let opened = Opened::for_command(invocation)?;
    let report = opened.block_on(async |opened| {
        let mut desk = desk(opened, wanted).await?;
        links::gather(&mut desk, &wanted.source).await?;
        let (records, reading) = wanted.source.clone().begin(bar.clone());
        let outcome = take(&mut desk, &records).await;
        // A reader that is still sending hears that nobody listens any more.
        drop(records);
        end(reading, &mut desk.report)?;
        outcome?;
        desk.staff.close().await;
        Ok(desk.report)
    })?;
    opened.leave()?;
    Ok(report)
}

async fn desk(opened: &Opened, wanted: &CollectionImport) -> Result<Desk, ApiError> {
    let staff = opened.database.staff(1);
    let locale = async |connection: &mut PgConnection| Ok::<_, ApiError>(default_locale(connection).await?);
    Ok(Desk {
        default_locale: staff.transact(locale).await?,
        staff,
        trail: opened.trail(),
        clock: opened.clock.clone(),
        source: wanted.source.name(),
        locale: wanted.locale.clone(),
        names: Names::default(),
        links: Links::default(),
        report: new_report(wanted),
    })
}

/// Takes records as they come and stores articles a batch at a time.
async fn take(desk: &mut Desk, records: &Receiver<Record>) -> Result<(), ApiError> {
    let mut batch: Vec<Article> = Vec::new();
    for record in records {
        match record {
            Record::Author(author) => desk.names.tell_author(author),
            Record::Term(term) => desk.names.tell_term(term),
            Record::Service(service) => desk.names.tell_service(service),
            Record::Left(finding) => desk.report.find(&finding),
            Record::Article(article) => {
                desk.report.meet(article.form, article.status.as_deref(), &article.media);
                batch.push(*article);
            }
        }
        if batch.len() >= batch::SIZE {
            batch::store(desk, std::mem::take(&mut batch)).await?;
        }
    }
    batch::store(desk, batch).await?;
    batch::complete(desk).await
}

/// Notes how the reading ended.
fn end(
    reading: std::thread::JoinHandle<Result<(), crate::import::record::Stopped>>,
    report: &mut Report,
) -> Result<(), Failure> {
    match reading.join() {
        Ok(Ok(())) => {}
        Ok(Err(stopped)) => report.stop(stopped.to_string()),
        Err(_) => return Err(Failure::failed("the reader of the source failed; please report this with the file")),
    }
    Ok(())
}

/// Writes down in the trail what the command line did.
async fn note(
    connection: &mut PgConnection,
    trail: &Trail,
    action: &'static str,
    subject: &'static str,
    id: Uuid,
) -> Result<(), ApiError> {
    let entry = Entry { actor: Actor::System, action, subject, subject_id: Some(id), fields: &[], request_id: None };
    Ok(trail.record(connection, entry).await?)
}
