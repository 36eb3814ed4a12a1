//! Paging, in both of its ways. Refuses the mixture: numbered pages know the total and end at 10,000 rows,
//! a cursor walks to any depth and knows nothing but the way on.

use actix_web::HttpRequest;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::query::QueryReader;
use crate::crypto::TagKey;

/// The most rows a page may have.
const LARGEST: u32 = 100;
/// `page × limit` may not pass this.
const DEEPEST: u32 = 10_000;
/// Totals are counted up to here; beyond, `total_exact` is false.
pub const COUNTED: i64 = 10_001;

/// The parameters of a paged list, for the OpenAPI document; [`PageRequest::read`] reads them.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is only written down")]
pub struct Paging {
    /// Rows on a page; 20 where it is absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Number of the page; page × limit is at most 10,000.
    #[param(minimum = 1, maximum = 10000)]
    page: Option<u32>,
    /// `meta.next_cursor` of the page before; not together with `page`.
    #[param(max_length = 500)]
    cursor: Option<String>,
}

/// Where a list begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start<K> {
    /// A page by its number, from 1.
    Page(u32),
    /// After the row with this key.
    After(K),
}

/// A checked request for a part of a list.
#[derive(Clone, Debug)]
pub struct PageRequest<K> {
    /// 1 to 100.
    pub limit: u32,
    /// Where to begin.
    pub start: Start<K>,
}

#[derive(Serialize, Deserialize)]
struct Cursor<K> {
    /// What was asked (filters and order): a cursor belongs to its question.
    of: String,
    key: K,
}

impl<K: Serialize + DeserializeOwned> PageRequest<K> {
    /// Reads `limit`, `page` and `cursor`. `question` names the filters and the order that the cursor belongs to.
    pub fn read(query: &mut QueryReader, signer: &TagKey, question: &str) -> Self {
        let number = |most: u32| {
            move |text: &str| text.parse::<u32>().ok().filter(|n| (1..=most).contains(n) && !text.starts_with('+'))
        };
        let limit = query.parsed("limit", "a whole number from 1 to 100", number(LARGEST)).unwrap_or(20);
        let page = query.parsed("page", "a whole number from 1, with page × limit at most 10,000", number(DEEPEST));
        let cursor = query.text("cursor");
        if page.is_some_and(|page| page.saturating_mul(limit) > DEEPEST) {
            query.refuse("page", "too_deep", "page × limit is at most 10,000; a cursor goes deeper");
        }
        let Some(cursor) = cursor else { return Self { limit, start: Start::Page(page.unwrap_or(1)) } };
        if page.is_some() {
            query.refuse("cursor", "exclusive", "cannot be given together with page");
        }
        if let Some(key) = open_cursor(signer, &cursor, question) {
            return Self { limit, start: Start::After(key) };
        }
        query.refuse("cursor", "bad_cursor", "is not a cursor of this list with these filters and this order");
        Self { limit, start: Start::Page(1) }
    }

    /// Rows to pass over.
    pub fn offset(&self) -> i64 {
        match self.start {
            Start::Page(page) => i64::from(page.saturating_sub(1)) * i64::from(self.limit),
            Start::After(_) => 0,
        }
    }

    /// One more row than asked tells whether there is more.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The key to begin after, for a cursor.
    pub fn after(&self) -> Option<&K> {
        match &self.start {
            Start::Page(_) => None,
            Start::After(key) => Some(key),
        }
    }

    /// The total, which a page by number alone asks for: after a cursor nothing is counted.
    ///
    /// # Errors
    /// Those of `count`.
    pub async fn total<E>(&self, count: impl Future<Output = Result<i64, E>>) -> Result<Option<i64>, E> {
        match self.start {
            Start::Page(_) => count.await.map(Some),
            Start::After(_) => Ok(None),
        }
    }

