//! Where public reads are answered: from what is kept, before anything else of the program sees them, and otherwise by the
//! rest of it. Refuses whatever is not a plain read of the public: staff, sign-in and operations go through untouched.

use std::{
    future::{Ready, ready},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    http::{Method, StatusCode},
    web::Data,
};
use futures_util::future::{Either, LocalBoxFuture};

use super::{
    copies::{Copies, Found, Kept, Moment},
    copy::{Copy, mark_hit, mark_stale},
};
use crate::http::{self, Site};

/// Longer addresses are not kept.
const LONGEST_ADDRESS: usize = 1024;
/// How long news of a commit take at the most, where all goes well.
const NEWS: Duration = Duration::from_secs(1);
/// How often somebody waits for another before asking alone.
const TURNS: usize = 2;

/// The outermost layer: [`Copies`] before the rest of the program.
#[derive(Clone, Debug)]
pub struct Counter {
    copies: Arc<Copies>,
    site: Data<Site>,
}

impl Counter {
    /// Answers from `copies`.
    pub fn new(copies: Arc<Copies>, site: Data<Site>) -> Self {
        Self { copies, site }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Counter
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<BoxBody, B>>;
    type Error = Error;
    type Transform = Answering<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, rest: S) -> Self::Future {
        ready(Ok(Answering { counter: self.clone(), rest: Rc::new(rest) }))
    }
}

/// One worker's.
#[derive(Debug)]
pub struct Answering<S> {
    counter: Counter,
    rest: Rc<S>,
}

type Answered<B> = Result<ServiceResponse<EitherBody<BoxBody, B>>, Error>;

impl<S, B> Service<ServiceRequest> for Answering<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<BoxBody, B>>;
    type Error = Error;
    type Future = Either<Ready<Answered<B>>, LocalBoxFuture<'static, Answered<B>>>;

    forward_ready!(rest);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let counter = &self.counter;
        if !counter.copies.is_on() || !is_plain_read(&request) {
            let rest = self.rest.call(request);
            return Either::Right(Box::pin(async move { rest.await.map(ServiceResponse::map_into_right_body) }));
        }
        let now = counter.copies.now();
        let found = counter.copies.find(address(&request), now);
        match found {
            Found::Good(kept) if !counter.copies.is_checked() => {
                Either::Left(ready(Ok(counter.hand_out(request, &kept, now, false))))
            }
            found => {
                let (counter, rest) = (counter.clone(), Rc::clone(&self.rest));
                Either::Right(Box::pin(async move { counter.ask(request, rest.as_ref(), found).await }))
            }
        }
    }
}

impl Counter {
    /// Answers what is not there, or not good any longer.
    async fn ask<S, B>(&self, request: ServiceRequest, rest: &S, mut found: Found) -> Answered<B>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody + 'static,
    {
        for _ in 0..TURNS {
            let Found::Awaited(mut under_way) = found else { break };
            // It ends when whoever leads lets go of it, which is what is waited for.
            let _ = under_way.changed().await;
            found = self.copies.find(address(&request), self.copies.now());
        }
        let lead = match found {
            Found::Good(kept) if self.copies.is_checked() => return self.compare(request, rest, kept).await,
            Found::Good(kept) => return Ok(self.hand_out(request, &kept, self.copies.now(), false)),
            Found::Stale(kept) => return Ok(self.hand_out(request, &kept, self.copies.now(), true)),
            Found::Ripe(lead) | Found::Wanted(lead) => Some(lead),
            Found::Awaited(_) | Found::Passing => None,
        };
        // The request is changed in place by whoever answers it.
        let address = address(&request).to_owned();
        let began = self.copies.begin();
        let response = rest.call(request).await?;
        let copy = response.request().extensions_mut().remove::<Arc<Copy>>();
        if response.status().is_success() {
            self.copies.keep(&address, began, copy);
        }
        drop(lead);
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            let now = self.copies.now();
            if let Some(kept) = self.copies.find_usable(&address, now) {
                let (inbound, _) = response.into_parts();
                let answer = self.dressed(&inbound, &kept, now, true);
                return Ok(ServiceResponse::new(inbound, answer.map_into_left_body()));
            }
        }
        Ok(response.map_into_right_body())
    }

    /// Hands out a copy that says what the database says at this moment; what differs is a failure of this room.
    async fn compare<S, B>(&self, request: ServiceRequest, rest: &S, kept: Kept) -> Answered<B>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody + 'static,
    {
        let address = address(&request).to_owned();
        let response = rest.call(request).await?;
        let fresh = response.request().extensions_mut().remove::<Arc<Copy>>();
        let now = self.copies.now();
        let (inbound, _) = response.into_parts();
        let is_same = fresh.is_some_and(|fresh| fresh.says_what(&kept.copy));
        // A commit shows in the database before whoever made it has heard so, and before this node has.
        let is_wrong = !is_same && self.still_holds(&kept).await;
        let answer = if is_wrong {
            tracing::error!(address, "a kept answer is not what the database says");
            HttpResponse::InternalServerError()
                .body(format!("a kept answer to {address} is not what the database says"))
        } else {
            self.dressed(&inbound, &kept, now, false)
        };
        Ok(ServiceResponse::new(inbound, answer.map_into_left_body()))
    }

    /// Whether a copy goes on being handed out, longer than news take.
    async fn still_holds(&self, kept: &Kept) -> bool {
        let began = self.copies.now();
        while self.copies.holds(kept, self.copies.now()) {
            if self.copies.now().since(began) > NEWS {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }

    fn hand_out<B>(
        &self,
        request: ServiceRequest,
        kept: &Kept,
        now: Moment,
        is_stale: bool,
    ) -> ServiceResponse<EitherBody<BoxBody, B>> {
        let answer = self.dressed(request.request(), kept, now, is_stale);
        request.into_response(answer).map_into_left_body()
    }

    /// The answer with what stands in the head of every one.
    fn dressed(&self, request: &HttpRequest, kept: &Kept, now: Moment, is_stale: bool) -> HttpResponse {
        let id = http::RequestId::of(request, &self.site.clock);
        let age = kept.age(now);
        let mut answer = match kept.copy.answer(request, age) {
            Ok(answer) => answer,
            Err(error) => return error.respond(request.path(), &self.site.public_url, &id.0),
        };
        let head = answer.headers_mut();
        if is_stale {
            mark_stale(head, age);
        } else {
            mark_hit(head);
        }
        http::dress(request, head, &id, &self.site);
        http::log_read(request, &kept.copy.route, answer.status(), &id, &self.site);
        answer
    }
}

/// What an answer is kept by: the address as it was sent.
fn address(request: &ServiceRequest) -> &str {
    request.uri().path_and_query().map_or("/", |address| address.as_str())
}

/// Whether a request is a read that the same address always answers in the same way, and that needs nothing of the layers
/// behind: they refuse odd heads.
fn is_plain_read(request: &ServiceRequest) -> bool {
    let path = request.path();
    matches!(*request.method(), Method::GET | Method::HEAD)
        && (path.starts_with("/v1/") || path.starts_with("/fhir/R4/") || path.starts_with("/sitemap"))
        && !path.starts_with("/v1/admin")
        && !path.starts_with("/v1/auth")
        && address(request).len() <= LONGEST_ADDRESS
        && http::odd_head(request.headers()).is_none()
}
