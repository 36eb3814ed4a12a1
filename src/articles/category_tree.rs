//! Where a category stands: below another one or at the top. Refuses circles, trees that are too deep to read, and a
//! child without its parent.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    queries::{category_tree, terms::resolve_terms},
    terms::TermKind,
};
use crate::http::ApiError;

/// The most levels of a tree.
const DEEPEST: usize = 10;

/// The category that `parent` names, as the one above `category`; none where it stands at the top. The tree stays as it
/// is until the transaction ends: two moves at once could make a circle that neither of them sees.
///
/// # Errors
/// 422 where there is no such category, it stands below this one, or the tree would grow too deep.
pub async fn place(
    connection: &mut PgConnection,
    category: Uuid,
    parent: Option<&str>,
) -> Result<Option<Uuid>, ApiError> {
    let Some(parent) = parent else { return Ok(None) };
    category_tree::lock(connection).await?;
    let found = resolve_terms(connection, TermKind::Category, &[parent.to_owned()], None).await?;
    let refuse = |code: &str, message: &str| ApiError::field("/parent", code, message);
    let parent = found.into_iter().next().flatten();
    let parent = parent.ok_or_else(|| refuse("unknown_reference", "names nothing that exists"))?;
    let above = category_tree::list_above(connection, parent).await?;
    if above.contains(&category) {
        return Err(refuse("cycle", "it stands below this category"));
    }
    let levels = category_tree::count_levels(connection, category).await?;
    if above.len() + usize::try_from(levels).unwrap_or(DEEPEST) > DEEPEST {
        return Err(refuse("tree_too_deep", "categories stand at most ten levels deep"));
    }
    Ok(Some(parent))
}

/// Before a category goes to the trash.
///
/// # Errors
/// 409 while others stand below it.
pub async fn refuse_parent(connection: &mut PgConnection, category: Uuid) -> Result<(), ApiError> {
    category_tree::lock(connection).await?;
    if category_tree::has_children(connection, category).await? {
        let detail = "other categories stand below it; move or trash them first";
        return Err(ApiError::Conflict { code: "has_children", detail });
    }
    Ok(())
}

/// Before a category comes back from the trash.
///
/// # Errors
/// 409 while the one above it is there; as [`place`].
pub async fn find_place_again(
    connection: &mut PgConnection,
    category: Uuid,
    parent: Option<Uuid>,
) -> Result<(), ApiError> {
    let Some(parent) = parent else { return Ok(()) };
    category_tree::lock(connection).await?;
    if category_tree::is_trashed(connection, parent).await? {
        let detail = "the category above it is in the trash; restore that first";
        return Err(ApiError::Conflict { code: "parent_in_trash", detail });
    }
    place(connection, category, Some(&parent.to_string())).await.map(drop)
}
