//! How an article comes to be and changes: names are resolved, a slug is found, a revision is written. Refuses to
//! change what was written: every edit is a revision of its own.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    article::{Draft, Manuscript},
    disclosures,
    queries::{
        authors, relations,
        revisions::{self, NewRevision, Relations},
        staff::{self, Source, StaffRow},
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
    let source = source.map(|(source, source_id)| Source { source, source_id, hash: manuscript.draft.content_hash() });
    staff::insert_article(connection, id, source.as_ref(), by).await?;
    write(connection, clock, (id, 1), manuscript, &relations, false, by).await?;
    Ok(id)
}

/// Writes a revision of an article, which takes its place among the translations of an original.
pub(super) async fn write(
    connection: &mut PgConnection,
    clock: &Clock,
    (article, number): (Uuid, i32),
    manuscript: &Manuscript,
    relations: &Relations,
    autosave: bool,
    by: Option<Uuid>,
) -> Result<(), ApiError> {
    let new = NewRevision {
        id: clock.new_id(),
        article,
        number,
        manuscript,
        relations,
        content_hash: resolved(&manuscript.draft, relations).content_hash(),
        autosave,
        by,
    };
    revisions::insert_revision(connection, &new).await?;
    disclosures::attach(connection, new.id).await?;
    staff::place_in_group(connection, article, relations.translation_of.map(|(original, _)| original)).await?;
    Ok(())
}

/// A draft with ids in the place of names, so that one content has one hash however it was sent.
fn resolved(draft: &Draft, relations: &Relations) -> Draft {
    let names = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect();
    Draft {
        slug: Some(relations.slug.clone()),
        locale: Some(relations.locale.clone()),
        category: relations.category.map(|id| id.to_string()),
        tags: names(&relations.tags),
        conditions: names(&relations.conditions),
        services: names(&relations.services),
        related: names(&relations.related),
        author: relations.author.map(|id| id.to_string()),
        ..draft.clone()
    }
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
    append(connection, staff, (stored.id, stored.revision + 1), manuscript, &relations, false).await
}

/// As [`revise`], for an editor's program that saves between two saves of a person: the newest revision gives way where
/// it is such an autosave by the same person, at most a quarter hour old, and nothing refers to it.
///
/// # Errors
/// As [`create`].
pub async fn autosave(
    connection: &mut PgConnection,
    writer: &Writer,
    stored: &StaffRow,
    manuscript: &Manuscript,
) -> Result<(), ApiError> {
    let staff = &writer.staff;
    // Before the old one goes: what it has may stay though nobody could choose it any more.
    let relations = resolve(connection, &manuscript.draft, stored.id).await?;
    let folded = revisions::fold_autosave(connection, stored.id, stored.revision, staff.id).await?;
    let number = if folded { stored.revision } else { stored.revision + 1 };
    append(connection, staff, (stored.id, number), manuscript, &relations, true).await
}

async fn append(
    connection: &mut PgConnection,
    staff: &Staff,
    (article, number): (Uuid, i32),
    manuscript: &Manuscript,
    relations: &Relations,
    autosave: bool,
) -> Result<(), ApiError> {
    write(connection, &staff.clock, (article, number), manuscript, relations, autosave, Some(staff.id)).await?;
    staff::touch_article(connection, article, Some(number), staff.id).await?;
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
        services: ids(&row.services),
        related: ids(&row.related),
        translation_of: row.translation_of.as_ref().map(|original| original.id.to_string()),
        source_revision: row.source_revision,
        author: row.author.as_ref().map(|author| author.id.to_string()),
        references: row.sources.0.clone(),
        faqs: row.faqs.0.clone(),
        seo: row.seo.0.clone(),
        cover: row.cover.as_ref().map(|cover| cover.0.clone()),
    })
}

/// The author that a colleague stands as, made where there is none yet.
pub(super) async fn own_author(connection: &mut PgConnection, staff: &Staff) -> Result<Uuid, sqlx::Error> {
    let slug = slug_of(&staff.name, "author");
    authors::find_or_insert_author(connection, staff.clock.new_id(), Some(staff.id), &slug, &staff.name).await
}

