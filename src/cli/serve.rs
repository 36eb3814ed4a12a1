//! `serve`: the API, with its own PostgreSQL where no database is named. Ctrl-C stops everything that it started.

use std::{net::TcpListener, sync::Arc, time::Duration};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    Exit, Failure, Invocation, Opened, admin, demo, keep_article_settings, key_watch, load,
    opened::{embedded_options, is_embedded},
    settle,
    start::SettleError,
};
use crate::{
    accounts,
    app::{self, Parts},
    audit,
    clock::Clock,
    config::Config,
    db::{
        OpenError, StaffDb,
        embedded::{Lifetime, ServeLock},
    },
    http::ApiError,
    inquiries::privacy::retention,
    mail, outbox, telemetry,
};

/// How often a database that is away is looked for.
const RETRY: Duration = Duration::from_secs(1);

/// Serves until a signal.
pub fn run(invocation: &Invocation, demo: bool) -> Result<(), Failure> {
    let config = load(invocation)?;
    let config = if demo { config.for_demo() } else { config };
    telemetry::begin(config.log_format, &config.log).map_err(|wrong| Failure::new(Exit::Usage, wrong))?;
    for name in config.unused() {
        tracing::warn!(setting = name, "this version knows the setting and does not use it yet");
    }
    let _alone = if is_embedded(&config) {
        super::opened::open_keys(&config)?;
        Some(ServeLock::acquire(&config.data_dir).map_err(Failure::failed)?)
    } else {
        None
    };
    let listener = bind(&config)?;
    let options = embedded_options(invocation, &config, Lifetime::WithProgram)?;
    let opened = Opened::open(config, &options, Clock::system())?;
    let served = actix_web::rt::System::new().block_on(serve(&opened, listener, demo));
    let left = opened.leave();
    served.and(left)
}

fn bind(config: &Config) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(config.listen);
    listener.map_err(|error| Failure::failed(format!("CMS_LISTEN: {} cannot be listened on: {error}", config.listen)))
}

async fn serve(opened: &Opened, listener: TcpListener, demo: bool) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let node = opened.clock.new_id();
    let address = listener.local_addr().map_err(Failure::failed)?;
    let public_url = opened.config.public_url_at(address).as_str().to_owned();
    let public = opened.database.public(opened.config.database_connections);
    let staff = opened.database.staff(opened.config.database_connections);
    let parts = Parts::new(
        &opened.config,
        public_url.clone(),
        &opened.ring,
        opened.clock.clone(),
        public.clone(),
        staff.clone(),
    );
    let (postbox, courier, inbox) = (parts.postbox().clone(), parts.courier().clone(), parts.inbox());
    let fetching = parts.lead_fetching();
    let carrier = super::mail::carrier(&opened.config, &public_url)?;
    let workers = opened.config.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, Into::into));
    // The embedded server is up by now. A database elsewhere may be away: the API is alive and not ready meanwhile.
    let is_here = is_embedded(&opened.config);
    if is_here {
        tokio::select! {
            begun = begin(opened, &staff, &public_url, demo) => begun?,
            _ = stop.asked() => return Ok(()),
        }
    }
    let server = app::serve(parts, listener, workers).map_err(Failure::failed)?;
    let handle = server.handle();
    let mut running = actix_web::rt::spawn(server);
    let work = async {
        if !is_here {
            begin(opened, &staff, &public_url, demo).await?;
        }
        let (chain, anchors) = (opened.chain(), opened.anchors());
        let changes = Arc::clone(staff.changes());
        tokio::join!(
            changes.follow(opened.database.follower()),
            outbox::deliver(staff.clone(), courier),
            outbox::clear_daily(staff.clone(), opened.clock.clone()),
            mail::deliver(staff.clone(), postbox, carrier),
            chain.run(staff.clone(), anchors),
            fetching.run(),
            accounts::clear_hourly(staff.clone(), opened.clock.clone()),
            key_watch::follow(Arc::clone(&opened.ring), staff.clone(), node),
            retention::purge_hourly(staff.clone(), opened.tombstones(), opened.trail(), opened.clock.clone()),
        );
        Ok(())
    };
    let (outcome, patience) = tokio::select! {
        failed = work => (failed, Patience::None),
        ended = &mut running => (ended.map_err(Failure::failed)?.map_err(Failure::failed), Patience::None),
        patience = stop.asked() => (Ok(()), patience),
    };
    inbox.close();
    handle.stop(patience == Patience::Drain).await;
    key_watch::leave(&staff, node).await;
    public.close().await;
    staff.close().await;
    outcome
}

