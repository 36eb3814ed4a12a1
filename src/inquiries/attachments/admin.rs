//! Files for staff, to save and never to show: what a stranger sent is no page of ours.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue},
    web::Data,
};
use uuid::Uuid;

use super::{
    queries,
    sealed::{InquiryAttachment, open_content},
};
use crate::{
    accounts::InquiryReader,
    db::StaffDb,
    http::{Answer, ApiError, no_parameters, path_id},
    inquiries::{door::Door, sealing::Opener},
};

/// Answers a file that came with an inquiry, as it was sent. It has not been looked at for malware.
#[utoipa::path(get, path = "/v1/admin/inquiries/{id}/attachments/{attachment}", operation_id = "get_inquiry_attachment",
    tag = "staff: inquiries", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The inquiry"), ("attachment" = Uuid, Path, description = "The file")),
    responses((status = 200, description = "The file, to be saved", body = Vec<u8>, content_type = "application/octet-stream",
        headers(("Content-Disposition" = String, description = "`attachment`, with the name that the sender gave")))))]
pub async fn get_inquiry_attachment(
    request: HttpRequest,
    permit: InquiryReader,
    door: Data<Door>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let attachment = request.match_info().get("attachment").and_then(|id| id.parse::<Uuid>().ok());
    let attachment = attachment.ok_or(ApiError::NotFound)?;
    let found = database
        .transact(async move |transaction| {
            let reach = permit.staff.reach.locations();
            let found = queries::find_attachment(transaction, id, attachment, reach).await?;
            // What is out of somebody's reach is not there for them, and that they asked is written down.
            let action = if found.is_some() { "inquiry_attachment.read" } else { "inquiry.refuse" };
            permit.staff.record(transaction, action, "inquiry", Some(id), &[attachment.to_string()]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    let key = Opener::of(&door.ring, id, &found.key)?;
    let content = open_content(attachment, &found.sealed_content, &key)?;
    let file = InquiryAttachment::open(found.file, &key)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.media_type.as_str()))
        .insert_header(to_save(&file.name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(content.to_vec()))
}

/// RFC 6266: the name twice, for readers that know ASCII alone and for the others.
fn to_save(name: &str) -> ContentDisposition {
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' }).collect();
    let whole = ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value: name.into() };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(ascii), DispositionParam::FilenameExt(whole)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_whole_and_breaks_out_of_nothing() {
        let told = to_save("Röntgen \"links\"; x.pdf").to_string();
        assert_eq!(
            told,
            "attachment; filename=\"R_ntgen _links__ x.pdf\"; filename*=UTF-8''R%C3%B6ntgen%20%22links%22%3B%20x.pdf"
        );
    }
}
