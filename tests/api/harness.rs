//! One PostgreSQL for the whole run, a database of its own for each test, and the service started the way `serve`
//! starts it, on a port of its own.

use std::{
    net::TcpListener,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::Duration,
};

use clinic_cms::{
    app::{self, Parts},
    audit::Report,
    cli::{Opened, settle},
    clock::Clock,
    config::{Config, SettingsFile, Sources},
    crypto::{KeyRing, Password, PasswordRules, password_hash},
    db::{
        StaffDb,
        embedded::{Durability, Options},
    },
    mail::{Carrier, MailLinks, Postbox, deliver_due},
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use ureq::http::{HeaderMap, Request};

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
struct Cluster {
    opened: Opened,
}

static CLUSTER: LazyLock<Cluster> = LazyLock::new(Cluster::start);
static DATABASES: AtomicU32 = AtomicU32::new(0);

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
    password_hash::hash(&Password::parse(password, rules).unwrap()).unwrap()
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

fn config(folder: &Path, settings: &[(&str, &str)]) -> Config {
    let mut flags: std::collections::BTreeMap<String, String> =
        [("data-dir".to_owned(), folder.display().to_string())].into();
    flags.insert("site-url".to_owned(), "https://clinic.example".to_owned());
    flags.insert("listen".to_owned(), "127.0.0.1:0".to_owned());
    flags.insert("require-mfa".to_owned(), "off".to_owned());
    flags.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let sources = Sources { flags, env: std::collections::BTreeMap::new(), settings_file: SettingsFile::Nowhere };
    Config::load(&sources).expect("the settings of the tests are right")
}

/// Runs a future to its end on this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    actix_web::rt::System::new().block_on(work)
}

