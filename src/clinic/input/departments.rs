//! Departments as staff write them.

use super::{email, phones, required_line};
use crate::{
    clinic::department::Department,
    contact::Email,
    http::{FieldError, Fields},
};

const MOST: usize = 50;
const LONGEST_NAME: usize = 200;

/// Reads `departments`. `region` is the country of numbers that name none.
pub(super) fn read(fields: &mut Fields<'_>, region: Option<&str>) -> Vec<Department> {
    let mut seen = std::collections::BTreeSet::new();
    fields.list("departments", MOST, |entry, pointer| {
        let read = department(Fields::of(entry, pointer.clone()), region)?;
        if seen.insert(read.name.clone()) {
            return Ok(read);
        }
        Err(vec![FieldError::at(format!("{pointer}/name"), "repeated", "must not repeat an entry")])
    })
}

fn department(mut fields: Fields<'_>, region: Option<&str>) -> Result<Department, Vec<FieldError>> {
    let name = required_line(&mut fields, "name", LONGEST_NAME);
    let phones = phones(&mut fields, region);
    let email = email(&mut fields);
    fields.finish()?;
    let name = name.ok_or_else(Vec::new)?;
    Ok(Department { name, phones, email: email.as_ref().map(Email::as_str).map(str::to_owned) })
}
