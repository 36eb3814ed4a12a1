//! One PostgreSQL for the whole run, with a template that every test's database is copied from, and the people in it.

use std::{
    path::{Path, PathBuf},
    sync::{LazyLock, atomic::AtomicU32},
};

use clinic_cms::{
    cli::{Opened, settle},
    clock::Clock,
    config::{Config, SettingsFile, Sources},
    crypto::{Password, PasswordRules, password_hash, password_hash::Workspace},
    db::embedded::{Durability, Options},
};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::block_on;

pub const OWNER: (&str, &str) = ("owner@clinic.example", "harbor gulls over seven piers");
pub const EDITOR: (&str, &str) = ("editor@clinic.example", "seven piers under harbor gulls");
pub const ADMIN: (&str, &str) = ("admin@clinic.example", "three lanterns past the boathouse");
pub const AUTHOR: (&str, &str) = ("author@clinic.example", "paper kites above low dunes");
pub const REVIEWER: (&str, &str) = ("reviewer@clinic.example", "slow tides around old pilings");
pub const FRONT_DESK: (&str, &str) = ("front_desk@clinic.example", "eleven umbrellas by the stairs");
pub const AUDITOR: (&str, &str) = ("auditor@clinic.example", "quiet ledgers beneath the lamp");
/// Everybody, with their role.
pub const PEOPLE: [((&str, &str), &str); 7] = [
    (OWNER, "owner"),
    (EDITOR, "editor"),
    (ADMIN, "admin"),
    (AUTHOR, "author"),
    (REVIEWER, "reviewer"),
    (FRONT_DESK, "front_desk"),
    (AUDITOR, "auditor"),
];

/// The server of this run, with a template that every test's database is copied from.
pub struct Cluster {
    pub opened: Opened,
}

pub static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);
pub static DATABASES: AtomicU32 = AtomicU32::new(0);

impl Cluster {
    fn start() -> Self {
        let folder = run_folder();
        let mut options = Options::new(&folder, Path::new(env!("CARGO_BIN_EXE_clinic-cms")));
        options.durability = Durability::Disposable;
        options.search_path = std::env::var_os("PATH");
        options.system_dir = folder.join("system");
        let config = config(&folder, &[]);
        let opened = Opened::open(config, &options, Clock::system()).expect("the test server starts");
        let cluster = Self { opened };
        block_on(async {
            settle(&cluster.opened).await.expect("the schema is brought up to date");
            let mut owner = cluster.opened.database.connect_as_owner().await.unwrap();
            for (id, ((email, password), role)) in (1..).zip(PEOPLE) {
                let account = format!(
                    "insert into cms.account (id, email, name, role, password_hash)
                     values ('01900000-0000-7000-8000-00000000000{id}', '{email}', 'Test {role}', '{role}', '{}')",
                    hash(password)
                );
                owner.execute(AssertSqlSafe(account)).await.unwrap();
            }
            owner.close().await.unwrap();
        });
        cluster
    }
}

fn hash(password: &str) -> String {
    let rules = PasswordRules { second_factor: false, email: "", words: &[] };
    password_hash::hash(&Password::parse(password, rules).unwrap(), &mut Workspace::default()).unwrap()
}

/// A folder for this process; those of processes that are gone are removed.
fn run_folder() -> PathBuf {
    let name = |pid: u32| std::env::temp_dir().join(format!("clinic-cms-api-tests-{pid}"));
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let text = entry.file_name().to_string_lossy().into_owned();
        let pid = text.strip_prefix("clinic-cms-api-tests-").and_then(|pid| pid.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            // The first line names the folder of the socket, which stands apart since its name has to be short.
            let socket = std::fs::read_to_string(entry.path().join("postgres/server")).unwrap_or_default();
            let socket = socket.lines().next().filter(|folder| folder.contains("clinic-cms-"));
            let _ = socket.map(std::fs::remove_dir_all);
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    name(std::process::id())
}

pub fn config(folder: &Path, settings: &[(&str, &str)]) -> Config {
    let mut flags: std::collections::BTreeMap<String, String> =
        [("data-dir".to_owned(), folder.display().to_string())].into();
    flags.insert("site-url".to_owned(), "https://clinic.example".to_owned());
    flags.insert("listen".to_owned(), "127.0.0.1:0".to_owned());
    flags.insert("require-mfa".to_owned(), "off".to_owned());
    flags.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    flags.retain(|_, value| !value.is_empty());
    let sources = Sources { flags, env: std::collections::BTreeMap::new(), settings_file: SettingsFile::Nowhere };
    Config::load(&sources).expect("the settings of the tests are right")
}
