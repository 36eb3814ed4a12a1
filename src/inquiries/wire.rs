//! The three ways in which a body arrives: JSON, a urlencoded form, a multipart form. Refuses every other content
//! type, text that is not UTF-8, and more than 256 KiB beside the files that a form takes.

use actix_multipart::{Field, Multipart};
use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header::{CONTENT_LENGTH, HeaderMap},
    web::Bytes,
};
use futures_util::{StreamExt, stream};
use percent_encoding::percent_decode;
use serde_json::{Map, Value, json};

use super::{
    attachments::{self, SentFile},
    form::Pace,
    input::{self, Named, References},
    inquiry::{Source, Submission},
    plain::{self, FIELDS, PlainForm},
};
use crate::{
    contact::Refusal,
    crypto::Personal,
    http::{ApiError, FieldError, content_type, parse_json, read_body},
};

/// The largest body, without files.
const LARGEST: usize = 256 * 1024;
const TAKEN: &str = "application/json, application/x-www-form-urlencoded or multipart/form-data";

/// A body that is not yet understood.
#[derive(Clone)]
pub enum Received {
    /// A JSON value.
    Json(Value),
    /// The fields of a form, and its files.
    Plain(PlainForm, Vec<SentFile>),
}

/// The content types that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Urlencoded,
    /// `multipart/form-data` (RFC 7578).
    Multipart,
}

impl Encoding {
    /// The encoding that the request names.
    ///
    /// # Errors
    /// [`ApiError::MediaType`].
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        match content_type(request).as_deref() {
            Some("application/json") => Ok(Self::Json),
            Some("application/x-www-form-urlencoded") => Ok(Self::Urlencoded),
            Some("multipart/form-data") => Ok(Self::Multipart),
            _ => Err(ApiError::MediaType(TAKEN)),
        }
    }

    /// Whether the body may be longer than one without files.
    pub fn may_hold_files(self, request: &HttpRequest) -> bool {
        let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        self == Self::Multipart && length.is_none_or(|length: usize| length > LARGEST)
    }
}

impl Received {
    /// Reads the body of the request, with at most so many bytes of `files`.
    ///
    /// # Errors
    /// Those of [`read_body`], [`ApiError::Malformed`] for what is not in its encoding, [`ApiError::Invalid`] for
    /// too many fields.
    pub async fn read(
        request: &HttpRequest,
        encoding: Encoding,
        payload: Payload,
        files: usize,
    ) -> Result<Self, ApiError> {
        let body = read_body(request, payload, LARGEST + files).await?;
        Ok(match encoding {
            Encoding::Json => Self::Json(parse_json(&body)?),
            Encoding::Urlencoded => Self::Plain(PlainForm::of(urlencoded(&body)?)?, Vec::new()),
            Encoding::Multipart => {
                let (pairs, files) = multipart(request.headers(), body).await?;
                Self::Plain(PlainForm::of(pairs)?, files)
            }
        })
    }

    /// How the inquiry came in.
    pub fn source(&self) -> Source {
        match self {
            Self::Json(_) => Source::Api,
            Self::Plain(..) => Source::Form,
        }
    }

    /// What the body names that the database knows.
    pub fn references(&self) -> References {
        match self {
            Self::Json(body) => References::of(|name| body.get(name)?.as_str()),
            Self::Plain(form, _) => form.references(),
        }
    }

    /// Where a browser wants to go afterwards.
    pub fn next(&self) -> Option<String> {
        match self {
            Self::Json(_) => None,
            Self::Plain(form, _) => form.next(),
        }
    }

    /// Understands the body.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(
        mut self,
        named: &Named,
        honeypot: &str,
        check_token: impl FnOnce(&str) -> Result<Pace, Refusal>,
    ) -> Result<Submission, Vec<FieldError>> {
        let filled = match &mut self {
            Self::Json(body) => input::take_honeypot(body, honeypot),
            Self::Plain(form, _) => form.take_honeypot(honeypot),
        };
        let mut submission = match self {
            Self::Json(body) => input::parse(&body, named, check_token)?,
            Self::Plain(form, files) => with_files(plain(form, named, check_token), named, files)?,
        };
        submission.tells.honeypot = filled;
        Ok(submission)
    }
}

