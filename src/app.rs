//! The composition root: the only file that names every feature. Mounts the four audiences (public, sign-in, staff,
//! operations), and refuses to mount a staff route outside the gate: there is one scope for all of them.

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};

use url::Url;

use crate::{
    accounts::{self, Accounts, GuessLimits, LocalSignIn, RelyingParty, SingleSignOn},
    articles::{
        self, Attester,
        previews::{FrontEnd, Previews},
    },
    audit::Trail,
    clinic,
    clock::Clock,
    config::{self, BaseUrl, Config, LimitName, WebOrigin},
    crypto::{KeyRing, PasswordGate},
    db::{PublicDb, StaffDb},
    delivery::{Copies, Counter},
    export,
    http::{self, AddressPolicy, PostOrigins, RateLimit, Site, client::TrustedProxies},
    inquiries::{self, Connections, Correspondence, Door, Inbox, LeadFetching, privacy::erasure::TombstoneLog},
    mail::{MailLinks, Postbox},
    oidc::Provider,
    operations::{self, Document, Readiness},
    outbox::{Courier, Secrets},
    oversight,
    webhooks::{self, Destinations},
};

/// How long a stop waits for requests that are under way.
const DRAIN_SECONDS: u64 = 30;
/// The request line and the head arrive within this time.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// Everything that handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Parts {
    site: Data<Site>,
    accounts: Data<Accounts>,
    single_sign_on: Data<SingleSignOn>,
    attester: Data<Attester>,
    door: Data<Door>,
    connections: Data<Connections>,
    tombstones: Data<TombstoneLog>,
    previews: Data<Previews>,
    public: Data<PublicDb>,
    staff: Data<StaffDb>,
    readiness: Data<Readiness>,
    document: Data<Document>,
    gate: Data<articles::Gate>,
    inbox: Data<Inbox>,
    postbox: Postbox,
    post_origins: Data<PostOrigins>,
    secrets: Data<Secrets>,
    destinations: Data<Destinations>,
    courier: Courier,
    copies: Arc<Copies>,
}

impl Parts {
    /// Puts the parts together. `public_url` is the API's address as it is known once the port is.
    pub fn new(
        config: &Config,
        public_url: String,
        ring: &Arc<KeyRing>,
        clock: Clock,
        public: PublicDb,
        staff: StaffDb,
    ) -> Self {
        let limit = |name, label| match config.rate_limits.rate(name) {
            Some(rate) => RateLimit::new(label, rate.count, rate.seconds.into()),
            None => RateLimit::new(label, 0, 0),
        };
        let origins =
            |origins: &[crate::config::WebOrigin]| origins.iter().map(|origin| origin.as_str().to_owned()).collect();
        let document = operations::document(&public_url);
        let links = MailLinks { public_url: public_url.clone(), clinic_name: "clinic-cms".to_owned() };
        let postbox = Postbox::new(ring, clock.clone(), links);
        let site = Site {
            public_url,
            site_url: config.site_url.as_ref().map(|url| url.as_str().to_owned()),
            cors_origins: origins(&config.cors_origins),
            form_redirect_origins: origins(&config.form_redirect_origins),
            trusted_proxies: TrustedProxies {
                networks: config.trusted_proxies.clone(),
                header: config.forwarded_header,
            },
            clock,
            cursors: ring.tag_key("cursor"),
        };
        let accounts = Accounts {
            passkeys: relying_party(config, &site.public_url),
            ring: Arc::clone(ring),
            trail: Trail::new(ring, site.clock.clone()),
            passwords: PasswordGate::for_this_machine(),
            local_sign_in: local_sign_in(&config.local_sign_in),
            attempts: limit(LimitName::Login, "login"),
            refused_keys: limit(LimitName::Login, "api-keys"),
            guess_limits: config
                .rate_limits
                .rate(LimitName::Failures)
                .map(|rate| GuessLimits { count: rate.count, seconds: rate.seconds }),
            guesses: ring.tag_key("guesses"),
            postbox: postbox.clone(),
            links: config
                .staff_url
                .as_ref()
                .map_or_else(|| format!("{}/v1/auth", site.public_url), |url| url.as_str().to_owned()),
            require_mfa: config.require_mfa,
            idle: chrono::Duration::minutes(config.session_idle_minutes.into()),
            authenticators: ring.purpose_seal("totp"),
            recovery_codes: ring.tag_key("recovery-code"),
            reasons: ring.purpose_seal("break-glass"),
        };
        let single_sign_on = single_sign_on(config, ring, &site.clock);
        let door = Door::new(
            Arc::clone(ring),
            accounts.trail.clone(),
            limit(LimitName::Inquiries, "inquiries"),
            config.inquiry_retention_days,
            clinic::due_after,
            guard(config, ring, &site),
        );
        let post_origins = post_origins(public.clone());
        let door = Data::new(door);
        let desk = config.staff_url.as_ref().map_or_else(
            || format!("{}/v1/admin/inquiries", site.public_url),
            |url| format!("{}/inquiries", url.as_str()),
        );
        let correspondence = Arc::new(Correspondence {
            door: Arc::clone(&door),
            postbox: postbox.clone(),
            desk,
            reopening: clinic::reopening,
        });
        let policy = AddressPolicy { loopback: false, networks: config.webhook_networks.clone() };
        let secrets = Secrets::new(ring);
        let courier =
            Courier::new(secrets.clone(), accounts.trail.clone(), policy.clone(), correspondence.consequences());
        let graph = (config.meta_graph_url.as_str(), policy.clone());
        let connections = Connections::new(ring, limit(LimitName::Login, "integrations"), graph);
        let previews = Previews {
            tokens: ring.tag_key("preview"),
            front_ends: front_ends(config),
            refused: limit(LimitName::Login, "previews"),
        };
        Self {
            copies: Arc::new(copies(config, &staff, &site.clock)),
            site: Data::new(site),
            accounts: Data::new(accounts),
            single_sign_on: Data::new(single_sign_on),
            attester: Data::new(Attester { ring: Arc::clone(ring) }),
            door,
            connections: Data::new(connections),
            tombstones: Data::new(TombstoneLog::new(&config.data_dir, ring)),
            previews: Data::new(previews),
            public: Data::new(public),
            staff: Data::new(staff),
            readiness: Data::new(Readiness::default()),
            document: Data::new(document),
            gate: Data::new(publish_gate(config)),
            inbox: Data::new(Inbox::default()),
            post_origins: Data::new(post_origins),
            postbox: postbox.with_replies(correspondence.replies()),
            secrets: Data::new(secrets),
            destinations: Data::new(Destinations(policy)),
            courier,
        }
    }

