//! Argon2id hashes of passwords (RFC 9106) in PHC strings.
//!
//! These functions take tens of milliseconds of one core and 19 MiB of memory: they run behind
//! [`PasswordGate`](super::PasswordGate), never on a thread that serves requests.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;

use super::password::Password;
use super::random::{self, RandomError};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT: usize = 16;

/// A hash of today's cost that belongs to nobody: what an unknown user is compared with.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y4KzzIgUErd7/K7tAmABwA$GWgL/EHc0UqytnRr+Nc+i5R3CX/yVl8AGJv/p4MGk1U";

/// The password could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashError {
    /// No random bytes for the salt.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The library refused its parameters or found no memory.
    #[error("the password could not be hashed: each hash needs 19 MiB of memory")]
    Argon2,
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Whether the attempt is the password.
    pub ok: bool,
    /// Whether the stored hash has other parameters than new ones; then [`hash`] it again.
    pub rehash: bool,
}

/// Hashes a password with a fresh salt. Gives a PHC string of about 97 characters. Blocking.
///
/// # Errors
/// [`HashError`] without random bytes or memory.
pub fn hash(password: &Password) -> Result<String, HashError> {
    let salt = random::bytes::<SALT>()?;
    let hashed = hasher()?.hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|phc| phc.to_string()).map_err(|_| HashError::Argon2)
}

/// Compares an attempt with a stored PHC string. Blocking.
///
/// `None` stands for a user who does not exist: it costs the same and is never `ok`. So does a
/// stored text that is no whole Argon2 hash.
#[must_use]
pub fn verify(phc: Option<&str>, attempt: &str) -> Verified {
    const REFUSED: Verified = Verified { ok: false, rehash: false };
    let stored = phc.and_then(|text| PasswordHash::new(text).ok()).filter(is_whole);
    let known = stored.is_some();
    let Some(compared) = stored.or_else(|| PasswordHash::new(NOBODY).ok()) else {
        return REFUSED;
    };
    let Ok(hasher) = hasher() else { return REFUSED };
    let equal = hasher.verify_password(attempt.as_bytes(), &compared).is_ok();
    let ok = equal && known;
    Verified { ok, rehash: ok && !is_of_todays_cost(&compared) }
}

fn hasher() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashError::Argon2)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether comparing with it computes a hash at all; else the answer would come too soon.
fn is_whole(hash: &PasswordHash) -> bool {
    let of_argon2 = Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    of_argon2 && hash.salt.is_some() && hash.hash.is_some()
}

fn is_of_todays_cost(hash: &PasswordHash) -> bool {
    let params = Params::try_from(hash);
    let same = |p: Params| (p.m_cost(), p.t_cost(), p.p_cost()) == (MEMORY_KIB, PASSES, LANES);
    hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into())
        && params.is_ok_and(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::password::PasswordRules;

    const RULES: PasswordRules<'_> = PasswordRules { second_factor: false, email: "ada@clinic.example", words: &[] };
    const WORDS: &str = "four green teapots";
    /// The words above at m=8192 t=1, by argon2-cffi 25 (the reference implementation in C).
    const CHEAP: &str =
        "$argon2id$v=19$m=8192,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$Wr9x0SyRezZxBBIRXvZOsoeQg1efcc5W7XbWvKKajUY";
    /// The words above at today's cost, by argon2-cffi.
    const TODAY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$jCE7DGUgaxPLx4ePpDsu3DTeNTy6GmFLFiMyH0XabLc";
    const GOOD: Verified = Verified { ok: true, rehash: false };
    const BAD: Verified = Verified { ok: false, rehash: false };

    #[test]
    fn a_hash_opens_for_its_password_alone() {
        let phc = hash(&Password::parse(WORDS, RULES).unwrap()).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(verify(Some(&phc), WORDS), GOOD);
        assert_eq!(verify(Some(&phc), "four green teapotz"), BAD);
        assert_eq!(verify(Some(&phc), ""), BAD);
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let password = Password::parse(WORDS, RULES).unwrap();
        assert_ne!(hash(&password).unwrap(), hash(&password).unwrap());
    }

    #[test]
    fn hashes_of_the_reference_implementation_are_understood() {
        assert_eq!(verify(Some(TODAY), WORDS), GOOD);
    }

    #[test]
    fn a_cheaper_hash_is_renewed_after_a_good_sign_in_only() {
        let renewed = Verified { ok: true, rehash: true };
        assert_eq!(verify(Some(CHEAP), WORDS), renewed);
        assert_eq!(verify(Some(CHEAP), "four green teapotz"), BAD);
    }

    #[test]
    fn an_unknown_user_costs_the_same_and_never_signs_in() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert!(is_of_todays_cost(&nobody));
        assert_eq!(nobody.salt.unwrap().len(), SALT);
        assert_eq!(nobody.hash.unwrap().len(), 32);
        assert_eq!(verify(None, WORDS), BAD);
        // The one text that matches the hash of nobody: still refused.
        assert_eq!(verify(None, "the password of nobody"), BAD);
        assert_eq!(verify(Some(NOBODY), "the password of nobody"), GOOD);
    }

    #[test]
    fn a_broken_stored_hash_refuses() {
        for phc in
            ["", "plain", "$argon2id$", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ"]
        {
            assert_eq!(verify(Some(phc), WORDS), BAD, "{phc}");
            assert_eq!(verify(Some(phc), ""), BAD, "{phc}");
        }
    }
}
