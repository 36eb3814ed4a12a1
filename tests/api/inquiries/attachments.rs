//! Files that come with an inquiry: refused until a form takes them, then sealed, shown to staff to save, and forgotten.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{mistakes, post, read, receipt, rows};
use crate::harness::{Api, Call, EDITOR, FRONT_DESK, OWNER, Reply};

const EDGE: &str = "edge-of-the-form";
pub const SCAN: (&str, &str, &[u8]) =
    ("attachments", "Halloway left knee.pdf", b"%PDF-1.7 canary of the knee \x00\xff");
const PHOTO: (&str, &str, &[u8]) =
    ("attachments", "../camera/knee \u{e9}.jpg", b"\xff\xd8\xff\xe0 canary of the photo");

/// A form of ours as a browser sends it, with files.
pub fn with_files(call: Call, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Call {
    let mut body = Vec::new();
    let usual = [("form", "scans"), ("full_name", "Wren Halloway"), ("email", "wren.halloway@mail.example")];
    for (name, value) in usual.iter().chain(fields) {
        body.extend(format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (field, name, content) in files {
        let head = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{EDGE}--\r\n").bytes());
    call.header("Content-Type", format!("multipart/form-data; boundary={EDGE}")).bytes(body)
}

fn send(api: &Api, files: &[(&str, &str, &[u8])]) -> Reply {
    with_files(post(api), &[("message", "Please look at these.")], files).send()
}

/// A service whose form `scans` takes files as `policy` says, and the form's id.
fn taking(policy: &Value) -> (Api, String) {
    let api = Api::start();
    let editor = api.sign_in(EDITOR);
    let form = json!({"name": "Scans", "slug": "scans", "attachments": policy});
    let made = api.call("POST", "/v1/admin/forms").bearer(&editor).json(&form).send();
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    (api, id)
}

fn path(receipt: &Value, attachment: &Value) -> String {
    let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
    format!("/v1/admin/inquiries/{}/attachments/{}", text(receipt), text(attachment))
}

fn run(api: &Api, statement: &'static str) {
    api.as_owner(async |owner| owner.execute(AssertSqlSafe(statement)).await.map(drop).unwrap());
}

#[test]
fn a_file_comes_back_to_staff_as_it_was_sent() {
    let (api, _) = taking(&json!({}));
    let told = receipt(&send(&api, &[SCAN, PHOTO]));
    let stored = read(&api, &told);
    let files = stored["attachments"].as_array().unwrap();
    let shown: Vec<_> =
        files.iter().map(|file| (file["name"].as_str(), file["media_type"].as_str(), file["bytes"].as_u64())).collect();
    let expected = [
        (Some("Halloway left knee.pdf"), Some("application/pdf"), Some(SCAN.2.len() as u64)),
        (Some("knee \u{e9}.jpg"), Some("image/jpeg"), Some(PHOTO.2.len() as u64)),
    ];
    assert_eq!(shown, expected);
    let owner = api.sign_in(OWNER);
    for (file, sent) in files.iter().zip([SCAN, PHOTO]) {
        let saved = api.call("GET", &path(&told, file)).bearer(&owner).send();
        assert_eq!((saved.status, saved.bytes.as_slice()), (200, sent.2));
        assert_eq!(saved.header("content-type"), file["media_type"].as_str().unwrap());
        assert!(
            saved.header("content-disposition").starts_with("attachment; filename=\""),
            "a browser does not show it"
        );
        assert_eq!(saved.header("x-content-type-options"), "nosniff");
        assert_eq!(saved.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(saved.header("cache-control"), "no-store");
    }
    let read =
        "select count(*) from cms.audit_event where action = 'inquiry_attachment.read' and cardinality(fields) = 1";
    assert_eq!(api.number(read), 2);
}

#[test]
fn nothing_of_a_file_stands_open_in_the_database() {
    let (api, _) = taking(&json!({}));
    receipt(&send(&api, &[SCAN]));
    for column in ["sealed_name", "sealed_content"] {
        for word in ["canary", "Halloway", "knee", "PDF"] {
            let found =
                format!("select count(*) from cms.inquiry_attachment where position('{word}'::bytea in {column}) > 0");
            assert_eq!(api.number(&found), 0, "{column} {word}");
        }
    }
}

#[test]
fn files_are_refused_where_no_form_asks_for_them() {
    let (api, form) = taking(&Value::Null);
    let problem = send(&api, &[SCAN]).problem(422, "validation_failed");
    assert_eq!(mistakes(&problem), [("/attachments", "file")]);
    let long = vec![b'x'; 300 * 1024];
    send(&api, &[("attachments", "long.pdf", &long)]).problem(413, "too_large");
    let editor = api.sign_in(EDITOR);
    let on = api.call("PATCH", &format!("/v1/admin/forms/{form}")).bearer(&editor).header("If-Match", "*");
    assert_eq!(on.json(&json!({"attachments": {"max_bytes": 400_000}})).send().status, 200);
    let shown = api.get("/v1/forms/scans").json()["data"]["attachments"].clone();
    assert_eq!(
        (&shown["field"], &shown["max_files"], &shown["max_bytes"]),
        (&json!("attachments"), &json!(3), &json!(400_000))
    );
    let long = [b"%PDF-".as_slice(), &long].concat();
    receipt(&send(&api, &[("attachments", "long.pdf", &long)]));
    let off = api.call("PATCH", &format!("/v1/admin/forms/{form}")).bearer(&editor).header("If-Match", "*");
    assert_eq!(off.json(&json!({"attachments": null})).send().status, 200);
    send(&api, &[SCAN]).problem(422, "validation_failed");
    assert_eq!(api.get("/v1/forms/scans").json()["data"]["attachments"], Value::Null);
    assert_eq!(rows(&api), 1);
}

#[test]
fn every_mistake_in_files_is_told_with_those_of_the_fields() {
    let (api, _) = taking(&json!({"max_files": 2, "max_bytes": 2000, "types": ["application/pdf"]}));
    let page: (&str, &str, &[u8]) = ("attachments", "scan.pdf", b"<html><script>alert(1)</script>");
    let long = [b"%PDF-".as_slice(), &[b'x'; 3000]].concat();
    let files = [SCAN, page, ("attachments", "long.pdf", long.as_slice()), ("cv", "cv.pdf", SCAN.2)];
    let problem = with_files(post(&api), &[("phone", "nobody")], &files).send().problem(422, "validation_failed");
    let expected = [
        ("/attachments", "too_large"),
        ("/attachments", "too_many"),
        ("/attachments/1", "unknown_file_type"),
        ("/cv", "file"),
        ("/message", "required"),
        ("/phone", "bad_phone"),
    ];
    let found: Vec<_> = mistakes(&problem).into_iter().filter(|mistake| *mistake != ("/message", "required")).collect();
    assert_eq!(found, expected.into_iter().filter(|mistake| *mistake != ("/message", "required")).collect::<Vec<_>>());
    assert!(!problem.to_string().contains("canary") && !problem.to_string().contains("Halloway"), "{problem}");
    assert_eq!(rows(&api), 0);
}

#[test]
fn a_post_with_files_is_one_inquiry_however_often_it_is_sent() {
    let (api, _) = taking(&json!({}));
    let keyed = |files: &[(&str, &str, &[u8])]| {
        with_files(post(&api).header("Idempotency-Key", "scan-1"), &[("message", "Once.")], files).send()
    };
    let first = receipt(&keyed(&[SCAN, PHOTO]));
    assert_eq!(receipt(&keyed(&[SCAN, PHOTO])), first);
    keyed(&[SCAN]).problem(422, "idempotency_key_reused");
    keyed(&[SCAN, (PHOTO.0, PHOTO.1, SCAN.2)]).problem(422, "idempotency_key_reused");
    keyed(&[]).problem(422, "idempotency_key_reused");
    assert_eq!((rows(&api), api.number("select count(*) from cms.inquiry_attachment")), (1, 2));
}

#[test]
fn a_file_opens_beside_its_own_inquiry_and_in_its_own_row_alone() {
    let (api, _) = taking(&json!({}));
    let told = receipt(&send(&api, &[SCAN, PHOTO]));
    let other = receipt(&send(&api, &[]));
    let files = read(&api, &told)["attachments"].clone();
    let owner = api.sign_in(OWNER);
    api.call("GET", &path(&other, &files[0])).bearer(&owner).send().problem(404, "not_found");
    run(&api, "alter table cms.inquiry_attachment disable trigger user");
    run(
        &api,
        "update cms.inquiry_attachment a set sealed_content = b.sealed_content from cms.inquiry_attachment b where a.id <> b.id",
    );
    for file in files.as_array().unwrap() {
        let refused = api.call("GET", &path(&told, file)).bearer(&owner).send();
        let problem = refused.problem(409, "sealed_field_refused");
        assert!(problem["detail"].as_str().unwrap().contains("sealed_content"), "{problem}");
        assert!(!refused.body.contains("canary"));
    }
    let written =
        "select count(*) from cms.audit_event where action = 'inquiry.seal_refused' and fields = '{sealed_content}'";
    assert_eq!(api.number(written), 2);
}

#[test]
fn the_public_adds_no_file_to_what_is_stored_already() {
    let (api, _) = taking(&json!({}));
    let told = receipt(&send(&api, &[]));
    let add = format!(
        "select site.add_attachments('{}', '[{{\"id\": \"01900000-0000-7000-8000-000000000001\", \"media_type\": \"image/png\",
                                            \"bytes\": 1}}]', array['x'::bytea], array['x'::bytea])",
        told["id"].as_str().unwrap()
    );
    let refused = api.as_role("cms_public", async |public| public.execute(AssertSqlSafe(add)).await.unwrap_err());
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"));
    assert_eq!(api.number("select count(*) from cms.inquiry_attachment"), 0);
}

#[test]
fn files_are_out_of_reach_with_their_inquiry_and_go_with_it() {
    let (api, _) = taking(&json!({}));
    let told = receipt(&send(&api, &[SCAN]));
    let file = read(&api, &told)["attachments"][0].clone();
    let desk = api.sign_in(FRONT_DESK);
    api.call("GET", &path(&told, &file)).bearer(&desk).send().problem(404, "not_found");
    let editor = api.sign_in(EDITOR);
    api.call("GET", &path(&told, &file)).bearer(&editor).send().problem(403, "forbidden");
    let owner = api.sign_in(OWNER);
    let erasure = format!("/v1/admin/inquiries/{}/erasure", told["id"].as_str().unwrap());
    let erased = api.call("POST", &erasure).bearer(&owner).header("If-Match", "*").json(&json!({})).send();
    assert_eq!(erased.status, 200, "{}", erased.body);
    assert_eq!(api.number("select count(*) from cms.inquiry_attachment"), 0);
    api.call("GET", &path(&told, &file)).bearer(&owner).send().problem(404, "not_found");
}

#[test]
fn a_hand_off_tells_which_files_there_are() {
    let (api, _) = taking(&json!({}));
    let told = receipt(&send(&api, &[("attachments", "=cmd.pdf", SCAN.2), PHOTO]));
    let owner = api.sign_in(OWNER);
    let bundle = api.call("GET", &format!("/v1/admin/inquiries/{}/fhir", told["id"].as_str().unwrap()));
    let bundle = bundle.bearer(&owner).send().json();
    let items = bundle["entry"][1]["resource"]["item"].as_array().unwrap().clone();
    let files = items.iter().find(|item| item["linkId"] == "attachments").unwrap();
    let first = &files["answer"][0]["valueAttachment"];
    assert_eq!((&first["contentType"], &first["title"]), (&json!("application/pdf"), &json!("=cmd.pdf")));
    let file = read(&api, &told)["attachments"][0].clone();
    assert!(first["url"].as_str().unwrap().ends_with(&path(&told, &file)));
    let table = api.call("GET", "/v1/admin/inquiries/export?format=csv").bearer(&owner).send();
    assert!(table.body.contains("'=cmd.pdf; knee \u{e9}.jpg"), "{}", table.body);
}