    /// Who sends events to those who subscribed.
    pub fn courier(&self) -> &Courier {
        &self.courier
    }

    /// Where letters are dropped in, for whoever carries them out.
    pub fn postbox(&self) -> &Postbox {
        &self.postbox
    }

    /// The public answers that are kept.
    pub fn copies(&self) -> &Copies {
        &self.copies
    }

    /// Who listens to the live inbox; closed before a stop waits for requests that are under way.
    pub fn inbox(&self) -> Data<Inbox> {
        Data::clone(&self.inbox)
    }

    /// Fetches the fields of the leads that are told of by their ids alone.
    pub fn lead_fetching(&self) -> LeadFetching {
        LeadFetching {
            staff: StaffDb::clone(&self.staff),
            public: PublicDb::clone(&self.public),
            door: Data::clone(&self.door),
            connections: Data::clone(&self.connections),
            clock: self.site.clock.clone(),
        }
    }

    fn share(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::clone(&self.site))
            .app_data(Data::clone(&self.accounts))
            .app_data(Data::clone(&self.single_sign_on))
            .app_data(Data::clone(&self.attester))
            .app_data(Data::clone(&self.door))
            .app_data(Data::clone(&self.connections))
            .app_data(Data::clone(&self.tombstones))
            .app_data(Data::clone(&self.previews))
            .app_data(Data::clone(&self.public))
            .app_data(Data::clone(&self.staff))
            .app_data(Data::clone(&self.readiness))
            .app_data(Data::clone(&self.document))
            .app_data(Data::clone(&self.gate))
            .app_data(Data::clone(&self.inbox))
            .app_data(Data::clone(&self.post_origins))
            .app_data(Data::clone(&self.secrets))
            .app_data(Data::clone(&self.destinations))
            .app_data(Data::new(clinic::ServiceNames(articles::follow_service)));
    }
}

/// What of the public's answers stays in memory, as the settings say.
fn copies(config: &Config, staff: &StaffDb, clock: &Clock) -> Copies {
    let (bytes, stale) = (u64::from(config.cache_mib) << 20, Duration::from_secs(config.stale_seconds.into()));
    Copies::new(bytes, stale, staff.changes(), clock.clone())
}

