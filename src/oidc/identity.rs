//! What the provider's claims mean here. Refuses an e-mail address that the provider did not verify: whoever can write
//! any address into their profile would sign in as its owner. Refuses control characters in what names a person.

use serde_json::{Map, Value};

use super::OidcError;
use crate::{
    config::{MAPPABLE_ROLES, RoleMapping, SingleSignOn},
    crypto::blind_index::normalise_email,
};

/// Values of `amr` (RFC 8176 §2) by what they show: something that somebody knows, has, or is.
const KINDS_OF_FACTOR: [&[&str]; 3] = [
    &["pwd", "pin", "kba"],
    &["otp", "hwk", "swk", "sms", "tel", "sc", "pop"],
    &["fpt", "face", "iris", "retina", "vbm"],
];

/// A person, as the provider knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's name in the settings.
    pub provider: String,
    /// Who signed.
    pub issuer: String,
    /// The person's id at the issuer; never given to another (OpenID Connect Core 1.0 §2).
    pub subject: String,
    /// Verified by the provider, in the form that accounts are found by.
    pub email: Option<String>,
    /// What colleagues may see, 1 to 200 characters.
    pub name: Option<String>,
    /// The highest role that the claims give; one of [`MAPPABLE_ROLES`].
    pub role: Option<&'static str>,
    /// How the person signed in there (RFC 8176); empty where the provider does not say.
    pub amr: Vec<String>,
}

/// A person's address is nobody else's business.
impl std::fmt::Debug for Identity {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Identity").field("provider", &self.provider).field("role", &self.role).finish_non_exhaustive()
    }
}

impl Identity {
    /// Reads what the claims say beside the subject.
    ///
    /// # Errors
    /// [`OidcError::Claim`] where the subject or the address holds what names nobody, such as NUL.
    pub(super) fn of(settings: &SingleSignOn, subject: String, claims: &Map<String, Value>) -> Result<Self, OidcError> {
        let is_plain = |text: &str| !text.chars().any(char::is_control);
        if !is_plain(&subject) {
            return Err(OidcError::Claim("sub"));
        }
        if !claims.get("email").and_then(Value::as_str).is_none_or(is_plain) {
            return Err(OidcError::Claim("email"));
        }
        let amr = texts(claims.get("amr")).into_iter().filter(|method| is_plain(method));
        Ok(Self {
            provider: settings.name.clone(),
            issuer: settings.issuer.as_str().to_owned(),
            subject,
            email: verified_email(claims),
            name: name(claims),
            role: highest_role(&settings.roles, claim(claims, &settings.role_claim)),
            amr: amr.take(20).map(str::to_owned).collect(),
        })
    }
}

/// Whether the provider says that it asked for a second factor: in one word (`mfa`), or by two kinds of factor. A code or
/// a key alone is one factor, however strong; silence is no proof.
#[must_use]
pub fn proves_second_factor(amr: &[String]) -> bool {
    let shows = |kind: &&&[&str]| amr.iter().any(|method| kind.contains(&method.as_str()));
    amr.iter().any(|method| method == "mfa") || KINDS_OF_FACTOR.iter().filter(shows).count() > 1
}

/// Whether the claims of the ID token leave something to ask the userinfo endpoint for: providers may keep what a scope
/// asks for to that endpoint (OpenID Connect Core 1.0 §5.4).
pub(super) fn is_incomplete(settings: &SingleSignOn, claims: &Map<String, Value>) -> bool {
    let lacks_role = !settings.roles.is_empty() && claim(claims, &settings.role_claim).is_none();
    lacks_role || !claims.contains_key("email")
}

/// Some providers write the truth as a text.
fn verified_email(claims: &Map<String, Value>) -> Option<String> {
    let verified = claims.get("email_verified")?;
    let verified = verified.as_bool().unwrap_or_else(|| verified.as_str() == Some("true"));
    let email = claims.get("email")?.as_str().filter(|_| verified)?;
    Some(normalise_email(email)).filter(|email| (3..=254).contains(&email.chars().count()))
}

fn name(claims: &Map<String, Value>) -> Option<String> {
    let name = claims.get("name")?.as_str()?;
    let line: String = name.chars().filter(|sign| !sign.is_control()).take(200).collect();
    Some(line.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The claim of that name, else what the path of names leads to.
fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let mut names = name.split('.');
        let first = claims.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    })
}

