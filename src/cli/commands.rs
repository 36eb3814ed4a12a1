//! The shape of the command line. Every setting that is no secret is also a flag of every command; secrets are not,
//! since the process list would show them.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Arg, ArgMatches, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use url::Url;
use uuid::Uuid;

use crate::{accounts::Role, config::SETTINGS};

/// A headless CMS REST API for medical clinics.
#[derive(Debug, Parser)]
#[command(name = "clinic-cms", version, about, propagate_version = true)]
pub struct Cli {
    /// The settings file (default: ./clinic-cms.toml where there is one)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API; brings its own PostgreSQL where no `DATABASE_URL` is set
    Serve {
        /// Load a demo clinic into an empty database and print an owner's credentials
        #[arg(long)]
        demo: bool,
        /// The address of the database (a password in it is visible in the process list; prefer `DATABASE_URL`)
        #[arg(long, value_name = "URL")]
        database_url: Option<String>,
    },
    /// Bring the database's schema up to date
    Migrate {
        /// The address of the database (a password in it is visible in the process list; prefer `DATABASE_URL`)
        #[arg(long, value_name = "URL")]
        database_url: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look after accounts
    Admin {
        /// What to do.
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Look after the record of who did or saw what
    Audit {
        /// What to do.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Look after the keys that sign access tokens and wrap the data keys of inquiries
    Keys {
        /// What to do.
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Look after what patients sent
    Inquiries {
        /// What to do.
        #[command(subcommand)]
        command: InquiriesCommand,
    },
    /// Tell whose inquiries were seen, which fields, when and by whom, out of the verified audit trail
    BreachReport {
        /// From this RFC 3339 instant or date on
        #[arg(long, value_name = "INSTANT")]
        from: String,
        /// Before this instant or date
        #[arg(long, value_name = "INSTANT")]
        until: String,
        /// By this account alone
        #[arg(long, value_name = "ID", group = "suspect")]
        actor: Option<Uuid>,
        /// By this API key alone
        #[arg(long, value_name = "ID", group = "suspect")]
        key: Option<Uuid>,
        /// By the account of this session, while it could be used
        #[arg(long, value_name = "ID", group = "suspect")]
        session: Option<Uuid>,
        /// JSON, or the inquiries as a table
        #[arg(long, value_enum, default_value_t = ReportFormat::Json)]
        format: ReportFormat,
        /// The file (default: stdout)
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Bring content in
    Import {
        /// From what.
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Take content out
    Export {
        /// What.
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// Write the whole public site as it stood at an instant, with the hash of every file
    Snapshot {
        /// An RFC 3339 instant, or a date, which means its beginning in UTC
        #[arg(long, value_name = "DATE")]
        at: String,
        /// An empty folder, or one that is made (default: snapshot- and the instant)
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the OpenAPI document
    Openapi,
    /// Check the surroundings: settings, keys, PostgreSQL, schema, roles
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Ask a running service whether it is ready; exits 3 when it is not
    Healthcheck {
        /// Its address (default: the configured listen address)
        #[arg(long)]
        url: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at the settings
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print a completion script for a shell
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print the version
    Version {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Accounts.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Create an account; its password is that of `CMS_ADMIN_PASSWORD`, or a new one that is printed once
    Create {
        /// Where the person signs in
        #[arg(long)]
        email: String,
        /// What colleagues see
        #[arg(long)]
        name: String,
        /// What the person may do
        #[arg(long, value_parser = Role::ALL.map(Role::name), default_value = "owner")]
        role: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the accounts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Set a new password, print it once, and end every session of the account
    ResetPassword {
        /// The account's address
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take every second factor off an account, and end its sessions
    ResetFactors {
        /// The account's address
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Disable an account and end its sessions
    Disable {
        /// The account's address
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// The audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check every row, seal and head; names the first row that was altered, removed, inserted or moved, and exits 1
    Verify {
        /// Signed heads that were kept outside the database (default: the file of `CMS_AUDIT_ANCHORS`)
        #[arg(long, value_name = "FILE")]
        anchors: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove sealed rows that are older than `CMS_AUDIT_RETENTION_DAYS`; needs the owner of the tables
    Prune {
        /// Tell what would go, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// What patients sent.
#[derive(Debug, Subcommand)]
pub enum InquiriesCommand {
    /// Erase what was kept as long as it has to be; the service does it every hour
    Purge {
        /// Tell how many would go by form and status, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Everything, as JSON.
    Json,
    /// One line an inquiry.
    Csv,
}

/// Keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys: ids, uses, dates and fingerprints
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Sign with a new key from now on; what the keys before it signed stays valid
    Rotate {
        /// Add the new key and do not sign with it yet, to copy it to nodes with a folder of their own
        #[arg(long, conflicts_with = "to")]
        prepare: bool,
        /// Sign with this key, which is there already
        #[arg(long, value_name = "KID")]
        to: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Wrap the data key of every inquiry with a new key, while the service runs; a run that was stopped is finished
    RotateEncryption {
        /// Add the new key and wrap nothing with it yet, to copy it to nodes with a folder of their own
        #[arg(long, conflicts_with = "to")]
        prepare: bool,
        /// Wrap with this key, which is there already
        #[arg(long, value_name = "ID")]
        to: Option<String>,
        /// Tell how many rows would be wrapped anew, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete a key that signs no more (what it signed is refused within seconds), or that wraps no row any more
    Retire {
        /// Its id
        kid: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Imports.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// A text or HTML page of a clinic's site, as an unpublished article
    Page {
        /// The page
        file: PathBuf,
        /// Take the organisation and the location that the page names as well
        #[arg(long)]
        clinic: bool,
        /// Report, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// The export of a `WordPress` (Tools › Export, WXR), as unpublished articles
    Wordpress {
        /// The XML file
        file: PathBuf,
        /// How.
        #[command(flatten)]
        how: HowToImport,
    },
    /// The export of a Ghost (Settings › Labs), as unpublished articles
    Ghost {
        /// The JSON file
        file: PathBuf,
        /// Where its relative addresses lead, such as `https://blog.example/`
        #[arg(long, value_name = "URL")]
        site: Option<Url>,
        /// How.
        #[command(flatten)]
        how: HowToImport,
    },
    /// A folder of Markdown documents with front matter, as unpublished articles
    Markdown {
        /// The folder
        folder: PathBuf,
        /// How.
        #[command(flatten)]
        how: HowToImport,
    },
    /// A directory in FHIR R4 (Plan-Net), as the clinic's record, public at once
    Fhir {
        /// A folder of resources, a Bundle, or a file with a resource a line
        path: PathBuf,
        /// Which Organization is the clinic, where there are several
        #[arg(long, value_name = "ID")]
        organization: Option<String>,
        /// Report, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// A table of locations or providers (CSV), public at once
    Listings {
        /// The CSV file, in UTF-8
        file: PathBuf,
        /// Which column is taken for which field, as JSON (default: by the names of the columns)
        #[arg(long, value_name = "FILE")]
        mapping: Option<PathBuf>,
        /// What the rows are (default: what the mapping is for, else locations)
        #[arg(long, value_enum)]
        kind: Option<ListingKind>,
        /// Print the mapping, to be edited and tried, and do nothing else
        #[arg(long, conflicts_with = "dry_run")]
        print_mapping: bool,
        /// Report, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// The locations of a Google Business Profile (JSON of the Business Information API), public at once
    Google {
        /// The JSON file
        file: PathBuf,
        /// Report, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// What `export articles --format json` wrote, as unpublished articles
    Json {
        /// The file of lines
        file: PathBuf,
        /// How.
        #[command(flatten)]
        how: HowToImport,
    },
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListingKind {
    /// A location each.
    Locations,
    /// A provider each.
    Providers,
}

/// How a collection is imported.
#[derive(Clone, Debug, Args)]
pub struct HowToImport {
    /// The language of articles that name none (default: the clinic's)
    #[arg(long, value_name = "TAG")]
    pub locale: Option<String>,
    /// Report, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Exports.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Every article that is not in the trash, with its terms and authors; `import` takes it back
    Articles {
        /// One JSON object a line, or a folder of documents with front matter
        #[arg(long, value_enum, default_value_t = ExportFormat::Json)]
        format: ExportFormat,
        /// The file (json; stdout where absent), or the new folder (markdown)
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
    },
    /// The clinic, its locations, providers and services as a FHIR R4 Bundle; `import fhir` takes it back
    Fhir {
        /// The file (stdout where absent)
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// The locations as a Google Business Profile has them (JSON of the Business Information API)
    Google {
        /// The file (default: stdout)
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// The forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One JSON object a line.
    Json,
    /// A folder of documents with front matter.
    Markdown,
}

/// Settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, its value (secrets redacted) and where it comes from
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the text of .env.example
    Example,
    /// Print the table of settings for the docs
    Reference,
}

/// The command line with a flag for each setting that is no secret.
pub fn command() -> clap::Command {
    let settings = SETTINGS.iter().filter(|setting| !setting.is_secret());
    settings.fold(Cli::command(), |command, setting| {
        let name: &'static str = setting.flag().leak();
        let summary = setting.doc.lines().next().unwrap_or_default().trim();
        command
            .arg(Arg::new(name).long(name).value_name(setting.env).help(summary).global(true).help_heading("Settings"))
    })
}

/// The settings among the flags, by their flag's name.
pub fn flags(matches: &ArgMatches) -> BTreeMap<String, String> {
    let mut flags = BTreeMap::new();
    let mut level = Some(matches);
    while let Some(matches) = level {
        for setting in SETTINGS {
            let flag = setting.flag();
            let id = if matches.try_contains_id(&flag).is_ok() { flag.clone() } else { flag.replace('-', "_") };
            if let Ok(Some(value)) = matches.try_get_one::<String>(&id) {
                flags.insert(flag, value.clone());
            }
        }
        level = matches.subcommand().map(|(_, matches)| matches);
    }
    flags
}
