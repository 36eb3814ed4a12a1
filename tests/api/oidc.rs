//! `/v1/auth/oidc`: signing in at the clinic's identity provider, with a provider of the tests' own.

mod accounts;
mod flow;
mod handover;
mod keys;
mod provider;
mod tokens;

use chrono::{DateTime, Utc};
use clinic_cms::clock::Clock;
use serde_json::{Value, json};
use url::Url;

use crate::harness::{Api, Call, EDITOR, Reply};
use provider::{CLIENT, TestProvider};

/// The service and its provider, on one clock.
pub struct Ground {
    pub api: Api,
    pub provider: TestProvider,
    pub clock: Clock,
}

/// A sign-in that waits at the provider.
pub struct Waiting {
    pub cookie: String,
    pub address: Url,
}

impl Ground {
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let noon: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        let clock = Clock::fixed(noon);
        let provider = TestProvider::start(clock.clone());
        let issuer = provider.issuer.clone();
        let mut all = vec![
            ("rate-limits", "off"),
            ("oidc-issuer", issuer.as_str()),
            ("oidc-client-id", CLIENT.0),
            ("oidc-client-secret", CLIENT.1),
        ];
        all.extend(settings);
        let api = Api::start_with(clock.clone(), &all);
        Self { api, provider, clock }
    }

    /// Begins a sign-in in a new browser.
    pub fn begin(&self) -> Waiting {
        self.begin_with("")
    }

    pub fn begin_with(&self, query: &str) -> Waiting {
        let reply = self.api.get(&format!("/v1/auth/oidc/sso/start{query}"));
        assert_eq!(reply.status, 302, "{}", reply.body);
        let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
        Waiting { cookie, address: Url::parse(reply.header("location")).unwrap() }
    }

    /// The browser comes back from the provider, with this cookie.
    pub fn back(&self, address: &Url, cookie: Option<&str>) -> Reply {
        let call = self.call_back(address);
        match cookie {
            Some(cookie) => call.header("Cookie", cookie).send(),
            None => call.send(),
        }
    }

    fn call_back(&self, address: &Url) -> Call {
        self.api.call("GET", &format!("{}?{}", address.path(), address.query().unwrap_or_default()))
    }

    /// Signs a person in, from beginning to end.
    pub fn sign_in(&self, person: &Value) -> Reply {
        let waiting = self.begin();
        let back = self.provider.agree(&waiting.address, person);
        self.back(&back, Some(&waiting.cookie))
    }

    /// How many sessions there are.
    pub fn sessions(&self) -> i64 {
        self.count("select count(*) from cms.session")
    }

    pub fn count(&self, statement: &'static str) -> i64 {
        self.api.as_owner(async |connection| sqlx::query_scalar(statement).fetch_one(connection).await.unwrap())
    }

    pub fn execute(&self, statement: &'static str) {
        self.api.as_owner(async |connection| {
            sqlx::query(statement).execute(connection).await.unwrap();
        });
    }

    pub fn me(&self, tokens: &Reply) -> Value {
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let token = tokens.json()["data"]["access_token"].as_str().unwrap().to_owned();
        self.api.call("GET", "/v1/auth/me").bearer(&token).send().json()["data"].clone()
    }
}

/// The editor of the tests as the provider knows them.
pub fn editor() -> Value {
    person("editor-at-the-provider", EDITOR.0)
}

pub fn person(subject: &str, email: &str) -> Value {
    json!({"sub": subject, "email": email, "email_verified": true, "name": "Dana Fuller"})
}
