use actix_web::{http::header, test::TestRequest};
use proptest::prelude::*;

use super::*;
use crate::inquiries::tests::{codes, full_body, named};

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn parts(body: &str) -> Result<Vec<(String, String)>, ApiError> {
    let request = TestRequest::default()
        .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=XX"))
        .to_http_request();
    multipart(request.headers(), Bytes::from(body.replace('\n', "\r\n"))).await.map(|(pairs, _)| pairs)
}

#[test]
fn a_urlencoded_form_is_read_as_browsers_write_it() {
    let pairs = urlencoded(b"name=Dana+Fuller&message=a%0D%0Ab%3D%26&x&=y&a=b=c&&e=%C3%A9").unwrap();
    let expected =
        [("name", "Dana Fuller"), ("message", "a\r\nb=&"), ("x", ""), ("", "y"), ("a", "b=c"), ("e", "\u{e9}")];
    assert_eq!(pairs, owned(&expected));
    assert_eq!(urlencoded(b"").unwrap(), []);
}

#[test]
fn text_that_is_no_utf_8_is_refused_and_never_mended() {
    for body in [&b"message=caf%E9"[..], b"message=\xff", b"%80=x"] {
        assert!(matches!(urlencoded(body), Err(ApiError::Malformed)));
    }
}

#[actix_web::test]
async fn a_multipart_form_is_read() {
    let body = "--XX\nContent-Disposition: form-data; name=\"email\"\n\ndana@example.com\n\
                --XX\nContent-Disposition: form-data; name=\"message\"\n\nline one\nline two\n--XX--\n";
    let pairs = parts(body).await.unwrap();
    assert_eq!(pairs, owned(&[("email", "dana@example.com"), ("message", "line one\r\nline two")]));
}

#[actix_web::test]
async fn a_file_is_told_from_a_text_and_from_a_field_that_nobody_used() {
    let read = async |disposition: &str, content: &str| {
        let body = format!(
            "--XX\nContent-Disposition: form-data; {disposition}\nContent-Type: text/plain\n\n{content}\n--XX--\n"
        );
        let headers = TestRequest::default()
            .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=XX"))
            .to_http_request();
        multipart(headers.headers(), Bytes::from(body.replace('\n', "\r\n"))).await.unwrap()
    };
    for (disposition, called) in [
        ("name=\"scan\"; filename=\"a.txt\"", "a.txt"),
        ("name=\"scan\"; filename*=UTF-8''%C3%A4.txt", "ä.txt"),
        ("name=\"scan\"; filename=\"\"", ""),
    ] {
        let (pairs, files) = read(disposition, "x").await;
        assert!(pairs.is_empty());
        let told: Vec<_> =
            files.iter().map(|file| (file.field.as_str(), file.name.reveal().as_str(), file.bytes())).collect();
        assert_eq!(told, [("scan", called, 1)], "{disposition}");
    }
    let (pairs, files) = read("name=\"scan\"; filename=\"\"", "").await;
    assert_eq!((pairs, files.len()), (owned(&[("scan", "")]), 0));
    let (pairs, files) = read("name=\"scan\"", "x").await;
    assert_eq!((pairs, files.len()), (owned(&[("scan", "x")]), 0));
}

#[actix_web::test]
async fn a_broken_multipart_body_is_malformed() {
    let unnamed = "--XX\nContent-Disposition: form-data\n\nx\n--XX--\n";
    let open = "--XX\nContent-Disposition: form-data; name=\"a\"\n\nx";
    for body in ["", "hello", unnamed, open] {
        assert!(matches!(parts(body).await, Err(ApiError::Malformed)), "{body}");
    }
}

#[actix_web::test]
async fn a_multipart_form_of_too_many_parts_is_refused() {
    use std::fmt::Write;
    let mut body = String::new();
    for i in 0..150 {
        write!(body, "--XX\nContent-Disposition: form-data; name=\"f{i}\"\n\nx\n").unwrap();
    }
    body.push_str("--XX--\n");
    let Err(ApiError::Invalid(errors)) = parts(&body).await else { panic!("taken") };
    assert_eq!(codes(&errors), [("", "too_many")]);
}

