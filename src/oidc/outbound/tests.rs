use super::*;

#[test]
fn this_host_is_asked_only_where_the_issuer_stands_on_it() {
    let url = |text: &str| Url::parse(text).unwrap();
    let remote = Outbound::to(&url("https://id.example"), Vec::new());
    let local = Outbound::to(&url("http://127.0.0.1:9000"), Vec::new());
    assert!(remote.accepts(&url("https://keys.example/jwks")));
    assert!(!remote.accepts(&url("http://127.0.0.1/jwks")) && !remote.accepts(&url("http://id.example/jwks")));
    assert!(!remote.accepts(&url("https://u:p@id.example/jwks")));
    assert!(local.accepts(&url("http://127.0.0.1:9000/jwks")) && !local.accepts(&url("http://id.example/jwks")));
}
