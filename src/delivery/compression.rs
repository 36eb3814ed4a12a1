//! Content codings of public answers. Refuses to compress what is small: the header would cost more than it saves.

use std::io::{self, Write};

use actix_web::{
    HttpRequest,
    http::header::{AcceptEncoding, ContentEncoding, Encoding as Named, Header, Preference},
};

/// Bodies below this size go out as they are.
const SMALLEST: usize = 1024;

/// A coding that the client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

impl Encoding {
    /// In the order of their places.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Brotli, Self::Zstd];

    /// The coding with the highest preference; between equals br, zstd, gzip in this order.
    pub fn negotiate(request: &HttpRequest, length: usize) -> Self {
        if length < SMALLEST || !request.headers().contains_key("accept-encoding") {
            return Self::Identity;
        }
        let Ok(accepted) = AcceptEncoding::parse(request) else { return Self::Identity };
        let offered = [Self::Brotli, Self::Zstd, Self::Gzip];
        let weigh = |coding: Self| accepted.iter().filter(|item| coding.is(&item.item)).map(|item| item.quality).max();
        let best = offered.into_iter().rev().filter_map(|coding| Some((weigh(coding)?, coding)));
        best.filter(|(quality, _)| *quality > actix_web::http::header::Quality::ZERO)
            .max_by(|a, b| a.0.cmp(&b.0))
            .map_or(Self::Identity, |(_, coding)| coding)
    }

    fn is(self, given: &Preference<Named>) -> bool {
        let known = match self {
            Self::Identity => ContentEncoding::Identity,
            Self::Gzip => ContentEncoding::Gzip,
            Self::Brotli => ContentEncoding::Brotli,
            Self::Zstd => ContentEncoding::Zstd,
        };
        matches!(given, Preference::Specific(Named::Known(given)) if *given == known)
    }

    /// The token of `Content-Encoding`; none for identity.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The bytes in this coding.
    pub fn encode(self, body: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(body.to_vec()),
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
                encoder.write_all(body)?;
                encoder.finish()
            }
            Self::Brotli => {
                let mut encoded = Vec::new();
                brotli::CompressorWriter::new(&mut encoded, 4096, 4, 20).write_all(body)?;
                Ok(encoded)
            }
            Self::Zstd => zstd::encode_all(body, 3),
        }
    }
}