#[test]
fn a_plain_form_and_a_json_body_say_the_same() {
    let pairs = urlencoded(
        b"form=contact&kind=appointment&given_name=Dana&family_name=Fuller&full_name=Dana+Q.+Fuller\
          &email=Dana@Example.com&phone=%28561%29+555-0100+ext.+4&preferred_contact=phone&preferred_times=mornings\
          &preferred_times=after+5+pm&location=harbor&service=Ketamine+therapy&message=Line+one%0Aline+two\
          &language=es-us&on_behalf_of=child&consent_sms_reminders=2026-11&utm_source=ads\
          &landing_page=https://clinic.example/?a%3Db&gclid=x&form_token=other&_next=https://x.example/",
    )
    .unwrap();
    let plain = Received::Plain(PlainForm::of(pairs).unwrap(), Vec::new());
    let plain = plain.parse(&named(), "_website", |_| Ok(Pace::Human)).unwrap();
    let json = Received::Json(full_body()).parse(&named(), "_website", |_| Ok(Pace::Human)).unwrap();
    assert_eq!(str::from_utf8(&plain.canonical()), str::from_utf8(&json.canonical()));
}

#[test]
fn a_filled_honeypot_makes_spam_of_either_kind_of_post() {
    let mut body = full_body();
    body["_website"] = "http://spam.example".into();
    let judged = Received::Json(body).parse(&named(), "_website", |_| Ok(Pace::TooFast)).unwrap();
    assert_eq!((judged.tells.honeypot, judged.tells.pace), (true, Some(Pace::TooFast)));
    let pairs = owned(&[("name", "D"), ("email", "d@example.com"), ("message", "x"), ("_website", "y")]);
    let plain = Received::Plain(PlainForm::of(pairs).unwrap(), Vec::new());
    assert!(plain.parse(&named(), "_website", |_| Ok(Pace::Human)).unwrap().tells.honeypot);
}

#[test]
fn the_mistakes_of_a_plain_form_are_all_told() {
    let pairs = owned(&[("given_name", "D"), ("email", "nobody"), ("consent_sms", "on"), ("kind", "x"), ("kind", "y")]);
    let plain = Received::Plain(PlainForm::of(pairs).unwrap(), Vec::new());
    let errors = plain.parse(&named(), "_website", |_| Ok(Pace::Human)).unwrap_err();
    let expected = [
        ("/kind", "repeated"),
        ("/kind", "unknown_value"),
        ("/email", "bad_email"),
        ("/message", "required"),
        ("/consent_sms", "text_version_required"),
    ];
    assert_eq!(codes(&errors), expected);
}

#[test]
fn other_content_types_are_refused() {
    let of =
        |value: &str| Encoding::of(&TestRequest::default().insert_header(("content-type", value)).to_http_request());
    assert_eq!(of("application/json; charset=utf-8").unwrap(), Encoding::Json);
    assert_eq!(of("Application/X-WWW-Form-URLencoded").unwrap(), Encoding::Urlencoded);
    for other in ["text/plain", "application/jsonp", "", "application/vnd.api+json", "text/json"] {
        assert!(matches!(of(other), Err(ApiError::MediaType(_))), "{other}");
    }
    assert!(Encoding::of(&TestRequest::default().to_http_request()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_break_the_urlencoded_reader(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = urlencoded(&body);
    }

    #[test]
    fn no_bytes_break_the_multipart_reader(middle in "(\r\n|--XX|Content-Disposition: form-data; name=\"a\"|\\PC{0,9}){0,12}") {
        let body = format!("--XX\n{middle}\n--XX--\n");
        actix_web::rt::System::new().block_on(async {
            let _ = parts(&body).await;
        });
    }
}
