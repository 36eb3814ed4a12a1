use actix_web::http::header;
use actix_web::test::TestRequest;

use super::*;

fn key(values: &[&[u8]]) -> Result<Option<String>, &'static str> {
    let mut request = TestRequest::default();
    for value in values {
        let value = header::HeaderValue::from_bytes(value).unwrap();
        request = request.append_header((header::HeaderName::from_static("idempotency-key"), value));
    }
    idempotency_key(&request.to_http_request()).map_err(|error| error.kind().1)
}

#[test]
fn an_idempotency_key_is_visible_ascii() {
    assert_eq!(key(&[]), Ok(None));
    assert_eq!(key(&[b"a!~-\"8\""]), Ok(Some("a!~-\"8\"".to_owned())));
    assert_eq!(key(&[&[b'k'; 255]]), Ok(Some("k".repeat(255))));
    for wrong in [&b""[..], b"a b", b"caf\xe9", b"a\tb", &[b'k'; 256]] {
        assert_eq!(key(&[wrong]), Err("invalid_parameters"), "{wrong:?}");
    }
    assert_eq!(key(&[b"a", b"a"]), Err("invalid_parameters"));
}

#[test]
fn a_form_lists_what_it_needs() {
    let fields = crate::inquiries::tests::default_form().asked();
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
    assert_eq!(required, ["full_name", "message"]);
}
