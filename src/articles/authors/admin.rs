//! What editors do with authors.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StaffAuthor, StaffAuthorAnswer, StaffAuthorPage, input::AuthorInput};
use crate::{
    accounts::{ArticleReader, Editor},
    articles::queries::author_records::{self, AuthorKey, AuthorRow, NewAuthor},
    db::{DbError, StaffDb},
    http::{Answer, ApiError, PageRequest, Paging, QueryReader, Site, private_answer, slug_of},
    records::{self, Actions, Hand, Record, Standing, actions},
};

/// Lists authors, by name.
#[utoipa::path(get, path = "/v1/admin/authors", operation_id = "list_staff_authors", tag = "staff: articles",
    security(("bearer" = [])),
    params(("q" = Option<String>, Query, description = "Part of the name", min_length = 1, max_length = 200),
        ("trashed" = Option<bool>, Query, description = "The trash instead"), Paging),
    responses((status = 200, description = "A page of authors", body = StaffAuthorPage)))]
pub async fn list_staff_authors(
    request: HttpRequest,
    reader: ArticleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let (q, trashed) = (query.text("q"), query.boolean("trashed").unwrap_or(false));
    let question = format!("authors {q:?} {trashed}");
    let page = PageRequest::<AuthorKey>::read(&mut query, &site.cursors, &question);
    query.finish()?;
    let wanted = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            reader.staff.record(connection, "author.list", "author", None, &[]).await?;
            let total = wanted.total(author_records::count(connection, q.as_deref(), trashed)).await?;
            Ok::<_, ApiError>((author_records::list(connection, q.as_deref(), trashed, &wanted).await?, total))
        })
        .await?;
    let about = site.question(&request, &question);
    let key = |row: &AuthorRow| AuthorKey { name: row.shown.name.clone(), id: row.id };
    let (meta, links) = page.complete(&mut rows, total, key, &about);
    let data = rows.into_iter().map(StaffAuthor::from).collect();
    Ok(private_answer(StatusCode::OK, &StaffAuthorPage { data, meta, links }))
}

records::operations! {
    AuthorRow: "The author", "staff: articles";
    read by ArticleReader, written by Editor;
    bodies AuthorInput, AuthorInput, StaffAuthorAnswer;

    /// Creates an author.
    create_author at "/v1/admin/authors";
    /// Reads an author.
    get_author at "/v1/admin/authors/{id}";
    /// Changes an author. Visible articles show it at once.
    update_author;
    /// Moves an author to the trash: nobody can be given it any more, and articles that have it keep it.
    delete_author;
    /// Brings an author back from the trash.
    restore_author at "/v1/admin/authors/{id}/restore";
}

impl Record for AuthorRow {
    const ACTIONS: Actions = actions!("author");
    const PATH: &'static str = "/v1/admin/authors";
    type Input = AuthorInput;
    type Answer = StaffAuthorAnswer;

    fn parse(body: &Value) -> Result<AuthorInput, ApiError> {
        AuthorInput::parse(body)
    }

    fn written(&self) -> Result<Value, ApiError> {
        Ok(json!({
            "name": self.own_name, "slug": self.slug, "account": self.account_id, "provider": self.provider_id,
            "credentials": self.own_credentials, "biography": self.biography,
        }))
    }

    fn standing(&self) -> Standing {
        Standing::of(self.version, self.updated_at, &(), self.trashed_at)
    }

    async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
        author_records::lock(connection, id).await
    }

    async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<Self>, sqlx::Error> {
        author_records::find(connection, id).await
    }

    async fn add(connection: &mut PgConnection, _: &Hand, id: Uuid, input: AuthorInput) -> Result<(), ApiError> {
        add_author(connection, id, input).await
    }

    async fn change(connection: &mut PgConnection, _: &Hand, before: Self, input: AuthorInput) -> Result<(), ApiError> {
        let author = settled(connection, before.id, input, Some(&before)).await?;
        author_records::update(connection, &author).await.map_err(taken)
    }

    async fn set_trashed(connection: &mut PgConnection, _: &Hand, before: Self, trashed: bool) -> Result<(), ApiError> {
        Ok(author_records::set_trashed(connection, before.id, trashed).await?)
    }
}

/// Stores a new author.
///
/// # Errors
/// 422 for what names nothing, and for what another author has.
pub(crate) async fn add_author(connection: &mut PgConnection, id: Uuid, input: AuthorInput) -> Result<(), ApiError> {
    let author = settled(connection, id, input, None).await?;
    author_records::insert(connection, &author).await.map_err(taken)
}

/// The author that an input asks for. Whoever stands here already may stay, though they could not be chosen any more.
async fn settled(
    connection: &mut PgConnection,
    id: Uuid,
    input: AuthorInput,
    stored: Option<&AuthorRow>,
) -> Result<NewAuthor, ApiError> {
    let unknown = |pointer| ApiError::field(pointer, "unknown_reference", "names nothing that exists");
    let kept = stored.map(|stored| stored.own_name.clone());
    let account = match input.account {
        None => None,
        Some(id) if stored.is_some_and(|stored| stored.account_id == Some(id)) => Some((id, kept.clone())),
        Some(id) => {
            let name = author_records::find_account(connection, id).await?.ok_or_else(|| unknown("/account"))?;
            Some((id, Some(name)))
        }
    };
    let provider = match input.provider {
        None => None,
        Some(name) => {
            if let Some(id) = stored.and_then(|stored| stored.provider_id).filter(|id| id.to_string() == name) {
                Some((id, kept))
            } else {
                let found = author_records::find_provider(connection, &name).await?;
                found.map(|(id, name)| Some((id, Some(name)))).ok_or_else(|| unknown("/provider"))?
            }
        }
    };
    let profile_name = account.as_ref().or(provider.as_ref()).and_then(|(_, name)| name.clone());
    let name = input.name.or(profile_name).ok_or(ApiError::Internal)?;
    Ok(NewAuthor {
        id,
        slug: input.slug.clone().unwrap_or_else(|| slug_of(&name, "author")),
        // A namesake has the plain slug already: a made one steps aside.
        may_step_aside: input.slug.is_none(),
        name: name.chars().take(200).collect(),
        account: account.map(|(id, _)| id),
        provider: provider.map(|(id, _)| id),
        credentials: input.credentials,
        biography: input.biography,
    })
}

fn taken(error: sqlx::Error) -> ApiError {
    let refused = |pointer, message| ApiError::field(pointer, "taken", message);
    match DbError::from(error) {
        DbError::Constraint(name) => match name.as_str() {
            "author_slug_key" => refused("/slug", "another author has this slug"),
            "author_account_id_key" => refused("/account", "this member of staff stands as another author"),
            "author_provider_id_key" => refused("/provider", "this provider stands as another author"),
            _ => DbError::Constraint(name).into(),
        },
        other => other.into(),
    }
}
