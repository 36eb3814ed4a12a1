//! What structured data says beside the article itself. Only views of the schema `site` are named here.

use serde::Deserialize;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// A category that an article stands in.
#[derive(Clone, Debug, Deserialize)]
pub struct Above {
    pub slug: String,
    pub name: String,
}

/// A code of a condition in another system.
#[derive(Clone, Debug, Deserialize)]
pub struct Code {
    /// `icd-10-cm`, `mesh` or `snomed-ct`.
    pub system: String,
    pub code: String,
}

/// A condition that an article is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Condition {
    pub name: String,
    pub aliases: Vec<String>,
    pub codes: Vec<Code>,
}

/// A treatment that an article is about.
#[derive(Clone, Debug, Deserialize)]
pub struct Treatment {
    pub name: String,
    pub aliases: Vec<String>,
    pub contraindications: Vec<String>,
    pub risks: Vec<String>,
}

/// A page of the clinic's site.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    pub path: String,
    pub locale: String,
}

/// What a visible article is about and stands in.
#[derive(Debug)]
pub struct Surroundings {
    /// What it was translated from, where that is visible; none for an original.
    pub original: Option<Json<Page>>,
    /// It is an original.
    pub is_original: bool,
    /// From the top of the tree to the article's own category.
    pub above: Json<Vec<Above>>,
    pub conditions: Json<Vec<Condition>>,
    pub treatments: Json<Vec<Treatment>>,
}

/// What the visible article is about and stands in: one round trip.
pub async fn find_surroundings(connection: &mut PgConnection, article: Uuid) -> Result<Surroundings, sqlx::Error> {
    sqlx::query_as!(
        Surroundings,
        r#"select (select json_build_object('path', o.path, 'locale', o.locale)
                     from site.article a join site.article o on o.id = a.group_id
                    where a.id = $1 and a.group_id <> a.id) as "original: Json<Page>",
                  exists (select 1 from site.article a where a.id = $1 and a.group_id = a.id) as "is_original!",
                  (select coalesce(json_agg(json_build_object('slug', c.slug, 'name', c.name) order by c.depth desc), '[]')
                     from site.article a join site.category_above c on c.term_id = a.category_id
                    where a.id = $1) as "above!: Json<Vec<Above>>",
                  (select coalesce(json_agg(json_build_object('name', d.name, 'aliases', d.aliases, 'codes', d.codes)
                                            order by d.position), '[]')
                     from site.article_condition d where d.article_id = $1) as "conditions!: Json<Vec<Condition>>",
                  (select coalesce(json_agg(json_build_object('name', s.name, 'aliases', s.aliases,
                                                              'contraindications', s.contraindications, 'risks', s.risks)
                                            order by s.position), '[]')
                     from site.article_service s where s.article_id = $1) as "treatments!: Json<Vec<Treatment>>""#,
        article,
    )
    .fetch_one(connection)
    .await
}
