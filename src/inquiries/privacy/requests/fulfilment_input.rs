//! What is to be done for the person who asks, as staff write it. Refuses an empty list, which would mean nothing where it is
//! meant as everything, and what the request does not speak of.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{matches::DataRequestMatch, queries::Corrected};
use crate::{
    contact::{Email, Phone},
    crypto::{IndexedField, Personal, blind_index},
    http::{ApiError, FieldError, Fields},
    inquiries::{
        door::Door,
        form::check_name,
        inquiry::{FULL_NAME, PersonName, SealedPhone},
        privacy::ledger::ConsentStanding,
        sealing::Opener,
    },
};

/// What is to be done. Which members count depends on the kind of the request.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct FulfilmentInput {
    /// Which of the matches are the person's: one at least, all where it is absent.
    #[schema(min_items = 1, max_items = 500)]
    inquiries: Option<Vec<Uuid>>,
    /// For `correct`: the name as it should be.
    name: Option<NameInput>,
    /// For `correct`: the address as it should be.
    email: Option<String>,
    /// For `correct`: the number as it should be.
    phone: Option<String>,
    /// For `withdraw`: what is not agreed to any more, of what the inquiries speak of; everything that is agreed to where it
    /// is absent.
    #[schema(min_items = 1, max_items = 20)]
    purposes: Option<Vec<String>>,
}

/// A name as it should be. One member at least.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it is read field by field")]
pub struct NameInput {
    given: Option<String>,
    family: Option<String>,
    full: Option<String>,
}

/// The body, understood.
#[derive(Debug)]
pub struct Wanted {
    inquiries: Option<Vec<Uuid>>,
    name: Option<Personal<PersonName>>,
    email: Option<Personal<Email>>,
    phone: Option<Personal<Phone>>,
    /// What is not agreed to any more; none for everything.
    pub purposes: Option<Vec<String>>,
}

