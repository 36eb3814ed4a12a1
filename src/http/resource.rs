//! One address and the methods it takes. HEAD stands beside every GET, and any other method is answered 405
//! with a correct `Allow`, which the framework's own routing cannot do.

use actix_web::{
    FromRequest, Handler, Responder,
    http::Method,
    web::{self, ServiceConfig},
};

use super::ApiError;

/// Collects the methods of one address; [`Endpoint::mount`] adds it to the application.
pub struct Endpoint {
    resource: actix_web::Resource,
    allow: Vec<&'static str>,
}

impl Endpoint {
    /// An address, with `{names}` for its variable segments.
    pub fn at(path: &str) -> Self {
        Self { resource: web::resource(path), allow: Vec::new() }
    }

    /// Answers GET and HEAD.
    #[must_use]
    pub fn get<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args> + Clone,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::HEAD, "HEAD", handler.clone()).on(Method::GET, "GET", handler)
    }

    /// Answers GET and not HEAD: for an address that spends what it is given, which a preview must not do.
    #[must_use]
    pub fn get_alone<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::GET, "GET", handler)
    }

    /// Answers POST.
    #[must_use]
    pub fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::POST, "POST", handler)
    }

    /// Answers PUT.
    #[must_use]
    pub fn put<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::PUT, "PUT", handler)
    }

    /// Answers PATCH.
    #[must_use]
    pub fn patch<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::PATCH, "PATCH", handler)
    }

    /// Answers DELETE.
    #[must_use]
    pub fn delete<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::DELETE, "DELETE", handler)
    }

    fn on<F, Args>(mut self, method: Method, name: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::method(method).to(handler));
        self.allow.push(name);
        self
    }

    /// Adds the address to the application.
    pub fn mount(mut self, config: &mut ServiceConfig) {
        self.allow.sort_unstable();
        let allow = self.allow.join(", ");
        let refuse = web::to(move || {
            let allow = allow.clone();
            async move { Err::<String, _>(ApiError::Method(allow)) }
        });
        config.service(self.resource.default_service(refuse));
    }
}
