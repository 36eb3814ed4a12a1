//! How somebody gets an account: an invitation by mail, or the set-up link of the first owner. Either works once and
//! for a time. Refuses to let anybody invite above their own rank.

use actix_web::{HttpRequest, http::StatusCode, web::Data};
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Desk, PeopleManager, PeopleReader, Permission, Role,
    first_owner::{FIRST_OWNER, create_account},
    input::{InvitationInput, NewPerson, email_taken, language_named},
    letters,
    passwords::context,
    people::{check_rank, locations_of},
    precondition::check_version,
    queries::{self, Invited, NewAccount, NewInvitation},
    sessions::Colleague,
};
use crate::{
    audit::Actor,
    crypto::{OpaqueToken, random},
    db::StaffDb,
    http::{
        Answer, ApiError, COUNTED, Expected, JsonBody, PageLinks, PageMeta, PageRequest, Paging, QueryReader,
        Reference, Site, created_answer, no_content, no_parameters, path_id, private_answer, staff_answer,
    },
};

/// Days that an invitation works.
const DAYS: i64 = 7;

/// Somebody who was invited.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    id: Uuid,
    email: String,
    role: String,
    language: String,
    /// The locations that will be assigned.
    locations: Vec<Reference>,
    invited_by: Colleague,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// `open`, `accepted`, `revoked` or `expired`.
    #[schema(example = "open")]
    status: &'static str,
    version: i32,
}

impl Invitation {
    fn of(row: Invited, now: DateTime<Utc>) -> Self {
        let status = match (row.accepted_at, row.revoked_at) {
            (Some(_), _) => "accepted",
            (None, Some(_)) => "revoked",
            (None, None) if row.expires_at <= now => "expired",
            (None, None) => "open",
        };
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            language: row.language,
            locations: row.locations.0,
            invited_by: Colleague { id: row.invited_by, name: row.inviter },
            created_at: row.created_at,
            expires_at: row.expires_at,
            status,
            version: row.version,
        }
    }
}

/// Invitations, latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationPage {
    data: Vec<Invitation>,
    meta: PageMeta,
    links: PageLinks,
}

/// One invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationAnswer {
    data: Invitation,
}

/// Lists invitations, latest first.
#[utoipa::path(get, path = "/v1/admin/invitations", operation_id = "list_invitations", tag = "people",
    security(("bearer" = [])),
    params(
        Paging),
    responses((status = 200, description = "A page of invitations", body = InvitationPage)))]
pub async fn list_invitations(
    request: HttpRequest,
    permit: PeopleReader,
    site: Data<Site>,
    database: Data<StaffDb>,
) -> Answer {
    let mut query = QueryReader::of(&request);
    let page = PageRequest::<Uuid>::read(&mut query, &site.cursors, "invitations");
    query.finish()?;
    let asked = page.clone();
    let (mut rows, total) = database
        .transact(async move |connection| {
            permit.staff.record(connection, "invitation.list", "invitation", None, &[]).await?;
            let after = asked.after().copied();
            let rows = queries::list_invitations(connection, None, after, asked.fetch(), asked.offset()).await?;
            let total = asked.total(queries::count_invitations(connection, COUNTED)).await?;
            Ok::<_, ApiError>((rows, total))
        })
        .await?;
    let of = site.question(&request, "invitations");
    let (meta, links) = page.complete(&mut rows, total, |row| row.id, &of);
    let data = rows.into_iter().map(|row| Invitation::of(row, site.clock.now())).collect();
    Ok(private_answer(StatusCode::OK, &InvitationPage { data, meta, links }))
}

/// Invites somebody by mail. The link works once and for seven days; a new invitation voids the one that the address
/// has.
#[utoipa::path(post, path = "/v1/admin/invitations", operation_id = "create_invitation", tag = "people",
    security(("bearer" = [])), request_body = InvitationInput,
    responses((status = 201, description = "Invited; the mail is on its way", body = InvitationAnswer)))]
