//! Which characters of a text are which rule. The syntax tree of the grammar has no places, so a rule is found again: the
//! shortest piece up to a separator that reads as that rule.

use opening_hours_syntax::{
    parse,
    rules::{RuleOperator, RuleSequence},
};

use super::Why;

const NOT_UNDERSTOOD: Why = ("not_understood", "This is no rule of OpenStreetMap's opening_hours.");

/// A rule, or what stands in the place of one.
#[derive(Debug)]
pub(super) struct Piece {
    /// The first character.
    pub(super) from: usize,
    /// The first character behind it.
    pub(super) to: usize,
    pub(super) text: String,
    pub(super) rule: Result<RuleSequence, Why>,
}

/// The rules of a text. Where the whole is none, what stands between semicolons is read by itself.
pub(super) fn of(text: &str) -> Vec<Piece> {
    if let Ok(whole) = parse(text) {
        return located(text, 0, whole.rules);
    }
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut operator = RuleOperator::Normal;
    let ends = separators(text).into_iter().filter(|(_, _, next)| *next != RuleOperator::Additional);
    let whole = (text.len(), text.len(), RuleOperator::Normal);
    for (end, after, next) in ends.chain([whole]) {
        let part = text.get(start..end).unwrap_or_default();
        match parse(part) {
            Ok(mut read) => {
                if let Some(first) = read.rules.first_mut() {
                    first.operator = operator;
                }
                pieces.extend(located(text, start, read.rules).into_iter().map(|piece| within(piece, text, end)));
            }
            Err(_) if part.trim().is_empty() && text.len() > end => {}
            Err(_) => pieces.push(piece(text, start, end, Err(NOT_UNDERSTOOD))),
        }
        (start, operator) = (after, next);
    }
    pieces
}

/// The separators of rules outside of comments: where each begins and ends, in bytes, and what it says.
fn separators(text: &str) -> Vec<(usize, usize, RuleOperator)> {
    let mut quoted = false;
    let mut found = Vec::new();
    for (at, c) in text.char_indices() {
        quoted ^= c == '"';
        let operator = match c {
            ';' => RuleOperator::Normal,
            ',' => RuleOperator::Additional,
            '|' if text.get(at..).is_some_and(|rest| rest.starts_with("||")) => RuleOperator::Fallback,
            _ => continue,
        };
        if !quoted {
            found.push((at, at + if c == '|' { 2 } else { 1 }, operator));
        }
    }
    found
}

/// Rules, each with its place behind `start`. The last ones share what is left where a place cannot be told.
fn located(text: &str, start: usize, rules: Vec<RuleSequence>) -> Vec<Piece> {
    let separators = separators(text);
    let operators: Vec<RuleOperator> = rules.iter().skip(1).map(|rule| rule.operator).collect();
    let (mut pieces, mut start) = (Vec::new(), start);
    for (index, rule) in rules.into_iter().enumerate() {
        let next = operators.get(index);
        let ends = separators.iter().filter(|(end, _, operator)| *end >= start && Some(operator) == next);
        let found = ends.copied().find(|(end, _, _)| reads_as(text.get(start..*end).unwrap_or_default(), &rule));
        let (end, after) = found.map_or((text.len(), start), |(end, after, _)| (end, after));
        pieces.push(piece(text, start, end, Ok(rule)));
        start = after;
    }
    pieces
}

/// The piece, at most to `end`.
fn within(found: Piece, text: &str, end: usize) -> Piece {
    let to = characters(text, end);
    if found.to <= to { found } else { Piece { to, ..found } }
}

fn reads_as(text: &str, rule: &RuleSequence) -> bool {
    let Ok(read) = parse(text.trim()) else { return false };
    let [only] = read.rules.as_slice() else { return false };
    let said =
        |rule: &RuleSequence| (rule.day_selector.clone(), rule.time_selector.clone(), rule.kind, rule.comment.clone());
    said(only) == said(rule)
}

/// A piece between two bytes, without the white space around it.
fn piece(text: &str, start: usize, end: usize, rule: Result<RuleSequence, Why>) -> Piece {
    let part = text.get(start..end).unwrap_or_default();
    let start = start + (part.len() - part.trim_start().len());
    let part = part.trim();
    let from = characters(text, start);
    Piece { from, to: from + part.chars().count(), text: part.to_owned(), rule }
}

fn characters(text: &str, bytes: usize) -> usize {
    text.get(..bytes).map_or(0, |before| before.chars().count())
}
