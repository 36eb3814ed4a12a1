//! Addresses of the web in a text, and the markup around them.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use super::reason::Reason;

/// With a scheme, with `www.`, or a bare name; an e-mail address is none. Texts are in small letters. A pattern that does
/// not compile finds nothing, and a test would see it.
static LINK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let marked = r"https?://(?:[^\s/@]*@)?|\bwww\.|(?:^|[\s(<\[,;:>=])";
    let host = r"((?:[\w-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+))";
    Regex::new(&format!(r"(?:{marked}){host}(?:[:/?#][^\s<>\]]*)?")).ok()
});
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+").ok());
static FORUM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[(?:url|link|img)\s*[=\]]|\[/(?:url|link)\]").ok());
static HTML: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"<a\s[^>]*href|<script|<iframe|href\s*=\s*.?https?:").ok());

/// Ends of names that people and advertisers write without `www.`.
const ENDS: [&str; 36] = [
    "com", "net", "org", "info", "biz", "io", "co", "ru", "cn", "xyz", "top", "site", "online", "shop", "store",
    "club", "live", "pro", "link", "click", "website", "space", "icu", "vip", "life", "me", "ly", "gl", "gd", "cc",
    "tk", "us", "app", "dev", "agency", "digital",
];
/// Services that make short links; the public lists are long, and these are most of what is met.
const SHORTENERS: [&str; 20] = [
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "t.co",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "cutt.ly",
    "rb.gy",
    "shorturl.at",
    "tiny.cc",
    "rebrand.ly",
    "bit.do",
    "v.gd",
    "adf.ly",
    "soo.gd",
    "clck.ru",
    "t.ly",
    "s.id",
    "lnkd.in",
];
/// Doors of messengers.
const CHANNELS: [&str; 7] =
    ["t.me", "telegram.me", "wa.me", "chat.whatsapp.com", "discord.gg", "join.skype.com", "telegra.ph"];
/// More e-mail addresses than a family has.
const MANY_RECIPIENTS: usize = 4;

/// What the links of a text and of a name tell.
pub fn found(text: &str, name: &str, own_hosts: &[&str]) -> impl Iterator<Item = Reason> {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_own = |host: &str| own_hosts.iter().any(|own| host == *own || host.ends_with(&format!(".{own}")));
    let all: Vec<String> = hosts(&text).into_iter().filter(|host| !is_own(host)).collect();
    let of_list = |list: &[&str]| all.iter().any(|host| list.contains(&host.as_str()));
    let count = match all.len() {
        0 => None,
        1 => Some(Reason::Link),
        2 => Some(Reason::Links),
        3..=5 => Some(Reason::ManyLinks),
        _ => Some(Reason::LinkFarm),
    };
    let is_in = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(&text));
    let mails: BTreeSet<String> =
        MAIL.iter().flat_map(|mail| mail.find_iter(&text)).map(|mail| mail.as_str().to_owned()).collect();
    [
        count,
        of_list(&SHORTENERS).then_some(Reason::ShortenedLink),
        of_list(&CHANNELS).then_some(Reason::ChannelLink),
        is_in(&FORUM).then_some(Reason::ForumMarkup),
        is_in(&HTML).then_some(Reason::HtmlMarkup),
        (mails.len() >= MANY_RECIPIENTS).then_some(Reason::ManyRecipients),
        (!hosts(&name).is_empty()).then_some(Reason::LinkInName),
    ]
    .into_iter()
    .flatten()
}

/// The hosts of all links in the order of the text, each as often as it stands there, without `www.`.
fn hosts(text: &str) -> Vec<String> {
    let Some(link) = LINK.as_ref() else { return Vec::new() };
    let mut hosts = Vec::new();
    for caught in link.captures_iter(text) {
        let (Some(whole), Some(host)) = (caught.get(0), caught.get(1)) else { continue };
        let (host, marked) = (host.as_str(), whole.as_str());
        let marked = marked.starts_with("http") || host.starts_with("www.") || marked.starts_with("www.");
        let end = host.rsplit('.').next().unwrap_or_default();
        let is_mail = text.get(whole.end()..).is_some_and(|rest| rest.starts_with('@'));
        // Without a mark, a sentence that goes on after its full stop would be a link.
        if !is_mail && (marked || ENDS.contains(&end)) {
            hosts.push(host.strip_prefix("www.").unwrap_or(host).to_owned());
        }
    }
    hosts
}
