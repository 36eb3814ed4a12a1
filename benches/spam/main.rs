//! `cargo measure-spam FILE…`: what the verdict on inquiries makes of messages whose nature is known. The files are
//! somebody else's and are never part of this repository; docs/SPAM.md says where they are found and what was measured.
//!
//! A file is a table of tabs (`spam` or `ham`, then the text, `\n` for a new line) as the SMS Spam Collection is one, or
//! a CSV file with a header that names `CONTENT` and `CLASS` (1 for spam). `--every-other 0` or `1` takes every second
//! row alone: the rules were written looking at the rows 0, 2, 4 …, so the others are the honest figure. `--list NAME`
//! shows the texts that a verdict was wrong about: `missed` or `hurt`. Our own messages of patients
//! (`tests/fixtures/clinic_messages.tsv`) are always measured, last.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::cast_precision_loss, missing_docs)]

use std::{fs, path::Path, time::Instant};

use clinic_cms::inquiries::{Proof, Reason, Signals, Verdict, judge};

const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/clinic_messages.tsv");

struct Message {
    is_spam: bool,
    name: String,
    text: String,
}

#[derive(Default)]
struct Counted {
    /// Verdict accepted, held, spam: of spam, then of the others.
    spam: [usize; 3],
    ham: [usize; 3],
}

fn main() {
    let (mut files, mut every_other, mut list) = (Vec::new(), None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => {}
            "--every-other" => every_other = arguments.next().map(|which| which.parse::<usize>().expect("0 or 1")),
            "--list" => list = arguments.next(),
            _ => files.push(argument),
        }
    }
    for file in &files {
        let mut messages =
            if Path::new(file).extension().is_some_and(|end| end == "csv") { comments(file) } else { rows(file) };
        if let Some(which) = every_other {
            messages = messages.into_iter().enumerate().filter(|(at, _)| at % 2 == which).map(|(_, row)| row).collect();
        }
        measure(file, &messages, list.as_deref());
    }
    measure("our own messages of patients", &own(), list.as_deref());
}

fn rows(file: &str) -> Vec<Message> {
    let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    let rows = text.lines().filter_map(|line| line.split_once('\t'));
    let message = |(label, text): (&str, &str)| Message {
        is_spam: label.trim() == "spam",
        name: "Dana Fuller".to_owned(),
        text: text.replace("\\n", "\n"),
    };
    rows.map(message).collect()
}

fn comments(file: &str) -> Vec<Message> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name)).expect("a column");
    let (content, class) = (at("CONTENT"), at("CLASS"));
    let message = |row: csv::StringRecord| Message {
        is_spam: row.get(class) == Some("1"),
        name: "Dana Fuller".to_owned(),
        text: row.get(content).unwrap_or_default().to_owned(),
    };
    reader.records().map_while(Result::ok).map(message).collect()
}

/// `language`, `name`, `text`, below a header.
fn own() -> Vec<Message> {
    let text = fs::read_to_string(OWN).unwrap();
    let rows = text.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t').skip(1);
        Some((cells.next()?, cells.next()?))
    });
    let message =
        |(name, text): (&str, &str)| Message { is_spam: false, name: name.to_owned(), text: text.replace("\\n", "\n") };
    rows.map(message).collect()
}

fn measure(title: &str, messages: &[Message], list: Option<&str>) {
    let mut counted = Counted::default();
    let started = Instant::now();
    let judged: Vec<_> = messages.iter().map(|message| judge(&signals(message))).collect();
    let took = started.elapsed();
    for (message, judgement) in messages.iter().zip(&judged) {
        let at = match judgement.verdict {
            Verdict::Accepted => 0,
            Verdict::Held => 1,
            Verdict::Spam => 2,
        };
        let row = if message.is_spam { &mut counted.spam } else { &mut counted.ham };
        if let Some(count) = row.get_mut(at) {
            *count += 1;
        }
        let wrong = (list == Some("missed") && message.is_spam && at == 0)
            || (list == Some("hurt") && !message.is_spam && at > 0);
        if wrong {
            let reasons: Vec<_> = judgement.reasons.iter().map(|reason: &Reason| reason.name()).collect();
            println!(
                "  {} {reasons:?}: {}",
                judgement.score,
                message.text.chars().take(160).collect::<String>().replace('\n', " ")
            );
        }
    }
    let each = took.as_secs_f64() * 1e6 / messages.len().max(1) as f64;
    println!("\n{title}: {} messages, {each:.0} µs each", messages.len());
    println!("          accepted     held     spam");
    println!("  spam    {:8} {:8} {:8}", counted.spam[0], counted.spam[1], counted.spam[2]);
    println!("  others  {:8} {:8} {:8}", counted.ham[0], counted.ham[1], counted.ham[2]);
    figures("spam", counted.spam[2], counted.ham[2], counted.spam.iter().sum());
    figures(
        "spam or held",
        counted.spam[1] + counted.spam[2],
        counted.ham[1] + counted.ham[2],
        counted.spam.iter().sum(),
    );
    let others: usize = counted.ham.iter().sum();
    let part = |count: usize| 100.0 * count as f64 / others.max(1) as f64;
    println!("  of the others: {:.2} % spam, {:.2} % held", part(counted.ham[2]), part(counted.ham[1]));
}

fn figures(which: &str, right: usize, wrong: usize, all: usize) {
    let share = |part: usize, whole: usize| if whole == 0 { f64::NAN } else { part as f64 / whole as f64 };
    let (precision, recall) = (share(right, right + wrong), share(right, all));
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!("  {which:13} precision {precision:.3}  recall {recall:.3}  F1 {f1:.3}");
}

/// The text alone: no token, no honeypot and no address tell anything.
fn signals(message: &Message) -> Signals<'_> {
    Signals {
        honeypot: false,
        pace: None,
        proof: Proof::NotAsked,
        name: &message.name,
        parts: None,
        email: None,
        message: Some(&message.text),
        others: &[],
        languages: &["en", "es"],
        own_hosts: &[],
        emergency: false,
        incomplete: false,
        spam_at_source: false,
    }
}
