//! Hours in OpenStreetMap's `opening_hours` (<https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>). The
//! grammar is the crate's `opening-hours-syntax`; what the rules mean for our rows is said here.
//!
//! | file | holds |
//! |---|---|
//! | `writer` | rows as a text |
//! | `pieces` | which characters of a text are which rule |
//! | `rule` | one rule: its days, its times and what it says of them, or why it has no row |
//! | `week` | what the rules say of weeks: a later rule replaces the days of an earlier one |
//! | `calendar` | what they say of particular dates |

mod calendar;
mod pieces;
mod rule;
mod week;
mod writer;

use calendar::Calendar;
use opening_hours_syntax::rules::RuleOperator;
use rule::{Kind, Rule};

use super::{LeftOut, Reading};

pub use writer::write;

/// The longest text, in characters. OpenStreetMap keeps 255.
pub const LONGEST: usize = 2_000;

/// Reads a text. A rule that our rows cannot say exactly is left out by its characters.
pub fn read(text: &str) -> Reading {
    let mut calendar = Calendar::default();
    let mut left_out = Vec::new();
    if text.chars().count() > LONGEST {
        let piece = LeftOut::within(LONGEST, text.chars().count(), "too_long", "Write at most 2,000 characters.");
        return Reading::of(&calendar.rows(), vec![piece]);
    }
    for piece in pieces::of(text) {
        let leave = |(code, message)| LeftOut::within(piece.from, piece.to, code, message);
        match piece.rule {
            Err(why) => left_out.push(leave(why)),
            Ok(sequence) if sequence.operator == RuleOperator::Fallback => {
                left_out.push(leave((
                    "fallback",
                    "What holds where nothing else does has no row; say it as weekly hours.",
                )));
            }
            Ok(sequence) => match Rule::of(&sequence, &piece.text) {
                Err(why) => left_out.push(leave(why)),
                Ok((rule, note)) => {
                    left_out.extend(note.map(leave));
                    // A rule that is taken in part would open or close what nobody said: it is taken whole or not at all.
                    let mut changed = calendar.clone();
                    match changed.apply(&rule) {
                        Ok(()) => calendar = changed,
                        Err(why) => left_out.push(leave(why)),
                    }
                }
            },
        }
    }
    Reading::of(&calendar.rows(), left_out)
}

/// Minutes since the start of a day; beyond 1,440 on the next.
type Span = (u16, u16);
/// The minutes of a day.
const DAY: u16 = 24 * 60;
/// A code and a sentence.
type Why = (&'static str, &'static str);

/// What is left of a span where another is taken out.
fn without(span: Span, taken: Span) -> impl Iterator<Item = Span> {
    let before = (span.0, span.1.min(taken.0));
    let after = (span.0.max(taken.1), span.1);
    [before, after].into_iter().filter(|part| part.0 < part.1)
}

/// Whether a rule joins the ones before it, or replaces their days.
fn joins(rule: &Rule) -> bool {
    rule.joins || rule.kind == Kind::Closed
}
