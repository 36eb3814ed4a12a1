use super::super::LocalSignIn;
use super::*;

const PROVIDER: [(&str, &str); 2] =
    [("CMS_OIDC_ISSUER", "https://id.clinic.example/realms/staff/"), ("CMS_OIDC_CLIENT_ID", "clinic-cms")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&PROVIDER[..], more].concat()
}

#[test]
fn an_issuer_and_a_client_make_a_provider_and_nothing_else_is_asked_for() {
    let provider = loaded(&PROVIDER).single_sign_on.unwrap();
    assert_eq!(provider.issuer.as_str(), "https://id.clinic.example/realms/staff/", "byte by byte");
    assert_eq!((provider.name.as_str(), provider.role_claim.as_str()), ("sso", "groups"));
    assert_eq!(provider.scopes, ["openid", "email", "profile"]);
    assert!(provider.roles.is_empty() && !provider.create_accounts && provider.client_secret.is_none());
    let unset = loaded(&[]);
    assert!(unset.single_sign_on.is_none() && unset.local_sign_in == LocalSignIn::Everybody);
}

#[test]
fn a_part_of_a_provider_is_refused() {
    for (part, partner) in [(PROVIDER[0], "CMS_OIDC_CLIENT_ID"), (PROVIDER[1], "CMS_OIDC_ISSUER")] {
        let text = refused(&[part]);
        assert!(text.contains("is set alone") && text.contains(partner), "{text}");
    }
}

#[test]
fn an_issuer_without_tls_is_one_on_this_host() {
    for issuer in ["http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost:9000", "https://id.example"] {
        assert!(load(&[("CMS_OIDC_ISSUER", issuer), PROVIDER[1]]).is_ok(), "{issuer}");
    }
    for issuer in ["http://id.example", "http://127.0.0.1.example", "http://10.0.0.1", "https://u:p@id.example"] {
        assert!(load(&[("CMS_OIDC_ISSUER", issuer), PROVIDER[1]]).is_err(), "{issuer}");
    }
}

#[test]
fn single_sign_on_needs_an_address_of_ours_that_cookies_are_safe_at() {
    let text = refused(&with(&[("CMS_PUBLIC_URL", "http://api.clinic.example")]));
    assert!(text.contains("CMS_OIDC_ISSUER") && text.contains("CMS_PUBLIC_URL"), "{text}");
    assert!(load(&with(&[("CMS_LISTEN", "0.0.0.0:8080")])).is_err());
    loaded(&with(&[("CMS_LISTEN", "0.0.0.0:8080"), ("CMS_PUBLIC_URL", "https://api.clinic.example")]));
}

#[test]
fn a_role_is_one_that_exists_and_a_group_has_one() {
    let roles = loaded(&with(&[("CMS_OIDC_ROLES", "cn=editors=editor, chiefs=owner")])).single_sign_on.unwrap().roles;
    let roles: Vec<_> = roles.iter().map(|mapping| (mapping.value.as_str(), mapping.role)).collect();
    assert_eq!(roles, [("cn=editors", "editor"), ("chiefs", "owner")]);
    for wrong in ["editors", "editors=gardener", "=editor", "a=editor,a=owner", "a=editor,,b=owner"] {
        assert!(load(&with(&[("CMS_OIDC_ROLES", wrong)])).is_err(), "{wrong}");
    }
}

#[test]
fn passwords_are_switched_off_only_where_somebody_can_still_get_in() {
    let glass = ("CMS_LOCAL_SIGN_IN", "break_glass");
    let owner = ("CMS_BREAK_GLASS_OWNER", "owner@clinic.example");
    assert!(refused(&[glass, owner]).contains("CMS_OIDC_ISSUER"));
    assert!(refused(&with(&[glass])).contains("CMS_BREAK_GLASS_OWNER"));
    assert!(refused(&with(&[owner])).contains("CMS_LOCAL_SIGN_IN"));
    let config = loaded(&with(&[glass, owner]));
    assert!(matches!(config.local_sign_in, LocalSignIn::BreakGlass(email) if email.as_str() == owner.1));
    loaded(&[("CMS_LOCAL_SIGN_IN", "on")]);
}
