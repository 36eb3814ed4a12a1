//! Forged access tokens: good ones with one thing changed, most of them signed with the right key all the same. Each is
//! refused, and no answer tells why.

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use clinic_cms::clock::Clock;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, EDITOR, OWNER, Reply};

const PATHS: [&str; 2] = ["/v1/admin/articles", "/v1/auth/me"];

/// Whoever forges has the best of all positions: the key of the installation, and a token of a living session.
struct Forger {
    pair: Ed25519KeyPair,
    header: Value,
    claims: Value,
    token: String,
}

fn part(token: &str, index: usize) -> Value {
    let encoded = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(encoded.as_bytes()).unwrap()).unwrap()
}

fn encode(part: &str) -> String {
    BASE64URL_NOPAD.encode(part.as_bytes())
}

fn signed_by(pair: &Ed25519KeyPair, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    format!("{message}.{}", BASE64URL_NOPAD.encode(pair.sign(message.as_bytes()).as_ref()))
}

impl Forger {
    fn at(api: &Api) -> Self {
        let token = api.sign_in(EDITOR);
        let (header, claims) = (part(&token, 0), part(&token, 1));
        let file = api.keys.join(format!("signing-{}.pem", header["kid"].as_str().unwrap()));
        let pem = std::fs::read_to_string(file).unwrap();
        let document = BASE64.decode(pem.lines().nth(1).unwrap().as_bytes()).unwrap();
        Self { pair: Ed25519KeyPair::from_pkcs8(&document).unwrap(), header, claims, token }
    }

    /// Signs these texts as they stand.
    fn signed(&self, header: &str, claims: &str) -> String {
        signed_by(&self.pair, header, claims)
    }

    /// A token of ours with another member in its header.
    fn with_header(&self, member: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[member] = value;
        self.signed(&header.to_string(), &self.claims.to_string())
    }

    fn with_claim(&self, claim: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[claim] = value;
        self.signed(&self.header.to_string(), &claims.to_string())
    }

    fn with_time(&self, claim: &str, seconds: i64) -> String {
        self.with_claim(claim, json!(self.claims["iat"].as_i64().unwrap() + seconds))
    }

    fn without_claim(&self, claim: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(claim).unwrap();
        self.signed(&self.header.to_string(), &claims.to_string())
    }

    fn without_header(&self, member: &str) -> String {
        let mut header = self.header.clone();
        header.as_object_mut().unwrap().remove(member).unwrap();
        self.signed(&header.to_string(), &self.claims.to_string())
    }

    /// The public key as the secret of an HMAC.
    fn with_mac(&self, alg: &str, algorithm: hmac::Algorithm, secret: &[u8]) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(alg);
        let message = format!("{}.{}", encode(&header.to_string()), encode(&self.claims.to_string()));
        let tag = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
        format!("{message}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
    }

    /// A good token of which standard base64 looks different: about each third one does not.
    fn with_an_url_letter(&self) -> String {
        let tokens = (0..).map(|number| self.with_claim("n", json!(number)));
        tokens.into_iter().find(|token| token.contains(['-', '_'])).unwrap()
    }

