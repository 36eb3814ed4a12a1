//! Which minutes of the day a written time is. A time without am or pm has two readings unless what stands beside it
//! leaves one.

use super::tokens::{Kind, Token};

/// Minutes of a day; beyond 1,440 on the next.
pub(super) type Span = (u16, u16);
/// The minutes of a day.
pub(super) const DAY: u16 = 24 * 60;
const NOON: u16 = DAY / 2;

/// am or pm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Evening,
}

/// A time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    hour: u16,
    minute: u16,
    half: Option<Half>,
    /// No 12-hour clock shows it: 17:00, 0:30, 9 h.
    only_24: bool,
    /// Written with a leading zero, as on a 24-hour clock.
    padded: bool,
}

impl Clock {
    pub(super) const NOON: Self =
        Self { hour: 12, minute: 0, half: Some(Half::Evening), only_24: false, padded: false };
    pub(super) const MIDNIGHT: Self =
        Self { hour: 12, minute: 0, half: Some(Half::Morning), only_24: false, padded: false };

    /// A time of the clock; none where there is no such time, and for 17 pm.
    pub(super) fn new(hour: u16, minute: u16, half: Option<Half>, written_24: bool, padded: bool) -> Option<Self> {
        let exists = minute < 60 && (hour < 24 || (hour == 24 && minute == 0));
        let only_24 = written_24 || hour == 0 || hour > 12;
        (exists && !(only_24 && half.is_some())).then_some(Self { hour, minute, half, only_24, padded })
    }

    /// The readings as an opening.
    fn readings(self, style: Style) -> Vec<u16> {
        let on_24 = self.hour * 60 + self.minute;
        let morning = self.hour % 12 * 60 + self.minute;
        match self.half {
            Some(Half::Morning) => vec![morning],
            Some(Half::Evening) => vec![morning + NOON],
            None if self.only_24 || style == Style::Hours24 => vec![on_24],
            None => vec![morning, morning + NOON],
        }
    }

    /// The readings as a closing: midnight is the end of the day.
    fn closings(self, style: Style) -> Vec<u16> {
        self.readings(style).into_iter().map(|minutes| if minutes == 0 { DAY } else { minutes }).collect()
    }
}

/// How a text writes its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Style {
    /// Nobody knows.
    #[default]
    Unknown,
    /// One of its times is on no 12-hour clock, and none says am or pm.
    Hours24,
}

impl Style {
    pub(super) fn of(tokens: &[Token]) -> Self {
        let clocks =
            || tokens.iter().filter_map(|token| if let Kind::Clock(clock) = token.kind { Some(clock) } else { None });
        let is_24 = clocks().any(|clock| clock.only_24) && clocks().all(|clock| clock.half.is_none());
        if is_24 { Self::Hours24 } else { Self::Unknown }
    }
}

/// From a time to another, with the characters that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) opens: Clock,
    pub(super) closes: Clock,
    pub(super) place: (usize, usize),
}

/// What is said of the times of days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Times {
    /// Whether it is the whole day; then there are no ranges.
    pub(super) all_day: bool,
    pub(super) ranges: Vec<Range>,
    /// What is taken out of them, such as lunch.
    pub(super) breaks: Vec<Range>,
    pub(super) by_appointment: bool,
}

/// The spans of the day, in order.
///
/// # Errors
/// The characters of the first time that has more than one reading, or none.
pub(super) fn resolve(times: &Times, style: Style) -> Result<Vec<Span>, (usize, usize)> {
    let mut spans: Vec<Span> = if times.all_day { vec![(0, DAY)] } else { Vec::new() };
    for range in &times.ranges {
        let after = spans.last().map(|span| span.1);
        let span = open(range, style, after).ok_or(range.place)?;
        if spans.iter().any(|known| super::meets(*known, span)) {
            return Err(range.place);
        }
        spans.push(span);
    }
    for range in &times.breaks {
        let taken = inside(range, style, &spans).ok_or(range.place)?;
        let parts = spans.iter().flat_map(|span| [(span.0, span.1.min(taken.0)), (span.0.max(taken.1), span.1)]);
        spans = parts.filter(|part| part.0 < part.1).collect();
    }
    if spans.is_empty() { Err(times.breaks.first().map_or((0, 0), |range| range.place)) } else { Ok(spans) }
}

/// The one reading of an opening; behind `after` where other hours of the same days stand before it.
fn open(range: &Range, style: Style, after: Option<u16>) -> Option<Span> {
    let padded = range.opens.padded && (range.closes.padded || range.closes.hour >= 10);
    let half = range.opens.half.or(range.closes.half);
    let on_24 = if padded && half.is_none() { Style::Hours24 } else { style };
    let (opens, closes) = (range.opens.readings(on_24), range.closes.closings(on_24));
    if let ([opens], [closes]) = (opens.as_slice(), closes.as_slice()) {
        let runs_on = closes <= opens;
        // A leading zero alone is no sign of a night: 08:00-05:00 is a day to whoever forgot the pm.
        let by_zero_alone = on_24 != style && !range.opens.only_24 && !range.closes.only_24;
        return match (opens == closes, runs_on) {
            (true, _) => None,
            (_, true) if by_zero_alone => None,
            (_, true) => Some((*opens, closes + DAY)),
            _ => Some((*opens, *closes)),
        };
    }
    let told = opens.len() == 1 || closes.len() == 1;
    let behind = |span: &Span| after.is_none_or(|after| after <= span.0);
    if told || after.is_some() { one(pairs(&opens, &closes).filter(behind)) } else { None }
}

/// The one reading of a break that lies within what is open.
fn inside(range: &Range, style: Style, spans: &[Span]) -> Option<Span> {
    let within = |taken: &Span| spans.iter().any(|span| span.0 <= taken.0 && taken.1 <= span.1);
    let (opens, closes) = (range.opens.readings(style), range.closes.closings(style));
    one(pairs(&opens, &closes).filter(within))
}

fn pairs(opens: &[u16], closes: &[u16]) -> impl Iterator<Item = Span> {
    opens
        .iter()
        .flat_map(|opens| closes.iter().map(|closes| (*opens, *closes)))
        .filter(|(opens, closes)| opens < closes)
}

fn one(mut spans: impl Iterator<Item = Span>) -> Option<Span> {
    spans.next().filter(|_| spans.next().is_none())
}
