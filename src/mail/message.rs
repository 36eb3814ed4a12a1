//! A letter as an Internet message (RFC 5322) with a text and an HTML side. The same letter is the same bytes at each
//! attempt, its `Message-ID` included, so that a mailbox can tell a copy.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::{
    Message,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use uuid::Uuid;

use super::wording::Wording;

/// Machines that answer mail leave these alone (RFC 3834 §5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The most bytes of a line that stands as it is (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// What the head of a message is made of.
pub(super) struct Head {
    /// The letter's id in the database.
    pub(super) id: Uuid,
    /// When it was posted.
    pub(super) posted: DateTime<Utc>,
    /// From whom: the configured address under the clinic's name, on one line.
    pub(super) from: Mailbox,
    /// To whom, the name on one line.
    pub(super) to: Mailbox,
    /// Why nobody wrote it by hand (RFC 3834 §5).
    pub(super) cause: Cause,
}

/// Why a letter was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Something happened here.
    Event,
    /// Somebody wrote.
    Message,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Self::Event => "auto-generated",
            Self::Message => "auto-replied",
        }
    }
}

/// How the bodies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As any mail server takes it.
    Transport,
    /// As a person reads it in a file: a link stays in one piece.
    Readable,
}

/// Puts a message together. None where a line break or another control character stands in a name or the subject, or
/// where the parts are no message.
pub(super) fn compose(head: Head, wording: Wording, encoding: Encoding) -> Option<Message> {
    let in_headers = [Some(&wording.subject), head.from.name.as_ref(), head.to.name.as_ref()];
    // The library panics over a line break in a name.
    if in_headers.into_iter().flatten().any(|text| text.chars().any(char::is_control)) {
        return None;
    }
    let Head { id, posted, from, to, cause } = head;
    let message_id = format!("<{id}@{}>", from.email.domain());
    let sides = MultiPart::alternative()
        .boundary(format!("letter-{}", id.simple()))
        .singlepart(side(ContentType::TEXT_PLAIN, wording.text, encoding))
        .singlepart(side(ContentType::TEXT_HTML, wording.html, encoding));
    Message::builder()
        .date(SystemTime::from(posted))
        .from(from)
        .to(to)
        .subject(wording.subject)
        .message_id(Some(message_id))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, cause.name().to_owned()))
        .multipart(sides)
        .ok()
}

fn side(content_type: ContentType, text: String, encoding: Encoding) -> SinglePart {
    let part = SinglePart::builder().header(content_type);
    match encoding {
        Encoding::Readable if text.lines().all(|line| line.len() <= LONGEST_LINE) => {
            let lines = text.replace('\n', "\r\n").into_bytes();
            part.body(Body::dangerous_pre_encoded(lines, ContentTransferEncoding::EightBit))
        }
        _ => part.body(Body::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mail::{
        letter::{Language, Recipient},
        wording::{clinic_on_one_line, name_on_one_line},
    };

    fn try_compose(subject: &str, name: &str, encoding: Encoding) -> Option<Message> {
        let head = Head {
            id: Uuid::from_u128(7),
            posted: DateTime::UNIX_EPOCH,
            from: Mailbox::new(Some("Harbor Clinic".to_owned()), "no-reply@clinic.example".parse().unwrap()),
            to: Mailbox::new(Some(name.to_owned()), "ann@mail.example".parse().unwrap()),
            cause: Cause::Event,
        };
        let wording = Wording {
            subject: subject.to_owned(),
            text: format!("Año\nhttps://api.clinic.example/invitations/{}?a=b\n", "t".repeat(90)),
            html: "<p>Año</p>".to_owned(),
        };
        compose(head, wording, encoding)
    }

    fn composed(subject: &str, name: &str, encoding: Encoding) -> String {
        String::from_utf8(try_compose(subject, name, encoding).unwrap().formatted()).unwrap()
    }

    #[test]
    fn the_same_letter_is_the_same_message_each_time() {
        let message = composed("Hello", "Ann", Encoding::Transport);
        assert_eq!(message, composed("Hello", "Ann", Encoding::Transport));
        assert!(message.contains("Message-ID: <00000000-0000-0000-0000-000000000007@clinic.example>\r\n"), "{message}");
        assert!(message.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"));
        assert!(message.contains("Auto-Submitted: auto-generated\r\n"));
        assert!(message.contains("multipart/alternative"));
    }

    #[test]
    fn a_line_break_in_a_name_or_a_subject_makes_no_message() {
        let fine = "Ann";
        for broken in ["Ann\r\nBcc: b@evil.example", "Ann\n", "Ann\r", "Ann\0", "\u{85}"] {
            assert!(try_compose(broken, fine, Encoding::Transport).is_none(), "{broken:?}");
            assert!(try_compose(fine, broken, Encoding::Transport).is_none(), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_somebody_is_called_makes_one_message_with_its_own_headers(name in "(?s).{0,60}", subject in "\\PC{0,60}") {
            let to = Recipient { email: String::new(), name, language: Language::En };
            let name = name_on_one_line(&to).unwrap_or_default();
            let message = composed(&clinic_on_one_line(&subject), &name, Encoding::Transport);
            let head = message.split("\r\n\r\n").next().unwrap();
            let headers: Vec<_> = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).collect();
            prop_assert_eq!(headers.len(), 8, "{}", head);
            prop_assert!(head.is_ascii());
        }
    }

    #[test]
    fn a_link_stays_in_one_piece_in_a_file_and_travels_in_plain_ascii() {
        let link = format!("https://api.clinic.example/invitations/{}?a=b", "t".repeat(90));
        let readable = composed("Año", "Ann", Encoding::Readable);
        assert!(readable.contains(&link) && readable.contains("Año"), "{readable}");
        let transport = composed("Año", "Ann", Encoding::Transport);
        assert!(transport.is_ascii() && transport.lines().all(|line| line.len() < 100), "{transport}");
    }
}