fn highest_role(mappings: &[RoleMapping], claim: Option<&Value>) -> Option<&'static str> {
    let given = texts(claim);
    let fits = |role: &&str| mappings.iter().any(|map| map.role == *role && given.contains(&map.value.as_str()));
    MAPPABLE_ROLES.into_iter().find(|role| fits(role))
}

/// A text, or the texts of a list.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(claims) => claims,
            other => panic!("no claims: {other}"),
        }
    }

    #[test]
    fn an_address_counts_only_where_the_provider_verified_it() {
        let of = |value| verified_email(&claims(value));
        let known = Some("dana@clinic.example".to_owned());
        assert_eq!(of(json!({"email": "Dana@Clinic.example", "email_verified": true})), known);
        assert_eq!(of(json!({"email": "dana@clinic.example", "email_verified": "true"})), known);
        for unverified in [json!(false), json!("false"), json!(null), json!(1), json!("yes")] {
            assert_eq!(of(json!({"email": "dana@clinic.example", "email_verified": unverified})), None);
        }
        assert_eq!(of(json!({"email": "dana@clinic.example"})), None);
    }

    #[test]
    fn of_several_roles_the_highest_counts_and_of_none_none() {
        let mappings = [("staff", "author"), ("chiefs", "admin"), ("desk", "front_desk")]
            .map(|(value, role)| RoleMapping { value: value.to_owned(), role });
        let role = |value: Value| highest_role(&mappings, Some(&value));
        assert_eq!(role(json!(["staff", "chiefs", "desk"])), Some("admin"));
        assert_eq!(role(json!("desk")), Some("front_desk"));
        for none in [json!(["Staff", "other"]), json!("staff,chiefs"), json!({"staff": true}), json!([["staff"]])] {
            assert_eq!(role(none), None);
        }
    }

    #[test]
    fn a_claim_is_found_by_its_name_or_by_a_path() {
        let nested = claims(json!({"realm_access": {"roles": ["staff"]}, "https://x.example/roles": ["other"]}));
        assert_eq!(claim(&nested, "realm_access.roles"), Some(&json!(["staff"])));
        assert_eq!(claim(&nested, "https://x.example/roles"), Some(&json!(["other"])));
        assert_eq!(claim(&nested, "realm_access.groups"), None);
    }

    #[test]
    fn two_kinds_of_factor_are_a_second_factor_and_one_kind_or_silence_is_none() {
        for (amr, expected) in [
            (&["mfa"][..], true),
            (&["pwd", "mfa"], true),
            (&["pwd", "otp"], true),
            (&["pin", "hwk"], true),
            (&["kba", "sms"], true),
            (&["pwd", "fpt"], true),
            (&["hwk", "face"], true),
            (&["sc", "pin"], true),
            (&["user", "vbm", "tel"], true),
            (&[], false),
            (&["pwd"], false),
            (&["otp"], false),
            (&["hwk"], false),
            (&["swk"], false),
            (&["sc"], false),
            (&["fpt"], false),
            (&["pwd", "pin", "kba"], false),
            (&["otp", "hwk", "sms", "pop"], false),
            (&["face", "iris"], false),
            (&["pwd", "pwd"], false),
            (&["pwd", "wia", "rba", "geo", "user", "mca"], false),
            (&["MFA"], false),
            (&["PWD", "OTP"], false),
            (&["pwd otp"], false),
        ] {
            let methods: Vec<String> = amr.iter().map(|method| (*method).to_owned()).collect();
            assert_eq!(proves_second_factor(&methods), expected, "{amr:?}");
        }
    }

    #[test]
    fn nobody_is_named_with_characters_that_cannot_be_seen() {
        let settings = crate::oidc::provider::tests::settings("https://id.example");
        let of = |subject: &str, rest: Value| Identity::of(&settings, subject.to_owned(), &claims(rest));
        let good = json!({"email": "dana@clinic.example", "email_verified": true, "amr": ["pwd", "o\0tp"]});
        assert_eq!(of("dana", good.clone()).unwrap().amr, ["pwd"]);
        for subject in ["\0", "dana\0", "da\nna", "dana\u{85}"] {
            assert_eq!(of(subject, good.clone()), Err(OidcError::Claim("sub")));
        }
        for (email, verified) in [("dana@clinic.example\0", true), ("da\0na@clinic.example", false), ("\r\n", true)] {
            let wrong = json!({"email": email, "email_verified": verified});
            assert_eq!(of("dana", wrong), Err(OidcError::Claim("email")));
        }
    }
}
