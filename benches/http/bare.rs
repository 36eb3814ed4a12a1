//! The bare responder: actix-web in this process, which sends one answer whatever is asked. It reads a body where there
//! is one and does nothing else.

use std::{
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread::{self, JoinHandle},
};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::{Server, ServerHandle},
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web::{self, Bytes, Data},
};

use super::{exchange::Received, trouble::Trouble};

/// What the names of its threads begin with, for their processor time.
pub const THREADS: &str = "actix-";
/// Headers that the server writes itself.
const ITS_OWN: [&str; 4] = ["content-length", "date", "connection", "transfer-encoding"];

/// A running responder; dropping it stops it.
#[derive(Debug)]
pub struct Bare {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// An answer, ready to be sent.
#[derive(Clone, Debug)]
struct Replay {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Replay {
    fn of(answer: &Received) -> Result<Self, Trouble> {
        let kept = answer.headers.iter().filter(|(name, _)| !ITS_OWN.contains(&name.as_str()));
        let header = |(name, value): &(String, String)| {
            let name = HeaderName::try_from(name.as_str()).map_err(Trouble::at("header"))?;
            Ok((name, HeaderValue::try_from(value.as_str()).map_err(Trouble::at("header"))?))
        };
        Ok(Self {
            status: StatusCode::from_u16(answer.status).map_err(Trouble::at("status"))?,
            headers: kept.map(header).collect::<Result<_, Trouble>>()?,
            body: Bytes::from(answer.body.clone()),
        })
    }
}

fn serve(listener: TcpListener, replay: Data<Replay>) -> std::io::Result<Server> {
    let workers = thread::available_parallelism().map_or(2, Into::into);
    let server = HttpServer::new(move || App::new().app_data(Data::clone(&replay)).default_service(web::to(send)));
    Ok(server.workers(workers).disable_signals().shutdown_timeout(1).listen(listener)?.run())
}

async fn send(replay: Data<Replay>, _read: Bytes) -> HttpResponse {
    let mut response = HttpResponse::build(replay.status);
    for header in &replay.headers {
        response.append_header(header.clone());
    }
    if replay.body.is_empty() { response.finish() } else { response.body(replay.body.clone()) }
}

impl Bare {
    /// Starts a responder on a free port of loopback, with as many threads as the service has by default.
    ///
    /// # Errors
    /// [`Trouble::Failed`] where it cannot listen.
    pub fn start(answer: &Received) -> Result<Self, Trouble> {
        let replay = Data::new(Replay::of(answer)?);
        let listener = TcpListener::bind("127.0.0.1:0").map_err(Trouble::at("bare responder"))?;
        let address = listener.local_addr().map_err(Trouble::at("bare responder"))?;
        let (started, on_start) = mpsc::channel();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async {
                let server = serve(listener, replay);
                let _ = started.send(server.as_ref().map(Server::handle).map_err(ToString::to_string));
                if let Ok(running) = server {
                    let _ = running.await;
                }
            });
        });
        let handle = on_start.recv().map_err(Trouble::at("bare responder"))?.map_err(Trouble::Failed)?;
        Ok(Self { address, handle, thread: Some(thread) })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // The command is sent by the call itself; what it answers is awaited by the thread's end.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Whether two answers are the same to a client: status, body and headers, but for the hour.
pub fn is_same(one: &Received, other: &Received) -> bool {
    let headers = |answer: &Received| {
        let kept = answer.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "date" | "connection"));
        let mut headers: Vec<_> = kept.cloned().collect();
        headers.sort();
        headers
    };
    one.status == other.status && one.body == other.body && headers(one) == headers(other)
}
