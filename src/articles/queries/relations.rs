//! What articles name beside their terms: treatments, each other, and the original of a translation.

use sqlx::PgConnection;
use uuid::Uuid;

/// The ids of services by slug or id, in their order; none where one is unknown. Here and below, what is in the trash is
/// known by its id to the article that has it already.
pub async fn resolve_services(
    connection: &mut PgConnection,
    names: &[String],
    article: Option<Uuid>,
) -> Result<Vec<Option<Uuid>>, sqlx::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"select (select v.id from cms.service v
                    where (v.slug = n.name or v.id::text = n.name)
                      and (v.trashed_at is null
                           or v.id::text = n.name and exists (
                                select 1 from cms.article a
                                  join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                                  join cms.revision_service x on x.revision_id = r.id and x.service_id = v.id
                                 where a.id = $2))
                    order by v.trashed_at is not null limit 1)
             from unnest($1::text[]) with ordinality as n(name, position) order by n.position"#,
        names,
        article,
    )
    .fetch_all(connection)
    .await
}

/// The ids of other articles by id, or by the slug that they have or had in a language; in their order, none where one
/// is unknown.
pub async fn resolve_articles(
    connection: &mut PgConnection,
    names: &[String],
    locale: &str,
    except: Uuid,
) -> Result<Vec<Option<Uuid>>, sqlx::Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        r#"select (select a.id from cms.article a
                     join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                    where a.id <> $3 and (a.id::text = n.name or (r.slug = n.name and r.locale = $2))
                      and (a.trashed_at is null
                           or a.id::text = n.name and exists (
                                select 1 from cms.article o
                                  join cms.revision s on s.article_id = o.id and s.number = o.latest_revision
                                  join cms.revision_related x on x.revision_id = s.id and x.article_id = a.id
                                 where o.id = $3))
                    order by a.trashed_at is not null, a.id limit 1)
             from unnest($1::text[]) with ordinality as n(name, position) order by n.position"#,
        names,
        locale,
        except,
    )
    .fetch_all(connection)
    .await
}

/// The article that a translation is made of.
#[derive(Debug)]
pub struct Original {
    pub id: Uuid,
    pub locale: String,
    pub latest_revision: i32,
    pub is_translation: bool,
}

/// The original by id, or by its slug in another language than `locale`: the clinic's own first.
pub async fn find_original(
    connection: &mut PgConnection,
    name: &str,
    locale: &str,
    except: Uuid,
) -> Result<Option<Original>, sqlx::Error> {
    sqlx::query_as!(
        Original,
        r#"select a.id, r.locale, a.latest_revision, r.translation_of is not null as "is_translation!"
             from cms.article a
             join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
            where a.id <> $3
              -- In the trash it is still the original of those that translate it.
              and (a.trashed_at is null or a.id = (select t.group_id from cms.article t where t.id = $3))
              and (a.id::text = $1 or (r.slug = $1 and r.locale <> $2))
            order by r.locale = (select k.default_locale from cms.clinic_clock k) desc, a.id limit 1"#,
        name,
        locale,
        except,
    )
    .fetch_optional(connection)
    .await
}

/// Whether other articles are translations of this one.
pub async fn has_translations(connection: &mut PgConnection, article: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from cms.article a
                            join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                           where a.group_id = $1 and r.translation_of = $1) as "has!""#,
        article,
    )
    .fetch_one(connection)
    .await
}

/// Whether an original has a translation into a language, beside the article that asks.
pub async fn is_translated(
    connection: &mut PgConnection,
    original: Uuid,
    locale: &str,
    except: Uuid,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from cms.article a
                            join cms.revision r on r.article_id = a.id and r.number = a.latest_revision
                           where a.group_id = $1 and a.id <> $3 and a.trashed_at is null
                             and r.translation_of = $1 and r.locale = $2) as "translated!""#,
        original,
        locale,
        except,
    )
    .fetch_one(connection)
    .await
}