/// What the form takes of the files goes with what was understood, and the mistakes of both together.
fn with_files(
    understood: Result<Submission, Vec<FieldError>>,
    named: &Named,
    files: Vec<SentFile>,
) -> Result<Submission, Vec<FieldError>> {
    // Which files a form takes that is not there, nobody can tell.
    let taken = named.form.as_ref().map(|form| attachments::take(form.attachments.as_ref(), files));
    match (understood, taken.unwrap_or_else(|| Ok(Vec::new()))) {
        (Ok(submission), Ok(attachments)) => Ok(Submission { attachments, ..submission }),
        (understood, taken) => Err([understood.err(), taken.err()].into_iter().flatten().flatten().collect()),
    }
}

fn plain(
    form: PlainForm,
    named: &Named,
    check_token: impl FnOnce(&str) -> Result<Pace, Refusal>,
) -> Result<Submission, Vec<FieldError>> {
    let mut translated = form.translate();
    // A plain form sends its own fields flat, among those that nobody asked for.
    let own: Vec<_> = named.form.iter().flat_map(|form| &form.fields).filter(|field| field.is_custom()).collect();
    let answers: Map<String, Value> = own
        .iter()
        .filter_map(|field| Some((field.name.clone(), json!(translated.answers.remove(&field.name)?))))
        .collect();
    translated.place_answers(answers);
    let parsed = input::parse(&translated.body, named, check_token);
    let mut errors = std::mem::take(&mut translated.errors);
    match parsed {
        Ok(submission) if errors.is_empty() => {
            let mut details = submission.details.into_revealed();
            details.answers.extend(translated.answers);
            Ok(Submission { details: Personal::new(details), ..submission })
        }
        Ok(_) => Err(errors),
        Err(found) => {
            errors.extend(translated.at_their_fields(found));
            Err(errors)
        }
    }
}

/// The pairs of a urlencoded form (URL Standard §5.1), refusing what is not UTF-8 instead of mending it.
fn urlencoded(body: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let decoded = |bytes: &[u8]| {
        let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        percent_decode(&spaced).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| ApiError::Malformed)
    };
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => pair.split_at(at),
                None => (pair, &b""[..]),
            };
            Ok((decoded(name)?, decoded(value.strip_prefix(b"=").unwrap_or_default())?))
        })
        .collect()
}

/// The fields and files of a multipart form that has arrived whole.
async fn multipart(headers: &HeaderMap, body: Bytes) -> Result<(Vec<(String, String)>, Vec<SentFile>), ApiError> {
    let longest = body.len();
    let mut form = Multipart::new(headers, stream::once(async move { Ok(body) }));
    let (mut pairs, mut files, mut text) = (Vec::new(), Vec::new(), 0);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| ApiError::Malformed)?;
        let name = field.name().ok_or(ApiError::Malformed)?.to_owned();
        let value = field.bytes(longest).await.map_err(|_| ApiError::TooLarge)?.map_err(|_| ApiError::Malformed)?;
        if let Some(file) = file_name(&field, &value) {
            files.push(SentFile { field: name, name: file, content: Personal::new(value) });
        } else {
            text += name.len() + value.len();
            pairs.push((name, String::from_utf8(value.to_vec()).map_err(|_| ApiError::Malformed)?));
        }
        if text > LARGEST {
            return Err(ApiError::TooLarge);
        }
        if pairs.len() + files.len() > FIELDS {
            return Err(ApiError::Invalid(vec![plain::too_many()]));
        }
    }
    Ok((pairs, files))
}

/// The name of a file; none of a text. A browser sends a file field that nobody used with an empty name and no bytes: that
/// is no file.
fn file_name(field: &Field, value: &[u8]) -> Option<Personal<String>> {
    let disposition = field.content_disposition()?;
    let extended = disposition.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
    let name = extended.or_else(|| disposition.get_filename().map(str::to_owned))?;
    (!name.is_empty() || !value.is_empty()).then(|| Personal::new(name))
}

#[cfg(test)]
mod tests;
