//! What is done for the person who asks, in one transaction: everything that is kept is shown, erased, corrected, or what
//! was agreed to is withdrawn. Refuses before somebody has made sure who asks, and to erase what is held: that is kept,
//! and the answer says so.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    admin::{find, find_open},
    fulfilment_input::{FulfilmentInput, Wanted},
    matches::{self, DataRequestMatch},
    queries::{self, Done, RequestRow},
    request::{self, DataRequest},
};
use crate::{
    accounts::{PrivacyOfficer, Staff},
    db::StaffDb,
    http::{Answer, ApiError, Expected, JsonBody, Site, Then, no_parameters, path_id, staff_answer},
    inquiries::{
        desk::{self, InquiryDetail},
        door::Door,
        letters::{InquiryLetter, list_letters},
        privacy::{
            erasure::{self, Reason, Tombstone, TombstoneLog},
            ledger::{self, ConsentEntry, ConsentStanding, NewChange},
            standing::{self, By},
        },
    },
};

/// An inquiry that was not erased, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeptInquiry {
    id: Uuid,
    /// `legal_hold` or `not_selected`.
    #[schema(example = "legal_hold")]
    reason: &'static str,
}

/// An inquiry that was corrected, and in which fields.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CorrectedInquiry {
    id: Uuid,
    /// `name`, `email`, `phone`.
    fields: Vec<String>,
}

/// Everything that is kept of a person. Notes of staff are not part of it: they are the clinic's working papers.
#[derive(Serialize, ToSchema)]
pub struct DataPackage {
    inquiries: Vec<PackedInquiry>,
    /// Whom the clinic does not write to or call.
    opt_outs: Vec<PackedOptOut>,
}

/// An inquiry with what was agreed to in it, and the letters that were written to its sender.
#[derive(Serialize, ToSchema)]
pub struct PackedInquiry {
    inquiry: InquiryDetail,
    consents: Vec<ConsentEntry>,
    /// When they were written and sent; what they said is the form's own text.
    letters: Vec<InquiryLetter>,
}

/// An opt-out of the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackedOptOut {
    channel: String,
    purpose: Option<String>,
    at: DateTime<Utc>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct Fulfilment {
    /// As it stands now.
    request: DataRequest,
    /// For `access`; null for the others.
    package: Option<DataPackage>,
    /// For `delete`.
    erased: Vec<Uuid>,
    /// For `delete`: what is kept, and why.
    kept: Vec<KeptInquiry>,
    /// For `correct`.
    corrected: Vec<CorrectedInquiry>,
    /// For `withdraw`: where each purpose stands in each inquiry, which is named by its place in `withdrawn_in`.
    withdrawn: Vec<ConsentStanding>,
    /// For `withdraw`.
    withdrawn_in: Vec<Uuid>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct FulfilmentAnswer {
    data: Fulfilment,
}

/// What is packed is a person's.
impl std::fmt::Debug for DataPackage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataPackage").field("inquiries", &self.inquiries.len()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Fulfilment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fulfilment").field("request", &self.request).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for FulfilmentAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.data.fmt(f)
    }
}

/// What one transaction works with.
struct Work<'a> {
    staff: &'a Staff,
    door: &'a Data<Door>,
    site: &'a Site,
    row: RequestRow,
    chosen: Vec<DataRequestMatch>,
    left_out: Vec<DataRequestMatch>,
    now: DateTime<Utc>,
}

/// What was done, before it is shown.
#[derive(Default)]
struct Outcome {
    package: Option<DataPackage>,
    erased: Vec<Tombstone>,
    kept: Vec<KeptInquiry>,
    corrected: Vec<CorrectedInquiry>,
    withdrawn: Vec<ConsentStanding>,
    withdrawn_in: Vec<Uuid>,
}

/// Carries a request out, and closes it: shows, erases, corrects or withdraws, by its kind.
#[utoipa::path(post, path = "/v1/admin/data-requests/{id}/fulfilment", operation_id = "create_data_request_fulfilment",
    tag = "staff: privacy",
    params(("id" = Uuid, Path, description = "The request"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    request_body = FulfilmentInput,
    responses((status = 200, description = "What was done, and what was kept and why", body = FulfilmentAnswer)),
    security(("bearer" = [])))]