    fn jwk(&self) -> Value {
        let x = BASE64URL_NOPAD.encode(self.pair.public_key().as_ref());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.header["kid"], "alg": "EdDSA", "use": "sig"})
    }

    /// Other algorithms, and other keys.
    fn signatures(&self) -> Vec<(String, String)> {
        // SubjectPublicKeyInfo (RFC 8410 section 4).
        let der = [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", self.pair.public_key().as_ref()].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64.encode(&der));
        let secrets: [(&str, Vec<u8>); 7] = [
            ("the PEM", pem.clone().into_bytes()),
            ("the PEM without its last line break", pem.trim_end().into()),
            ("the DER", der),
            ("the bytes", self.pair.public_key().as_ref().to_vec()),
            ("the JWK", self.jwk().to_string().into_bytes()),
            ("the kid", self.header["kid"].as_str().unwrap().into()),
            ("nothing", Vec::new()),
        ];
        let mut all = Vec::new();
        for (name, secret) in &secrets {
            all.push((format!("HS256 with {name}"), self.with_mac("HS256", hmac::HMAC_SHA256, secret)));
            all.push((format!("HS384 with {name}"), self.with_mac("HS384", hmac::HMAC_SHA384, secret)));
            all.push((format!("HS512 with {name}"), self.with_mac("HS512", hmac::HMAC_SHA512, secret)));
            all.push((format!("a MAC called EdDSA, with {name}"), self.with_mac("EdDSA", hmac::HMAC_SHA256, secret)));
        }
        for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "RS256", "PS256", "ES256", "Ed25519", "eddsa"] {
            let signed = self.with_header("alg", json!(alg));
            let (message, _) = signed.rsplit_once('.').unwrap();
            all.push((format!("{alg:?} without a signature"), format!("{message}.")));
            all.push((format!("{alg:?} with ours"), signed));
        }
        let other = Ed25519KeyPair::generate().unwrap();
        let foreign = signed_by(&other, &self.header.to_string(), &self.claims.to_string());
        all.push(("another key with our kid".to_owned(), foreign));
        all
    }

    /// Members of the header that are missing, strange or not ours.
    fn headers(&self) -> Vec<(String, String)> {
        let url = "https://evil.example/keys.json";
        let members = [
            ("kid", json!("0009-unknown")),
            ("kid", json!("")),
            ("kid", json!("../../../../dev/null")),
            ("kid", json!("/etc/passwd")),
            ("kid", json!("' or '1'='1")),
            ("kid", json!("x'; drop table cms.account; --")),
            ("kid", json!("a".repeat(2000))),
            ("kid", json!([self.header["kid"]])),
            ("kid", json!({"kid": self.header["kid"]})),
            ("kid", json!(1)),
            ("kid", Value::Null),
            ("jwk", self.jwk()),
            ("jku", json!(url)),
            ("x5u", json!(url)),
            ("x5c", json!(["MIIB"])),
            ("x5t", json!("AAAA")),
            ("crit", json!(["nonsense"])),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
            ("enc", json!("A256GCM")),
            ("cty", json!("JWT")),
            ("typ", json!("JWT")),
            ("typ", json!("refresh+jwt")),
            ("typ", json!("application/at+jwt")),
            ("typ", json!("AT+JWT")),
            ("typ", Value::Null),
            ("alg", Value::Null),
            ("alg", json!(["EdDSA"])),
        ];
        let mut all: Vec<_> = members
            .into_iter()
            .map(|(member, value)| (format!("{member} = {value:.60}"), self.with_header(member, value)))
            .collect();
        for member in ["alg", "typ", "kid"] {
            all.push((format!("no {member}"), self.without_header(member)));
        }
        for doubled in [r#"{"alg":"none","#, r#"{"alg":"EdDSA","#, r#"{"kid":"0009-unknown","#, r#"{"typ":"JWT","#] {
            let twice = self.header.to_string().replacen('{', doubled, 1);
            all.push((format!("the header begins with {doubled}"), self.signed(&twice, &self.claims.to_string())));
        }
        all
    }

    /// Claims that are missing, wrong or of another installation.
    fn bodies(&self, of_another: &Uuid) -> Vec<(String, String)> {
        let ours = self.claims["aud"].as_str().unwrap();
        let claims = [
            ("iss", json!("https://evil.example")),
            ("iss", json!(format!("{ours}/"))),
            ("iss", json!([ours])),
            ("aud", json!("https://evil.example")),
            ("aud", json!([ours, "https://evil.example"])),
            ("aud", json!([ours])),
            ("aud", json!("")),
            ("sub", json!("editor")),
            ("sub", json!(2)),
            ("sub", json!(Uuid::nil())),
            ("sid", json!(of_another)),
            ("sid", json!(Uuid::nil())),
            ("sid", json!("' or true --")),
            ("jti", json!("first")),
            ("exp", json!("2999-01-01T00:00:00Z")),
            ("exp", json!(-1)),
            ("exp", json!(1e300)),
            ("iat", json!("now")),
            ("nbf", Value::Null),
        ];
        let mut all: Vec<_> = claims
            .into_iter()
            .map(|(claim, value)| (format!("{claim} = {value}"), self.with_claim(claim, value)))
            .collect();
        for claim in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti"] {
            all.push((format!("no {claim}"), self.without_claim(claim)));
        }
        for (claim, seconds) in [("exp", -31), ("exp", -86_400), ("nbf", 31), ("iat", 31), ("iat", 86_400)] {
            all.push((format!("{claim} {seconds} seconds from now"), self.with_time(claim, seconds)));
        }
        for doubled in [r#"{"exp":9999999999,"#, r#"{"role":"owner","#, r#"{"sub":"x","#] {
            let twice = self.claims.to_string().replacen('{', doubled, 1);
            all.push((format!("the claims begin with {doubled}"), self.signed(&self.header.to_string(), &twice)));
        }
        for claims in ["", "null", "[]", "{}", "\"\""] {
            all.push((format!("the claims are {claims:?}"), self.signed(&self.header.to_string(), claims)));
        }
        all.push(("20 KB of it".to_owned(), self.with_claim("padding", json!("a".repeat(15_000)))));
        all
    }

    /// Good tokens that are written down in another way.
    fn spellings(&self) -> Vec<(String, String)> {
        let (message, signature) = self.token.rsplit_once('.').unwrap();
        let (header, claims) = message.split_once('.').unwrap();
        let padded = |encoded: &str| BASE64URL.encode(&BASE64URL_NOPAD.decode(encoded.as_bytes()).unwrap());
        let standard: Vec<String> = self
            .with_an_url_letter()
            .split('.')
            .map(|part| BASE64_NOPAD.encode(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()))
            .collect();
        let all = [
            ("padding behind the signature", format!("{message}.{}", padded(signature))),
            ("one sign of padding", format!("{}=", self.token)),
            ("the standard alphabet", standard.join(".")),
            ("a space before it", format!(" {}", self.token)),
            ("a space inside", self.token.replacen('.', ". ", 1)),
            ("a tab inside", self.token.replacen('.', ".\t", 1)),
            ("a second token behind it", format!("{0} {0}", self.token)),
            ("a comma behind it", format!("{},", self.token)),
            ("quotes around it", format!("\"{}\"", self.token)),
            ("a fourth segment", format!("{}.{signature}", self.token)),
            ("a full stop behind it", format!("{}.", self.token)),
            ("five segments, as an encrypted token has", format!("{header}.{claims}.{claims}.{claims}.{signature}")),
            ("no signature", format!("{message}.")),
            ("no third segment", message.to_owned()),
            ("half a signature", format!("{message}.{}", &signature[..43])),
            ("a signature that is a letter short", self.token[..self.token.len() - 1].to_owned()),
            ("a signature of zeros", format!("{message}.{}", BASE64URL_NOPAD.encode(&[0; 64]))),
            ("a signature that is there twice", format!("{message}.{signature}{signature}")),
            ("no claims", format!("{header}..{signature}")),
            ("segments in another order", format!("{claims}.{header}.{signature}")),
            ("percent signs for full stops", self.token.replace('.', "%2e")),
            (
                "the flattened JSON form",
                json!({"protected": header, "payload": claims, "signature": signature}).to_string(),
            ),
            (
                "the general JSON form",
                json!({"payload": claims, "signatures": [{"protected": header, "signature": signature}]}).to_string(),
            ),
        ];
        all.map(|(name, token)| (name.to_owned(), token)).to_vec()
    }
}

