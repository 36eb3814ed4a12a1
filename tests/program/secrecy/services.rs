//! Services that bring inquiries, each signing as it does, and what stands around them: the Graph API that is asked for a
//! lead, and a receiver of webhooks.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use aws_lc_rs::hmac::{self, Algorithm};
use clinic_cms::clock::Clock;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::text;
use crate::web::{Client, Reply};

pub const KINDS: [&str; 5] = ["google_ads", "meta", "typeform", "callrail", "generic"];
/// What the services of Meta and `CallRail` made up.
const THEIRS: &str = "secret-of-the-service";

/// A server on loopback that keeps what it was sent. A lead is told to whoever asks for one; a POST is taken.
#[derive(Clone)]
pub struct Neighbour {
    pub url: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Neighbour {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let neighbour = Self { url: format!("http://{}", listener.local_addr().unwrap()), heard: Arc::default() };
        let serving = neighbour.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let _ = serving.answer(&stream);
            }
        });
        neighbour
    }

    /// Whole requests, as they came.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if reader.read_line(&mut request)? == 0 {
                return Ok(());
            }
        }
        let length =
            request.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        let told = if request.starts_with("GET") {
            json!({"id": "1", "field_data": [{"name": "full_name", "values": ["Qzcanary Graph"]},
                   {"name": "email", "values": ["qzcanary@graph.example"]}, {"name": "qzcanary?", "values": ["qzcanary"]}]})
            .to_string()
        } else {
            "{}".to_owned()
        };
        self.heard.lock().unwrap().push(request + &String::from_utf8_lossy(&body));
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
        write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{told}", told.len())
    }
}

/// A connection as its service knows it.
pub struct Line {
    pub kind: &'static str,
    pub id: String,
    path: String,
    secret: String,
}

impl Line {
    /// Staff make it.
    pub fn make(staff: &Client, kind: &'static str) -> Self {
        let mut body = json!({"kind": kind, "name": "A connection"});
        let more = match kind {
            "meta" => json!({"secret": THEIRS, "access_token": "page-token-of-meta"}),
            "callrail" => json!({"secret": THEIRS}),
            "generic" => json!({"mapping": {"fields": {"email": "/mail", "full_name": "/who", "message": "/words"}}}),
            _ => json!({}),
        };
        json_patch::merge(&mut body, &more);
        let made = staff.post("/v1/admin/integrations", &[], &body).unwrap().good()["data"].clone();
        let url = text(&made["url"]);
        let secret = made["secret"].as_str().unwrap_or(THEIRS).to_owned();
        Self { kind, id: text(&made["id"]), path: url.get(url.find("/v1/").unwrap()..).unwrap().to_owned(), secret }
    }

    /// Delivers a body, signed with this secret.
    fn deliver_with(&self, client: &Client, secret: &str, id: &str, body: &Value) -> Reply {
        let mut body = body.clone();
        if self.kind == "google_ads" {
            body["google_key"] = json!(secret);
        }
        let bytes = body.to_string();
        let tag = |with: Algorithm, key: &[u8], text: &str| {
            hmac::sign(&hmac::Key::new(with, key), text.as_bytes()).as_ref().to_vec()
        };
        let key = secret.as_bytes();
        let heads = match self.kind {
            "meta" => {
                let tag = hex::encode(tag(hmac::HMAC_SHA256, key, &bytes));
                vec![("X-Hub-Signature-256", format!("sha256={tag}"))]
            }
            "typeform" => {
                let tag = BASE64.encode(&tag(hmac::HMAC_SHA256, key, &bytes));
                vec![("Typeform-Signature", format!("sha256={tag}"))]
            }
            "callrail" => vec![("Signature", BASE64.encode(&tag(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, &bytes)))],
            "generic" => {
                let now = Clock::system().now().timestamp();
                let key = BASE64.decode(secret.trim_start_matches("whsec_").as_bytes()).unwrap_or_default();
                let tag = BASE64.encode(&tag(hmac::HMAC_SHA256, &key, &format!("{id}.{now}.{bytes}")));
                let heads = [("webhook-id", id.to_owned()), ("webhook-timestamp", now.to_string())];
                heads.into_iter().chain([("webhook-signature", format!("v1,{tag}"))]).collect()
            }
            _ => Vec::new(),
        };
        let heads: Vec<_> = heads.iter().map(|(name, value)| (*name, value.as_str())).collect();
        client.post(&self.path, &heads, &body).unwrap()
    }

