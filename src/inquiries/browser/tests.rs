use actix_web::{body::MessageBody, test::TestRequest};

use super::*;
use crate::{clock::Clock, inquiries::tests::door};

fn site() -> Site {
    Site {
        public_url: "http://127.0.0.1:8080".to_owned(),
        site_url: None,
        cors_origins: Vec::new(),
        form_redirect_origins: vec!["https://clinic.example".to_owned(), "http://localhost:3000".to_owned()],
        trusted_proxies: crate::http::client::TrustedProxies::default(),
        clock: Clock::system(),
        cursors: door().receipts,
    }
}

fn text(response: HttpResponse) -> String {
    String::from_utf8(response.into_body().try_into_bytes().unwrap().to_vec()).unwrap()
}

#[test]
fn a_page_is_for_those_who_ask_for_one() {
    let wants =
        |accept: &str| prefers_html(&TestRequest::default().insert_header(("accept", accept)).to_http_request());
    assert!(wants("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
    assert!(wants("text/html") && wants("text/html, application/json") && wants("text/html, */*"));
    assert!(!wants("application/json, text/html") && !wants("application/json, text/html;q=0.9"));
    assert!(!wants("*/*") && !wants("text/*") && !wants("application/json") && !wants("text/html;q=0"));
    assert!(!wants("text/html;q=0.5, */*") && !wants("///"));
    assert!(!prefers_html(&TestRequest::default().to_http_request()));
}

#[test]
fn a_browser_is_led_to_the_origins_of_the_settings() {
    let site = site();
    for next in ["https://clinic.example/thanks?x=1", "http://localhost:3000", "https://CLINIC.example:443/a"] {
        let response = thanks(&site, Some(next), "R", &[]);
        assert_eq!(response.status(), 303, "{next}");
        let location = response.headers().get(header::LOCATION).unwrap().to_str().unwrap();
        assert!(location.starts_with("https://clinic.example/") || location == "http://localhost:3000/", "{location}");
    }
}

#[test]
fn a_browser_is_led_nowhere_else() {
    let site = site();
    let refused = [
        "",
        "/thanks",
        "//evil.example/",
        "https://evil.example/",
        "http://clinic.example/",
        "https://clinic.example:444/",
        "https://clinic.example.evil.example/",
        "https://clinic.example@evil.example/",
        "https://user@clinic.example/",
        "https://evil.example\\@clinic.example/",
        "https:\\\\evil.example/clinic.example",
        "javascript:alert(1)//https://clinic.example",
        "data:text/html,x",
        "ftp://clinic.example/",
        "https://clinic.example\u{3002}evil.example/",
        "\u{0}https://evil.example/",
    ];
    for next in refused {
        let response = thanks(&site, Some(next), "R", &[]);
        assert_eq!(response.status(), 201, "{next}");
        assert!(!response.headers().contains_key(header::LOCATION), "{next}");
    }
    let split = thanks(&site, Some("https://clinic.example/\r\nSet-Cookie: a=b"), "R", &[]);
    assert!(!split.headers().get(header::LOCATION).unwrap().as_bytes().contains(&b'\n'));
}

#[test]
fn the_page_says_thank_you_and_shows_the_notices() {
    let notice = FormNotice { kind: "x".to_owned(), text: "Call <911> & \"wait\"".to_owned() };
    let response = thanks(&site(), None, "AAAA-BBBB-CCCC", &[notice]);
    let policy = response.headers().get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), "no-store");
    let page = text(response);
    assert!(page.contains("<h1>Thank you</h1>") && page.contains("AAAA-BBBB-CCCC"));
    assert!(page.contains("Call &lt;911&gt; &amp; &quot;wait&quot;") && !page.contains("<script"));
}

#[test]
fn a_page_of_mistakes_keeps_the_status_and_escapes() {
    let error = ApiError::field("/<img src=x>", "c", "must be <right>");
    let response = mistakes(&site(), "id", &error);
    assert_eq!(response.status(), 422);
    assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), "text/html; charset=utf-8");
    let page = text(response);
    assert!(page.contains("&lt;img src=x&gt;: must be &lt;right&gt;") && !page.contains("<img"));
    let limited = ApiError::RateLimited { wait: 7, policy: "\"inquiries\";q=30;w=60".to_owned() };
    let response = mistakes(&site(), "id", &limited);
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "7");
}