pub async fn create_invitation(request: HttpRequest, desk: Desk, permit: PeopleManager, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    let input = InvitationInput::parse(&body.0)?;
    check_rank(&permit.staff, input.role)?;
    let token = random::token256().map_err(|_| ApiError::Internal)?;
    let (at_desk, now) = (desk.clone(), desk.now());
    let row = desk
        .transact(async move |connection| {
            let invitation = NewInvitation {
                id: at_desk.site.clock.new_id(),
                hash: token.hash(),
                email: input.email,
                role: input.role.name(),
                language: input.language,
                location_ids: locations_of(connection, input.role, &input.locations).await?,
                invited_by: permit.staff.id,
                now,
                expires_at: now + Duration::days(DAYS),
            };
            if let Some(role) = queries::void_invitation_of(connection, &invitation.email, now).await? {
                check_rank(&permit.staff, Role::named(&role).ok_or(ApiError::Internal)?)?;
            }
            if !queries::insert_invitation(connection, &invitation).await? {
                return Err(email_taken());
            }
            permit.staff.record(connection, "invitation.create", "invitation", Some(invitation.id), &[]).await?;
            letters::invitation(connection, &at_desk, &invitation, &permit.staff.name, &token).await?;
            find(connection, invitation.id).await
        })
        .await?;
    let address = format!("{}/v1/admin/invitations/{}", desk.site.public_url, row.id);
    Ok(created_answer(&address, row.version, &InvitationAnswer { data: Invitation::of(row, now) }))
}

async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Invited, ApiError> {
    let rows = queries::list_invitations(connection, Some(id), None, 1, 0).await?;
    rows.into_iter().next().ok_or(ApiError::NotFound)
}

/// Answers one invitation.
#[utoipa::path(get, path = "/v1/admin/invitations/{id}", operation_id = "get_invitation", tag = "people",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "The invitation")),
    responses((status = 200, description = "The invitation", body = InvitationAnswer)))]
pub async fn get_invitation(request: HttpRequest, desk: Desk, permit: PeopleReader) -> Answer {
    no_parameters(&request)?;
    let id = path_id(&request)?;
    let row = desk
        .transact(async move |connection| {
            permit.staff.record(connection, "invitation.read", "invitation", Some(id), &[]).await?;
            find(connection, id).await
        })
        .await?;
    let version = row.version;
    Ok(staff_answer(StatusCode::OK, version, &InvitationAnswer { data: Invitation::of(row, desk.now()) }))
}

/// Takes an open invitation back: its link stops working.
#[utoipa::path(delete, path = "/v1/admin/invitations/{id}", operation_id = "delete_invitation", tag = "people",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The invitation"),
        ("If-Match" = String, Header, description = "The ETag as it was read, or `*`")),
    responses((status = 204, description = "Taken back")))]
pub async fn delete_invitation(request: HttpRequest, desk: Desk, permit: PeopleManager, expected: Expected) -> Answer {
    no_parameters(&request)?;
    let (id, now) = (path_id(&request)?, desk.now());
    desk.transact(async move |connection| {
        let row = find(connection, id).await?;
        check_version(connection, &expected, row.version, "invitation", id).await?;
        check_rank(&permit.staff, Role::named(&row.role).ok_or(ApiError::NotFound)?)?;
        if !queries::revoke_invitation(connection, id, now).await? {
            return Err(ApiError::Conflict { code: "not_open", detail: "the invitation is accepted or revoked" });
        }
        permit.staff.record(connection, "invitation.delete", "invitation", Some(id), &[]).await
    })
    .await?;
    Ok(no_content())
}

/// An account that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountAnswer {
    data: Account,
}

/// A person who may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    id: Uuid,
    email: String,
    name: String,
    role: Role,
}

/// What a link makes.
#[derive(Clone)]
enum Link {
    /// The first owner, at the address that they say.
    FirstOwner,
    /// Whoever was invited.
    Invitation(Box<Invited>),
}

impl Link {
    fn role(&self) -> Option<Role> {
        match self {
            Self::FirstOwner => Some(Role::Owner),
            Self::Invitation(invited) => Role::named(&invited.role),
        }
    }

