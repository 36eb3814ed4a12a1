//! `import page`: a page of a clinic's present site becomes a draft, and with `--clinic` its facts become the record.
//! Publishes nothing, overwrites no editor's work, and counts what it left and why.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::super::{Exit, Failure, Invocation, Opened, print_json, progress};
use super::note;
use crate::{
    articles::{self, article::Kind},
    audit::Trail,
    clinic,
    http::{ApiError, slug_of},
    import::page::{ClinicFacts, Page, PageFormat, Report, read_page},
};

/// What was asked for.
#[derive(Clone, Debug)]
pub struct PageImport {
    /// The page.
    pub file: PathBuf,
    /// Take the organisation and the location as well.
    pub clinic: bool,
    /// Change nothing.
    pub dry_run: bool,
    /// Report as JSON.
    pub json: bool,
}

/// What was done with a part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Done {
    Created,
    Updated,
    Unchanged,
    /// It exists with other content, which is an editor's and stays.
    Kept,
    /// Nothing was changed: a dry run.
    WouldImport,
    /// It was not asked for, or the page has none.
    Absent,
}

/// What was done, and the page's own report.
#[derive(Debug, Serialize)]
struct Outcome {
    file: String,
    title: String,
    article: Done,
    organisation: Done,
    location: Done,
    report: Report,
}

/// Imports a page.
pub fn run(invocation: &Invocation, wanted: &PageImport) -> Result<(), Failure> {
    let bar = progress::spinner("reading the page");
    let page = read(&wanted.file)?;
    let outcome = if wanted.dry_run { dry_run(&page, wanted) } else { store(invocation, page, wanted)? };
    bar.finish_and_clear();
    let kept = [outcome.article, outcome.organisation, outcome.location].contains(&Done::Kept);
    let dropped = outcome.report.dropped() > 0 || kept;
    if wanted.json {
        print_json(&outcome)?;
    } else {
        print(&outcome);
    }
    if dropped { Err(Failure::new(Exit::Partial, "")) } else { Ok(()) }
}

fn read(file: &Path) -> Result<Page, Failure> {
    let name = file.display();
    let bytes = std::fs::read(file).map_err(|error| Failure::failed(format!("{name} cannot be read: {error}")))?;
    let format = PageFormat::guess(&name.to_string(), &bytes);
    read_page(&bytes, format).map_err(|error| Failure::failed(format!("{name}: {error}")))
}

fn dry_run(page: &Page, wanted: &PageImport) -> Outcome {
    let facts = page.clinic.as_ref().filter(|_| wanted.clinic);
    let would = |there: bool| if there { Done::WouldImport } else { Done::Absent };
    Outcome {
        file: wanted.file.display().to_string(),
        title: page.title.clone(),
        article: Done::WouldImport,
        organisation: would(facts.is_some_and(|facts| facts.name.is_some())),
        location: would(facts.is_some_and(|facts| facts.address.is_some())),
        report: page.report.clone(),
    }
}

fn store(invocation: &Invocation, page: Page, wanted: &PageImport) -> Result<Outcome, Failure> {
    let opened = Opened::for_command(invocation)?;
    let trail = opened.trail();
    let file = wanted.file.display().to_string();
    let with_clinic = wanted.clinic;
    let work = async move |connection: &mut PgConnection| {
        let article = store_article(connection, &trail, &page).await?;
        let facts = page.clinic.as_ref().filter(|_| with_clinic);
        let (organisation, location) = match facts {
            Some(facts) => store_clinic(connection, &trail, facts).await?,
            None => (Done::Absent, Done::Absent),
        };
        Ok::<_, ApiError>(Outcome { file, title: page.title, article, organisation, location, report: page.report })
    };
    let outcome = opened.block_on(async |opened| Ok(opened.database.staff(1).transact(work).await?))?;
    opened.leave()?;
    Ok(outcome)
}

/// A page is known again by its title: the file's name says nothing about what is in it.
async fn store_article(connection: &mut PgConnection, trail: &Trail, page: &Page) -> Result<Done, ApiError> {
    let source_id = slug_of(&page.title, "page");
    let manuscript = articles::input::parse(&json!({
        "kind": Kind::Clinical.name(),
        "title": page.title,
        "body_markdown": page.markdown,
        "message": "Imported from a page",
    }))?;
    if let Some((_, hash)) = articles::queries::staff::find_by_source(connection, "page", &source_id).await? {
        let same = hash == manuscript.draft.content_hash();
        return Ok(if same { Done::Unchanged } else { Done::Kept });
    }
    let source = Some(("page", source_id.as_str()));
    let id = articles::editing::store_new(connection, trail.clock(), &manuscript, source, None, None).await?;
    note(connection, trail, "article.import", "article", id).await?;
    Ok(Done::Created)
}

/// The organisation's name is taken while the record still has the name that it began with; a location is known again
/// by its address.
async fn store_clinic(
    connection: &mut PgConnection,
    trail: &Trail,
    facts: &ClinicFacts,
) -> Result<(Done, Done), ApiError> {
    let organisation = match &facts.name {
        None => Done::Absent,
        Some(name) => match clinic::import_name(connection, trail.clock(), name).await? {
            clinic::Imported::Changed(id) => {
                note(connection, trail, "clinic.import", "clinic", id).await?;
                Done::Updated
            }
            clinic::Imported::Same => Done::Unchanged,
            clinic::Imported::Kept => Done::Kept,
        },
    };
    let Some(address) = &facts.address else { return Ok((organisation, Done::Absent)) };
    let phones: Vec<_> =
        facts.phone.iter().map(|phone| json!({"number": phone.number, "display": phone.display})).collect();
    let location = json!({
        "name": facts.name.clone().unwrap_or_else(|| address.line1.clone()),
        "address": {
            "line1": address.line1,
            "line2": address.line2,
            "city": address.city,
            "region": address.region,
            "postal_code": address.postal_code,
            "country": address.country,
        },
        "phones": phones,
        "email": facts.email,
    });
    let done = match clinic::import_location(connection, trail.clock(), &location).await? {
        clinic::Imported::Changed(id) => {
            note(connection, trail, "location.import", "location", id).await?;
            Done::Created
        }
        clinic::Imported::Same => Done::Unchanged,
        clinic::Imported::Kept => Done::Kept,
    };
    Ok((organisation, done))
}

fn print(outcome: &Outcome) {
    let said = |done: Done| match done {
        Done::Created => "created",
        Done::Updated => "updated",
        Done::Unchanged => "unchanged",
        Done::Kept => "kept as it is: it exists with other content",
        Done::WouldImport => "would be imported (dry run)",
        Done::Absent => "none taken",
    };
    println!("{}: “{}”", outcome.file, outcome.title);
    println!("  article       {}", said(outcome.article));
    println!("  organisation  {}", said(outcome.organisation));
    println!("  location      {}", said(outcome.location));
    println!("{}", outcome.report);
}