async fn resolve(connection: &mut PgConnection, draft: &Draft, article: Uuid) -> Result<Relations, ApiError> {
    let mut errors = Vec::new();
    let category: Vec<String> = draft.category.iter().cloned().collect();
    let categories = known(connection, TermKind::Category, &category, "/category", article, &mut errors).await?;
    let tags = known(connection, TermKind::Tag, &draft.tags, "/tags", article, &mut errors).await?;
    let conditions =
        known(connection, TermKind::Condition, &draft.conditions, "/conditions", article, &mut errors).await?;
    let services = relations::resolve_services(connection, &draft.services, Some(article)).await?;
    let services = each_once(services, |index| format!("/services/{index}"), &mut errors);
    let author = match &draft.author {
        None => None,
        Some(name) => {
            let found = authors::find_author(connection, name, article).await?;
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
    let related = relations::resolve_articles(connection, &draft.related, &locale, article).await?;
    let related = each_once(related, |index| format!("/related/{index}"), &mut errors);
    let translation_of = original_of(connection, draft, &locale, article, &mut errors).await?;
    if !errors.is_empty() {
        return Err(ApiError::Invalid(errors));
    }
    let slug = match &draft.slug {
        Some(slug) => slug.clone(),
        None => free_slug(connection, &draft.title, &locale, article).await?,
    };
    let category = categories.first().copied();
    Ok(Relations { locale, slug, category, author, tags, conditions, services, related, translation_of })
}

/// The original that a translation names, and the revision of it that was translated. An original is no translation
/// itself, and in another language.
async fn original_of(
    connection: &mut PgConnection,
    draft: &Draft,
    locale: &str,
    article: Uuid,
    errors: &mut Vec<FieldError>,
) -> Result<Option<(Uuid, i32)>, sqlx::Error> {
    let Some(name) = &draft.translation_of else {
        if relations::is_translated(connection, article, locale, article).await? {
            let message = "a translation of this article is in that language";
            errors.push(FieldError::at("/locale", "translation_exists", message));
        }
        return Ok(None);
    };
    let refuse = |code: &str, message: &str| FieldError::at("/translation_of", code, message);
    let Some(original) = relations::find_original(connection, name, locale, article).await? else {
        errors.push(unknown("/translation_of".to_owned()));
        return Ok(None);
    };
    if original.locale == locale {
        errors.push(refuse("same_locale", "the original is in the same language"));
    }
    if original.is_translation {
        errors.push(refuse("not_an_original", "is a translation itself; name its original"));
    }
    if relations::has_translations(connection, article).await? {
        errors.push(refuse("has_translations", "this article is an original that others translate"));
    }
    if relations::is_translated(connection, original.id, locale, article).await? {
        errors.push(refuse("translation_exists", "the original has another translation into this language"));
    }
    let revision = draft.source_revision.unwrap_or(original.latest_revision);
    if revision > original.latest_revision {
        errors.push(unknown("/source_revision".to_owned()));
    }
    Ok(Some((original.id, revision)))
}

async fn known(
    connection: &mut PgConnection,
    kind: TermKind,
    names: &[String],
    pointer: &str,
    article: Uuid,
    errors: &mut Vec<FieldError>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let found = resolve_terms(connection, kind, names, Some(article)).await?;
    let single = kind == TermKind::Category;
    let place = |index| if single { pointer.to_owned() } else { format!("{pointer}/{index}") };
    Ok(each_once(found, place, errors))
}

/// What was found of a list of names; the same thing by slug and by id is one thing.
fn each_once(found: Vec<Option<Uuid>>, place: impl Fn(usize) -> String, errors: &mut Vec<FieldError>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = Vec::new();
    for (index, id) in found.into_iter().enumerate() {
        match id {
            None => errors.push(unknown(place(index))),
            Some(id) if !ids.contains(&id) => ids.push(id),
            Some(_) => {}
        }
    }
    ids
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
