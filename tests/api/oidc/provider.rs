//! An identity provider on loopback: it describes itself, publishes keys, gives a code to whom it is told, and trades it
//! for tokens only with the client's secret and the right PKCE verifier.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
};

use clinic_cms::clock::Clock;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::keys::{self, Signing};

pub const CLIENT: (&str, &str) = ("clinic-cms", "lantern-orbit-seven");

/// What the provider says and how. Tests change it as they like.
pub struct Behaviour {
    pub signing: Signing,
    /// Laid over the header of the ID token.
    pub header: Value,
    /// Laid over the claims; `null` takes one away.
    pub claims: Value,
    /// Laid over the description.
    pub description: Value,
    /// The name under which the Ed25519 key is published.
    pub ed_name: &'static str,
    pub userinfo: Value,
    /// Requests by path.
    pub asked: BTreeMap<String, u32>,
    /// The status of the token endpoint, where it refuses.
    pub token_status: Option<u16>,
    codes: HashMap<String, Agreed>,
}

/// What stands behind a code.
struct Agreed {
    challenge: String,
    redirect: String,
    nonce: String,
    claims: Value,
}

#[derive(Clone)]
pub struct TestProvider {
    pub issuer: String,
    clock: Clock,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl TestProvider {
    pub fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let behaviour = Behaviour {
            signing: Signing::EdDsa,
            header: json!({}),
            claims: json!({}),
            description: json!({}),
            ed_name: "ed",
            userinfo: json!({}),
            asked: BTreeMap::new(),
            token_status: None,
            codes: HashMap::new(),
        };
        let provider = Self { issuer, clock, behaviour: Arc::new(Mutex::new(behaviour)) };
        let at_work = provider.clone();
        // Ends with the process: it holds nothing but its port.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                at_work.answer(stream);
            }
        });
        provider
    }

    pub fn behave(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap()
    }

    /// What the person's browser gets at the authorization endpoint once they agreed: the address to go back to.
    pub fn agree(&self, asked: &Url, person: &Value) -> Url {
        let query: HashMap<_, _> = asked.query_pairs().into_owned().collect();
        assert!(asked.as_str().starts_with(&format!("{}/authorize?", self.issuer)), "{asked}");
        assert_eq!((query["response_type"].as_str(), query["client_id"].as_str()), ("code", CLIENT.0));
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"));
        let (code, redirect) = (format!("code-{}", self.clock.new_id()), query["redirect_uri"].clone());
        let (challenge, nonce) = (query["code_challenge"].clone(), query["nonce"].clone());
        let agreed = Agreed { challenge, redirect: redirect.clone(), nonce, claims: person.clone() };
        self.behave().codes.insert(code.clone(), agreed);
        let mut back = Url::parse(&redirect).unwrap();
        back.query_pairs_mut()
            .extend_pairs([("code", code.as_str()), ("state", &query["state"]), ("iss", &self.issuer)])
            .append_pair("session_state", "what a provider adds");
        back
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        let _ = reader.read_line(&mut line);
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        let _ = reader.read_exact(&mut body);
        let (status, body) = self.reply(&path, &headers, &body);
        let _ = write!(
            stream,
            "HTTP/1.1 {status} X\r\nLocation: {}/jwks\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.issuer,
            body.len()
        );
    }

    fn reply(&self, path: &str, headers: &HashMap<String, String>, body: &[u8]) -> (u16, String) {
        let mut behaviour = self.behave();
        *behaviour.asked.entry(path.to_owned()).or_default() += 1;
        match path {
            "/.well-known/openid-configuration" => (200, self.description(&behaviour).to_string()),
            "/jwks" => (200, keys::published(behaviour.ed_name).to_string()),
            "/userinfo" if headers.get("authorization").is_some_and(|token| token == "Bearer opens-userinfo") => {
                (200, behaviour.userinfo.to_string())
            }
            "/token" => match (behaviour.token_status, self.tokens(&mut behaviour, headers, body)) {
                (Some(status), _) => (status, String::new()),
                (None, Some(tokens)) => (200, tokens.to_string()),
                (None, None) => (400, json!({"error": "invalid_grant"}).to_string()),
            },
            _ => (404, "{}".to_owned()),
        }
    }

    fn description(&self, behaviour: &Behaviour) -> Value {
        let address = |path: &str| format!("{}/{path}", self.issuer);
        let description = json!({
            "issuer": self.issuer, "authorization_endpoint": address("authorize"), "token_endpoint": address("token"),
            "jwks_uri": address("jwks"), "authorization_response_iss_parameter_supported": true,
        });
        laid_over(description, &behaviour.description)
    }

    /// Tokens for a code that is used once, by its client, with the verifier of its challenge.
    fn tokens(&self, behaviour: &mut Behaviour, headers: &HashMap<String, String>, body: &[u8]) -> Option<Value> {
        let form: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let client = format!("Basic {}", BASE64.encode(format!("{}:{}", CLIENT.0, CLIENT.1).as_bytes()));
        assert_eq!(headers.get("authorization"), Some(&client), "the client shows who it is");
        assert_eq!(form["grant_type"], "authorization_code");
        let agreed = behaviour.codes.remove(&form["code"])?;
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(form["code_verifier"].as_bytes()));
        assert_eq!(challenge, agreed.challenge, "the verifier belongs to the challenge");
        assert_eq!(form["redirect_uri"], agreed.redirect);
        let now = self.clock.now().timestamp();
        let claims = json!({"iss": self.issuer, "aud": CLIENT.0, "iat": now, "exp": now + 300, "nonce": agreed.nonce});
        let claims = laid_over(laid_over(claims, &agreed.claims), &behaviour.claims);
        let id_token = keys::token(behaviour.signing, &behaviour.header, &claims);
        Some(json!({"access_token": "opens-userinfo", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}))
    }
}

fn laid_over(mut value: Value, over: &Value) -> Value {
    for (name, new) in over.as_object().into_iter().flatten() {
        match (new, value.as_object_mut()) {
            (Value::Null, Some(object)) => drop(object.remove(name)),
            (new, Some(object)) => drop(object.insert(name.clone(), new.clone())),
            _ => {}
        }
    }
    value
}
