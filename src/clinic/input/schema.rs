//! How the OpenAPI document describes what staff write, where it differs from what they read: fields that may be
//! left out, and numbers that may be a plain text. No value of these types is ever made.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

use super::{ClinicInput, LocationInput, ProviderInput, ServiceInput};
use crate::clinic::{
    department::Department,
    hours::{SpecialHours, WeeklyHours},
    location::{Address, LocationStatus},
    provider::{ProviderName, Specialty},
};

/// A telephone number as it is written: a text, or an object.
#[derive(Debug)]
pub struct PhoneInput;

/// A telephone number with how to show it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the derived schema reads the fields, and nothing else does")]
pub struct ListedPhoneInput {
    /// E.164, or as people of the place write it.
    #[schema(min_length = 1, max_length = 40, example = "+15615550100")]
    pub number: String,
    /// Made from the number where it is absent.
    #[schema(min_length = 1, max_length = 60, example = "(561) 555-0100")]
    pub display: Option<String>,
    /// What the number is for.
    #[schema(min_length = 1, max_length = 50, example = "Front desk")]
    pub label: Option<String>,
}

impl PartialSchema for PhoneInput {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(40))
            .examples(["(561) 555-0100"]);
        Schema::OneOf(OneOfBuilder::new().item(text).item(Ref::from_schema_name("ListedPhoneInput")).build()).into()
    }
}

impl ToSchema for PhoneInput {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PhoneInput")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("ListedPhoneInput".to_owned(), ListedPhoneInput::schema()));
        ListedPhoneInput::schemas(schemas);
    }
}

/// Declares a type whose schema is another's, with only the named fields required.
macro_rules! written_as {
    ($(#[$doc:meta])* $name:ident, $read:ty, [$($required:literal),*]) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                requiring::<$read>(&[$($required),*])
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$read>::schemas(schemas);
            }
        }
    };
}

fn requiring<T: PartialSchema>(required: &[&str]) -> RefOr<Schema> {
    match T::schema() {
        RefOr::T(Schema::Object(mut object)) => {
            object.required = required.iter().map(|name| (*name).to_owned()).collect();
            RefOr::T(Schema::Object(object))
        }
        other => other,
    }
}

written_as!(
    /// A postal address as it is written.
    AddressInput, Address, ["line1", "city", "region", "postal_code", "country"]);
written_as!(
    /// A department as it is written.
    DepartmentInput, Department, ["name"]);
written_as!(
    /// A status as it is written.
    LocationStatusInput, LocationStatus, ["code"]);
written_as!(
    /// A row of weekly hours as it is written.
    WeeklyHoursInput, WeeklyHours, ["days", "opens", "closes"]);
written_as!(
    /// A row of special hours as it is written.
    SpecialHoursInput, SpecialHours, ["from", "through", "closed"]);
written_as!(
    /// A merge patch (RFC 7396) of the organisation: what is absent stays, null clears.
    ClinicPatch, ClinicInput, []);
written_as!(
    /// A merge patch (RFC 7396) of a location: what is absent stays, null clears.
    LocationPatch, LocationInput, []);
written_as!(
    /// A person's name as it is written.
    ProviderNameInput, ProviderName, ["family"]);
written_as!(
    /// A field of medicine as it is written.
    SpecialtyInput, Specialty, ["name"]);
written_as!(
    /// A merge patch (RFC 7396) of a provider: what is absent stays, null clears.
    ProviderPatch, ProviderInput, []);
written_as!(
    /// A merge patch (RFC 7396) of a service: what is absent stays, null clears.
    ServicePatch, ServiceInput, []);
