//! `healthcheck`: asks a running service whether it is ready. For containers and supervisors.

use std::time::Duration;

use serde_json::json;

use super::{Exit, Failure, Invocation, load, print_json};

/// Asks `/readyz`.
pub fn run(invocation: &Invocation, url: Option<&str>, as_json: bool) -> Result<(), Failure> {
    let base = match url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => local(load(invocation)?.listen),
    };
    let agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().new_agent();
    let answer = agent.get(format!("{base}/readyz")).call();
    let (ready, why) = match answer {
        Ok(_) => (true, "ready".to_owned()),
        Err(error) => (false, format!("not ready: {error}")),
    };
    if as_json {
        print_json(&json!({"url": base, "ready": ready, "detail": why}))?;
    } else if ready {
        println!("{base} is ready");
    }
    if ready {
        Ok(())
    } else {
        Err(Failure::new(Exit::Unhealthy, if as_json { String::new() } else { format!("{base} {why}") }))
    }
}

/// A service that listens everywhere is asked on loopback.
fn local(mut listen: std::net::SocketAddr) -> String {
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    format!("http://{listen}")
}
