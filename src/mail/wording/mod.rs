//! What a letter says: subject, text and HTML in the recipient's language. Refuses to let a name or a device put
//! markup, a header or a line of its own into a letter.

mod templates;
mod words;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use minijinja::{Environment, Error, Value, context};

use super::{
    letter::{Language, Letter, Recipient},
    postbox::MailLinks,
    reply::Reply,
};
use templates::TEMPLATES;
use words::{instant, link, one_line, role};

/// A letter in words.
pub(super) struct Wording {
    /// One line.
    pub(super) subject: String,
    /// Plain text, lines ended by `\n`.
    pub(super) text: String,
    /// A whole HTML document without scripts, images or anything else to be fetched.
    pub(super) html: String,
}

/// The words of one letter before they are laid out, each part on one line.
struct Parts {
    subject: String,
    lead: String,
    action: String,
    note: String,
    greeting: String,
    by_hand: String,
    foot: String,
}

/// The clinic's name on one line, for headers.
pub(super) fn clinic_on_one_line(name: &str) -> String {
    one_line(name)
}

/// The person's name on one line, for headers.
pub(super) fn name_on_one_line(to: &Recipient) -> Option<String> {
    Some(one_line(&to.name)).filter(|name| !name.is_empty())
}

/// Puts a letter into words.
///
/// # Errors
/// Those of the templates, which are a defect.
pub(super) fn word(letter: &Letter, to: &Recipient, clinic: &str, links: &MailLinks) -> Result<Wording, Error> {
    let mut templates = Environment::new();
    for (name, source) in TEMPLATES {
        templates.add_template(name, source)?;
    }
    let shared = context! {
        clinic => one_line(clinic), person => one_line(&to.name), public_url => one_line(&links.public_url),
    };
    let parts = parts(&templates, letter, to.language, &shared)?;
    let laid_out = context! {
        language => to.language.tag(), url => letter.url().map(link), subject => &*parts.subject, lead => parts.lead,
        action => parts.action, note => parts.note, greeting => parts.greeting, by_hand => parts.by_hand,
        foot => parts.foot,
    };
    Ok(Wording {
        text: templates.get_template("layout.txt")?.render(laid_out.clone())?,
        html: templates.get_template("layout.html")?.render(laid_out)?,
        subject: parts.subject,
    })
}

/// Lays out what staff wrote for inquirers: text as it is, and in HTML escaped, a paragraph for each.
///
/// # Errors
/// Those of the templates, which are a defect.
pub(super) fn word_reply(reply: &Reply) -> Result<Wording, Error> {
    let mut templates = Environment::new();
    for (name, source) in TEMPLATES {
        templates.add_template(name, source)?;
    }
    let subject = one_line(&reply.subject);
    let lines = |paragraph: &str| paragraph.lines().map(str::to_owned).collect::<Vec<_>>();
    let paragraphs: Vec<_> = reply.text.split("\n\n").map(lines).collect();
    let html = templates
        .get_template("reply.html")?
        .render(context! { language => reply.language.tag(), subject => &*subject, paragraphs => paragraphs })?;
    Ok(Wording { subject, text: format!("{}\n", reply.text), html })
}

fn parts(templates: &Environment<'_>, letter: &Letter, language: Language, shared: &Value) -> Result<Parts, Error> {
    let own = own_words(letter, language);
    let context = context! { ..own, ..shared.clone() };
    let tag = language.tag();
    let block = |template: &str, block: &str| {
        let mut rendered = templates.get_template(&format!("{template}.{tag}"))?.render_captured(context.clone())?;
        let text = rendered.with_state_mut(|state| state.render_block(block))?;
        // Templates break their lines where they like.
        Ok::<_, Error>(text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let kind = letter.kind();
    Ok(Parts {
        subject: block(kind, "subject")?,
        lead: block(kind, "lead")?,
        action: block(kind, "action")?,
        note: block(kind, "note")?,
        greeting: block("frame", "greeting")?,
        by_hand: block("frame", "by_hand")?,
        foot: block("frame", "foot")?,
    })
}

/// What only this letter names.
fn own_words(letter: &Letter, language: Language) -> Value {
    let on = |at: DateTime<Utc>| instant(language, &at);
    match letter {
        Letter::Invitation { inviter, role: key, expires_at, .. } => {
            context! { inviter => one_line(inviter), role => role(language, key), until => on(*expires_at) }
        }
        Letter::PasswordReset { expires_at, .. } => context! { until => on(*expires_at) },
        Letter::NewDevice { device, address, at } => {
            context! { device => one_line(device), address => one_line(address), at => on(*at) }
        }
        Letter::FactorChanged { what, at } => context! { what => what.name(), at => on(*at) },
        Letter::RoleChanged { role: key, at } => context! { role => role(language, key), at => on(*at) },
        Letter::ReviewRequested { person, title, at } => {
            context! { person_acting => one_line(person), title => one_line(title), at => on(*at) }
        }
        Letter::BreakGlass { person, until, at } => {
            context! { person_acting => one_line(person), until => on(*until), at => on(*at) }
        }
        Letter::InquiryReceived { form, location, at, due_at, zone, stat, .. } => {
            let there = |at: DateTime<Utc>| instant(language, &at.with_timezone(zone));
            context! {
                form => one_line(form), location => location.as_deref().map(one_line), at => there(*at),
                due => due_at.map(there), stat => *stat,
            }
        }
        Letter::PasswordChanged { at } | Letter::SessionReuse { at } | Letter::AccountDisabled { at } => {
            context! { at => on(*at) }
        }
    }
}