    /// Makes the page's metadata and links out of the rows, cutting the extra one. `total` is the count up to
    /// [`COUNTED`] (a page by number only), `key` names a row's place in the order.
    pub fn complete<T>(
        &self,
        rows: &mut Vec<T>,
        total: Option<i64>,
        key: impl Fn(&T) -> K,
        of: &Question<'_>,
    ) -> (PageMeta, PageLinks) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).and_then(|last| seal_cursor(of.signer, of.question, key(last)));
        let (page, total) = match self.start {
            Start::Page(page) => (Some(page), Some(total.unwrap_or(0))),
            Start::After(_) => (None, None),
        };
        let pages = total.map(|total| {
            u32::try_from((total + i64::from(self.limit) - 1) / i64::from(self.limit)).unwrap_or(u32::MAX)
        });
        let total_exact = total.is_none_or(|total| total < COUNTED);
        let meta = PageMeta { limit: self.limit, total, total_exact, page, pages, next_cursor: next_cursor.clone() };
        let next = match (page, next_cursor) {
            (_, None) => None,
            (Some(page), Some(_)) if (page + 1).saturating_mul(self.limit) <= DEEPEST => {
                Some(of.link(&[("page", &(page + 1).to_string())]))
            }
            (_, Some(cursor)) => Some(of.link(&[("cursor", &cursor)])),
        };
        let prev = page.filter(|page| *page > 1).map(|page| of.link(&[("page", &(page - 1).to_string())]));
        (meta, PageLinks { self_: of.link_to_self(), next, prev })
    }
}

/// A short name for the question, so that a cursor stays short.
fn digest(question: &str) -> String {
    let hash = Sha256::digest(question);
    data_encoding::BASE64URL_NOPAD.encode(hash.get(..9).unwrap_or_default())
}

/// A place in the answer to a question, as text that comes back unchanged or not at all.
pub fn seal_cursor<K: Serialize>(signer: &TagKey, question: &str, key: K) -> Option<String> {
    let cursor = serde_json::to_vec(&Cursor { of: digest(question), key }).ok()?;
    Some(signer.encode(&cursor))
}

/// The place that [`seal_cursor`] made a text of, for the same question.
pub fn open_cursor<K: DeserializeOwned>(signer: &TagKey, text: &str, question: &str) -> Option<K> {
    let cursor: Cursor<K> = serde_json::from_slice(&signer.decode(text)?).ok()?;
    (cursor.of == digest(question)).then_some(cursor.key)
}

/// The list that was asked for: what links and cursors are made from.
#[derive(Debug)]
pub struct Question<'a> {
    /// The configured public URL; never a request header.
    pub public_url: &'a str,
    /// Path and query of the request.
    pub request: &'a HttpRequest,
    /// Signs cursors.
    pub signer: &'a TagKey,
    /// Filters and order, as text.
    pub question: &'a str,
}

impl Question<'_> {
    /// The links of an answer that a cursor alone leads on from.
    pub fn links(&self, next_cursor: Option<&str>) -> PageLinks {
        let next = next_cursor.map(|cursor| self.link(&[("cursor", cursor)]));
        PageLinks { self_: self.link_to_self(), next, prev: None }
    }

    fn link_to_self(&self) -> String {
        let query = self.request.query_string();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{query}", self.public_url, self.request.path())
    }

    /// The same question at another place.
    fn link(&self, place: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = form_urlencoded::parse(self.request.query_string().as_bytes());
        query.extend_pairs(kept.filter(|(name, _)| !matches!(&**name, "page" | "cursor")));
        query.extend_pairs(place);
        format!("{}{}?{}", self.public_url, self.request.path(), query.finish())
    }
}

/// What a list tells of itself. A cursor's page knows no `total`, `page` and `pages`: they are null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageMeta {
    /// Rows asked for.
    #[schema(minimum = 1, maximum = 100)]
    pub limit: u32,
    /// Rows that match.
    pub total: Option<i64>,
    /// False where counting stopped at a cap.
    pub total_exact: bool,
    /// Number of this page, from 1.
    pub page: Option<u32>,
    /// Number of pages.
    pub pages: Option<u32>,
    /// Given while there is more.
    pub next_cursor: Option<String>,
}

/// Absolute addresses, built from the configured public URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageLinks {
    /// This page.
    #[serde(rename = "self")]
    pub self_: String,
    /// The next page, null at the end.
    pub next: Option<String>,
    /// The page before, null at the beginning and for cursors.
    pub prev: Option<String>,
}
