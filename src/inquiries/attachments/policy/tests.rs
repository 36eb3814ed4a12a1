use actix_web::web::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::{crypto::Personal, inquiries::tests::codes};

const PDF: &[u8] = b"%PDF-1.7 canary";

fn policy(body: &Value) -> Result<Option<AttachmentPolicy>, Vec<FieldError>> {
    let body = json!({"attachments": body});
    let mut fields = Fields::of(&body, "");
    let policy = read(&mut fields);
    fields.finish().map(|()| policy)
}

fn sent(field: &str, content: &'static [u8]) -> SentFile {
    SentFile {
        field: field.to_owned(),
        name: Personal::new("canary.pdf".to_owned()),
        content: Personal::new(Bytes::from_static(content)),
    }
}

#[test]
fn files_are_refused_until_a_form_says_otherwise() {
    assert_eq!(policy(&Value::Null).unwrap(), None);
    let errors = take(None, vec![sent("attachments", PDF), sent("a/b", PDF)]).unwrap_err();
    assert_eq!(codes(&errors), [("/attachments", "file"), ("/a~1b", "file")]);
    assert!(take(None, Vec::new()).unwrap().is_empty());
}

#[test]
fn what_is_not_said_is_the_usual_and_every_mistake_is_told() {
    let usual = policy(&json!({})).unwrap().unwrap();
    assert_eq!((usual.max_files, usual.max_bytes, usual.types.len()), (3, 4 * 1024 * 1024, TYPES.len()));
    let wrong = json!({"max_files": 11, "max_bytes": 1023, "types": ["image/svg+xml", "text/html"], "folder": "/"});
    let errors = policy(&wrong).unwrap_err();
    let expected = [
        ("/attachments/max_files", "out_of_range"),
        ("/attachments/max_bytes", "out_of_range"),
        ("/attachments/types/0", "unknown_value"),
        ("/attachments/types/1", "unknown_value"),
        ("/attachments/folder", "unknown_field"),
    ];
    assert_eq!(codes(&errors), expected);
}

#[test]
fn a_form_takes_what_it_asks_for_and_tells_every_file_that_it_does_not_take() {
    let policy = AttachmentPolicy { max_files: 2, max_bytes: 32, types: vec!["application/pdf".to_owned()] };
    let taken = take(Some(&policy), vec![sent(FIELD, PDF), sent(FIELD, PDF)]).unwrap();
    assert_eq!(taken.len(), 2);
    let wrong =
        vec![sent(FIELD, PDF), sent("scan", PDF), sent(FIELD, b""), sent(FIELD, b"\xff\xd8\xff\xe0 a long picture")];
    let errors = take(Some(&policy), wrong).unwrap_err();
    let expected = [
        ("/scan", "file"),
        ("/attachments", "too_many"),
        ("/attachments", "too_large"),
        ("/attachments/1", "blank"),
        ("/attachments/2", "unknown_file_type"),
    ];
    assert_eq!(codes(&errors), expected);
    assert!(errors.iter().all(|error| !format!("{error:?}").contains("canary")));
}