    fn email(&self) -> Option<&str> {
        match self {
            Self::FirstOwner => None,
            Self::Invitation(invited) => Some(&invited.email),
        }
    }
}

/// Makes an account with the token of an invitation, or of the printed set-up link, once.
#[utoipa::path(post, path = "/v1/auth/invitations/{token}", operation_id = "accept_invitation", tag = "sign-in",
    params(("token" = String, Path, description = "As it was mailed or printed")), request_body = NewPerson,
    responses((status = 201, description = "The account is ready to sign in", body = AccountAnswer)))]
pub async fn accept_invitation(request: HttpRequest, desk: Desk, body: JsonBody) -> Answer {
    no_parameters(&request)?;
    desk.spend_attempt()?;
    let hash = request.match_info().get("token").and_then(OpaqueToken::parse).ok_or(ApiError::NotFound)?.hash();
    let at_desk = desk.clone();
    let (link, context) = desk
        .transact(async move |connection| {
            let link = find_link(connection, &hash, at_desk.now()).await?;
            let asked = link.role().is_some_and(|role| at_desk.accounts.asks_second_factor_of(role));
            Ok((link, context(connection, "", "", asked).await?))
        })
        .await?;
    let role = link.role().ok_or(ApiError::NotFound)?;
    let person = NewPerson::parse(&body.0, link.email(), &context)?;
    let short_password = person.password.is_short();
    let account = NewAccount {
        id: desk.site.clock.new_id(),
        email: person.email,
        name: person.name,
        role: role.name(),
        password_hash: Some(desk.hash(person.password).await?),
        short_password,
        language: match &link {
            Link::FirstOwner => "en",
            Link::Invitation(invited) => language_named(&invited.language),
        },
    };
    let answer = Account { id: account.id, email: account.email.clone(), name: account.name.clone(), role };
    let at_desk = desk.clone();
    desk.transact(async move |connection| spend(connection, &at_desk, &hash, &link, &account).await).await?;
    Ok(private_answer(StatusCode::CREATED, &AccountAnswer { data: answer }))
}

async fn find_link(connection: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> Result<Link, ApiError> {
    if queries::has_one_time_token(connection, FIRST_OWNER, hash, now).await? {
        // Somebody may have been made on the command line since the link was printed.
        let is_first = !queries::has_owner(connection).await?;
        return if is_first { Ok(Link::FirstOwner) } else { Err(ApiError::NotFound) };
    }
    let invited = queries::find_open_invitation(connection, hash, now).await?.ok_or(ApiError::NotFound)?;
    // Whoever invited may have been demoted since.
    let ranks = Role::named(&invited.inviter_role).zip(Role::named(&invited.role));
    let may_invite = |(inviter, role): &(Role, Role)| inviter.may(Permission::ManagePeople) && inviter.reaches(*role);
    ranks.filter(may_invite).ok_or(ApiError::NotFound)?;
    Ok(Link::Invitation(Box::new(invited)))
}

async fn spend(
    connection: &mut PgConnection,
    desk: &Desk,
    hash: &[u8],
    link: &Link,
    account: &NewAccount,
) -> Result<(), ApiError> {
    // As it is by now: hashing the password took its time.
    find_link(connection, hash, desk.now()).await?;
    let spent = match link {
        Link::FirstOwner => queries::spend_one_time_token(connection, FIRST_OWNER, hash, desk.now()).await?,
        Link::Invitation(_) => queries::spend_invitation(connection, hash, desk.now()).await?,
    };
    if !spent {
        return Err(ApiError::NotFound);
    }
    let request_id = desk.visitor.request_id.as_deref();
    create_account(connection, &desk.accounts.trail, account, Actor::Public, request_id).await?;
    if let Link::Invitation(invited) = link {
        queries::set_locations(connection, account.id, &invited.location_ids).await?;
        desk.record(connection, Actor::Account(account.id), "invitation.accept", "invitation", Some(invited.id))
            .await?;
    }
    Ok(())
}