pub async fn create_data_request_fulfilment(
    request: HttpRequest,
    Then(permit, Then(expected, body)): Then<PrivacyOfficer, Then<Expected, JsonBody>>,
    site: Data<Site>,
    door: Data<Door>,
    log: Data<TombstoneLog>,
    database: Data<StaffDb>,
) -> Answer {
    no_parameters(&request)?;
    let (id, wanted, now) = (path_id(&request)?, Wanted::read(&body.0)?, site.clock.now());
    let (with, at) = (Data::clone(&door), Data::clone(&site));
    let (row, outcome) = database
        .transact(async move |transaction| {
            let row = find_open(transaction, id, &expected, now).await?;
            if row.verified_at.is_none() {
                let detail = "make sure who asks first: PUT …/verification";
                return Err(ApiError::Conflict { code: "not_verified", detail });
            }
            wanted.check_for(&row.kind)?;
            let found = matches::list(transaction, &row, &permit.staff.reach).await?;
            let (chosen, left_out) = wanted.choose(found)?;
            let work = Work { staff: &permit.staff, door: &with, site: &at, row, chosen, left_out, now };
            let outcome = work.carry_out(transaction, &wanted).await?;
            work.complete(transaction, &outcome).await?;
            Ok::<_, ApiError>((find(transaction, id, now).await?, outcome))
        })
        .await?;
    log.keep(outcome.erased.clone()).await;
    let request = DataRequest::of(row, &request::seal(&door.ring), now)?;
    let data = Fulfilment {
        package: outcome.package,
        erased: outcome.erased.iter().map(|gone| gone.id).collect(),
        kept: outcome.kept,
        corrected: outcome.corrected,
        withdrawn: outcome.withdrawn,
        withdrawn_in: outcome.withdrawn_in,
        request,
    };
    Ok(staff_answer(StatusCode::OK, data.request.version, &FulfilmentAnswer { data }))
}

