//! A client that shows a broken connection as such: who asks a service that is killed must tell it from a refusal.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Request;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON ({}): {}", self.status, self.body))
    }

    /// The body of an answer that has to be a good one.
    #[track_caller]
    pub fn good(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.body);
        self.json()
    }
}

/// Who asks, with a token or without.
#[derive(Clone, Default)]
pub struct Client {
    base: String,
    token: Option<String>,
}

impl Client {
    pub fn of(base: &str) -> Self {
        Self { base: base.to_owned(), token: None }
    }

    /// Somebody who has a token already.
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { base: base.to_owned(), token: Some(token.to_owned()) }
    }

    /// Signs in.
    #[track_caller]
    pub fn signed_in(base: &str, (email, password): (&str, &str)) -> Self {
        let tokens = Self::of(base).sign_in((email, password)).good();
        Self { base: base.to_owned(), token: tokens["data"]["access_token"].as_str().map(str::to_owned) }
    }

    pub fn sign_in(&self, (email, password): (&str, &str)) -> Reply {
        self.post("/v1/auth/login", &[], &json!({"email": email, "password": password})).unwrap()
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], None).unwrap()
    }

    /// Nothing where nobody listens.
    pub fn try_get(&self, path: &str) -> Option<Reply> {
        self.ask("GET", path, &[], None).ok()
    }

    /// Errors are those of the connection.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Result<Reply, ureq::Error> {
        self.ask("POST", path, headers, Some(body))
    }

    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.ask("PUT", path, &[], Some(body)).unwrap()
    }

    /// A change to what stands there in this version.
    #[track_caller]
    pub fn patch(&self, path: &str, version: &Value, body: &Value) -> Reply {
        self.ask("PATCH", path, &[("If-Match", &format!("\"v{version}\""))], Some(body)).unwrap()
    }

    /// Changes whatever version there is.
    #[track_caller]
    pub fn patch_any(&self, path: &str, body: &Value) -> Reply {
        self.ask("PATCH", path, &[("If-Match", "*")], Some(body)).unwrap()
    }

    /// Takes away whatever version there is.
    #[track_caller]
    pub fn delete_any(&self, path: &str) -> Reply {
        self.ask("DELETE", path, &[("If-Match", "*")], None).unwrap()
    }

    /// Every item of a list, page after page.
    pub fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}?limit=100{cursor}")).good();
            items.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["meta"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, ureq::Error> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut answer = match body {
            Some(body) => {
                agent.run(request.header("Content-Type", "application/json").body(body.to_string()).unwrap())?
            }
            None => agent.run(request.body(()).unwrap())?,
        };
        let body = answer.body_mut().with_config().limit(16 << 20).read_to_string()?;
        Ok(Reply { status: answer.status().as_u16(), body })
    }
}
