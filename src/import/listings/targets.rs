//! The fields that a column can be taken for, and the names by which columns are known. The names are those of the tables
//! that offices and listing services write; one that may mean two things is not among them.

use super::Kind;

/// What a cell of a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// What the source calls the record; no field.
    Key,
    Text,
    Number,
    Boolean,
    List,
    /// A list of languages, by tag or by name.
    Languages,
    Country,
    Status,
    /// A list of names of fields of medicine.
    Specialties,
    /// All hours.
    Hours,
    /// The hours of one day.
    Day(&'static str),
}

/// A field that a column can be taken for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Names of columns, in lower case, letters and digits alone.
    pub(super) known: &'static [&'static str],
}

const fn target(name: &'static str, shape: Shape, known: &'static [&'static str]) -> Target {
    Target { name, shape, known }
}

#[rustfmt::skip]
const LOCATIONS: [Target; 31] = [
    target("id", Shape::Key, &["id", "locationid", "storecode", "storeid", "sitecode", "siteid", "externalid", "externalref"]),
    target("name", Shape::Text, &["name", "locationname", "storename", "businessname", "sitename", "clinicname", "title", "nombre"]),
    target("slug", Shape::Text, &["slug"]),
    target("address.line1", Shape::Text, &["street", "streetaddress", "address", "address1", "addressline1", "street1", "line1", "direccion"]),
    target("address.line2", Shape::Text, &["address2", "addressline2", "street2", "suite", "unit", "line2"]),
    target("address.city", Shape::Text, &["city", "town", "locality", "ciudad"]),
    target("address.region", Shape::Text, &["state", "region", "province", "administrativearea", "stateprovince", "estado"]),
    target("address.postal_code", Shape::Text, &["zip", "zipcode", "postalcode", "postcode", "codigopostal"]),
    target("address.country", Shape::Country, &["country", "countrycode", "countryregion", "pais"]),
    target("geo.latitude", Shape::Number, &["latitude", "lat"]),
    target("geo.longitude", Shape::Number, &["longitude", "lng", "lon", "long"]),
    target("phones[0]", Shape::Text, &["phone", "phonenumber", "telephone", "mainphone", "primaryphone", "tel", "telefono"]),
    target("phones[1]", Shape::Text, &["phone2", "additionalphones", "additionalphone", "secondaryphone", "alternatephone"]),
    target("phones[2]", Shape::Text, &["phone3"]),
    target("fax", Shape::Text, &["fax", "faxnumber"]),
    target("email", Shape::Text, &["email", "emailaddress", "correo"]),
    target("timezone", Shape::Text, &["timezone", "tz"]),
    target("hours", Shape::Hours, &["hours", "openinghours", "officehours", "businesshours", "hoursofoperation", "horario", "horarios"]),
    target("monday", Shape::Day("monday"), &["monday", "mon", "mondayhours", "monhours", "hoursmonday", "lunes"]),
    target("tuesday", Shape::Day("tuesday"), &["tuesday", "tue", "tues", "tuesdayhours", "tuehours", "hourstuesday", "martes"]),
    target("wednesday", Shape::Day("wednesday"), &["wednesday", "wed", "wednesdayhours", "wedhours", "hourswednesday", "miercoles"]),
    target("thursday", Shape::Day("thursday"), &["thursday", "thu", "thur", "thurs", "thursdayhours", "thuhours", "hoursthursday", "jueves"]),
    target("friday", Shape::Day("friday"), &["friday", "fri", "fridayhours", "frihours", "hoursfriday", "viernes"]),
    target("saturday", Shape::Day("saturday"), &["saturday", "sat", "saturdayhours", "sathours", "hourssaturday", "sabado"]),
    target("sunday", Shape::Day("sunday"), &["sunday", "sun", "sundayhours", "sunhours", "hourssunday", "domingo"]),
    target("status", Shape::Status, &["status", "operatingstatus", "openstatus"]),
    target("accessibility", Shape::List, &["accessibility"]),
    target("parking", Shape::Text, &["parking", "parkinginformation", "parkinginfo"]),
    target("languages", Shape::Languages, &["languages", "langs", "languagesspoken", "idiomas"]),
    target("payment_methods", Shape::List, &["paymentmethods", "payment", "paymentsaccepted", "paymenttypes"]),
    target("booking_url", Shape::Text, &["bookingurl", "appointmenturl", "appointmentlink", "bookonline", "appointmentlinks"]),
];

#[rustfmt::skip]
const MORE_OF_LOCATIONS: [Target; 3] = [
    target("insurance", Shape::List, &["insurance", "insuranceaccepted", "insurances", "plans", "payers"]),
    target("accepting_new_patients", Shape::Boolean, &["acceptingnewpatients", "acceptsnewpatients", "newpatients"]),
    target("status.note", Shape::Text, &["statusnote"]),
];

#[rustfmt::skip]
const PROVIDERS: [Target; 18] = [
    target("id", Shape::Key, &["id", "providerid", "externalid", "externalref"]),
    target("name.prefix", Shape::Text, &["prefix", "salutation"]),
    target("name.given", Shape::Text, &["firstname", "givenname", "given", "first"]),
    target("name.middle", Shape::Text, &["middlename", "middle", "middleinitial"]),
    target("name.family", Shape::Text, &["lastname", "familyname", "family", "surname", "last"]),
    target("name.suffix", Shape::Text, &["suffix"]),
    target("slug", Shape::Text, &["slug"]),
    target("credentials", Shape::List, &["credentials", "credential", "degrees", "degree"]),
    target("npi", Shape::Text, &["npi", "npinumber", "individualnpi"]),
    target("licence.state", Shape::Text, &["licencestate", "licensestate"]),
    target("licence.number", Shape::Text, &["licencenumber", "licensenumber", "licenceno", "licenseno"]),
    target("licence.expires_on", Shape::Text, &["licenceexpires", "licenseexpires", "licenseexpiration", "licenseexpirationdate"]),
    target("specialties", Shape::Specialties, &["specialties", "specialty", "speciality", "specialities", "especialidad"]),
    target("languages", Shape::Languages, &["languages", "langs", "languagesspoken", "idiomas"]),
    target("accepting_new_patients", Shape::Boolean, &["acceptingnewpatients", "acceptsnewpatients", "newpatients"]),
    target("biography", Shape::Text, &["biography", "bio", "about"]),
    target("locations", Shape::List, &["locations", "location", "offices", "office", "sites", "clinics"]),
    target("specialty_code", Shape::Text, &["taxonomy", "taxonomycode", "nucc", "specialtycode"]),
];

/// The fields of a kind.
pub(super) fn of(kind: Kind) -> impl Iterator<Item = &'static Target> {
    let (first, more): (&[Target], &[Target]) = match kind {
        Kind::Locations => (&LOCATIONS, &MORE_OF_LOCATIONS),
        Kind::Providers => (&PROVIDERS, &[]),
    };
    first.iter().chain(more)
}

/// The field that a column is known for by its name.
pub(super) fn known(kind: Kind, column: &str) -> Option<&'static Target> {
    let name = plain(column);
    of(kind).find(|target| target.known.contains(&name.as_str()))
}

/// A name in lower case, letters and digits alone, without accents.
pub(super) fn plain(name: &str) -> String {
    deunicode::deunicode(name).chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}
