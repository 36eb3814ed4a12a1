//! The command line: one file a command. Exit codes: 0 ok, 1 failed, 2 usage, 3 unhealthy, 4 partial.

mod admin;
mod audit;
mod commands;
mod config;
mod demo;
mod doctor;
mod export;
mod healthcheck;
mod import;
mod inquiries;
mod key_rotation;
mod key_watch;
mod keys;
mod mail;
mod migrate;
mod opened;
mod progress;
mod serve;
mod snapshot;
mod start;

use std::{collections::BTreeMap, ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches};

pub use opened::{Opened, OpenedOptions};
pub use start::{keep_article_settings, settle};

use crate::{
    config::{Config, SETTINGS, Sources},
    openapi,
};
use commands::{
    AdminCommand, AuditCommand, Cli, Command, ConfigCommand, ExportCommand, HowToImport, ImportCommand,
    InquiriesCommand, KeysCommand, ListingKind, ReportFormat,
};

/// How a command ended, when it did not end well.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What went wrong and what to do; empty where it was printed already.
    pub message: String,
}

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The command could not do its work.
    Failed = 1,
    /// The command line or the settings are wrong.
    Usage = 2,
    /// The service or its surroundings are not well.
    Unhealthy = 3,
    /// The work was done in part: something was left out, and the report says what.
    Partial = 4,
}

impl Failure {
    /// A failure with its message.
    #[expect(clippy::needless_pass_by_value, reason = "a closure of map_err hands the error over")]
    pub fn new(exit: Exit, message: impl ToString) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// A plain failure.
    pub fn failed(message: impl ToString) -> Self {
        Self::new(Exit::Failed, message)
    }
}

/// What the process was started with.
#[derive(Debug)]
pub struct Invocation {
    /// Where settings come from; the places where a server may be found are in its environment.
    pub sources: Sources,
}

/// Runs the command that `arguments` name.
pub fn run(arguments: Vec<OsString>, environment: BTreeMap<OsString, OsString>) -> ExitCode {
    let matches = match commands::command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(Exit::Usage as u8) } else { ExitCode::SUCCESS };
        }
    };
    let outcome = Cli::from_arg_matches(&matches).map_err(|error| Failure::new(Exit::Usage, error)).and_then(|cli| {
        let flags = commands::flags(&matches);
        dispatch(cli.command, &Invocation { sources: Sources::of_process(flags, environment, cli.config) })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("{}", failure.message.trim_end());
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn dispatch(command: Command, invocation: &Invocation) -> Result<(), Failure> {
    match command {
        Command::Serve { demo, .. } => serve::run(invocation, demo),
        Command::Migrate { json, .. } => migrate::run(invocation, json),
        Command::Admin { command } => match command {
            AdminCommand::Create { email, name, role, json } => admin::create(invocation, &email, &name, &role, json),
            AdminCommand::List { json } => admin::list(invocation, json),
            AdminCommand::ResetPassword { email, json } => admin::reset_password(invocation, &email, json),
            AdminCommand::ResetFactors { email, json } => admin::reset_factors(invocation, &email, json),
            AdminCommand::Disable { email, json } => admin::disable(invocation, &email, json),
        },
        Command::Audit { command } => match command {
            AuditCommand::Verify { anchors, json } => audit::verify(invocation, anchors.as_deref(), json),
            AuditCommand::Prune { dry_run, json } => audit::prune(invocation, dry_run, json),
        },
        Command::Keys { command } => match command {
            KeysCommand::List { json } => keys::list(invocation, json),
            KeysCommand::Rotate { prepare, to, json } => {
                keys::rotate(invocation, keys::Rotation::of(prepare, to), json)
            }
            KeysCommand::RotateEncryption { prepare, to, dry_run, json } => {
                key_rotation::run(invocation, &key_rotation::Wanted { prepare, to, dry_run, json })
            }
            KeysCommand::Retire { kid, json } => keys::retire(invocation, kid, json),
        },
        Command::Inquiries { command: InquiriesCommand::Purge { dry_run, json } } => {
            inquiries::purge(invocation, dry_run, json)
        }
        Command::BreachReport { from, until, actor, key, session, format, out } => {
            let suspect = inquiries::suspect(actor, key, session);
            let csv = format == ReportFormat::Csv;
            let wanted = inquiries::Wanted { from: &from, until: &until, suspect, csv, out: out.as_deref() };
            inquiries::breach_report(invocation, &wanted)
        }
        Command::Import { command } => dispatch_import(command, invocation),
        Command::Export { command } => match command {
            ExportCommand::Articles { format, out } => export::articles(invocation, format, out.as_deref()),
            ExportCommand::Fhir { out } => export::fhir(invocation, out.as_deref()),
            ExportCommand::Google { out } => export::google(invocation, out.as_deref()),
        },
        Command::Snapshot { at, out, json } => snapshot::run(invocation, &at, out, json),
        Command::Openapi => {
            let config = load(invocation)?;
            print!("{}", openapi::text(config.public_url.as_str()));
            Ok(())
        }
        Command::Doctor { json } => doctor::run(invocation, json),
        Command::Healthcheck { url, json } => healthcheck::run(invocation, url.as_deref(), json),
        Command::Config { command } => match command {
            ConfigCommand::Show { json } => config::show(invocation, json),
            ConfigCommand::Example => {
                config::example();
                Ok(())
            }
            ConfigCommand::Reference => {
                config::reference();
                Ok(())
            }
        },
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "clinic-cms", &mut std::io::stdout());
            Ok(())
        }
        Command::Version { json } => version(json),
    }
}

