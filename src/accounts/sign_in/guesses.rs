//! Guessing at passwords and codes: failures are counted in the database, so that nodes share them, by the account
//! and place together, by the account, and by the place. Refuses to lock the right person out for good: a count
//! lives one window, it is never extended, one place alone cannot fill an account's count, and a place that the
//! account was signed in from is not held responsible for strangers elsewhere.

use actix_web::web::Data;
use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    accounts::{Accounts, Desk, queries},
    http::ApiError,
};

/// Failures that a window holds.
#[derive(Clone, Copy, Debug)]
pub struct GuessLimits {
    /// Of one account from one place.
    pub count: u32,
    /// Length of the window.
    pub seconds: u32,
}

/// An account may be guessed at from many places: so many times the limit of one.
const PLACES: i64 = 5;
/// A place may hold many people: so many times the limit of one.
const PEOPLE: i64 = 10;
/// Days that a place stays known.
const KNOWN_DAYS: i64 = 90;

/// What one attempt is counted by. An address that has no account counts like one that has.
#[derive(Clone)]
pub struct Guess {
    accounts: Data<Accounts>,
    now: DateTime<Utc>,
    pair: [u8; 32],
    account: [u8; 32],
    place: [u8; 32],
}

/// How many failed lately.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guesses {
    limits: Option<GuessLimits>,
    pair: i64,
    account: i64,
    place: i64,
    from_known_place: bool,
    /// Seconds until the place's window ends.
    wait: u64,
}

impl Guess {
    /// An attempt at the account of `name`: an e-mail address, or an id with the kind of code.
    pub fn of(desk: &Desk, name: &str) -> Self {
        let key = |kind: &str, parts: [&str; 2]| {
            let [one, two] = parts;
            desk.accounts.guesses.mac(&[kind.as_bytes(), one.as_bytes(), two.as_bytes()])
        };
        let place = desk.visitor.place();
        Self {
            accounts: desk.accounts.clone(),
            now: desk.now(),
            pair: key("pair", [name, &place]),
            account: key("account", [name, ""]),
            place: desk.place_key(),
        }
    }

    /// How the counts stand.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn standing(&self, connection: &mut PgConnection, account: Option<Uuid>) -> Result<Guesses, ApiError> {
        let Some(limits) = self.accounts.guess_limits else { return Ok(Guesses::default()) };
        let keys = [self.pair.to_vec(), self.account.to_vec(), self.place.to_vec()];
        let counted = queries::find_failures(connection, &keys, self.now).await?;
        let known_since = self.now - Duration::days(KNOWN_DAYS);
        let from_known_place = queries::is_known_place(connection, account, &self.place, known_since).await?;
        let of = |key: &[u8; 32]| counted.iter().find(|row| row.key == key).map_or(0, |row| i64::from(row.count));
        let ends = counted.iter().find(|row| row.key == self.place).map_or(self.now, |row| row.window_ends_at);
        Ok(Guesses {
            limits: Some(limits),
            pair: of(&self.pair),
            account: of(&self.account),
            place: of(&self.place),
            from_known_place,
            wait: u64::try_from((ends - self.now).num_seconds() + 1).unwrap_or(1),
        })
    }

    /// Counts a failure. A place that may not ask about the account any more is not heard, and so adds nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, connection: &mut PgConnection, standing: &Guesses) -> Result<(), ApiError> {
        let Some(limits) = self.accounts.guess_limits.filter(|limits| standing.pair < i64::from(limits.count)) else {
            return Ok(());
        };
        let ends = self.now + Duration::seconds(limits.seconds.into());
        let keys = [self.pair.to_vec(), self.account.to_vec(), self.place.to_vec()];
        Ok(queries::count_failure(connection, &keys, self.now, ends).await?)
    }

    /// Forgets the failures of this account from this place: the right person was among them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forgive(&self, connection: &mut PgConnection) -> Result<(), ApiError> {
        Ok(queries::forget_failures(connection, &self.pair).await?)
    }
}

impl Guesses {
    /// Whether the account is not to be asked now. Whoever knocks hears what a wrong password hears.
    pub fn is_locked(&self) -> bool {
        let Some(limits) = self.limits else { return false };
        let count = i64::from(limits.count);
        self.pair >= count || (!self.from_known_place && self.account >= count * PLACES)
    }

    /// Turns away a place that tries one account after another.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn refuse_flood(&self) -> Result<(), ApiError> {
        let Some(limits) = self.limits else { return Ok(()) };
        let most = i64::from(limits.count) * PEOPLE;
        if self.place < most {
            return Ok(());
        }
        Err(ApiError::RateLimited { wait: self.wait, policy: format!("\"failures\";q={most};w={}", limits.seconds) })
    }
}