    pub fn deliver(&self, client: &Client, id: &str, body: &Value) -> Reply {
        self.deliver_with(client, &self.secret, id, body)
    }

    /// One that is not signed, one to no address, one that cannot be read, and one that nobody could answer.
    pub fn stumble(&self, client: &Client) -> [Reply; 4] {
        let good = lead(self.kind, "qzcanary-9", true);
        let unreadable = json!({"qzcanary": ["qzcanary"]});
        let nowhere = format!("{}qzcanary", self.path);
        [
            self.deliver_with(client, "qzcanary-secret-of-nobody", "qzcanary-9", &good),
            client.post(&nowhere, &[], &good).unwrap(),
            self.deliver(client, "qzcanary-8", &unreadable),
            self.deliver(client, "qzcanary-7", &lead(self.kind, "qzcanary-7", false)),
        ]
    }
}

/// A lead with the canary in all that somebody wrote; without an address nobody could answer it.
pub fn lead(kind: &str, id: &str, has_address: bool) -> Value {
    let email = if has_address { "qzcanary@lead.example" } else { "qzcanary" };
    match kind {
        "google_ads" => json!({"lead_id": id, "gcl_id": "qzcanary", "user_column_data": [
            {"column_id": "FULL_NAME", "string_value": "Qzcanary Lead"}, {"column_id": "EMAIL", "string_value": email},
            {"column_name": "qzcanary?", "string_value": "qzcanary"}]}),
        "meta" => json!({"object": "page", "entry": [{"id": "9", "time": 1, "changes": [{"field": "leadgen", "value": {
            "leadgen_id": id.bytes().map(|byte| byte.to_string()).collect::<String>(), "field_data": [
                {"name": "full_name", "values": ["Qzcanary Lead"]}, {"name": "email", "values": [email]},
                {"name": "qzcanary?", "values": ["qzcanary"]}]}}]}]}),
        "typeform" => json!({"event_id": format!("event-{id}"), "event_type": "form_response", "form_response": {
            "form_id": "F1", "token": id, "hidden": {"utm_source": "qzcanary"},
            "definition": {"fields": [{"id": "q3", "ref": "knee", "type": "short_text", "title": "qzcanary?"}]},
            "answers": [
                {"type": "text", "text": "Qzcanary Lead", "field": {"id": "q1", "ref": "full_name", "type": "short_text"}},
                {"type": "email", "email": email, "field": {"id": "q2", "ref": "mail", "type": "email"}},
                {"type": "text", "text": "qzcanary", "field": {"id": "q3", "ref": "knee", "type": "short_text"}}]}}),
        "callrail" => json!({"resource_id": id, "customer_name": "Qzcanary Lead", "direction": "inbound",
            "customer_phone_number": if has_address { "+15615550177" } else { "qzcanary" },
            "recording": "https://app.callrail.example/qzcanary", "start_time": "2026-03-02T11:58:00.000Z",
            "note": "qzcanary"}),
        _ => json!({"who": "Qzcanary Lead", "mail": email, "words": "qzcanary", "extra": {"qzcanary": "qzcanary"}}),
    }
}

/// What Meta tells of a lead whose fields are to be fetched.
pub fn notice(id: &str) -> Value {
    json!({"object": "page", "entry": [{"id": "9", "time": 1, "changes": [
        {"field": "leadgen", "value": {"leadgen_id": id, "page_id": "9", "form_id": "8", "created_time": 1_772_452_800}}]}]})
}

/// A call that is told again, with an emergency in what was noted.
pub fn noted_call(id: &str) -> Value {
    let mut call = lead("callrail", id, true);
    call["note"] = json!("qzcanary qzcanary, and he wants to die");
    call["updated_at"] = json!("2026-03-02T13:00:00Z");
    call
}
