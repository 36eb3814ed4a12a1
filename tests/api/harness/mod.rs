//! A database of its own for each test, and the service started the way `serve` starts it, on a port of its own.

mod call;
mod cluster;
mod review_room;
mod signing_in;

use std::{
    net::TcpListener,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    sync::{Arc, atomic::Ordering, mpsc},
    time::Duration,
};

use clinic_cms::{
    app::{self, Parts},
    audit::Report,
    cli::{Opened, keep_article_settings, settle},
    clock::Clock,
    crypto::KeyRing,
    db::{Changes, DbError, StaffDb},
    inquiries::{FetchRound, LeadFetching},
    mail::{Carrier, MailLinks, Postbox, deliver_due},
    outbox::{self, Round},
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use self::cluster::{CLUSTER, DATABASES, config};
pub use self::{
    call::{Call, Reply},
    cluster::{ADMIN, AUDITOR, AUTHOR, EDITOR, FRONT_DESK, OWNER, PEOPLE, REVIEWER},
    review_room::ReviewRoom,
    signing_in::{code, login, noon},
};

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
    /// What the service knows of changes.
    changes: Arc<Changes>,
    stop: Option<actix_web::dev::ServerHandle>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// A service that has begun.
struct Served {
    base: String,
    changes: Arc<Changes>,
    stop: actix_web::dev::ServerHandle,
    thread: std::thread::JoinHandle<()>,
}

impl Api {
    /// With the machine's clock and no limits.
    pub fn start() -> Self {
        Self::start_with(Clock::system(), &[("rate-limits", "off")])
    }

    /// Where nobody has said the address of the clinic's site.
    pub fn start_without_a_site() -> Self {
        Self::start_with(Clock::system(), &[("rate-limits", "off"), ("site-url", "")])
    }

    /// With settings of its own, by the names of their flags; an empty one takes a setting of the tests away.
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
        block_on(async {
            settle(&opened).await.expect("the copy is settled as at any start");
            keep_article_settings(&opened).await.expect("the review policy is kept");
        });
        let served = serve(&opened, None);
        Self {
            public_url: served.base.clone(),
            base: served.base,
            clock,
            database: name,
            keys,
            opened,
            changes: served.changes,
            stop: Some(served.stop),
            thread: Some(served.thread),
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
        let served = serve(&opened, Some(self.public_url.clone()));
        Self {
            base: served.base,
            public_url: self.public_url.clone(),
            clock: self.clock.clone(),
            database: self.database.clone(),
            keys: self.keys.clone(),
            opened,
            changes: served.changes,
            stop: Some(served.stop),
            thread: Some(served.thread),
        }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path).send()
    }

    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(method, format!("{}{path}", self.base))
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
            let changes = Arc::clone(&self.changes);
            staff.transact(async move |staff| changes.catch_up(staff).await.map_err(DbError::from)).await.unwrap();
            staff.close().await;
            answer
        })
    }

    /// A postbox with the keys and the clock of this service.
    pub fn postbox(&self) -> Postbox {
        let links = MailLinks { public_url: self.base.clone(), clinic_name: "Nobody's Clinic".to_owned() };
        Postbox::new(&self.opened.ring, self.clock.clone(), links)
    }

    /// What `serve` works with beside the API: who carries letters, and who sends events.
    pub fn parts(&self) -> Parts {
        block_on(async {
            let (public, staff) = (self.opened.database.public(1), self.opened.database.staff(1));
            let (url, clock) = (self.public_url.clone(), self.clock.clone());
            Parts::new(&self.opened.config, url, &self.opened.ring, clock, public, staff)
        })
    }

    /// One round of the outbox, as a node of its own makes it.
    pub fn deliver(&self) -> Round {
        let courier = self.parts().courier().clone();
        self.as_node(async |staff| outbox::deliver_due(&staff, &courier).await.unwrap())
    }

    /// Carries every letter that waits into a folder, and answers them as they stand there, the oldest first.
    pub fn letters(&self) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let carrier = Carrier::folder(folder.path().to_path_buf(), "no-reply@clinic.example").unwrap();
        let (postbox, now) = (self.parts().postbox().clone(), self.clock.now());
        self.as_node(async |staff| while !deliver_due(&staff, &postbox, &carrier, now).await.unwrap().is_idle() {});
        let mut files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }

    /// Runs `work` with what `serve` fetches leads with.
    pub fn as_fetcher<T>(&self, work: impl AsyncFnOnce(LeadFetching) -> T) -> T {
        block_on(async {
            let (public, staff) = (self.opened.database.public(1), self.opened.database.staff(1));
            let (config, url, ring) = (&self.opened.config, self.public_url.clone(), &self.opened.ring);
            let parts = Parts::new(config, url, ring, self.clock.clone(), public.clone(), staff.clone());
            let answer = work(parts.lead_fetching()).await;
            public.close().await;
            staff.close().await;
            answer
        })
    }

    /// Fetches the leads that are due, as `serve` does each second.
    pub fn fetch_leads(&self) -> FetchRound {
        let now = self.clock.now();
        self.as_fetcher(async |fetching| fetching.fetch_due(now).await.unwrap())
    }

    /// Looks at the signing keys, as `serve` does every few seconds.
    pub fn look_at_the_keys(&self) {
        self.opened.ring.reload().unwrap();
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

    /// Runs `work` with a connection as the owner of the tables. What it changed shows in the service's next answer.
    pub fn as_owner<T>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> T) -> T {
        block_on(async {
            let mut connection = self.opened.database.connect_as_owner().await.unwrap();
            let answer = work(&mut connection).await;
            self.changes.catch_up(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            answer
        })
    }

    /// Runs a statement as the owner, in another database of the cluster.
    pub fn as_cluster(statement: &str) {
        let statement = statement.to_owned();
        block_on(async {
            let database = CLUSTER.opened.database.named("postgres");
            let mut connection = database.connect_as_owner().await.unwrap();
            connection.execute(AssertSqlSafe(statement)).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    /// The one number that a query of the owner answers.
    pub fn number(&self, query: &str) -> i64 {
        let query = query.to_owned();
        self.as_owner(async |owner| sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(owner).await).unwrap()
    }

    /// The one text that a query of the owner answers.
    pub fn text(&self, query: &str) -> String {
        let query = query.to_owned();
        self.as_owner(async |owner| sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(owner).await).unwrap()
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

fn serve(opened: &Arc<Opened>, public_url: Option<String>) -> Served {
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
            // Every answer that was kept is compared with the database before a test sees it.
            parts.copies().check();
            let (changes, follower) = (Arc::clone(staff.changes()), opened.database.follower());
            let following = actix_web::rt::spawn(Arc::clone(&changes).follow(follower.clone()));
            let server = app::serve(parts, listener, 1).unwrap();
            started.send((url, changes, server.handle())).unwrap();
            server.await.unwrap();
            follower.close().await;
            following.await.unwrap();
            public.close().await;
            staff.close().await;
        });
    });
    let (base, changes, stop) = wait.recv_timeout(Duration::from_secs(30)).expect("the service starts");
    Served { base, changes, stop, thread }
}
