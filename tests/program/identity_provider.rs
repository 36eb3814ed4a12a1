//! Single sign-on against a real identity provider: npm's `oidc-provider`, with its own pages for signing in. Takes Node
//! and the npm registry, so it is run by `just test-long` alone.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use ureq::http::{Request, Response};
use url::Url;

use crate::{
    program::{Ground, Service},
    web::Client,
};

const PACKAGE: &str = "oidc-provider@9.13.3";
const CLIENT: (&str, &str) = ("clinic-cms", "lantern-orbit-seven");

/// The provider's process; ends with the test.
struct RealProvider {
    child: Child,
    stdin: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
    issuer: String,
}

impl RealProvider {
    /// Installs the package into `folder` and starts it.
    fn start(folder: &Path) -> Self {
        std::fs::write(folder.join("server.mjs"), include_str!("identity_provider/server.mjs")).unwrap();
        std::fs::write(folder.join("package.json"), "{}").unwrap();
        let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE];
        let installed = Command::new("npm").args(install).current_dir(folder).status().expect("npm is there");
        assert!(installed.success(), "{PACKAGE} is installed");
        let mut server = Command::new("node");
        server
            .args(["server.mjs", CLIENT.0, CLIENT.1])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = server.spawn().expect("node is there");
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = said.next().unwrap().unwrap();
        Self { stdin: child.stdin.take().unwrap(), child, said, issuer }
    }

    /// Registers the client's address; waits until the provider answers.
    fn register(&mut self, redirect: &str) {
        writeln!(self.stdin, "{redirect}").unwrap();
        let ready = self.said.by_ref().map_while(Result::ok).any(|line| line == "ready");
        assert!(ready, "the provider starts");
    }
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser with one tab and a jar of cookies.
struct Browser {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent = agent.timeout_global(Some(Duration::from_secs(30))).build().new_agent();
        Self { agent, cookies: BTreeMap::new() }
    }

    /// Asks an address; fills a form in where there are fields.
    fn visit(&mut self, address: &Url, fields: Option<&[(&str, &str)]>) -> (Response<ureq::Body>, Option<Url>) {
        let jar: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder().uri(address.as_str()).header("cookie", jar.join("; "));
        let answer = match fields {
            None => self.agent.run(request.body(String::new()).unwrap()),
            Some(fields) => {
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                let request = request.method("POST").header("content-type", "application/x-www-form-urlencoded");
                self.agent.run(request.body(form).unwrap())
            }
        };
        let answer = answer.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let next = answer.headers().get("location").map(|next| address.join(next.to_str().unwrap()).unwrap());
        (answer, next)
    }

    /// Follows redirects and agrees to every page of the provider, until an answer leads no further.
    fn walk(&mut self, start: &Url, subject: &str) -> Response<ureq::Body> {
        let mut pages = ["login", "consent"].into_iter();
        let mut address = start.clone();
        loop {
            let (mut answer, next) = self.visit(&address, None);
            address = match next {
                Some(next) => next,
                None if address.path().starts_with("/interaction/") => {
                    let page = pages.next().unwrap_or_else(|| panic!("{:?}", answer.body_mut().read_to_string()));
                    let fields = [("prompt", page), ("login", subject), ("password", "any will do")];
                    self.visit(&address, Some(&fields)).1.expect("the page leads on")
                }
                None => return answer,
            };
        }
    }
}

#[test]
#[ignore = "takes Node and the npm registry: just test-long"]
fn a_colleague_signs_in_at_a_real_identity_provider() {
    let folder = tempfile::tempdir().unwrap();
    let mut provider = RealProvider::start(folder.path());
    let ground = Ground::new();
    let issuer = provider.issuer.clone();
    let mut command = ground.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.envs([
        ("CMS_OIDC_ISSUER", issuer.as_str()),
        ("CMS_OIDC_CLIENT_ID", CLIENT.0),
        ("CMS_OIDC_CLIENT_SECRET", CLIENT.1),
        ("CMS_OIDC_ROLES", "cms-editors=editor"),
        ("CMS_OIDC_CREATE_ACCOUNTS", "on"),
    ]);
    let service = Service::start(command);
    provider.register(&format!("{}/v1/auth/oidc/sso/callback", service.base));
    let start = Url::parse(&format!("{}/v1/auth/oidc/sso/start", service.base)).unwrap();
    let mut accounts = Vec::new();
    // The second time the provider knows the browser, and the account is there.
    let mut browser = Browser::new();
    for _ in 0..2 {
        let mut answer = browser.walk(&start, "dana");
        let body = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status(), 200, "{body}");
        let tokens: serde_json::Value = serde_json::from_str(&body).unwrap();
        let me = Client::with_token(&service.base, tokens["data"]["access_token"].as_str().unwrap())
            .get("/v1/auth/me")
            .good();
        assert_eq!(
            (me["data"]["email"].as_str(), me["data"]["role"].as_str()),
            (Some("dana@clinic.example"), Some("editor"))
        );
        accounts.push(me["data"]["id"].clone());
    }
    assert_eq!(accounts[0], accounts[1]);
}
