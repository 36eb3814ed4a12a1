//! Who is this? The inquiries of an address or a number, found through the blind index: what is looked for travels in a
//! body, and stands in no address, no log and no audit row.
//!
//! Messages are not searched. They are sealed one by one, so a search would have to open them one by one, and each opening
//! is a disclosure that the clinic answers for (45 CFR 164.502(b), the minimum necessary): to answer a question about one
//! patient, the newest thousand patients' words would be read, the trail would name a reader beside every one of them, and
//! the answer would still miss what is older. An index of words, even a keyed one, would tell from a copy of the database
//! who wrote of the same illness. So the answer is no, with a code that says so.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde_json::Value;
use utoipa::ToSchema;

use super::{filters::unknown, lists::InquiryPage, opened::InquirySummary, queries};
use crate::{
    accounts::InquiryReader,
    contact::{Email, Phone},
    crypto::{IndexedField, KeyRing, Personal, blind_index},
    db::StaffDb,
    http::{Answer, ApiError, FieldError, Fields, JsonBody, PageMeta, Site, no_parameters, private_answer},
    inquiries::door::Door,
};

/// The most inquiries of one answer.
const MOST: u32 = 100;
/// The most characters of a number as people write it.
const WRITTEN: usize = 40;

/// Whom to look for: exactly one of the two.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body to the OpenAPI document; the parser below reads it")]
pub struct InquirySearchInput {
    /// An address, whole.
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// A number, whole; without a country's code it is one of the location's country, else of any country that the
    /// clinic has locations in.
    #[schema(max_length = 40)]
    phone: Option<String>,
    /// Slug or id of the location whose country a number belongs to.
    #[schema(max_length = 100)]
    location: Option<String>,
}

/// What is looked for.
struct Sought {
    email: Option<Personal<Email>>,
    phone: Option<Personal<String>>,
    location: Option<String>,
}

/// Answers the newest inquiries of an e-mail address or a telephone number, at most 100, spam among them. `meta.total` says
/// how many there are.
#[utoipa::path(post, path = "/v1/admin/inquiries/searches", operation_id = "search_inquiries", tag = "staff: inquiries",
    security(("bearer" = [])), request_body = InquirySearchInput,
    responses((status = 200, description = "The newest inquiries of the contact", body = InquiryPage)))]
pub async fn search_inquiries(
    request: HttpRequest,
    permit: InquiryReader,
    site: Data<Site>,
    door: Data<Door>,
    database: Data<StaffDb>,
    body: JsonBody,
) -> Answer {
    no_parameters(&request)?;
    let sought = read(&body.0)?;
    let ring = door.ring.clone();
    let (rows, total) = database
        .transact(async move |transaction| {
            let staff = &permit.staff;
            let field = if sought.email.is_some() { "email" } else { "phone" };
            staff.record(transaction, "inquiry.search", "inquiry", None, &[field.to_owned()]).await?;
            let email = sought.email.as_ref().map(|email| {
                let normalised = blind_index::normalise_email(email.reveal().as_str());
                blind_index::of(&ring, IndexedField::Email, &normalised)
            });
            let countries = queries::find_countries(transaction, sought.location.as_deref(), &staff.reach).await?;
            let countries = countries.ok_or_else(|| ApiError::Invalid(vec![unknown("/location")]))?;
            let phones = sought.phone.map(|phone| indexes(&ring, &phone, &countries)).transpose()?.unwrap_or_default();
            Ok::<_, ApiError>(
                queries::search_inquiries(transaction, email, &phones, &staff.reach, i64::from(MOST)).await?,
            )
        })
        .await?;
    answer(&request, &site, &door, rows, total, site.clock.now())
}

fn answer(
    request: &HttpRequest,
    site: &Site,
    door: &Door,
    rows: Vec<queries::ListedRow>,
    total: i64,
    now: DateTime<Utc>,
) -> Answer {
    let meta = PageMeta {
        limit: MOST,
        total: Some(total),
        total_exact: true,
        page: Some(1),
        pages: Some(1),
        next_cursor: None,
    };
    let links = site.question(request, "inquiries;search").links(None);
    let data = rows.into_iter().map(|row| InquirySummary::open(row, &door.ring, now)).collect::<Result<_, _>>()?;
    Ok(private_answer(StatusCode::OK, &InquiryPage { data, meta, links }))
}

fn read(body: &Value) -> Result<Sought, ApiError> {
    let mut fields = Fields::of(body, "");
    let email = fields.parsed("email", Email::parse).map(Personal::new);
    let phone = fields.line("phone", WRITTEN).map(Personal::new);
    let location = fields.line("location", 100);
    if fields.value("message").is_some() {
        fields.refuse("message", "message_not_searchable", "messages are sealed, and are not searched");
    } else if fields.value("email").is_some() == fields.value("phone").is_some() {
        fields.extend([FieldError::at("", "one_of", "give an e-mail address or a telephone number, and one alone")]);
    }
    if location.is_some() && fields.value("phone").is_none() {
        fields.refuse("location", "not_applicable", "goes with a telephone number");
    }
    fields.finish()?;
    Ok(Sought { email, phone, location })
}

/// The indexes of a number, in each country that it may be of. A post that names no location has its number read as the
/// United States write them, as the door does.
fn indexes(ring: &KeyRing, phone: &Personal<String>, countries: &[String]) -> Result<Vec<Vec<u8>>, ApiError> {
    let regions = countries.iter().map(|country| Some(country.as_str())).chain([None]);
    let read: Vec<_> = regions.map(|region| Phone::parse(phone.reveal(), region)).collect();
    let mut found: Vec<Vec<u8>> = Vec::new();
    for phone in read.iter().flatten() {
        let index = blind_index::of(ring, IndexedField::Phone, phone.e164()).to_vec();
        if !found.contains(&index) {
            found.push(index);
        }
    }
    match (found.is_empty(), read.into_iter().find_map(Result::err)) {
        (true, Some((code, message))) => Err(ApiError::Invalid(vec![FieldError::at("/phone", code, message)])),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(body: &Value) -> Vec<String> {
        let Err(ApiError::Invalid(errors)) = read(body).map(drop) else { panic!("{body} was taken") };
        errors.into_iter().map(|error| error.code).collect()
    }

    #[test]
    fn a_search_has_one_thing_to_look_for() {
        assert_eq!(codes(&json!({})), ["one_of"]);
        assert_eq!(codes(&json!({"email": "a@b.example", "phone": "561 555 0100"})), ["one_of"]);
        assert!(read(&json!({"phone": "561 555 0100", "location": "harbor"})).is_ok());
        assert_eq!(codes(&json!({"email": "a@b.example", "location": "harbor"})), ["not_applicable"]);
    }

    #[test]
    fn a_message_is_not_searched_and_the_answer_says_so() {
        assert_eq!(codes(&json!({"message": "crutches"})), ["message_not_searchable"]);
    }
}
