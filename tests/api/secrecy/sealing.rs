//! What stands in the sealed columns: bound to its row and its column, and telling nothing.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use super::{is_quiet, with_inquiries};
use crate::harness::{Api, OWNER};

#[test]
fn equal_texts_are_not_equal_once_they_are_sealed() {
    let api = Api::start();
    for _ in 0..3 {
        let body = json!({"full_name": "Qzcanary", "email": "a@mail.example", "message": "No"});
        assert_eq!(api.call("POST", "/v1/inquiries").json(&body).send().status, 201);
    }
    for column in ["wrapped_key", "sealed_name", "sealed_email", "sealed_message", "sealed_details"] {
        assert_eq!(api.text(&format!("select count(distinct {column})::text from cms.inquiry")), "3", "{column}");
    }
    let lengths = "select count(distinct octet_length(sealed_message))::text from cms.inquiry";
    let body = json!({"full_name": "Qzcanary", "email": "a@mail.example", "message": "Yes, in a few words more"});
    assert_eq!(api.call("POST", "/v1/inquiries").json(&body).send().status, 201);
    assert_eq!(api.text(lengths), "1", "a short message does not show its length");
}

#[test]
fn a_sealed_text_is_bound_to_its_place() {
    let (api, receipts) = with_inquiries();
    let owner = api.sign_in(OWNER);
    let read = |receipt: &Value| {
        api.call("GET", &format!("/v1/admin/inquiries/{}", receipt["id"].as_str().unwrap())).bearer(&owner).send()
    };
    let (one, other) = (receipts[0]["id"].as_str().unwrap(), receipts[1]["id"].as_str().unwrap());
    let of_the_other =
        |column: &str| format!("{column} = (select o.{column} from cms.inquiry o where o.id = '{other}')");
    let tampered = [
        of_the_other("sealed_message"),
        of_the_other("sealed_name"),
        of_the_other("sealed_details"),
        of_the_other("wrapped_key"),
        format!("{}, {}", of_the_other("wrapped_key"), of_the_other("sealed_message")),
        "sealed_message = sealed_email".to_owned(),
        "sealed_message = set_byte(sealed_message, 40, get_byte(sealed_message, 40) # 1)".to_owned(),
        "sealed_message = ''".to_owned(),
        "sealed_message = convert_to('qzcanary in the clear', 'UTF8')".to_owned(),
        "key_id = 'no-such-key'".to_owned(),
    ];
    for change in tampered {
        let work = async |owner: &mut sqlx::PgConnection| {
            owner.execute("create table if not exists cms.kept as select * from cms.inquiry").await.unwrap();
            owner.execute(AssertSqlSafe(format!("update cms.inquiry set {change} where id = '{one}'"))).await.unwrap();
        };
        api.as_owner(work);
        let reply = read(&receipts[0]);
        match change.as_str() {
            "key_id = 'no-such-key'" => reply.problem(503, "encryption_key_missing"),
            _ => reply.problem(409, "sealed_field_refused"),
        };
        is_quiet(&reply);
        assert_eq!(read(&receipts[1]).status, 200, "the other is not harmed");
        let restore =
            "update cms.inquiry i set key_id = k.key_id, wrapped_key = k.wrapped_key, sealed_name = k.sealed_name,
            sealed_message = k.sealed_message, sealed_details = k.sealed_details from cms.kept k where k.id = i.id";
        api.as_owner(async |owner| owner.execute(restore).await.map(drop).unwrap());
        assert_eq!(read(&receipts[0]).json()["data"]["message"], "qzcanary message", "{change}");
    }
}
