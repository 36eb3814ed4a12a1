//! What connections need beside the database: the seals of their secrets and of what they could not bring in, the hashes
//! of ids, and the limit on who is turned away. Refuses to hand out a key.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    graph::Graph,
    kind::{IntegrationKind, SecretUse},
    queries::NewSecret,
    signature::{Secret, WEBHOOK_SECRET},
};
use crate::{
    clock::Clock,
    crypto::{KeyRing, Place, PurposeSeal, SealError, TagKey, random},
    http::{AddressPolicy, ApiError, RateLimit},
};

/// Characters of a secret that is made here: 190 bits of chance.
const SECRET: usize = 32;

/// The keys of all connections. Made once.
#[derive(Debug)]
pub struct Connections {
    secrets: PurposeSeal,
    deliveries: PurposeSeal,
    index: TagKey,
    /// Deliveries that were turned away, by address: whoever signs them is never slowed down.
    pub refused: RateLimit,
    /// Where the leads of Meta are fetched.
    pub(super) graph: Graph,
}

impl Connections {
    /// Derives the keys from the ring. Leads are fetched below `graph_url`, from addresses that `policy` admits.
    pub fn new(ring: &KeyRing, refused: RateLimit, (graph_url, policy): (&str, AddressPolicy)) -> Self {
        Self {
            secrets: ring.purpose_seal("integration-secret"),
            deliveries: ring.purpose_seal("integration-delivery"),
            index: ring.tag_key("integration"),
            refused,
            graph: Graph::at(graph_url, policy),
        }
    }

    /// A secret of our own making.
    ///
    /// # Errors
    /// [`ApiError::Internal`] without chance.
    pub fn make_secret(kind: IntegrationKind) -> Result<Secret, ApiError> {
        if kind == IntegrationKind::Generic {
            let bytes = Zeroizing::new(random::bytes::<32>().map_err(|_| ApiError::Internal)?);
            return Ok(Zeroizing::new(format!("{WEBHOOK_SECRET}{}", data_encoding::BASE64.encode(bytes.as_slice()))));
        }
        random::alphanumeric(SECRET).map_err(|_| ApiError::Internal)
    }

    /// Seals a secret for a row of its own.
    ///
    /// # Errors
    /// [`ApiError::Internal`] without chance.
    pub fn seal_secret(&self, clock: &Clock, of: SecretUse, secret: &str) -> Result<NewSecret, ApiError> {
        let id = clock.new_id();
        let sealed = self.secrets.seal(secret_place(id), secret.as_bytes()).map_err(|error| loud(&error, id))?;
        Ok(NewSecret { id, of: of.name(), sealed })
    }

    /// Opens a secret.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where it does not open; the log names the row.
    pub fn open_secret(&self, id: Uuid, sealed: &[u8]) -> Result<Secret, ApiError> {
        let opened = self.secrets.open(secret_place(id), sealed).map_err(|error| loud(&error, id))?;
        str::from_utf8(&opened).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| loud(&SealError::Refused, id))
    }

    /// Seals what was delivered.
    ///
    /// # Errors
    /// [`ApiError::Internal`] without chance.
    pub fn seal_delivery(&self, id: Uuid, bytes: &[u8]) -> Result<Vec<u8>, ApiError> {
        self.deliveries.seal(delivery_place(id), bytes).map_err(|error| loud(&error, id))
    }

    /// Opens what was delivered.
    ///
    /// # Errors
    /// [`ApiError::Internal`] where it does not open; the log names the row.
    pub fn open_delivery(&self, id: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ApiError> {
        self.deliveries.open(delivery_place(id), sealed).map_err(|error| loud(&error, id))
    }

    /// The keyed hash of the id that a service gives a lead.
    pub fn external_index(&self, integration: Uuid, external_id: &str) -> [u8; 32] {
        self.index.mac(&[b"external", integration.as_bytes(), external_id.as_bytes()])
    }

    /// The keyed hash of what a service told of a lead.
    pub fn told(&self, integration: Uuid, content: &[u8]) -> [u8; 32] {
        self.index.mac(&[b"told", integration.as_bytes(), content])
    }
}

fn secret_place(row: Uuid) -> Place<'static> {
    Place { table: "cms.integration_secret", column: "sealed", row, version: 1 }
}

fn delivery_place(row: Uuid) -> Place<'static> {
    Place { table: "cms.integration_delivery", column: "sealed", row, version: 1 }
}

fn loud(error: &SealError, row: Uuid) -> ApiError {
    tracing::error!(%row, %error, "a connection's secret or delivery cannot be sealed or opened");
    ApiError::Internal
}
