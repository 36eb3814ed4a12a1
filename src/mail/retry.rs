//! When a letter that did not leave is tried again, and when it is given up. Chance is a parameter.

use chrono::{DateTime, TimeDelta, Utc};

/// The first pause, and the shortest.
const FIRST: i64 = 30;
/// The longest pause.
const LONGEST: i64 = 6 * 3600;
/// How long a letter is tried at all (RFC 5321 §4.5.4.1 asks for some days).
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// The next attempt after `attempts` of them, or none once the letter is three days old. `roll` moves it by up to a
/// quarter either way, so that the letters of an outage do not come back all at once.
pub(super) fn next_attempt(
    posted: DateTime<Utc>,
    now: DateTime<Utc>,
    attempts: i32,
    roll: u8,
) -> Option<DateTime<Utc>> {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
    let pause = (FIRST << doublings).min(LONGEST);
    let shift = pause * (i64::from(roll) - 128) / 512;
    let next = now + TimeDelta::seconds((pause + shift).clamp(FIRST, LONGEST));
    (next <= posted + PATIENCE).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTED: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn pause(attempts: i32, roll: u8) -> i64 {
        (next_attempt(POSTED, POSTED, attempts, roll).unwrap() - POSTED).num_seconds()
    }

    #[test]
    fn the_pauses_double_from_half_a_minute_to_six_hours() {
        let pauses: Vec<_> = (1..=12).map(|attempts| pause(attempts, 128)).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600, 21600]);
        assert_eq!(pause(i32::MAX, 128), 21600);
    }

    #[test]
    fn chance_moves_a_pause_by_at_most_a_quarter_and_never_out_of_bounds() {
        for attempts in 1..=14 {
            for roll in [0, 1, 127, 200, 255] {
                let (moved, plain) = (pause(attempts, roll), pause(attempts, 128));
                assert!((moved - plain).abs() * 4 <= plain && (FIRST..=LONGEST).contains(&moved), "{attempts} {roll}");
            }
        }
        assert!(pause(5, 0) < pause(5, 255));
    }

    #[test]
    fn a_letter_is_given_up_after_three_days_and_some_fifteen_to_thirty_attempts() {
        let (mut now, mut attempts) = (POSTED, 1);
        while let Some(next) = next_attempt(POSTED, now, attempts, 128) {
            assert!(next > now);
            (now, attempts) = (next, attempts + 1);
        }
        assert!(now > POSTED + PATIENCE - TimeDelta::hours(6) && now <= POSTED + PATIENCE);
        assert!((15..=30).contains(&attempts), "{attempts}");
    }
}
