//! How the fields of a lead are fetched from Meta's Graph API: the address of a setting, no redirect, no proxy of the
//! environment, ten seconds, 256 KiB. Refuses to put a token into an address, to log what was answered, and to connect
//! where no webhook may go: the token would be shown to whoever the name leads to.

use std::time::Duration;

use aws_lc_rs::hmac;
use serde_json::Value;
use ureq::{Agent, http::Request, unversioned::resolver::DefaultResolver};

use super::{payload::is_lead_id, signature::Secret};
use crate::http::{AddressPolicy, outgoing_agent};

const DEADLINE: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: u64 = 256 << 10;
/// What is asked for of a lead.
const FIELDS: &str = "created_time,ad_id,adset_id,campaign_id,form_id,is_organic,field_data";

/// The Graph API.
#[derive(Clone, Debug)]
pub struct Graph {
    agent: Agent,
    base: String,
}

/// Why a lead was not told: a code such as `http_400` or `unreachable`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTold(pub String);

impl Graph {
    /// The way to the API below `base`, such as `https://graph.facebook.com/v21.0`, by addresses that `policy` admits.
    pub fn at(base: &str, policy: AddressPolicy) -> Self {
        let agent = outgoing_agent(policy, DefaultResolver::default(), base.starts_with("https://"), DEADLINE);
        Self { agent, base: base.trim_end_matches('/').to_owned() }
    }

    /// Asks for a lead. The app's secret proves that the token was not taken from it (`appsecret_proof`).
    ///
    /// # Errors
    /// [`NotTold`].
    pub async fn lead(&self, id: &str, token: Secret, app_secret: Option<Secret>) -> Result<Value, NotTold> {
        if !is_lead_id(id) {
            return Err(NotTold("bad_id".to_owned()));
        }
        let mut address = format!("{}/{id}?fields={FIELDS}", self.base);
        if let Some(secret) = app_secret {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            address.push_str("&appsecret_proof=");
            address.push_str(&hex::encode(hmac::sign(&key, token.as_bytes())));
        }
        let agent = self.agent.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&agent, &address, &token));
        asked.await.map_err(|_| NotTold("stopped".to_owned()))?
    }
}

fn ask(agent: &Agent, address: &str, token: &str) -> Result<Value, NotTold> {
    let unreachable = |error| match error {
        // Also where the name leads to an address that may not be asked.
        ureq::Error::HostNotFound => NotTold("no_address".to_owned()),
        _ => NotTold("unreachable".to_owned()),
    };
    let request = Request::get(address)
        .header("accept", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(())
        .map_err(|_| NotTold("bad_request".to_owned()))?;
    let mut answer = agent.run(request).map_err(unreachable)?;
    if answer.status() != 200 {
        return Err(NotTold(format!("http_{}", answer.status().as_u16())));
    }
    let body = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_vec().map_err(unreachable)?;
    serde_json::from_slice(&body).map_err(|_| NotTold("not_json".to_owned()))
}