/// A running service with a database of its own. Stops when dropped.
pub struct Api {
    pub base: String,
    /// What links and tokens name: the first node's address, for all of them.
    pub public_url: String,
    pub clock: Clock,
    /// The name of its database.
    database: String,
    /// Where the files of its keys are: those of the whole run, unless it has a copy of its own.
    pub keys: PathBuf,
    opened: Arc<Opened>,
    stop: Option<actix_web::dev::ServerHandle>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Api {
    /// With the machine's clock and no limits.
    pub fn start() -> Self {
        Self::start_with(Clock::system(), &[("rate-limits", "off")])
    }

    /// With settings of its own, by the names of their flags.
    pub fn start_with(clock: Clock, settings: &[(&str, &str)]) -> Self {
        let opened = &CLUSTER.opened;
        Self::start_over(clock, settings, &Arc::clone(&opened.ring), opened.config.data_dir.join("keys"))
    }

    /// With a copy of the keys, which a test may rotate and retire.
    pub fn with_keys_of_its_own() -> Self {
        let folder = &CLUSTER.opened.config.data_dir;
        let keys = folder.join(format!("keys-{}", DATABASES.fetch_add(1, Ordering::Relaxed)));
        std::fs::DirBuilder::new().mode(0o700).create(&keys).unwrap();
        for file in std::fs::read_dir(folder.join("keys")).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), keys.join(file.file_name())).unwrap();
        }
        let ring = Arc::new(KeyRing::open_or_create(&keys).unwrap());
        Self::start_over(Clock::system(), &[("rate-limits", "off")], &ring, keys)
    }

    fn start_over(clock: Clock, settings: &[(&str, &str)], ring: &Arc<KeyRing>, keys: PathBuf) -> Self {
        let cluster = &*CLUSTER;
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        block_on(async {
            let mut maintenance = cluster.opened.database.named("postgres").connect_as_owner().await.unwrap();
            let copy = format!("create database {name} template clinic_cms strategy file_copy");
            maintenance.execute(AssertSqlSafe(copy)).await.unwrap();
            maintenance.close().await.unwrap();
        });
        let folder = &cluster.opened.config.data_dir;
        let anchors = folder.join(format!("anchors-{name}.jsonl")).display().to_string();
        let opened = Arc::new(Opened {
            config: config(folder, &[&[("audit-anchors", anchors.as_str())], settings].concat()),
            ring: Arc::clone(ring),
            database: cluster.opened.database.named(&name),
            clock: clock.clone(),
        });
        block_on(async { settle(&opened).await.expect("the copy is settled as at any start") });
        let (base, stop, thread) = serve(&opened, None);
        Self {
            public_url: base.clone(),
            base,
            clock,
            database: name,
            keys,
            opened,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// A second node over the same database, in the same process: they share one ring.
    pub fn another_node(&self) -> Self {
        self.node(Arc::clone(&self.opened))
    }

    /// A second node over the same database, as a process of its own would be: it reads the files of the keys itself.
    pub fn another_node_with_its_own_ring(&self) -> Self {
        let ring = Arc::new(KeyRing::open_or_create(&self.keys).unwrap());
        let (config, database) = (self.opened.config.clone(), self.opened.database.named(&self.database));
        self.node(Arc::new(Opened { config, ring, database, clock: self.clock.clone() }))
    }

    fn node(&self, opened: Arc<Opened>) -> Self {
        let (base, stop, thread) = serve(&opened, Some(self.public_url.clone()));
        let (public_url, clock) = (self.public_url.clone(), self.clock.clone());
        let (database, keys) = (self.database.clone(), self.keys.clone());
        Self { base, public_url, clock, database, keys, opened, stop: Some(stop), thread: Some(thread) }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path).send()
    }

    pub fn call(&self, method: &str, path: &str) -> Call {
        Call { method: method.to_owned(), url: format!("{}{path}", self.base), headers: Vec::new(), body: None }
    }

    /// Signs in and answers the access token.
    pub fn sign_in(&self, (email, password): (&str, &str)) -> String {
        let reply = self.tokens((email, password));
        reply["data"]["access_token"].as_str().unwrap().to_owned()
    }

    /// Signs in and answers the whole body.
    pub fn tokens(&self, (email, password): (&str, &str)) -> Value {
        let reply =
            self.call("POST", "/v1/auth/login").json(&serde_json::json!({"email": email, "password": password})).send();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// Creates an article and publishes it at once; answers it as staff see it.
    pub fn publish(&self, token: &str, article: &Value) -> Value {
        let created = self.call("POST", "/v1/admin/articles").bearer(token).json(article).send();
        assert_eq!(created.status, 201, "{}", created.body);
        let path = format!("/v1/admin/articles/{}/publication", created.json()["data"]["id"].as_str().unwrap());
        let published = self
            .call("PUT", &path)
            .bearer(token)
            .header("If-Match", created.etag())
            .json(&serde_json::json!({}))
            .send();
        assert_eq!(published.status, 200, "{}", published.body);
        published.json()["data"].clone()
    }

    /// Runs `work` with a pool of the staff's role, as another node has one.
    pub fn as_node<T>(&self, work: impl AsyncFnOnce(StaffDb) -> T) -> T {
        block_on(async {
            let staff = self.opened.database.staff(4);
            let answer = work(staff.clone()).await;
            staff.close().await;
            answer
        })
    }

    /// A postbox with the keys and the clock of this service.
    pub fn postbox(&self) -> Postbox {
        let links = MailLinks { public_url: self.base.clone(), clinic_name: "Nobody's Clinic".to_owned() };
        Postbox::new(&self.opened.ring, self.clock.clone(), links)
    }

    /// Carries every letter that waits into a folder, and answers them as they stand there, the oldest first.
    pub fn letters(&self) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let carrier = Carrier::folder(folder.path().to_path_buf(), "no-reply@clinic.example").unwrap();
        let (postbox, now) = (self.postbox(), self.clock.now());
        self.as_node(async |staff| while !deliver_due(&staff, &postbox, &carrier, now).await.unwrap().is_idle() {});
        let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }

    /// Looks at the signing keys, as `serve` does every few seconds.
    pub fn look_at_the_keys(&self) {
        self.opened.ring.reload_signing().unwrap();
    }

    /// The installation behind the service.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Seals what waits in the audit trail, as `serve` does each second. Answers how many rows were sealed.
    pub fn seal(&self) -> usize {
        block_on(async {
            let staff = self.opened.database.staff(1);
            let sealed = self.opened.chain().seal_everything(&staff, &self.opened.anchors()).await.unwrap();
            staff.close().await;
            sealed
        })
    }

    /// What `audit verify` finds, with the anchors that this service kept or without.
    pub fn verify(&self, with_anchors: bool) -> Report {
        let file = with_anchors.then(|| self.opened.config.audit_anchors());
        self.as_role("staff", async |staff| self.opened.chain().verify(staff, file.as_deref()).await.unwrap())
    }

    /// Runs `work` with a connection as the owner of the tables.
    pub fn as_owner<T>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> T) -> T {
        block_on(async {
            let mut connection = self.opened.database.connect_as_owner().await.unwrap();
            let answer = work(&mut connection).await;
            connection.close().await.unwrap();
            answer
        })
    }

    /// Runs `work` with a connection as `public` or `staff`: what those pools may do.
    pub fn as_role<T>(&self, role: &str, work: impl AsyncFnOnce(&mut PgConnection) -> T) -> T {
        block_on(async {
            let mut connection = self.opened.database.connect_as(role == "public").await.unwrap();
            let answer = work(&mut connection).await;
            connection.close().await.unwrap();
            answer
        })
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            block_on(stop.stop(false));
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    opened: &Arc<Opened>,
    public_url: Option<String>,
) -> (String, actix_web::dev::ServerHandle, std::thread::JoinHandle<()>) {
    let opened = Arc::clone(opened);
    let (started, wait) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        block_on(async {
            let listener = TcpListener::bind(opened.config.listen).unwrap();
            let url = opened.config.public_url_at(listener.local_addr().unwrap()).as_str().to_owned();
            let (public, staff) = (opened.database.public(4), opened.database.staff(4));
            let parts = Parts::new(
                &opened.config,
                public_url.unwrap_or_else(|| url.clone()),
                &opened.ring,
                opened.clock.clone(),
                public.clone(),
                staff.clone(),
            );
            let server = app::serve(parts, listener, 1).unwrap();
            started.send((url, server.handle())).unwrap();
            server.await.unwrap();
            public.close().await;
            staff.close().await;
        });
    });
    let (url, handle) = wait.recv_timeout(Duration::from_secs(30)).expect("the service starts");
    (url, handle, thread)
}

/// A request in the making.
pub struct Call {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", format!("Bearer {token}"))
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json").bytes(body.to_string())
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.header("Content-Type", "application/x-www-form-urlencoded").bytes(body)
    }

    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub fn send(self) -> Reply {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(self.body.unwrap_or_default()).unwrap();
        let mut response = agent.configure_request(request).allow_non_standard_methods(true).build();
        let _ = &mut response;
        let mut answer = agent.run(response).unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.url));
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
        Reply {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: String::from_utf8_lossy(&body).into_owned(),
            bytes: body,
        }
    }
}

/// An answer.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON ({}): {}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_owned()
    }

    /// Asserts a problem of this status and code, with everything that RFC 9457 and the contract ask for.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["code"], code, "{problem}");
        assert!(problem["type"].as_str().unwrap().ends_with(&format!("/docs/problems#{code}")));
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        problem
    }
}