/// Tells patients from machines; links to the clinic's own addresses tell nothing.
fn guard(config: &Config, ring: &KeyRing, site: &Site) -> inquiries::Guard {
    let own: Vec<&str> = [site.public_url.as_str()].into_iter().chain(site.site_url.as_deref()).collect();
    inquiries::Guard::new(ring, &own, config.proof_of_work_cost)
}

/// Which pages may post an inquiry, as the forms say. Where the database does not answer, none.
fn post_origins(database: PublicDb) -> PostOrigins {
    PostOrigins(Box::new(move |origin| {
        let database = database.clone();
        Box::pin(async move {
            let asked =
                database.read(async move |connection| inquiries::may_post_from(connection, &origin).await).await;
            asked.unwrap_or(false)
        })
    }))
}

/// For whom passkeys are made. `None` where no page could use one, such as at a bare IP address.
fn relying_party(config: &Config, public_url: &str) -> Option<RelyingParty> {
    let url = Url::parse(public_url).ok()?;
    let id = config.passkey_rp_id.as_deref().or_else(|| url.domain())?;
    let staff = config.staff_url.as_ref().map(BaseUrl::as_str);
    let origins = config.cors_origins.iter().map(WebOrigin::as_str).chain(staff).chain([public_url]);
    match RelyingParty::new(id, id, &origins.collect::<Vec<_>>()) {
        Ok(party) => Some(party),
        Err(unfit) => {
            tracing::warn!("passkeys are off: {unfit}");
            None
        }
    }
}

/// How severe the findings of the publish gate are, as the settings say.
fn publish_gate(config: &Config) -> articles::Gate {
    use articles::gate::{Code, Policy, Severity};
    let severity = |severity| match severity {
        config::GateSeverity::Blocker => Severity::Blocker,
        config::GateSeverity::Warning => Severity::Warning,
    };
    let set = config.publish_gate.iter().filter_map(|(name, set)| Some((Code::named(name)?, severity(*set))));
    let site_url = config.site_url.as_ref().map(|url| url.as_str().to_owned());
    articles::Gate { policy: Policy::with(set), site_url }
}

/// Who may sign in with a password, as the settings say.
pub fn local_sign_in(setting: &config::LocalSignIn) -> LocalSignIn {
    match setting {
        config::LocalSignIn::Everybody => LocalSignIn::Everybody,
        config::LocalSignIn::BreakGlass(owner) => LocalSignIn::break_glass(owner.as_str()),
    }
}

/// Where previews are shown.
fn front_ends(config: &Config) -> Vec<FrontEnd> {
    let front_end = |url: &config::PreviewUrl| FrontEnd { name: url.name.clone(), template: url.template.clone() };
    config.preview_urls.iter().map(front_end).collect()
}

fn single_sign_on(config: &Config, ring: &KeyRing, clock: &Clock) -> SingleSignOn {
    let settings = config.single_sign_on.as_ref();
    SingleSignOn {
        provider: settings.map(|settings| Provider::new(settings.clone(), clock.clone())),
        create_accounts: settings.is_some_and(|settings| settings.create_accounts),
        staff_url: config.staff_url.as_ref().map(|url| url.as_str().to_owned()),
        seal: ring.purpose_seal("oidc"),
    }
}

fn routes(config: &mut ServiceConfig) {
    articles::public_routes(config);
    clinic::public_routes(config);
    inquiries::public_routes(config);
    export::routes(config);
    accounts::routes(config);
    operations::routes(config);
    let staff = web::scope("/v1/admin")
        .wrap(from_fn(accounts::gate))
        .configure(accounts::admin_routes)
        .configure(articles::admin_routes)
        .configure(clinic::admin_routes)
        .configure(inquiries::admin_routes)
        .configure(oversight::admin_routes)
        .configure(webhooks::admin_routes)
        .default_service(web::to(http::not_found));
    config.service(staff);
}

/// Starts to serve on `listener`. The answer is the running server: awaiting it is serving, and its handle stops it;
/// it takes no signals.
///
/// # Errors
/// Those of the socket.
pub fn serve(parts: Parts, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .configure(|config| parts.share(config))
            .configure(routes)
            .default_service(web::to(http::not_found))
            .wrap(from_fn(accounts::record_denials))
            .wrap(from_fn(http::envelope))
            .wrap(Counter::new(Arc::clone(&parts.copies), Data::clone(&parts.site)))
    });
    let server = server
        .workers(workers)
        .disable_signals()
        .client_request_timeout(HEAD_DEADLINE)
        .client_disconnect_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(DRAIN_SECONDS)
        .listen(listener)?;
    Ok(server.run())
}
