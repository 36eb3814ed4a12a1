//! The rules of retention as staff read and write them, all at once.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries;
use crate::{
    accounts::{PrivacyOfficer, PrivacyReader},
    db::StaffDb,
    http::{Answer, ApiError, Expected, FieldError, Fields, JsonBody, Reference, Then, no_parameters, staff_answer},
    inquiries::{desk::Status, forms::FormChangedBy},
};

/// The most rules.
const MOST: usize = 200;

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredRule {
    /// Null for every form.
    pub form_id: Option<Uuid>,
    /// Where an inquiry stands.
    pub status: String,
    /// From when it came in.
    pub days: i64,
}

/// How long inquiries of a status are kept.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RetentionRule {
    /// Null for every form that has no rule of its own.
    #[schema(required)]
    pub form: Option<Reference>,
    /// Where an inquiry stands.
    #[schema(example = "spam")]
    pub status: String,
    /// Counted from when it came in.
    #[schema(minimum = 1, maximum = 36_500)]
    pub days: i64,
}

/// The rules beside the days of each form.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RetentionPolicy {
    /// By status. What no rule speaks of is kept as long as its form says, else for `CMS_INQUIRY_RETENTION_DAYS`.
    pub rules: Vec<RetentionRule>,
    /// For `If-Match`.
    pub version: i32,
    /// The last change.
    pub updated_at: DateTime<Utc>,
    /// Who made it; null for the program itself.
    #[schema(required)]
    pub updated_by: Option<FormChangedBy>,
}

/// The rules of retention.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionAnswer {
    data: RetentionPolicy,
}

/// A rule to write.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct RetentionRuleInput {
    /// Slug or id; absent for every form that has no rule of its own.
    #[schema(max_length = 100)]
    form: Option<String>,
    /// Where an inquiry stands.
    #[schema(example = "spam")]
    status: String,
    /// Counted from when it came in.
    #[schema(minimum = 1, maximum = 36_500)]
    days: i64,
}

/// All rules; they take the place of those before.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct RetentionInput {
    /// At most one for a form and a status.
    #[schema(max_items = 200)]
    rules: Vec<RetentionRuleInput>,
}

/// A rule whose form is still a name.
struct NamedRule {
    form: Option<String>,
    status: &'static str,
    days: i64,
}

/// Answers how long inquiries are kept by where they stand.
#[utoipa::path(get, path = "/v1/admin/retention", operation_id = "get_retention", tag = "staff: privacy",
    responses((status = 200, description = "The rules", body = RetentionAnswer)),
    security(("bearer" = [])))]
pub async fn get_retention(request: HttpRequest, permit: PrivacyReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let data = database
        .transact(async move |transaction| {
            permit.staff.record(transaction, "retention.read", "retention", None, &[]).await?;
            Ok::<_, ApiError>(queries::find_policy(transaction).await?)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &RetentionAnswer { data }))
}

/// Says how long inquiries are kept by where they stand. What is due by it goes within the hour.
#[utoipa::path(put, path = "/v1/admin/retention", operation_id = "put_retention", tag = "staff: privacy",
    params(("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body = RetentionInput,
    responses((status = 200, description = "The rules as they stand now", body = RetentionAnswer)),
    security(("bearer" = [])))]
pub async fn put_retention(
    request: HttpRequest,
    Then(permit, Then(expected, body)): Then<PrivacyOfficer, Then<Expected, JsonBody>>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let rules = read_rules(&body.0)?;
    let data = database
        .transact(async move |transaction| {
            let version = queries::lock_policy(transaction).await?;
            if !expected.accepts(version) {
                let before = queries::find_policy(transaction).await?;
                let changed = json!({"at": before.updated_at, "by": before.updated_by});
                return Err(ApiError::Stale { current: version, changed });
            }
            let names: Vec<String> = rules.iter().filter_map(|rule| rule.form.clone()).collect();
            let known = queries::find_forms(transaction, &names).await?;
            let stored = stored(rules, &known)?;
            queries::update_policy(transaction, &stored, permit.staff.id).await?;
            permit.staff.record(transaction, "retention.update", "retention", None, &["rules".to_owned()]).await?;
            Ok::<_, ApiError>(queries::find_policy(transaction).await?)
        })
        .await?;
    Ok(staff_answer(StatusCode::OK, data.version, &RetentionAnswer { data }))
}

fn read_rules(body: &Value) -> Result<Vec<NamedRule>, ApiError> {
    let mut fields = Fields::of(body, "");
    let is_there = fields.value("rules").map(|_| ());
    fields.require("rules", is_there);
    let rules = fields.list("rules", MOST, |entry, pointer| read_rule(Fields::of(entry, pointer)));
    fields.finish()?;
    Ok(rules)
}

fn read_rule(mut fields: Fields<'_>) -> Result<NamedRule, Vec<FieldError>> {
    let form = fields.line("form", 100);
    let status = fields.one_of("status", &Status::names());
    let status = fields.require("status", status);
    let days = fields.integer("days", 1..=36_500);
    let days = fields.require("days", days);
    fields.finish()?;
    let (status, days) = status.zip(days).ok_or_else(Vec::new)?;
    Ok(NamedRule { form, status, days })
}

fn stored(rules: Vec<NamedRule>, known: &[(String, Uuid)]) -> Result<Vec<StoredRule>, ApiError> {
    let (mut stored, mut mistakes, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (index, rule) in rules.into_iter().enumerate() {
        let form_id = rule.form.as_ref().map(|name| known.iter().find(|(known, _)| known == name).map(|(_, id)| *id));
        if form_id == Some(None) {
            mistakes.push(FieldError::at(
                format!("/rules/{index}/form"),
                "unknown_reference",
                "names nothing that exists",
            ));
            continue;
        }
        let form_id = form_id.flatten();
        if !seen.insert((form_id, rule.status)) {
            let message = "there is a rule for this form and status already";
            mistakes.push(FieldError::at(format!("/rules/{index}"), "repeated", message));
        }
        stored.push(StoredRule { form_id, status: rule.status.to_owned(), days: rule.days });
    }
    if mistakes.is_empty() { Ok(stored) } else { Err(ApiError::Invalid(mistakes)) }
}
