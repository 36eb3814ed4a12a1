//! The operations on each kind of term, by name: the OpenAPI document needs an operation for each, and so does the
//! router.

/// Makes the six staff operations of a kind.
macro_rules! term_operations {
    (
        $room:ident, $kind:ident, $one:literal;
        $list_doc:tt $list:ident,
        $create_doc:tt $create:ident at $list_path:tt,
        $get_doc:tt $get:ident at $item_path:tt,
        $update_doc:tt $update:ident,
        $delete_doc:tt $delete:ident,
        $restore_doc:tt $restore:ident at $restore_path:tt
    ) => {
        #[doc = concat!("The operations on each ", $one, ".")]
        pub mod $room {
            use actix_web::{
                HttpRequest,
                web::{Data, ServiceConfig},
            };

            use crate::{
                accounts::{ArticleReader, Editor},
                articles::terms::{Kept, Of, StaffTermList, TermAnswer, TermInput, TermKind},
                db::StaffDb,
                http::{Answer, Endpoint},
                records,
            };

            /// The kind, as a type.
            #[derive(Debug)]
            pub struct Kind;

            impl Kept for Kind {
                const KIND: TermKind = TermKind::$kind;
                const PATH: &'static str = $list_path;
            }

            /// Mounts the three addresses, relative to `/v1/admin`.
            pub fn mount(config: &mut ServiceConfig) {
                let relative = |path: &'static str| path.trim_start_matches("/v1/admin");
                Endpoint::at(relative($list_path)).get($list).post($create).mount(config);
                Endpoint::at(relative($item_path)).get($get).patch($update).delete($delete).mount(config);
                Endpoint::at(relative($restore_path)).post($restore).mount(config);
            }

            #[doc = $list_doc]
            #[utoipa::path(get, path = $list_path, tag = "staff: articles", security(("bearer" = [])),
                                        params(("trashed" = Option<bool>, Query, description = "The trash instead")),
                                        responses((status = 200, description = "By name", body = StaffTermList)))]
            pub async fn $list(request: HttpRequest, reader: ArticleReader, database: Data<StaffDb>) -> Answer {
                records::list::<Of<Kind>>(&request, reader.staff, &database).await
            }

            records::operations! {
                Of<Kind>: "The term", "staff: articles";
                read by ArticleReader, written by Editor;
                bodies TermInput, TermInput, TermAnswer;

                #[doc = $create_doc]
                $create at $list_path;
                #[doc = $get_doc]
                $get at $item_path;
                #[doc = $update_doc]
                $update;
                #[doc = $delete_doc]
                $delete;
                #[doc = $restore_doc]
                $restore at $restore_path;
            }
        }
    };
}

term_operations!(
    category, Category, "category";
    "Lists every category, by name, at most 1,000." list_staff_categories,
    "Creates a category." create_category at "/v1/admin/categories",
    "Reads a category." get_category at "/v1/admin/categories/{id}",
    "Changes a category. Visible articles show it at once." update_category,
    "Moves a category to the trash: articles keep it, and nobody sees it." delete_category,
    "Brings a category back from the trash." restore_category at "/v1/admin/categories/{id}/restore"
);
term_operations!(
    tag, Tag, "tag";
    "Lists every tag, by name, at most 1,000." list_staff_tags,
    "Creates a tag." create_tag at "/v1/admin/tags",
    "Reads a tag." get_tag at "/v1/admin/tags/{id}",
    "Changes a tag. Visible articles show it at once." update_tag,
    "Moves a tag to the trash: articles keep it, and nobody sees it." delete_tag,
    "Brings a tag back from the trash." restore_tag at "/v1/admin/tags/{id}/restore"
);
term_operations!(
    condition, Condition, "condition";
    "Lists every condition, by name, at most 1,000." list_staff_conditions,
    "Creates a condition." create_condition at "/v1/admin/conditions",
    "Reads a condition." get_condition at "/v1/admin/conditions/{id}",
    "Changes a condition. Visible articles show it at once." update_condition,
    "Moves a condition to the trash: articles keep it, and nobody sees it." delete_condition,
    "Brings a condition back from the trash." restore_condition at "/v1/admin/conditions/{id}/restore"
);
