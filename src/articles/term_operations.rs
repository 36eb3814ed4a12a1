//! The operations on each kind of term, by name: one set of handlers, three addresses. The OpenAPI document needs
//! an operation for each, and so does the router.

/// Makes the six staff operations of a kind.
macro_rules! operations {
    ($room:ident, $what:literal, $list_path:literal, $item_path:literal, $restore_path:literal,
     $list:literal, $create:literal, $get:literal, $update:literal, $delete:literal, $restore:literal) => {
        #[doc = concat!("The operations on each ", $what, ".")]
        pub mod $room {
            use actix_web::{
                HttpRequest,
                web::{Data, ServiceConfig},
            };

            use crate::{
                accounts::{ArticleReader, Editor},
                articles::terms::{self, StaffTermList, TermAnswer, TermInput},
                db::StaffDb,
                http::{Answer, Endpoint, Expected, JsonBody, MergePatch, Site},
            };

            /// Mounts the three addresses, relative to `/v1/admin`.
            pub fn mount(config: &mut ServiceConfig) {
                let relative = |path: &'static str| path.trim_start_matches("/v1/admin");
                Endpoint::at(relative($list_path)).get(list).post(create).mount(config);
                Endpoint::at(relative($item_path)).get(get).patch(update).delete(delete).mount(config);
                Endpoint::at(relative($restore_path)).post(restore).mount(config);
            }

            #[doc = concat!("Lists every ", $what, ", by name, at most 1,000.")]
            #[utoipa::path(get, path = $list_path, summary = concat!("Lists every ", $what, ", by name, at most 1,000."), operation_id = $list, tag = "staff: articles", security(("bearer" = [])),
                params(("trashed" = Option<bool>, Query, description = "The trash instead")),
                responses((status = 200, description = "By name", body = StaffTermList)))]
            pub async fn list(request: HttpRequest, editor: ArticleReader, database: Data<StaffDb>) -> Answer {
                terms::list(request, editor, database).await
            }

            #[doc = concat!("Creates a ", $what, ".")]
            #[utoipa::path(post, path = $list_path, summary = concat!("Creates a ", $what, "."), operation_id = $create, tag = "staff: articles", security(("bearer" = [])),
                request_body = TermInput,
                responses((status = 201, description = "Created", body = TermAnswer, headers(("Location" = String), ("ETag" = String)))))]
            pub async fn create(
                request: HttpRequest,
                editor: Editor,
                site: Data<Site>,
                database: Data<StaffDb>,
                body: JsonBody,
            ) -> Answer {
                terms::create(request, editor, site, database, body).await
            }

            #[doc = concat!("Reads a ", $what, ".")]
            #[utoipa::path(get, path = $item_path, summary = concat!("Reads a ", $what, "."), operation_id = $get, tag = "staff: articles", security(("bearer" = [])),
                params(("id" = Uuid, Path, description = "The term")),
                responses((status = 200, description = "The term", body = TermAnswer, headers(("ETag" = String)))))]
            pub async fn get(request: HttpRequest, editor: ArticleReader, database: Data<StaffDb>) -> Answer {
                terms::get(request, editor, database).await
            }

            #[doc = concat!("Changes a ", $what, ". Visible articles show it at once.")]
            #[utoipa::path(patch, path = $item_path, summary = concat!("Changes a ", $what, ". Visible articles show it at once."), operation_id = $update, tag = "staff: articles", security(("bearer" = [])),
                params(("id" = Uuid, Path, description = "The term"), ("If-Match" = String, Header, description = "The ETag that was read")),
                request_body(content = TermInput, content_type = "application/merge-patch+json"),
                responses((status = 200, description = "The changed term", body = TermAnswer, headers(("ETag" = String)))))]
            pub async fn update(
                request: HttpRequest,
                editor: Editor,
                expected: Expected,
                database: Data<StaffDb>,
                patch: MergePatch,
            ) -> Answer {
                terms::update(request, editor, expected, database, patch).await
            }

            #[doc = concat!("Moves a ", $what, " to the trash: articles keep it, and nobody sees it.")]
            #[utoipa::path(delete, path = $item_path, summary = concat!("Moves a ", $what, " to the trash: articles keep it, and nobody sees it."), operation_id = $delete, tag = "staff: articles", security(("bearer" = [])),
                params(("id" = Uuid, Path, description = "The term"), ("If-Match" = String, Header, description = "The ETag that was read")),
                responses((status = 204, description = "In the trash")))]
            pub async fn delete(request: HttpRequest, editor: Editor, expected: Expected, database: Data<StaffDb>) -> Answer {
                terms::delete(request, editor, expected, database).await
            }

            #[doc = concat!("Brings a ", $what, " back from the trash.")]
            #[utoipa::path(post, path = $restore_path, summary = concat!("Brings a ", $what, " back from the trash."), operation_id = $restore, tag = "staff: articles", security(("bearer" = [])),
                params(("id" = Uuid, Path, description = "The term")),
                responses((status = 200, description = "The term", body = TermAnswer, headers(("ETag" = String)))))]
            pub async fn restore(request: HttpRequest, editor: Editor, database: Data<StaffDb>) -> Answer {
                terms::restore(request, editor, database).await
            }
        }
    };
}

operations!(
    category,
    "category",
    "/v1/admin/categories",
    "/v1/admin/categories/{id}",
    "/v1/admin/categories/{id}/restore",
    "list_staff_categories",
    "create_category",
    "get_category",
    "update_category",
    "delete_category",
    "restore_category"
);
operations!(
    tag,
    "tag",
    "/v1/admin/tags",
    "/v1/admin/tags/{id}",
    "/v1/admin/tags/{id}/restore",
    "list_staff_tags",
    "create_tag",
    "get_tag",
    "update_tag",
    "delete_tag",
    "restore_tag"
);
operations!(
    condition,
    "condition",
    "/v1/admin/conditions",
    "/v1/admin/conditions/{id}",
    "/v1/admin/conditions/{id}/restore",
    "list_staff_conditions",
    "create_condition",
    "get_condition",
    "update_condition",
    "delete_condition",
    "restore_condition"
);
