//! Codes that others hand out, each with the rule or the list that makes it one.

use crate::contact::Refusal;

/// The states, the district and the territories that license who treats (USPS), in alphabetical order.
#[rustfmt::skip]
const STATES: [&str; 56] = [
    "AK", "AL", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "GU", "HI", "IA", "ID", "IL", "IN", "KS",
    "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY",
    "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

/// The currencies that are money somewhere (ISO 4217), in alphabetical order.
#[rustfmt::skip]
const CURRENCIES: [&str; 154] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD", "BIF", "BMD", "BND",
    "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE",
    "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD",
    "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY",
    "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD",
    "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO",
    "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF",
    "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB",
    "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED", "VES", "VND",
    "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW",
];

/// A state by its two letters, in any case.
///
/// # Errors
/// `bad_state`.
pub(super) fn state(text: &str) -> Result<String, Refusal> {
    listed(text, &STATES).ok_or_else(|| ("bad_state", "must be a state or territory, such as FL".to_owned()))
}

/// A currency by its three letters, in any case.
///
/// # Errors
/// `bad_currency`.
pub(super) fn currency(text: &str) -> Result<String, Refusal> {
    listed(text, &CURRENCIES).ok_or_else(|| ("bad_currency", "must be an ISO 4217 currency, such as USD".to_owned()))
}

/// A code of the Health Care Provider Taxonomy (NUCC), in any case: nine letters or digits and an X. Twice a year the
/// list is another, so that its form alone is checked.
///
/// # Errors
/// `bad_taxonomy_code`.
pub(super) fn taxonomy_code(text: &str) -> Result<String, Refusal> {
    let code = text.trim().to_ascii_uppercase();
    let shaped = code.len() == 10 && code.ends_with('X') && code.bytes().all(|b| b.is_ascii_alphanumeric());
    shaped.then_some(code).ok_or_else(|| ("bad_taxonomy_code", "must be a NUCC code, such as 207Q00000X".to_owned()))
}

fn listed(text: &str, list: &[&str]) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    list.binary_search(&code.as_str()).ok().map(|_| code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_lists_are_in_order_and_nothing_stands_twice() {
        assert!(STATES.is_sorted_by(|a, b| a < b) && CURRENCIES.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_code_is_taken_in_any_case() {
        assert_eq!(state(" fl ").unwrap(), "FL");
        assert_eq!(currency("usd").unwrap(), "USD");
        assert_eq!(taxonomy_code("207q00000x").unwrap(), "207Q00000X");
    }

    #[test]
    fn what_nobody_hands_out_is_refused() {
        for text in ["", "F", "FLA", "XX", "UK", "Florida"] {
            assert_eq!(state(text).unwrap_err().0, "bad_state", "{text}");
        }
        for text in ["", "US", "DEM", "ABC", "$", "XAU"] {
            assert_eq!(currency(text).unwrap_err().0, "bad_currency", "{text}");
        }
        for text in ["", "207Q00000", "207Q000000", "207Q00000XX", "207Q-0000X", "２07Q00000X"] {
            assert_eq!(taxonomy_code(text).unwrap_err().0, "bad_taxonomy_code", "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_once_reads_the_same_again(text in "\\PC{0,12}|[a-zA-Z]{2,3}|[0-9a-z]{9}x") {
            for read in [state, currency, taxonomy_code] {
                if let Ok(code) = read(&text) {
                    prop_assert_eq!(read(&code), Ok(code));
                }
            }
        }
    }
}