impl Wanted {
    /// Reads a body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn read(body: &Value) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body, "");
        let inquiries = fields.value("inquiries").is_some();
        let ids = fields.list("inquiries", 500, |entry, pointer| {
            let id = entry.as_str().and_then(|text| text.parse::<Uuid>().ok());
            id.ok_or_else(|| vec![FieldError::at(pointer, "wrong_type", "must be the id of an inquiry")])
        });
        let name = fields.object("name", read_name).map(Personal::new);
        let email = fields.parsed("email", Email::parse).map(Personal::new);
        let phone = fields.parsed("phone", |text| Phone::parse(text, None)).map(Personal::new);
        let narrowed = fields.value("purposes").is_some();
        let purposes = fields.list("purposes", 20, |entry, pointer| {
            let checked = entry.as_str().map(check_name);
            let refused = |(code, message): (&str, String)| vec![FieldError::at(&pointer, code, message)];
            checked.unwrap_or_else(|| Err(("wrong_type", "must be a text".to_owned()))).map_err(refused)
        });
        for name in ["inquiries", "purposes"] {
            if fields.value(name).and_then(Value::as_array).is_some_and(Vec::is_empty) {
                fields.refuse(name, "required", "must have one entry at least; all are meant where it is absent");
            }
        }
        fields.finish()?;
        let (inquiries, purposes) = (inquiries.then_some(ids), narrowed.then_some(purposes));
        Ok(Self { inquiries, name, email, phone, purposes })
    }

    /// Refuses a purpose that none of the inquiries speaks of: nothing would be withdrawn, and nobody would see it.
    ///
    /// # Errors
    /// `unknown_reference` for each.
    pub fn check_purposes(&self, said: &[(Uuid, Vec<ConsentStanding>)]) -> Result<(), ApiError> {
        let is_known = |purpose: &String| said.iter().any(|(_, all)| all.iter().any(|one| one.purpose == *purpose));
        let named = self.purposes.iter().flatten().enumerate();
        let unknown = named.filter(|(_, purpose)| !said.is_empty() && !is_known(purpose));
        let mistakes: Vec<_> = unknown
            .map(|(index, _)| {
                let message = "is none that these inquiries speak of";
                FieldError::at(format!("/purposes/{index}"), "unknown_reference", message)
            })
            .collect();
        if mistakes.is_empty() { Ok(()) } else { Err(ApiError::Invalid(mistakes)) }
    }

    /// Refuses members that are of another kind's, and a correction of nothing.
    ///
    /// # Errors
    /// Every such member.
    pub fn check_for(&self, kind: &str) -> Result<(), ApiError> {
        let corrections =
            [("name", self.name.is_some()), ("email", self.email.is_some()), ("phone", self.phone.is_some())];
        let is_correction = corrections.iter().any(|(_, given)| *given);
        let mut mistakes = Vec::new();
        for (name, _) in corrections.iter().filter(|(_, given)| *given && kind != "correct") {
            mistakes.push(FieldError::at(format!("/{name}"), "unfit", "belongs to a request to correct"));
        }
        if kind == "correct" && !is_correction {
            mistakes.push(FieldError::at("", "required", "name, email or phone must be given"));
        }
        if kind != "withdraw" && self.purposes.is_some() {
            mistakes.push(FieldError::at("/purposes", "unfit", "belongs to a request to withdraw"));
        }
        if mistakes.is_empty() { Ok(()) } else { Err(ApiError::Invalid(mistakes)) }
    }

    /// Those of the matches that are meant, and the others.
    ///
    /// # Errors
    /// `unknown_reference` for an inquiry that is no match.
    pub fn choose(
        &self,
        found: Vec<DataRequestMatch>,
    ) -> Result<(Vec<DataRequestMatch>, Vec<DataRequestMatch>), ApiError> {
        let Some(ids) = &self.inquiries else { return Ok((found, Vec::new())) };
        let is_unknown = |id: &Uuid| found.iter().all(|it| it.id != *id);
        if let Some(index) = ids.iter().position(is_unknown) {
            let pointer = format!("/inquiries/{index}");
            return Err(ApiError::field(&pointer, "unknown_reference", "is no inquiry of who asks"));
        }
        Ok(found.into_iter().partition(|it| ids.contains(&it.id)))
    }

    /// The names of the fields that are corrected.
    pub fn corrected_fields(&self) -> Vec<String> {
        let given = [("name", self.name.is_some()), ("email", self.email.is_some()), ("phone", self.phone.is_some())];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned()).collect()
    }

    /// The corrections under the inquiry's own key, with what finds them.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where the system gives no random bytes.
    pub fn sealed(&self, door: &Door, key: &Opener) -> Result<Corrected, ApiError> {
        let name = self.name.as_ref().map(|name| key.seal_name(name.reveal())).transpose()?;
        let email = self.email.as_ref().map(|email| {
            let text = email.reveal().as_str();
            let index = blind_index::of(&door.ring, IndexedField::Email, &blind_index::normalise_email(text));
            Ok::<_, ApiError>((key.seal_email(text)?, index))
        });
        let phone = self.phone.as_ref().map(|phone| {
            let index = blind_index::of(&door.ring, IndexedField::Phone, phone.reveal().e164());
            Ok::<_, ApiError>((key.seal_phone(&SealedPhone::from(phone.reveal()))?, index))
        });
        Ok(Corrected { name, email: email.transpose()?, phone: phone.transpose()? })
    }
}

fn read_name(mut fields: Fields<'_>) -> Result<PersonName, Vec<FieldError>> {
    let given = fields.line("given", FULL_NAME / 2);
    let family = fields.line("family", FULL_NAME / 2);
    let full = fields.line("full", FULL_NAME);
    if given.is_none() && family.is_none() && full.is_none() {
        fields.refuse("full", "required", "a part of the name must be given");
    }
    fields.finish()?;
    Ok(PersonName { given, family, full })
}