fn dispatch_import(command: ImportCommand, invocation: &Invocation) -> Result<(), Failure> {
    use crate::import::listings::Kind;
    use import::{CollectionImport, FhirImport, ListingsImport, PageImport, Source};

    let (source, HowToImport { locale, dry_run, json }) = match command {
        ImportCommand::Page { file, clinic, dry_run, json } => {
            return import::page(invocation, &PageImport { file, clinic, dry_run, json });
        }
        ImportCommand::Fhir { path, organization, dry_run, json } => {
            return import::fhir(invocation, &FhirImport { path, organization, dry_run, json });
        }
        ImportCommand::Listings { file, mapping, kind, print_mapping, dry_run, json } => {
            let kind = kind.map(|kind| match kind {
                ListingKind::Locations => Kind::Locations,
                ListingKind::Providers => Kind::Providers,
            });
            let wanted = ListingsImport { file, mapping, kind, print_mapping, dry_run, json };
            return import::listings(invocation, &wanted);
        }
        ImportCommand::Google { file, dry_run, json } => return import::google(invocation, &file, dry_run, json),
        ImportCommand::Wordpress { file, how } => (Source::Wordpress(file), how),
        ImportCommand::Ghost { file, site, how } => (Source::Ghost(file, site), how),
        ImportCommand::Markdown { folder, how } => (Source::Markdown(folder), how),
        ImportCommand::Json { file, how } => (Source::Export(file), how),
    };
    import::collection(invocation, &CollectionImport { source, locale, dry_run, json })
}

/// Reads the settings.
///
/// # Errors
/// [`Exit::Usage`] with all mistakes.
pub fn load(invocation: &Invocation) -> Result<Config, Failure> {
    Config::load(&invocation.sources).map_err(|mistakes| Failure::new(Exit::Usage, mistakes))
}

/// Prints `value` as JSON on stdout.
///
/// # Errors
/// [`Exit::Failed`] where it has no JSON form.
pub fn print_json<T: serde::Serialize>(value: &T) -> Result<(), Failure> {
    println!("{}", serde_json::to_string_pretty(value).map_err(Failure::failed)?);
    Ok(())
}

fn version(json: bool) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    if json {
        return print_json(&serde_json::json!({"name": "clinic-cms", "version": version, "settings": SETTINGS.len()}));
    }
    println!("clinic-cms {version}");
    Ok(())
}
