//! A request in the making, and its answer.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};

/// The page at `/docs/problems`.
const EXPLAINED: &str = include_str!("../../../src/problems.html");

/// A request in the making.
pub struct Call {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub fn new(method: &str, url: String) -> Self {
        Self { method: method.to_owned(), url, headers: Vec::new(), body: None }
    }

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
        let mut answer = agent.run(request).unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.url));
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
        let reply = Reply {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: String::from_utf8_lossy(&body).into_owned(),
            bytes: body,
        };
        reply.check_that_codes_are_explained();
        reply
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

    /// Whatever test meets a problem: `/docs/problems` explains its code, and the code of each mistake.
    #[track_caller]
    fn check_that_codes_are_explained(&self) {
        if self.header("content-type") != "application/problem+json" || self.body.is_empty() {
            return;
        }
        let problem = self.json();
        let mistakes = problem["errors"].as_array().into_iter().flatten().map(|error| &error["code"]);
        for code in std::iter::once(&problem["code"]).chain(mistakes) {
            let code = code.as_str().unwrap();
            let explained = EXPLAINED.contains(&format!("id=\"{code}\""));
            assert!(explained, "src/problems.html does not explain `{code}`");
        }
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
