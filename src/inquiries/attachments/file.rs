//! A file as it was sent, and as it is taken. Believes nothing of what the sender says it is: its bytes tell. Refuses to
//! print its name, which often is a patient's.

use actix_web::web::Bytes;
use sha2::{Digest, Sha256};

use super::policy::TYPES;
use crate::{contact::is_invisible, crypto::Personal};

/// The most characters of a name.
const NAME: usize = 200;

/// A file of a multipart form.
#[derive(Clone, Debug)]
pub struct SentFile {
    /// The field of the form that it was sent in.
    pub field: String,
    /// As the sender's computer calls it; empty where it says nothing.
    pub name: Personal<String>,
    /// All of it.
    pub content: Personal<Bytes>,
}

/// A file that the form takes.
#[derive(Clone, Debug)]
pub struct Attachment {
    media_type: &'static str,
    name: Personal<String>,
    content: Personal<Bytes>,
}

impl SentFile {
    /// How long it is.
    pub fn bytes(&self) -> usize {
        self.content.reveal().len()
    }

    /// The media type, as its first bytes tell; none for every kind that no form takes.
    pub fn kind(&self) -> Option<&'static str> {
        let content = self.content.reveal();
        let kind = infer::get(content)?.mime_type();
        // Readers look for the signature of a PDF within a whole kilobyte: there a file can be two things at once.
        let is_plain = kind != "application/pdf" || content.starts_with(b"%PDF-");
        TYPES.into_iter().find(|taken| *taken == kind && is_plain)
    }

    /// The file as one of this kind. A name that says nothing becomes one by its `number` in the inquiry.
    pub fn take(self, kind: &'static str, number: usize) -> Attachment {
        let name =
            self.name.map(|name| clean(&name).unwrap_or_else(|| format!("attachment-{number}.{}", ending(kind))));
        Attachment { media_type: kind, name, content: self.content }
    }
}

impl Attachment {
    /// The media type that its bytes tell.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// A name without a folder.
    pub fn name(&self) -> &Personal<String> {
        &self.name
    }

    /// All of it.
    pub fn content(&self) -> &Personal<Bytes> {
        &self.content
    }

    /// SHA-256 of the content, which tells one file from another.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.content.reveal()).into()
    }
}

/// The name without folders, and without what would show another one than it is.
fn clean(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control() && !is_invisible(*c)).take(NAME).collect();
    let shown = shown.trim().trim_matches('.');
    (!shown.is_empty()).then(|| shown.to_owned())
}

fn ending(kind: &str) -> &str {
    match kind {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        other => other.strip_prefix("image/").unwrap_or("bin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: &str, content: &'static [u8]) -> SentFile {
        let (name, content) = (Personal::new(name.to_owned()), Personal::new(Bytes::from_static(content)));
        SentFile { field: "attachments".to_owned(), name, content }
    }

    #[test]
    fn a_file_is_what_its_bytes_are() {
        let kinds: [(&[u8], Option<&str>); 9] = [
            (b"%PDF-1.7\n", Some("application/pdf")),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", Some("image/jpeg")),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some("image/png")),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Some("image/heif")),
            (b"<html><script>alert(1)</script> %PDF-1.7", None),
            (b"MZ\x90\0\x03", None),
            (b"PK\x03\x04", None),
            (b"just words", None),
        ];
        for (content, kind) in kinds {
            assert_eq!(sent("scan.pdf", content).kind(), kind, "{content:?}");
        }
    }

    #[test]
    fn a_name_has_no_folder_and_shows_itself_as_it_is() {
        let names = [
            ("scan.pdf", "scan.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\wren\\Röntgen links.jpg", "Röntgen links.jpg"),
            ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("..", "attachment-2.pdf"),
            ("", "attachment-2.pdf"),
            (" \u{0} ", "attachment-2.pdf"),
        ];
        for (given, shown) in names {
            assert_eq!(sent(given, b"%PDF-1").take("application/pdf", 2).name().reveal(), shown, "{given:?}");
        }
        let long = "é".repeat(500);
        assert_eq!(sent(&long, b"").take("image/png", 1).name().reveal().chars().count(), NAME);
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let file = sent("wren-halloway.pdf", b"%PDF-canary");
        let printed = format!("{file:?} {:?}", file.clone().take("application/pdf", 1));
        assert!(!printed.contains("wren") && !printed.contains("canary") && !printed.contains("80, 68"), "{printed}");
    }
}
