//! A form as staff write it, read into a valid one with every mistake at once.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    AutoresponderDefinition, ConsentDefinition, FieldDefinition, autoresponder, check_name,
    consent::{self, ConsentInput},
    field_input::{self, FieldInput},
    route::{self, RouteInput},
};
use crate::{
    config::WebOrigin,
    http::{ApiError, FieldError, Fields, check_line, check_slug},
    inquiries::{
        attachments::{AttachmentPolicy, read_policy},
        inquiry::KINDS,
    },
    records::{Texts, read_texts},
};

/// The most notices of a form.
const MOST_NOTICES: usize = 10;
/// The most origins of a form.
const MOST_ORIGINS: usize = 20;
/// The most people who are told of an inquiry.
const MOST_NOTIFIED: usize = 20;
/// Minutes of opening until the first answer is due, where a form says nothing.
const RESPONSE_MINUTES: i32 = 240;

/// A sentence to show with a form and with its receipt, as staff write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeDefinition {
    /// What it is about.
    #[schema(pattern = "^[a-z][a-z0-9_]{1,49}$", example = "emergency")]
    pub kind: String,
    /// By language (BCP 47), each at most 1,000 characters.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub texts: Texts,
}

/// A form, complete and valid. A PATCH is laid over what is stored and read as one of these.
#[derive(Clone, Debug, ToSchema)]
pub struct FormInput {
    /// For people.
    #[schema(min_length = 1, max_length = 200, example = "New patients")]
    pub name: String,
    /// Unique among forms; made from the name where it is absent.
    #[schema(max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "new-patients")]
    pub slug: Option<String>,
    /// In their order; the usual ones where there are none.
    #[schema(value_type = Vec<FieldInput>, max_items = 40, required = false)]
    pub fields: Vec<FieldDefinition>,
    /// What an inquiry can be about; everything where there are none.
    #[schema(max_items = 7, required = false)]
    pub kinds: Vec<String>,
    /// What is agreed to.
    #[schema(value_type = Vec<ConsentInput>, max_items = 20, required = false)]
    pub consents: Vec<ConsentDefinition>,
    /// To show with the form and with the receipt.
    #[schema(max_items = 10, required = false)]
    pub notices: Vec<NoticeDefinition>,
    /// Slug or id of the location that an inquiry goes to which names none.
    #[schema(max_length = 100)]
    pub location: Option<String>,
    /// Days that an inquiry is kept; `CMS_INQUIRY_RETENTION_DAYS` where it is absent.
    #[schema(minimum = 1, maximum = 36_500)]
    pub retention_days: Option<i32>,
    /// Where inquiries about services go; the first that fits counts.
    #[schema(max_items = 100, required = false)]
    pub routes: Vec<RouteInput>,
    /// Minutes of the location's opening hours until the first answer is due; 240 where it is absent.
    #[schema(minimum = 1, maximum = 10_080, required = false)]
    pub response_minutes: i32,
    /// Exact origins (`https://www.clinic.example`) whose pages may post from a browser; `CMS_CORS_ORIGINS` where there
    /// are none.
    #[schema(max_items = 20, required = false)]
    pub allowed_origins: Vec<String>,
    /// Whether pages are given a challenge (ALTCHA) to solve. An inquiry without a solution is held back for a person.
    #[schema(required = false)]
    pub proof_of_work: bool,
    /// Ids or e-mail addresses of the people who are told of an inquiry; the front desk of its location where there are
    /// none, and the owners where that has nobody.
    #[schema(max_items = 20, required = false)]
    pub notified: Vec<String>,
    /// The letter that answers an inquiry by itself; none where it is absent.
    pub autoresponder: Option<AutoresponderDefinition>,
    /// Which files it takes, in a multipart form; none where it is absent.
    pub attachments: Option<AttachmentPolicy>,
}

impl FormInput {
    /// Reads a form.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let name = fields.parsed("name", |text| check_line(text, 200));
        let name = fields.require("name", name);
        let slug = fields.parsed("slug", check_slug);
        let asked = field_input::read_all(&mut fields);
        let kinds = fields.set_of("kinds", &KINDS);
        let consents = consent::read_all(&mut fields);
        let notices = fields.list("notices", MOST_NOTICES, |entry, pointer| notice(Fields::of(entry, pointer)));
        let location = fields.line("location", 100);
        let retention_days = fields.integer("retention_days", 1..=36_500).and_then(|days| i32::try_from(days).ok());
        let routes = route::read_all(&mut fields);
        let response_minutes =
            fields.integer("response_minutes", 1..=10_080).and_then(|minutes| i32::try_from(minutes).ok());
        let allowed_origins = fields.list("allowed_origins", MOST_ORIGINS, origin);
        let proof_of_work = fields.boolean("proof_of_work").unwrap_or(false);
        let notified = fields.lines("notified", MOST_NOTIFIED, 254);
        let autoresponder = autoresponder::read(&mut fields);
        let attachments = read_policy(&mut fields);
        fields.finish()?;
        let name = name.ok_or(ApiError::Internal)?;
        let response_minutes = response_minutes.unwrap_or(RESPONSE_MINUTES);
        Ok(Self {
            name,
            slug,
            fields: asked,
            kinds,
            consents,
            notices,
            location,
            retention_days,
            routes,
            response_minutes,
            allowed_origins,
            proof_of_work,
            notified,
            autoresponder,
            attachments,
        })
    }
}

/// As a browser sends it: an address with a path, a pattern and `null` are none.
fn origin(value: &Value, pointer: String) -> Result<String, Vec<FieldError>> {
    let origin = value.as_str().and_then(WebOrigin::parse);
    let refused =
        || vec![FieldError::at(pointer, "bad_origin", "must be an origin, such as https://www.clinic.example")];
    origin.map(|origin| origin.as_str().to_owned()).ok_or_else(refused)
}

fn notice(mut fields: Fields<'_>) -> Result<NoticeDefinition, Vec<FieldError>> {
    let kind = fields.parsed("kind", check_name);
    let kind = fields.require("kind", kind);
    let texts = fields.object("texts", |texts| read_texts(texts, 1000));
    let texts = fields.require("texts", texts);
    fields.finish()?;
    let (kind, texts) = kind.zip(texts).ok_or_else(Vec::new)?;
    Ok(NoticeDefinition { kind, texts })
}