/// Settles the installation and welcomes its people.
async fn begin(opened: &Opened, staff: &StaffDb, public_url: &str, demo: bool) -> Result<(), Failure> {
    if is_embedded(&opened.config) {
        settle(opened).await?;
    } else {
        settle_when_there(opened).await?;
    }
    keep_article_settings(opened).await?;
    record_changed_settings(opened, staff).await?;
    welcome(opened, staff, public_url, demo).await
}

/// What was changed about the installation itself is in the audit trail too.
async fn record_changed_settings(opened: &Opened, staff: &StaffDb) -> Result<(), Failure> {
    let settings = opened.config.show().iter().map(|shown| (shown.name, shown.value.clone())).collect();
    let key = opened.ring.tag_key("settings");
    let changed =
        audit::record_changed_settings(staff, &opened.trail(), key, settings).await.map_err(Failure::failed)?;
    if !changed.is_empty() {
        tracing::info!(settings = changed.join(" "), "settings differ from those of the last start");
    }
    Ok(())
}

/// What is done about requests that are under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// They are waited for.
    Drain,
    /// They are cut off.
    None,
}

/// SIGINT and SIGTERM, heard from before the first word is printed: whoever reads the welcome may stop the program
/// in the same moment, and everything that it started is still put away.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> Result<Self, Failure> {
        let heard = |kind| signal(kind).map_err(Failure::failed);
        Ok(Self { interrupt: heard(SignalKind::interrupt())?, terminate: heard(SignalKind::terminate())? })
    }

    /// Waits for either. A supervisor's SIGTERM lets requests end; somebody at a keyboard does not wait.
    async fn asked(&mut self) -> Patience {
        tokio::select! {
            _ = self.interrupt.recv() => Patience::None,
            _ = self.terminate.recv() => Patience::Drain,
        }
    }
}

/// Waits for a database that cannot be reached; every other trouble ends the start.
async fn settle_when_there(opened: &Opened) -> Result<(), Failure> {
    loop {
        match settle(opened).await {
            Ok(_) => return Ok(()),
            Err(SettleError::Database(OpenError::Unreachable(why))) => {
                tracing::warn!(why, "the database cannot be reached; alive, not ready, trying again");
                tokio::time::sleep(RETRY).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Loads the demo where it is wanted, lets the first owner in, and says where everything is.
async fn welcome(opened: &Opened, staff: &StaffDb, public_url: &str, demo: bool) -> Result<(), Failure> {
    if demo {
        demo::load(opened, staff).await?;
        let factors = if opened.config.require_mfa { "asked for" } else { "not asked for (CMS_REQUIRE_MFA is off)" };
        eprintln!("Demo: second factors are {factors}. Do not put patients' data here.");
    }
    let first = admin::first_owner(opened, staff, demo).await?;
    println!("API        {public_url}/v1");
    println!("Docs       {public_url}/docs/");
    match first {
        admin::FirstOwner::Known => {
            println!("Owner      as before; clinic-cms admin reset-password EMAIL makes a new password");
        }
        admin::FirstOwner::FromSettings(email) => {
            println!("Owner      {email}, with the password of CMS_ADMIN_PASSWORD");
        }
        admin::FirstOwner::Printed { email, password } => {
            println!("Owner      {email}  {password}   (shown once)");
            println!("Try        curl -s '{public_url}/v1/articles?limit=2'");
            println!(
                "           curl -s {public_url}/v1/auth/login -H 'content-type: application/json' \
                 -d '{{\"email\":\"{email}\",\"password\":\"{password}\"}}'"
            );
            return Ok(());
        }
        admin::FirstOwner::Link(token) => {
            let minutes = accounts::TOKEN_MINUTES;
            println!("Set-up     {public_url}/v1/auth/invitations/{token}   (works once, for {minutes} minutes)");
            println!(
                "           curl -s {public_url}/v1/auth/invitations/{token} -H 'content-type: application/json' \
                 -d '{{\"email\":\"you@clinic.example\",\"name\":\"Your Name\",\"password\":\"a long pass phrase of yours\"}}'"
            );
        }
    }
    println!("Try        curl -s '{public_url}/v1/articles?limit=2'");
    println!("           curl -s '{public_url}/v1/clinic'");
    Ok(())
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let (_, code, title) = error.kind();
        let mut details = String::new();
        if let ApiError::Invalid(errors) | ApiError::Parameters(errors) = &error {
            for error in errors {
                details.push_str("\n  ");
                details.push_str(error.pointer.as_deref().unwrap_or_default());
                details.push_str(": ");
                details.push_str(&error.message);
            }
        }
        Self::failed(format!("{title} ({code}){details}"))
    }
}
