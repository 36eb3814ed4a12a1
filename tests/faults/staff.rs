//! The owner, who reads what came in: over the API, so that every row is opened.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};

use super::{asking::Asked, proxy::Routes, trouble::Trouble};

/// The owner's address.
pub const EMAIL: &str = "owner@clinic.example";
/// The owner's password, of a database that lives for minutes.
pub const PASSWORD: &str = "seven brass kettles sing till noon";

const PATIENCE: Duration = Duration::from_secs(30);
/// A node that is told to come back, or has just come back, is asked again so often.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// The owner at one of the nodes.
#[derive(Clone, Debug)]
pub struct Staff {
    node: SocketAddr,
    token: String,
}

impl Staff {
    /// Signs in at the first node that is there.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what was answered.
    pub async fn sign_in(routes: &Routes) -> Result<Self, Trouble> {
        let login = json!({"email": EMAIL, "password": PASSWORD});
        let mut said = "no node is there".to_owned();
        for _ in 0..TRIES {
            let Some(node) = routes.there().first().copied() else { continue };
            let asked = Asked { method: "POST", path: "/v1/auth/login", headers: &[], body: Some(&login) };
            if let Some(answer) = asked.of(node, PATIENCE).await {
                let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                if let Some(token) = body.pointer("/data/access_token").and_then(Value::as_str) {
                    return Ok(Self { node, token: token.to_owned() });
                }
                said = format!("{}: {body}", answer.status);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Trouble::failed(format!("the owner cannot sign in: {said}")))
    }

    /// What is read at an address; the token is renewed where it has ended.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what was answered.
    pub async fn get(&mut self, routes: &Routes, path: &str) -> Result<Value, Trouble> {
        self.ask(routes, "GET", path, None).await
    }

    /// What is answered to a request.
    ///
    /// # Errors
    /// [`Trouble::Failed`] with what was answered.
    pub async fn ask(
        &mut self,
        routes: &Routes,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Trouble> {
        let mut said = "nothing".to_owned();
        for _ in 0..TRIES {
            let bearer = format!("Bearer {}", self.token);
            let asked = Asked { method, path, headers: &[("authorization", &bearer)], body };
            match asked.of(self.node, PATIENCE).await {
                Some(answer) if (200..300).contains(&answer.status) => {
                    return serde_json::from_slice(&answer.body).map_err(Trouble::at(path));
                }
                Some(answer) if answer.status == 401 => *self = Self::sign_in(routes).await?,
                Some(answer) if answer.status != 503 => {
                    let words = String::from_utf8_lossy(&answer.body).into_owned();
                    return Err(Trouble::failed(format!("{method} {path}: {} {words}", answer.status)));
                }
                Some(answer) => said = answer.status.to_string(),
                None => *self = Self::sign_in(routes).await?,
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Trouble::failed(format!("{method} {path}: answered {said} {TRIES} times")))
    }
}
