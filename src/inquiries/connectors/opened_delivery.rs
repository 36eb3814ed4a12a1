//! What a delivery that is no inquiry yet says, for whoever reads inquiries: nobody's words are kept where nobody can read
//! them. Refuses whoever is bound to locations, since whose it is cannot be known yet, and never shows a secret of the
//! connection.

use std::fmt;

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    deliveries::IntegrationDelivery,
    keys::Connections,
    kind::IntegrationKind,
    queries::{self, KeptDelivery},
    signature::GOOGLE_KEY,
    taking::Waybill,
};
use crate::{
    accounts::InquiryReader,
    db::StaffDb,
    http::{Answer, ApiError, no_parameters, path_id, private_answer},
};

/// A delivery with what it says.
#[derive(Serialize, ToSchema)]
pub struct OpenedDelivery {
    #[serde(flatten)]
    delivery: IntegrationDelivery,
    /// Which service.
    kind: IntegrationKind,
    /// What the service sent, without its key, where that is JSON; null where it is not, and once it is an inquiry.
    #[schema(required)]
    body: Option<Value>,
    /// What it sent, where that is no JSON: as UTF-8, what is none as U+FFFD.
    #[schema(required)]
    text: Option<String>,
}

/// A delivery with what it says.
#[derive(Serialize, ToSchema)]
pub struct OpenedDeliveryAnswer {
    data: OpenedDelivery,
}

/// What was delivered is a patient's.
impl fmt::Debug for OpenedDelivery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("OpenedDelivery")
    }
}

impl fmt::Debug for OpenedDeliveryAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(out)
    }
}

/// Opens a delivery that is no inquiry yet: what the service sent. Whoever is bound to locations finds none.
#[utoipa::path(get, path = "/v1/admin/integrations/{id}/deliveries/{delivery}", operation_id = "get_integration_delivery",
    tag = "staff: integrations", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The connection"), ("delivery" = Uuid, Path, description = "The delivery")),
    responses((status = 200, description = "The delivery with what it says", body = OpenedDeliveryAnswer)))]
pub async fn get_integration_delivery(
    request: HttpRequest,
    permit: InquiryReader,
    connections: Data<Connections>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let delivery = request.match_info().get("delivery").and_then(|id| id.parse().ok()).ok_or(ApiError::NotFound)?;
    let (id, is_bound) = (path_id(&request)?, permit.staff.reach.locations().is_some());
    let found = database
        .transact(async move |connection| {
            let found = queries::find_kept_delivery(connection, id, delivery).await?.filter(|_| !is_bound);
            let action = if found.is_some() { "integration_delivery.read" } else { "inquiry.refuse" };
            permit.staff.record(connection, action, "integration_delivery", Some(delivery), &[]).await?;
            Ok::<_, ApiError>(found)
        })
        .await?
        .ok_or(ApiError::NotFound)?;
    let data = OpenedDelivery::open(found, &connections)?;
    Ok(private_answer(StatusCode::OK, &OpenedDeliveryAnswer { data }))
}

impl OpenedDelivery {
    fn open(found: KeptDelivery, connections: &Connections) -> Result<Self, ApiError> {
        let waybill = found.sealed.map(|sealed| -> Result<Waybill, ApiError> {
            let bytes = connections.open_delivery(found.listed.id, &sealed)?;
            serde_json::from_slice(&bytes).map_err(|_| ApiError::Internal)
        });
        let waybill = waybill.transpose()?;
        let text =
            waybill.as_ref().and_then(Waybill::told_bytes).map(|told| String::from_utf8_lossy(&told).into_owned());
        let mut body = waybill.and_then(|waybill| waybill.body);
        if let Some(members) =
            body.as_mut().and_then(Value::as_object_mut).filter(|_| found.kind == IntegrationKind::GoogleAds)
        {
            members.remove(GOOGLE_KEY);
        }
        Ok(Self { delivery: found.listed.into(), kind: found.kind, body, text })
    }
}
