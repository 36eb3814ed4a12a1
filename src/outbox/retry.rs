//! When what did not arrive is tried again, and when it is given up. Chance is a parameter.

use chrono::{DateTime, TimeDelta, Utc};

/// Pauses that double, moved by chance.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The first pause in seconds, and the shortest.
    pub first: i64,
    /// The longest pause in seconds.
    pub longest: i64,
}

/// Of deliveries to endpoints: eleven attempts on the first day, then one each six hours.
pub(super) const OF_DELIVERIES: Backoff = Backoff { first: 5, longest: 6 * 3600 };

impl Backoff {
    /// The next attempt after `attempts` of them, or none where it would come after `until`. `roll` moves it by up to a
    /// quarter either way, so that what failed in one outage does not come back all at once.
    pub fn next_attempt(
        self,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
        attempts: i32,
        roll: u8,
    ) -> Option<DateTime<Utc>> {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
        let pause = (self.first << doublings).min(self.longest);
        let shift = pause * (i64::from(roll) - 128) / 512;
        let next = now + TimeDelta::seconds((pause + shift).clamp(self.first, self.longest));
        (next <= until).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTED: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const PATIENCE: TimeDelta = TimeDelta::days(3);
    const OF_LETTERS: Backoff = Backoff { first: 30, longest: 6 * 3600 };

    fn pause(attempts: i32, roll: u8) -> i64 {
        (OF_LETTERS.next_attempt(POSTED + PATIENCE, POSTED, attempts, roll).unwrap() - POSTED).num_seconds()
    }

    fn attempts_in(backoff: Backoff) -> i32 {
        let (mut now, mut attempts) = (POSTED, 1);
        while let Some(next) = backoff.next_attempt(POSTED + PATIENCE, now, attempts, 128) {
            assert!(next > now);
            (now, attempts) = (next, attempts + 1);
        }
        assert!(now > POSTED + PATIENCE - TimeDelta::hours(6) && now <= POSTED + PATIENCE);
        attempts
    }

    #[test]
    fn the_pauses_double_to_six_hours() {
        let pauses: Vec<_> = (1..=12).map(|attempts| pause(attempts, 128)).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600]);
        assert_eq!(pause(i32::MAX, 128), 21600);
    }

    #[test]
    fn chance_moves_a_pause_by_at_most_a_quarter_and_never_out_of_bounds() {
        for attempts in 1..=14 {
            for roll in [0, 1, 127, 200, 255] {
                let (moved, plain) = (pause(attempts, roll), pause(attempts, 128));
                assert!((moved - plain).abs() * 4 <= plain && (30..=21_600).contains(&moved), "{attempts} {roll}");
            }
        }
        assert!(pause(5, 0) < pause(5, 255));
    }

    #[test]
    fn what_does_not_arrive_is_given_up_after_three_days_and_some_twenty_attempts() {
        assert!((15..=30).contains(&attempts_in(OF_LETTERS)));
        assert!((15..=30).contains(&attempts_in(OF_DELIVERIES)));
    }
}
