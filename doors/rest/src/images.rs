//! Pictures of people and guilds: put by those whom they belong to, shown to whoever has their name.

use crate::{
    Deps,
    answer::{self, Answer},
    document::{Forbidden, TooMany},
    extract::{Image, Path, Query},
    session::Signed,
};
use accounts_contract::Me;
use axum::{
    body::Body,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use files_contract::{ImageName, Upload};
use guilds_contract::Guild;
use kernel::{Caller, GuildId, Problem};
use people_contract::Picture;
use ports::Key;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Another picture has another name.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// A picture is never more than that, whatever somebody got into it.
const CSP: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

pub(crate) fn routes() -> OpenApiRouter<Deps> {
    let put = OpenApiRouter::new()
        .routes(routes!(put_avatar, delete_avatar))
        .routes(routes!(put_banner, delete_banner))
        .routes(routes!(put_icon, delete_icon))
        .layer(DefaultBodyLimit::max(Upload::MAX_BYTES));
    OpenApiRouter::new().routes(routes!(image)).merge(put)
}

/// Show another avatar of me: a square is cut out of its middle.
#[utoipa::path(
    put, path = "/api/v1/me/avatar", tag = "me", security(("bearer" = [])),
    request_body(content = Vec<u8>, content_type = "image/png", description = "The picture, up to 8 MiB: PNG, JPEG, GIF or WebP, with its own `Content-Type`."),
    responses((status = 200, description = "The caller, changed.", body = Me), TooMany)
)]
async fn put_avatar(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Image(upload): Image,
) -> Answer<answer::Json<Me>> {
    set_picture(&deps, caller, Picture::Avatar, Some(upload)).await
}

/// Show no avatar of me.
#[utoipa::path(
    delete, path = "/api/v1/me/avatar", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "The caller, changed.", body = Me))
)]
async fn delete_avatar(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Me>> {
    set_picture(&deps, caller, Picture::Avatar, None).await
}

/// Show another banner of me: a part three times as wide as high is cut out of its middle.
#[utoipa::path(
    put, path = "/api/v1/me/banner", tag = "me", security(("bearer" = [])),
    request_body(content = Vec<u8>, content_type = "image/png", description = "The picture, up to 8 MiB: PNG, JPEG, GIF or WebP, with its own `Content-Type`."),
    responses((status = 200, description = "The caller, changed.", body = Me), TooMany)
)]
async fn put_banner(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Image(upload): Image,
) -> Answer<answer::Json<Me>> {
    set_picture(&deps, caller, Picture::Banner, Some(upload)).await
}

/// Show no banner of me.
#[utoipa::path(
    delete, path = "/api/v1/me/banner", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "The caller, changed.", body = Me))
)]
async fn delete_banner(State(deps): State<Deps>, Signed(caller): Signed) -> Answer<answer::Json<Me>> {
    set_picture(&deps, caller, Picture::Banner, None).await
}

async fn set_picture(
    deps: &Deps,
    caller: Caller,
    picture: Picture,
    upload: Option<Upload>,
) -> Answer<answer::Json<Me>> {
    deps.people.set_picture(caller, picture, upload).await?;
    Ok(answer::Json(deps.accounts.me(caller).await?))
}

/// Show another icon of a guild: a square is cut out of its middle.
#[utoipa::path(
    put, path = "/api/v1/guilds/{guild}/icon", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Which.")),
    request_body(content = Vec<u8>, content_type = "image/png", description = "The picture, up to 8 MiB: PNG, JPEG, GIF or WebP, with its own `Content-Type`."),
    responses((status = 200, description = "The guild, changed.", body = Guild), Forbidden, TooMany)
)]
async fn put_icon(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
    Image(upload): Image,
) -> Answer<answer::Json<Guild>> {
    Ok(answer::Json(deps.guilds.set_icon(caller, guild, Some(upload)).await?))
}

/// Show no icon of a guild.
#[utoipa::path(
    delete, path = "/api/v1/guilds/{guild}/icon", tag = "guilds", security(("bearer" = [])),
    params(("guild" = GuildId, Path, description = "Which.")),
    responses((status = 200, description = "The guild, changed.", body = Guild), Forbidden)
)]
async fn delete_icon(
    State(deps): State<Deps>,
    Signed(caller): Signed,
    Path(guild): Path<GuildId>,
) -> Answer<answer::Json<Guild>> {
    Ok(answer::Json(deps.guilds.set_icon(caller, guild, None).await?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
struct Wanted {
    /// How wide it is shown, in pixels: the smallest that is enough is answered, else the largest that there is.
    #[param(value_type = Option<u32>, minimum = 1, example = 128)]
    size: Option<String>,
}

/// A picture.
///
/// Whoever has its name may see it, without signing in: names can't be guessed, a page can't show pictures that need a token, and those of
/// people and guilds are shown to everyone who is in. It never changes, so it may be kept forever.
#[utoipa::path(
    get, path = "/files/images/{image}", tag = "people",
    params(("image" = ImageName, Path, description = "Its name."), Wanted),
    responses(
        (status = 200, description = "The picture: WebP or JPEG.", content_type = "image/webp", body = Vec<u8>),
        (status = 304, description = "The caller has it already, as `If-None-Match` said.")
    )
)]
async fn image(
    State(deps): State<Deps>,
    Path(name): Path<ImageName>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let wanted = wanted.size.map(|raw| raw.parse::<u32>().map_err(|_| bad_size())).transpose()?;
    let size = name.size(wanted);
    let tag = format!("\"{name}-{}\"", size.width);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)) {
        let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, FOREVER.into())];
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let blob = deps.blobs.get(&Key::new(name.key(size))?, None).await?.ok_or_else(|| Problem::not_found("picture"))?;
    let headers = [
        (header::CONTENT_TYPE, blob.meta.content_type.as_str().to_owned()),
        (header::CONTENT_LENGTH, blob.meta.bytes.to_string()),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, FOREVER.into()),
        (header::CONTENT_SECURITY_POLICY, CSP.into()),
    ];
    Ok((headers, Body::from_stream(blob.body)).into_response())
}

fn bad_size() -> Problem {
    Problem::field("size", "bad_size", "size is a number of pixels, like 128.")
}
