//! The five addresses of a kind. The OpenAPI document needs an operation for each, and so does the router; what they do
//! stands in `steps`.

/// Makes the operations of a kind: handlers with their part of the OpenAPI document, each with the sentence that stands
/// before its name there.
macro_rules! operations {
    (
        $record:ty: $one:tt, $tag:tt;
        read by $reader:ty, written by $writer:ty;
        bodies $input:ident, $patch:ident, $answer:ident;

        $(#[doc = $create_doc:tt])+ $create:ident at $list_path:tt;
        $(#[doc = $get_doc:tt])+ $get:ident at $item_path:tt;
        $(#[doc = $update_doc:tt])+ $update:ident;
        $(#[doc = $delete_doc:tt])+ $delete:ident;
        $(#[doc = $restore_doc:tt])+ $restore:ident at $restore_path:tt;
    ) => {
        $(#[doc = $create_doc])+
        #[utoipa::path(post, path = $list_path, tag = $tag, security(("bearer" = [])), request_body = $input,
            responses((status = 201, description = "Made", body = $answer,
                headers(("Location" = String, description = "Where staff find it"), ("ETag" = String, description = "The version, for If-Match")))))]
        pub async fn $create(
            request: actix_web::HttpRequest,
            permit: $writer,
            site: actix_web::web::Data<$crate::http::Site>,
            database: actix_web::web::Data<$crate::db::StaffDb>,
            body: $crate::http::JsonBody,
        ) -> $crate::http::Answer {
            $crate::records::create::<$record>(&request, permit.staff, &site, &database, &body.0).await
        }

        $(#[doc = $get_doc])+
        #[utoipa::path(get, path = $item_path, tag = $tag, security(("bearer" = [])),
            params(("id" = uuid::Uuid, Path, description = $one)),
            responses((status = 200, description = "As it stands", body = $answer,
                headers(("ETag" = String, description = "The version, for If-Match")))))]
        pub async fn $get(
            request: actix_web::HttpRequest,
            permit: $reader,
            database: actix_web::web::Data<$crate::db::StaffDb>,
        ) -> $crate::http::Answer {
            $crate::records::get::<$record>(&request, permit.staff, &database).await
        }

        $(#[doc = $update_doc])+
        #[utoipa::path(patch, path = $item_path, tag = $tag, security(("bearer" = [])),
            params(("id" = uuid::Uuid, Path, description = $one),
                ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
            request_body(content(($patch = "application/merge-patch+json"), ($patch = "application/json"))),
            responses((status = 200, description = "Changed", body = $answer,
                headers(("ETag" = String, description = "The new version")))))]
        pub async fn $update(
            request: actix_web::HttpRequest,
            permit: $writer,
            expected: $crate::http::Expected,
            database: actix_web::web::Data<$crate::db::StaffDb>,
            patch: $crate::http::MergePatch,
        ) -> $crate::http::Answer {
            $crate::records::update::<$record>(&request, permit.staff, &database, expected, patch.0).await
        }

        $(#[doc = $delete_doc])+
        #[utoipa::path(delete, path = $item_path, tag = $tag, security(("bearer" = [])),
            params(("id" = uuid::Uuid, Path, description = $one),
                ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
            responses((status = 204, description = "In the trash")))]
        pub async fn $delete(
            request: actix_web::HttpRequest,
            permit: $writer,
            expected: $crate::http::Expected,
            database: actix_web::web::Data<$crate::db::StaffDb>,
        ) -> $crate::http::Answer {
            $crate::records::trash::<$record>(&request, permit.staff, &database, expected).await
        }

        $(#[doc = $restore_doc])+
        #[utoipa::path(post, path = $restore_path, tag = $tag, security(("bearer" = [])),
            params(("id" = uuid::Uuid, Path, description = $one)),
            responses((status = 200, description = "Back again", body = $answer,
                headers(("ETag" = String, description = "The new version")))))]
        pub async fn $restore(
            request: actix_web::HttpRequest,
            permit: $writer,
            database: actix_web::web::Data<$crate::db::StaffDb>,
        ) -> $crate::http::Answer {
            $crate::records::restore::<$record>(&request, permit.staff, &database).await
        }
    };
}
pub(crate) use operations;
