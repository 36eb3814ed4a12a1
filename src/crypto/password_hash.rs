//! Argon2id hashes of passwords (RFC 9106) in PHC strings.
//!
//! These functions take tens of milliseconds of one core and 19 MiB of memory: they run behind
//! [`PasswordGate`](super::PasswordGate), never on a thread that serves requests. Refuses to take a lack of memory for a
//! wrong password.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroize;

use super::password::Password;
use super::random::{self, RandomError};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT: usize = 16;
const LENGTH: usize = Params::DEFAULT_OUTPUT_LEN;

/// A hash of today's cost that belongs to nobody: what an unknown user is compared with.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y4KzzIgUErd7/K7tAmABwA$GWgL/EHc0UqytnRr+Nc+i5R3CX/yVl8AGJv/p4MGk1U";

/// The password could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashError {
    /// No random bytes for the salt.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// There is no memory for it now.
    #[error("the password could not be hashed: each hash needs 19 MiB of memory")]
    Memory,
    /// The library refused its parameters.
    #[error("the password could not be hashed")]
    Argon2,
}

/// The memory that one hash works in. It is wiped after each and kept for the next: 19 MiB that are given back to the
/// allocator at every sign-in, on whatever thread it ran, are not all given back to the system.
#[derive(Default)]
pub struct Workspace(Vec<Block>);

impl std::fmt::Debug for Workspace {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Workspace({} KiB)", self.0.len())
    }
}

impl Workspace {
    fn compute(&mut self, hasher: &Argon2<'_>, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), HashError> {
        let needed = hasher.params().block_count();
        self.0.try_reserve_exact(needed.saturating_sub(self.0.len())).map_err(|_| HashError::Memory)?;
        self.0.resize(needed, Block::new());
        let computed = hasher.hash_password_into_with_memory(password, salt, out, &mut self.0[..]);
        self.0.zeroize();
        computed.map_err(|_| HashError::Argon2)
    }
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
pub fn hash(password: &Password, workspace: &mut Workspace) -> Result<String, HashError> {
    let salt = random::bytes::<SALT>()?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(LENGTH)).map_err(|_| HashError::Argon2)?;
    let written = ParamsString::try_from(&params).map_err(|_| HashError::Argon2)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = [0; LENGTH];
    workspace.compute(&hasher, password.as_bytes(), &salt, &mut out)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: written,
        salt: Some(Salt::new(&salt).map_err(|_| HashError::Argon2)?),
        hash: Some(Output::new(&out).map_err(|_| HashError::Argon2)?),
    };
    Ok(phc.to_string())
}

/// Compares an attempt with a stored PHC string. Blocking.
///
/// `None` stands for a user who does not exist: it costs the same and is never `ok`. So does a
/// stored text that is no whole Argon2 hash.
///
/// # Errors
/// [`HashError::Memory`]: nothing was compared.
pub fn verify(phc: Option<&str>, attempt: &str, workspace: &mut Workspace) -> Result<Verified, HashError> {
    let stored = phc.and_then(|text| PasswordHash::new(text).ok()).filter(is_whole);
    let known = stored.is_some();
    let compared = match stored {
        Some(stored) => stored,
        None => PasswordHash::new(NOBODY).map_err(|_| HashError::Argon2)?,
    };
    let ok = match equals(&compared, attempt, workspace) {
        Err(HashError::Memory) => return Err(HashError::Memory),
        compared => compared == Ok(true) && known,
    };
    Ok(Verified { ok, rehash: ok && !is_of_todays_cost(&compared) })
}

fn equals(stored: &PasswordHash, attempt: &str, workspace: &mut Workspace) -> Result<bool, HashError> {
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(|_| HashError::Argon2)?;
    let version = stored.version.map(Version::try_from).transpose().map_err(|_| HashError::Argon2)?;
    let hasher = Argon2::new(algorithm, version.unwrap_or_default(), params_of(stored)?);
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Err(HashError::Argon2) };
    let mut out = vec![0; expected.len()];
    workspace.compute(&hasher, attempt.as_bytes(), salt, &mut out)?;
    Ok(out.ct_eq(expected.as_bytes()).into())
}

fn params_of(stored: &PasswordHash) -> Result<Params, HashError> {
    Params::try_from(stored).map_err(|_| HashError::Argon2)
}

/// Whether comparing with it computes a hash at all; else the answer would come too soon.
fn is_whole(hash: &PasswordHash) -> bool {
    let of_argon2 = Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    of_argon2 && hash.salt.is_some() && hash.hash.is_some()
}

fn is_of_todays_cost(hash: &PasswordHash) -> bool {
    let same = |p: Params| (p.m_cost(), p.t_cost(), p.p_cost()) == (MEMORY_KIB, PASSES, LANES);
    hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into())
        && params_of(hash).is_ok_and(same)
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

    fn verify(phc: Option<&str>, attempt: &str) -> Verified {
        super::verify(phc, attempt, &mut Workspace::default()).unwrap()
    }

    fn hash(password: &Password) -> Result<String, HashError> {
        super::hash(password, &mut Workspace::default())
    }

    #[test]
    fn hashes_of_several_costs_work_in_one_place_and_leave_nothing_there() {
        let mut workspace = Workspace::default();
        for (phc, ok) in [(Some(CHEAP), true), (Some(TODAY), true), (None, false), (Some(CHEAP), true)] {
            assert_eq!(super::verify(phc, WORDS, &mut workspace).unwrap().ok, ok);
            assert!(workspace.0.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
        }
    }

    #[test]
    fn where_there_is_no_memory_nobody_s_password_is_wrong() {
        let greedy = TODAY.replace("m=19456", "m=4294967295");
        assert_eq!(super::verify(Some(&greedy), WORDS, &mut Workspace::default()), Err(HashError::Memory));
    }

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
