//! The shapes in which records are answered: one of them, and all of them.

/// Makes `{"data": …}` of one record, and of a list of them where a second name is given. The data is made from the row
/// by `From`; where both are one type, it is the row itself.
macro_rules! answers {
    ($(#[doc = $doc:tt])+ $answer:ident: $data:ident from $row:ty $(, $(#[doc = $list_doc:tt])+ $list:ident)?) => {
        $(#[doc = $doc])+
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $answer {
            data: $data,
        }

        impl From<$row> for $answer {
            #[allow(clippy::useless_conversion, reason = "some rows are answered as they are")]
            fn from(row: $row) -> Self {
                Self { data: row.into() }
            }
        }

        $(
            $(#[doc = $list_doc])+
            #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
            pub struct $list {
                data: Vec<$data>,
            }

            impl From<Vec<$row>> for $list {
                fn from(rows: Vec<$row>) -> Self {
                    Self { data: rows.into_iter().map($data::from).collect() }
                }
            }
        )?
    };
}
pub(crate) use answers;
