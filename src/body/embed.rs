//! Videos of the few hosts that a page may show. In Markdown a video is a link that stands alone in its paragraph, which
//! every engine shows as a link; in HTML it is a player, without cookies where the host has such a one; in text it is the
//! address. Refuses every other host, and whatever in an address is no plain id.

use pulldown_cmark::{Event, Tag, TagEnd};
use url::Url;

/// Classes of the frame around a player, one for each host, beside `embed` itself.
pub(super) const CLASSES: [&str; 3] = ["embed", "embed-youtube", "embed-vimeo"];

/// Attributes that every player has, and no other value of them.
pub(super) const FIXED: [(&str, &str); 4] = [
    ("loading", "lazy"),
    ("allow", "fullscreen"),
    ("sandbox", "allow-scripts allow-same-origin allow-presentation"),
    ("referrerpolicy", "strict-origin-when-cross-origin"),
];

/// The longest address or title that is looked at, in bytes.
const LONGEST: usize = 500;

/// Who shows the video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    YouTube,
    Vimeo,
}

impl Host {
    fn class(self) -> &'static str {
        match self {
            Self::YouTube => "embed-youtube",
            Self::Vimeo => "embed-vimeo",
        }
    }

    /// For who cannot see the player, where the author gave no title.
    fn title(self) -> &'static str {
        match self {
            Self::YouTube => "YouTube video",
            Self::Vimeo => "Vimeo video",
        }
    }

    /// Eleven letters today; `YouTube` promises no length.
    fn takes(self, id: &str) -> bool {
        match self {
            Self::YouTube => {
                (6..=20).contains(&id.len())
                    && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
                    && !matches!(id, "videoseries" | "live_stream")
            }
            Self::Vimeo => (1..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit()),
        }
    }
}

/// A video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Embed {
    host: Host,
    id: String,
    /// As it was written.
    address: String,
    /// The words of the link, where they are more than its address.
    title: Option<String>,
}

impl Embed {
    /// The video at an address, with the words that were written for it.
    pub(super) fn at(address: &str, words: &str) -> Option<Self> {
        let (address, words) = (address.trim(), words.trim());
        let (host, id) = recognised(address)?;
        let title = (!words.is_empty() && recognised(words).is_none()).then(|| words.to_owned());
        Some(Self { host, id, address: address.to_owned(), title })
    }

    /// The player's address.
    fn player(&self) -> String {
        match self.host {
            Host::YouTube => format!("https://www.youtube-nocookie.com/embed/{}", self.id),
            // `dnt` asks the player to keep no session and to set no cookie.
            Host::Vimeo => format!("https://player.vimeo.com/video/{}?dnt=1", self.id),
        }
    }

    /// The page of the video, for a link.
    pub(super) fn page(&self) -> String {
        match self.host {
            Host::YouTube => format!("https://www.youtube.com/watch?v={}", self.id),
            Host::Vimeo => format!("https://vimeo.com/{}", self.id),
        }
    }

    /// The words of a link to its page.
    pub(super) fn words(&self) -> String {
        self.title.clone().unwrap_or_else(|| self.page())
    }

    /// As it stands in HTML.
    pub(super) fn html(&self) -> String {
        let title = ammonia::clean_text(self.title.as_deref().unwrap_or_else(|| self.host.title()));
        let fixed: String = FIXED.iter().flat_map(|(name, value)| [" ", name, "=\"", value, "\""]).collect();
        let (class, player) = (self.host.class(), self.player());
        format!(
            "<figure class=\"embed {class}\"><iframe src=\"{player}\" title=\"{title}\"{fixed}></iframe></figure>\n"
        )
    }

    /// As it stands in text.
    pub(super) fn text(&self) -> String {
        match &self.title {
            Some(title) => format!("{title}: {}", self.address),
            None => self.address.clone(),
        }
    }
}

/// Whether an address is one of our players', to the letter.
pub(super) fn is_player(address: &str) -> bool {
    Embed::at(address, "").is_some_and(|embed| embed.player() == address)
}

/// The video that a paragraph is, and how many events it takes, where `events` begin with such a paragraph.
pub(super) fn paragraph(events: &[Event<'_>]) -> Option<(Embed, usize)> {
    let Some((Event::Start(Tag::Paragraph), rest)) = events.split_first() else { return None };
    let end = rest.iter().position(|event| matches!(event, Event::End(TagEnd::Paragraph)))?;
    let embed = match rest.get(..end)? {
        [Event::Start(Tag::Link { dest_url, .. }), words @ .., Event::End(TagEnd::Link)] => {
            Embed::at(dest_url, &plain(words)?)
        }
        words => Embed::at(&plain(words)?, ""),
    };
    embed.map(|embed| (embed, end + 2))
}

/// The words of events that are nothing else.
fn plain(events: &[Event<'_>]) -> Option<String> {
    let mut words = String::new();
    for event in events {
        match event {
            Event::Text(text) if words.len() + text.len() <= LONGEST => words.push_str(text),
            _ => return None,
        }
    }
    Some(words)
}

/// The host and the id in an address, in any of the forms that the hosts hand out.
fn recognised(address: &str) -> Option<(Host, String)> {
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
    let url = Url::parse(address).ok().filter(is_web).filter(|_| address.len() <= LONGEST)?;
    if url.port().is_some() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let asked = |name: &str| url.query_pairs().find(|(asked, _)| asked == name).map(|(_, value)| value.into_owned());
    let (host, id) = match (url.host_str()?, parts.as_slice()) {
        ("youtube.com" | "www.youtube.com" | "m.youtube.com", ["watch"]) => (Host::YouTube, asked("v")?),
        ("youtu.be", [id])
        | (
            "youtube.com" | "www.youtube.com" | "m.youtube.com" | "youtube-nocookie.com" | "www.youtube-nocookie.com",
            ["embed" | "shorts" | "live" | "v", id],
        ) => (Host::YouTube, (*id).to_owned()),
        // An unlisted video needs its key: without it there is nothing to show.
        ("vimeo.com" | "www.vimeo.com", [id]) | ("player.vimeo.com", ["video", id]) if asked("h").is_none() => {
            (Host::Vimeo, (*id).to_owned())
        }
        _ => return None,
    };
    host.takes(&id).then_some((host, id))
}
