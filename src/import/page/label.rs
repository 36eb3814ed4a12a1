//! The labels that pages put before contact facts, such as "Phone:" and "Our location:".

use super::line::Line;

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A postal address.
    Address,
    /// A heading over several facts.
    Group,
    /// A fact that an import has no field for.
    Unheld,
}

/// The label of a line that holds only a label.
pub(super) fn lone_label(line: &Line) -> Option<Field> {
    let name = line.plain.strip_suffix(':')?;
    field_of(name)
}

/// The label that a line is, with or without its colon.
pub(super) fn label_of(line: &Line) -> Option<Field> {
    field_of(line.plain.trim_end_matches(':'))
}

/// Label and value of a line that holds both.
pub(super) fn labelled_value(line: &Line) -> Option<(Field, &str)> {
    let (name, value) = line.plain.split_once(':')?;
    let value = value.trim();
    Some((field_of(name)?, value)).filter(|_| !value.is_empty())
}

fn field_of(name: &str) -> Option<Field> {
    let lower = name.trim().to_lowercase();
    let field = match lower.as_str() {
        "phone" | "telephone" | "tel" | "call" | "call us" | "phone number" | "office" | "main" | "mobile" | "cell"
        | "text" => Field::Phone,
        "email" | "e-mail" | "mail" | "email us" | "email address" | "e-mail address" => Field::Email,
        "address" | "location" | "our location" | "our address" | "visit us" | "office address" | "find us" => {
            Field::Address
        }
        "connect"
        | "contact"
        | "contact us"
        | "get in touch"
        | "connect with us"
        | "contact information"
        | "reach us" => Field::Group,
        "fax" | "hours" | "office hours" | "opening hours" | "website" | "web" | "toll-free" | "toll free"
        | "after hours" => Field::Unheld,
        _ => return None,
    };
    Some(field)
}
