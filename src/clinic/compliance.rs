//! Which notices the law asks of the clinic, and which of them are missing, stale or lack a language. Refuses to call a
//! text right: it looks at whether one is kept, in which languages, and when somebody last read it through.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{Months, NaiveDate};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::{
    legal_notices::LegalNoticeRow,
    queries::{self, Obligations},
};
use crate::{
    accounts::ClinicReader,
    db::StaffDb,
    http::{Answer, ApiError, no_parameters, private_answer},
};

/// A notice that has to be read through again after so many months.
const STALE_AFTER: Months = Months::new(12);

/// A notice that a law asks for.
struct Required {
    kind: &'static str,
    law: &'static str,
    /// The states whose law it is; none for all of them.
    regions: &'static [&'static str],
}

const REQUIRED: [Required; 5] = [
    Required { kind: "privacy_practices", law: "45 CFR 164.520", regions: &[] },
    Required { kind: "nondiscrimination", law: "45 CFR 92.10", regions: &[] },
    Required { kind: "language_assistance", law: "45 CFR 92.11", regions: &[] },
    Required { kind: "no_surprises", law: "45 CFR 149.430", regions: &[] },
    // Washington's My Health My Data Act and Nevada's SB 370.
    Required {
        kind: "consumer_health_data",
        law: "RCW 19.373.010; NRS 603A.400",
        regions: &["WA", "WASHINGTON", "NV", "NEVADA"],
    },
];

/// How a required notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keeping {
    /// It is kept, was read through within a year, and is there in every language.
    Kept,
    /// There is none that holds.
    Missing,
    /// Nobody has read it through for a year.
    Stale,
    /// It is not there in a language that the clinic speaks.
    LanguageMissing,
}

impl Keeping {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::LanguageMissing => "language_missing",
        }
    }
}

/// A notice that the law asks for, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RequiredNotice {
    /// What it is for.
    pub kind: String,
    /// Where it is asked for.
    pub law: String,
    /// How it stands.
    pub state: Keeping,
    /// Of the languages of the clinic and its locations, those in which there is none.
    pub languages_missing: Vec<String>,
    /// When it was last read through, or took effect; null where there is none.
    #[schema(required)]
    pub reviewed_on: Option<NaiveDate>,
}

/// The notices that the law asks of the clinic, for whoever keeps the installation.
///
/// # Errors
/// Those of the database.
pub async fn check_required_notices(database: &StaffDb) -> Result<Vec<RequiredNotice>, ApiError> {
    database.transact(async |connection| find_required(connection).await).await
}

async fn find_required(connection: &mut PgConnection) -> Result<Vec<RequiredNotice>, ApiError> {
    let notices = queries::list_legal_notices(connection, None, Some(false)).await?;
    Ok(required(&queries::find_obligations(connection).await?, &notices))
}

/// The notices that the law asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComplianceAnswer {
    data: Vec<RequiredNotice>,
}

/// Lists the notices that the law asks of the clinic, with what is missing, stale, or not there in a language that is
/// spoken at one of the locations.
#[utoipa::path(get, path = "/v1/admin/compliance/notices", operation_id = "list_required_notices", tag = "staff: clinic",
    security(("bearer" = [])),
    responses((status = 200, description = "Every one that applies", body = ComplianceAnswer)))]
pub async fn list_required_notices(request: HttpRequest, permit: ClinicReader, database: Data<StaffDb>) -> Answer {
    no_parameters(&request)?;
    let data = database
        .transact(async move |connection| {
            permit.staff.record(connection, "legal_notice.list", "legal_notice", None, &[]).await?;
            find_required(connection).await
        })
        .await?;
    Ok(private_answer(StatusCode::OK, &ComplianceAnswer { data }))
}

fn required(obligations: &Obligations, notices: &[LegalNoticeRow]) -> Vec<RequiredNotice> {
    let applies = |required: &&Required| {
        required.regions.is_empty()
            || obligations.regions.iter().any(|region| required.regions.contains(&region.as_str()))
    };
    REQUIRED.iter().filter(applies).map(|required| standing(required, obligations, notices)).collect()
}

fn standing(required: &Required, obligations: &Obligations, notices: &[LegalNoticeRow]) -> RequiredNotice {
    let today = obligations.today;
    let holding: Vec<_> =
        notices.iter().filter(|notice| notice.kind == required.kind && notice.effective_on <= today).collect();
    let read =
        |notice: &&LegalNoticeRow| notice.reviewed_on.map_or(notice.effective_on, |read| read.max(notice.effective_on));
    let reviewed_on = holding.iter().map(read).max();
    // A text in Spanish is read in Mexico as well.
    let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    let kept: Vec<String> =
        holding.iter().flat_map(|notice| notice.translations.keys()).map(|tag| language(tag)).collect();
    let languages_missing: Vec<String> =
        obligations.languages.iter().filter(|tag| !kept.contains(&language(tag))).cloned().collect();
    let state = match reviewed_on {
        None => Keeping::Missing,
        Some(_) if !languages_missing.is_empty() => Keeping::LanguageMissing,
        Some(day) if day.checked_add_months(STALE_AFTER).is_some_and(|due| due <= today) => Keeping::Stale,
        Some(_) => Keeping::Kept,
    };
    RequiredNotice {
        kind: required.kind.to_owned(),
        law: required.law.to_owned(),
        state,
        languages_missing,
        reviewed_on,
    }
}
