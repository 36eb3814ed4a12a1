//! What each action of the audit trail shows of an inquiry.

/// Everything that a detail shows.
pub const ALL: [&str; 7] = ["name", "email", "phone", "message", "details", "consents", "attachment_names"];

/// What an action shows, and of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// Nothing of a person.
    Nothing,
    /// These fields of the one inquiry that the row names.
    Named(&'static [&'static str]),
    /// These fields of inquiries that the row does not name.
    Unnamed(&'static [&'static str]),
    /// What a service delivered and what is no inquiry yet: the row names the delivery.
    Delivery,
}

/// What `action` shows; `has_subject` tells whether its row names an inquiry. Of an action about inquiries that stands not
/// here, the worst is taken.
pub fn exposure(action: &str, subject_type: &str, has_subject: bool) -> Exposure {
    let (noun, verb) = action.split_once('.').unwrap_or((action, ""));
    match (noun, verb) {
        // Written by those who send, by the program, or for somebody who was refused; numbers, and ids of what changed.
        ("inquiry", "submit" | "amend" | "refuse" | "seal_refused" | "erase" | "measure" | "stream") => {
            Exposure::Nothing
        }
        ("integration_delivery", "read") => Exposure::Delivery,
        ("inquiry", "list" | "search") => Exposure::Unnamed(&["name"]),
        // Of a range, each inquiry has a row of its own beside that of the export.
        ("inquiry", "export") if !has_subject => Exposure::Nothing,
        ("inquiry", "list_letters") if has_subject => Exposure::Named(&["letters"]),
        ("inquiry_note", _) if has_subject => Exposure::Named(&["notes"]),
        ("inquiry_attachment", _) if has_subject => Exposure::Named(&["attachments"]),
        ("inquiry_contact", _) if has_subject => Exposure::Named(&["contact_attempts"]),
        ("consent", "list" | "export") if has_subject => Exposure::Named(&["consents"]),
        ("consent", "export") => Exposure::Unnamed(&["consents"]),
        ("legal_hold", _) if has_subject => Exposure::Named(&["legal_hold"]),
        ("inquiry", _) if has_subject => Exposure::Named(&ALL),
        ("inquiry", _) => Exposure::Unnamed(&ALL),
        (_, _) if subject_type == "inquiry" && has_subject => Exposure::Named(&ALL),
        (_, _) if subject_type == "inquiry" => Exposure::Unnamed(&ALL),
        _ => Exposure::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_opens_a_delivery_sees_what_somebody_wrote() {
        assert_eq!(exposure("integration_delivery.read", "integration_delivery", true), Exposure::Delivery);
        assert_eq!(exposure("integration_delivery.list", "integration", true), Exposure::Nothing);
        assert_eq!(exposure("inquiry.refuse", "integration_delivery", true), Exposure::Nothing);
    }

    #[test]
    fn a_list_shows_names_and_a_reading_shows_everything() {
        assert_eq!(exposure("inquiry.list", "inquiry", false), Exposure::Unnamed(&["name"]));
        assert_eq!(exposure("inquiry.read", "inquiry", true), Exposure::Named(&ALL));
        assert_eq!(exposure("inquiry.export", "inquiry", true), Exposure::Named(&ALL));
        assert_eq!(exposure("inquiry.export", "inquiry", false), Exposure::Nothing, "each has a row of its own");
        assert_eq!(exposure("inquiry_note.list", "inquiry", true), Exposure::Named(&["notes"]));
        assert_eq!(exposure("inquiry_attachment.read", "inquiry", true), Exposure::Named(&["attachments"]));
        assert_eq!(exposure("consent.list", "inquiry", true), Exposure::Named(&["consents"]));
    }

    #[test]
    fn what_is_not_known_is_taken_for_the_worst() {
        assert_eq!(exposure(&format!("inquiry.{}", "frobnicate"), "inquiry", true), Exposure::Named(&ALL));
        assert_eq!(exposure(&format!("frob.{}", "list"), "inquiry", false), Exposure::Unnamed(&ALL));
        assert_eq!(exposure("article.read", "article", true), Exposure::Nothing);
    }
}
