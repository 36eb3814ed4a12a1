//! By when a request is answered.

/// Whose rule sets the days.
pub const LAWS: [&str; 4] = ["hipaa", "ccpa", "state", "house"];

/// Days from when the request came in, and the days by which it may be put off once.
///
/// - HIPAA: access within 30 days, once 30 more with a written statement (45 CFR 164.524(b)(2)); amendment within 60,
///   once 30 more (45 CFR 164.526(b)(2)); a revocation counts when it is received (45 CFR 164.508(b)(5)), so that the
///   house's short term is for putting it into effect. HIPAA knows no erasure: the house's term.
/// - CCPA: 45 days, once 45 more (Cal. Civ. Code 1798.130(a)(2)); an opt-out within 15 business days, 21 days here,
///   and never put off (11 CCR 7026(f)).
/// - Other states' laws on consumer health data and privacy: 45 and 45, as in RCW 19.373.040 and Va. Code 59.1-577.
/// - The house, where no law says: 30 days, once 30 more.
pub fn days(law: &str, kind: &str) -> (i64, i64) {
    match (law, kind) {
        ("hipaa", "correct") => (60, 30),
        ("ccpa" | "state", "withdraw") => (21, 0),
        ("ccpa" | "state", _) => (45, 45),
        (_, "withdraw") => (10, 0),
        _ => (30, 30),
    }
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn each_law_has_its_days() {
        assert_eq!(days("hipaa", "access"), (30, 30));
        assert_eq!(days("hipaa", "correct"), (60, 30));
        assert_eq!(days("ccpa", "delete"), (45, 45));
        assert_eq!(days("ccpa", "withdraw"), (21, 0));
        assert_eq!(days("house", "access"), (30, 30));
        assert_eq!(days("hipaa", "withdraw"), (10, 0));
    }
}