/// What an answer says, without what is new in each.
fn said(reply: &Reply) -> (u16, Value, Vec<(String, String)>) {
    let mut problem = reply.problem(401, "unauthenticated");
    problem.as_object_mut().unwrap().remove("request_id");
    let headers = reply.headers.iter().filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (reply.status, problem, headers)
}

#[test]
fn no_forged_token_opens_anything_and_every_refusal_is_the_same() {
    let api = Api::start_with(Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap()), &[("rate-limits", "off")]);
    let forger = Forger::at(&api);
    let owners = part(&api.sign_in(OWNER), 1);
    let owners_session: Uuid = owners["sid"].as_str().unwrap().parse().unwrap();
    let good = [forger.token.clone(), forger.signed(&forger.header.to_string(), &forger.claims.to_string())];
    let edges = [("exp", -29), ("nbf", 30), ("iat", 30)].map(|(claim, seconds)| forger.with_time(claim, seconds));
    let mut forged = forger.signatures();
    forged.extend(forger.headers());
    forged.extend(forger.bodies(&owners_session));
    forged.extend(forger.spellings());
    assert!(forged.len() >= 100, "{}", forged.len());
    let ask = |path: &str, token: &str| api.call("GET", path).bearer(token).send();
    for path in PATHS {
        for token in good.iter().chain(&edges) {
            assert_eq!(ask(path, token).status, 200, "the forger can make good tokens: {}", part(token, 1));
        }
        let expected = said(&ask(path, "nonsense"));
        for (name, token) in &forged {
            let reply = ask(path, token);
            assert_eq!(reply.status, 401, "{name}: {}", reply.body);
            assert_eq!(said(&reply), expected, "{name}");
        }
        assert_eq!(ask(path, &forger.token).status, 200, "the person is not locked out by it");
    }
}

#[test]
fn a_token_of_another_installation_is_worth_nothing_here() {
    let (here, there) = (Api::start(), Api::start());
    let token = there.sign_in(EDITOR);
    assert_ne!(part(&token, 1)["iss"], here.public_url, "they share the keys and not the address");
    for path in PATHS {
        assert_eq!(there.call("GET", path).bearer(&token).send().status, 200);
        here.call("GET", path).bearer(&token).send().problem(401, "unauthenticated");
    }
}