impl Work<'_> {
    async fn carry_out(&self, transaction: &mut PgConnection, wanted: &Wanted) -> Result<Outcome, ApiError> {
        match self.row.kind.as_str() {
            "access" => self.show(transaction).await,
            "delete" => self.erase(transaction).await,
            "correct" => self.correct(transaction, wanted).await,
            _ => self.withdraw(transaction, wanted).await,
        }
    }

    async fn show(&self, transaction: &mut PgConnection) -> Result<Outcome, ApiError> {
        let mut inquiries = Vec::with_capacity(self.chosen.len());
        for chosen in &self.chosen {
            let reach = &self.staff.reach;
            let found = desk::find(transaction, chosen.id, reach, reach).await?;
            let inquiry = InquiryDetail::open(found.ok_or(ApiError::NotFound)?, self.door, self.staff.clock.now())?;
            let rows = ledger::list_entries(transaction, &[chosen.id]).await?;
            let consents = rows.into_iter().map(|row| ConsentEntry::of(row, None)).collect::<Result<_, _>>()?;
            let letters = list_letters(transaction, chosen.id).await?;
            inquiries.push(PackedInquiry { inquiry, consents, letters });
            self.staff.record(transaction, "inquiry.export", "inquiry", Some(chosen.id), &[]).await?;
            self.note(transaction, chosen.id, "shown", None, &[]).await?;
        }
        let (email, phone) = (self.row.email_index.as_deref(), self.row.phone_index.as_deref());
        let opt_outs = queries::list_opt_outs_of(transaction, email, phone).await?;
        let shown = |it: queries::HeldOptOut| PackedOptOut { channel: it.channel, purpose: it.purpose, at: it.at };
        let package = DataPackage { inquiries, opt_outs: opt_outs.into_iter().map(shown).collect() };
        Ok(Outcome { package: Some(package), ..Outcome::default() })
    }

    async fn erase(&self, transaction: &mut PgConnection) -> Result<Outcome, ApiError> {
        let ids: Vec<Uuid> = self.chosen.iter().map(|chosen| chosen.id).collect();
        let erased = erasure::erase(transaction, By::Staff(self.staff), &ids, (Reason::Request, self.now)).await?;
        let is_gone = |id: Uuid| erased.iter().any(|gone| gone.id == id);
        let held = ids.iter().filter(|id| !is_gone(**id)).map(|id| KeptInquiry { id: *id, reason: "legal_hold" });
        let others = self.left_out.iter().map(|other| KeptInquiry { id: other.id, reason: "not_selected" });
        let kept: Vec<KeptInquiry> = held.chain(others).collect();
        for gone in &erased {
            self.note(transaction, gone.id, "erased", None, &[]).await?;
        }
        for kept in &kept {
            self.note(transaction, kept.id, "kept", Some(kept.reason), &[]).await?;
        }
        Ok(Outcome { erased, kept, ..Outcome::default() })
    }

    async fn correct(&self, transaction: &mut PgConnection, wanted: &Wanted) -> Result<Outcome, ApiError> {
        let fields = wanted.corrected_fields();
        let mut corrected = Vec::with_capacity(self.chosen.len());
        for chosen in &self.chosen {
            let standing = standing::lock(transaction, chosen.id, self.staff).await?;
            let key = standing.open(self.door)?;
            let anew = wanted.sealed(self.door, &key)?;
            queries::update_corrected(transaction, chosen.id, &anew, self.staff.id).await?;
            self.staff.record(transaction, "inquiry.correct", "inquiry", Some(chosen.id), &fields).await?;
            self.note(transaction, chosen.id, "corrected", None, &fields).await?;
            corrected.push(CorrectedInquiry { id: chosen.id, fields: fields.clone() });
        }
        Ok(Outcome { corrected, ..Outcome::default() })
    }

    async fn withdraw(&self, transaction: &mut PgConnection, wanted: &Wanted) -> Result<Outcome, ApiError> {
        let mut said = Vec::with_capacity(self.chosen.len());
        for chosen in &self.chosen {
            let rows = ledger::list_entries(transaction, &[chosen.id]).await?;
            let entries: Vec<_> = rows.into_iter().map(|row| ConsentEntry::of(row, None)).collect::<Result<_, _>>()?;
            said.push((chosen.id, ledger::standings(&entries)));
        }
        wanted.check_purposes(&said)?;
        let mut outcome = Outcome::default();
        for (id, standings) in said {
            let asked = |standing: &ConsentStanding| {
                wanted.purposes.as_ref().is_none_or(|purposes| purposes.contains(&standing.purpose))
            };
            for standing in standings.into_iter().filter(|standing| standing.granted).filter(asked) {
                outcome.withdrawn.push(self.withdraw_one(transaction, id, standing).await?);
                outcome.withdrawn_in.push(id);
            }
            self.note(transaction, id, "withdrawn", None, &[]).await?;
        }
        Ok(outcome)
    }

    async fn withdraw_one(
        &self,
        transaction: &mut PgConnection,
        inquiry: Uuid,
        standing: ConsentStanding,
    ) -> Result<ConsentStanding, ApiError> {
        let id = self.site.clock.new_id();
        let change = NewChange {
            id,
            inquiry,
            purpose: &standing.purpose,
            text_version: None,
            granted: false,
            channel: &self.row.channel,
            at: self.row.received_at,
            recorded_at: self.now,
            by: Some(self.staff.id),
            sealed_reason: None,
        };
        ledger::insert_change(transaction, &change).await?;
        let fields = [standing.purpose.clone()];
        self.staff.record(transaction, "consent.withdraw", "consent", Some(id), &fields).await?;
        Ok(ConsentStanding { granted: false, revoked_at: Some(self.row.received_at), ..standing })
    }

    async fn note(
        &self,
        transaction: &mut PgConnection,
        inquiry: Uuid,
        outcome: &str,
        reason: Option<&str>,
        fields: &[String],
    ) -> Result<(), ApiError> {
        let done = Done { inquiry, outcome, reason, fields };
        Ok(queries::insert_done(transaction, self.row.id, &done, self.now).await?)
    }

    async fn complete(&self, transaction: &mut PgConnection, outcome: &Outcome) -> Result<(), ApiError> {
        let is_partial = outcome.kept.iter().any(|kept| kept.reason == "legal_hold");
        let found_nothing = self.chosen.is_empty() && self.left_out.is_empty();
        let code = match (found_nothing, is_partial) {
            (true, _) => "nothing_found",
            (false, true) => "done_in_part",
            (false, false) => "done",
        };
        let by = (self.staff.id, self.now);
        queries::update_completed(transaction, self.row.id, ("fulfilled", code), by).await?;
        // Whoever asked to be forgotten is forgotten here, too; what is kept still needs to be found again.
        if self.row.kind == "delete" && outcome.kept.is_empty() {
            queries::clear_contact(transaction, self.row.id, self.now).await?;
        }
        let fields = [self.row.kind.clone(), code.to_owned()];
        self.staff.record(transaction, "data_request.fulfil", "data_request", Some(self.row.id), &fields).await
    }
}
