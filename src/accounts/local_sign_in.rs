//! Who may sign in with a password. Where a clinic signs in at its identity provider, one owner is kept for the day
//! on which that fails. Refuses everybody else in the words of a wrong password, after the same work.

use super::Role;
use crate::crypto::blind_index::normalise_email;

/// Who may sign in with a password.
#[derive(Clone, PartialEq, Eq)]
pub enum LocalSignIn {
    /// Everybody who has one.
    Everybody,
    /// The owner with this address, in the form that accounts are found by.
    BreakGlass(String),
}

impl LocalSignIn {
    /// Nobody but the owner with this address.
    pub fn break_glass(owner: &str) -> Self {
        Self::BreakGlass(normalise_email(owner))
    }

    /// Whether the account of this normalised address and role may use its password.
    pub fn admits(&self, email: &str, role: &str) -> bool {
        *self == Self::Everybody || Role::named(role).is_some_and(|role| self.is_reserved_for(email, role))
    }

    /// Whether the account is the one that is kept for the day on which the provider fails.
    pub fn is_reserved_for(&self, email: &str, role: Role) -> bool {
        matches!(self, Self::BreakGlass(owner) if owner == email && role == Role::Owner)
    }
}

/// Without the address.
impl std::fmt::Debug for LocalSignIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if *self == Self::Everybody { "Everybody" } else { "BreakGlass" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_the_glass_unbroken_one_owner_alone_may_use_a_password() {
        let local = LocalSignIn::break_glass("Owner@Clinic.example");
        assert!(local.admits("owner@clinic.example", "owner"));
        assert!(!local.admits("owner@clinic.example", "editor"));
        assert!(!local.admits("other@clinic.example", "owner"));
        assert!(LocalSignIn::Everybody.admits("other@clinic.example", "editor"));
    }
}
