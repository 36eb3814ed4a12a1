//! How an article comes to be and changes: names are resolved, a slug is found, a revision is written. Refuses to
//! change what was written: every edit is a revision of its own.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    article::{Draft, Manuscript},
    queries::{
        authors,
        revisions::{self, Relations},
        staff::{self, StaffRow},
        terms::resolve_terms,
    },
    terms::TermKind,
};
use crate::{
    accounts::{Staff, Writer},
    clock::Clock,
    http::{ApiError, FieldError, slug_of},
};

/// Stores a new article with its first revision, and answers its id.
///
/// # Errors
/// 422 for relations that do not exist; those of the database.
pub async fn create(connection: &mut PgConnection, writer: &Writer, manuscript: &Manuscript) -> Result<Uuid, ApiError> {
    let staff = &writer.staff;
    let author = match manuscript.draft.author {
        Some(_) => None,
        None => Some(own_author(connection, staff).await?),
    };
    let id = store_new(connection, &staff.clock, manuscript, None, author, Some(staff.id)).await?;
    staff.record(connection, "article.create", "article", Some(id), &[]).await?;
    Ok(id)
}

/// Stores a new article for whoever answers for its audit row: the API, an import or the demo.
///
/// # Errors
/// As [`create`].
pub async fn store_new(
    connection: &mut PgConnection,
    clock: &Clock,
    manuscript: &Manuscript,
    source: Option<(&str, &str)>,
    author: Option<Uuid>,
    by: Option<Uuid>,
) -> Result<Uuid, ApiError> {
    let id = clock.new_id();
    let mut relations = resolve(connection, &manuscript.draft, id).await?;
    relations.author = relations.author.or(author);
    staff::insert_article(connection, id, source, by).await?;
    revisions::insert_revision(connection, clock.new_id(), id, 1, manuscript, &relations, by).await?;
    Ok(id)
}

/// Writes a new revision of an article that the caller has locked.
///
/// # Errors
/// As [`create`].
pub async fn revise(
    connection: &mut PgConnection,
    writer: &Writer,
    stored: &StaffRow,
    manuscript: &Manuscript,
) -> Result<(), ApiError> {
    let staff = &writer.staff;
    let relations = resolve(connection, &manuscript.draft, stored.id).await?;
    let number = stored.revision + 1;
    revisions::insert_revision(
        connection,
        staff.clock.new_id(),
        stored.id,
        number,
        manuscript,
        &relations,
        Some(staff.id),
    )
    .await?;
    staff::touch_article(connection, stored.id, Some(number), staff.id).await?;
    Ok(())
}

/// The form that an editor would send to get what is stored.
pub fn draft_of(row: &StaffRow) -> Result<Draft, ApiError> {
    let ids = |references: &[crate::http::Reference]| references.iter().map(|term| term.id.to_string()).collect();
    Ok(Draft {
        kind: super::article::Kind::named(&row.kind).ok_or(ApiError::Internal)?,
        title: row.title.clone(),
        slug: Some(row.slug.clone()),
        locale: Some(row.locale.clone()),
        summary: row.summary.clone(),
        body_markdown: row.body_markdown.clone(),
        category: row.category.as_ref().map(|category| category.id.to_string()),
        tags: ids(&row.tags),
        conditions: ids(&row.conditions),
        services: Vec::new(),
        author: row.author.as_ref().map(|author| author.id.to_string()),
        references: row.sources.0.clone(),
        faqs: row.faqs.0.clone(),
        seo: row.seo.0.clone(),
        cover: row.cover.as_ref().map(|cover| cover.0.clone()),
    })
}

async fn own_author(connection: &mut PgConnection, staff: &Staff) -> Result<Uuid, sqlx::Error> {
    let slug = slug_of(&staff.name, "author");
    authors::find_or_insert_author(connection, staff.clock.new_id(), Some(staff.id), &slug, &staff.name).await
}

async fn resolve(connection: &mut PgConnection, draft: &Draft, article: Uuid) -> Result<Relations, ApiError> {
    let mut errors = Vec::new();
    let category: Vec<String> = draft.category.iter().cloned().collect();
    let categories = known(connection, TermKind::Category, &category, "/category", &mut errors).await?;
    let mut terms = known(connection, TermKind::Tag, &draft.tags, "/tags", &mut errors).await?;
    terms.extend(known(connection, TermKind::Condition, &draft.conditions, "/conditions", &mut errors).await?);
    errors.extend((0..draft.services.len()).map(|index| unknown(format!("/services/{index}"))));
    let author = match &draft.author {
        None => None,
        Some(name) => {
            let found = authors::find_author(connection, name).await?;
            errors.extend(found.is_none().then(|| unknown("/author".to_owned())));
            found
        }
    };
    if !errors.is_empty() {
        return Err(ApiError::Invalid(errors));
    }
    let locale = match &draft.locale {
        Some(locale) => locale.clone(),
        None => staff::default_locale(connection).await?,
    };
    let slug = match &draft.slug {
        Some(slug) => slug.clone(),
        None => free_slug(connection, &draft.title, &locale, article).await?,
    };
    Ok(Relations { locale, slug, category: categories.first().copied(), author, terms })
}

async fn known(
    connection: &mut PgConnection,
    kind: TermKind,
    names: &[String],
    pointer: &str,
    errors: &mut Vec<FieldError>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let found = resolve_terms(connection, kind, names).await?;
    let single = kind == TermKind::Category;
    let missing = found.iter().enumerate().filter(|(_, id)| id.is_none());
    errors.extend(
        missing.map(|(index, _)| unknown(if single { pointer.to_owned() } else { format!("{pointer}/{index}") })),
    );
    // The same term by slug and by id is one term.
    let mut ids: Vec<Uuid> = Vec::new();
    for id in found.into_iter().flatten() {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn unknown(pointer: String) -> FieldError {
    FieldError::at(pointer, "unknown_reference", "names nothing that exists")
}

/// The title's slug, or the first of its numbered forms that no other article of the locale uses.
async fn free_slug(
    connection: &mut PgConnection,
    title: &str,
    locale: &str,
    article: Uuid,
) -> Result<String, ApiError> {
    let stem = slug_of(title, "article");
    let taken = revisions::list_slugs_like(connection, &stem, locale, article).await?;
    let numbered = (2_u32..).map(|number| format!("{stem}-{number}"));
    let mut candidates = std::iter::once(stem.clone()).chain(numbered);
    candidates.find(|slug| !taken.contains(slug)).ok_or(ApiError::Internal)
}
