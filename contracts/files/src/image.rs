use kernel::{GuildId, Kind, Problem, Result, UserId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a picture is shown. There is one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Avatar(UserId),
    Banner(UserId),
    Icon(GuildId),
}

/// In pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSize {
    pub width: u32,
    pub height: u32,
}

const SQUARES: [ImageSize; 2] = [ImageSize { width: 512, height: 512 }, ImageSize { width: 128, height: 128 }];
const BANNERS: [ImageSize; 2] = [ImageSize { width: 1_500, height: 500 }, ImageSize { width: 600, height: 200 }];

impl Place {
    /// The sizes that a picture of this place is kept in, falling.
    pub fn sizes(self) -> &'static [ImageSize] {
        match self {
            Self::Avatar(_) | Self::Icon(_) => &SQUARES,
            Self::Banner(_) => &BANNERS,
        }
    }

    /// The person or guild.
    pub fn owner(self) -> i64 {
        match self {
            Self::Avatar(user) | Self::Banner(user) => user.0,
            Self::Icon(guild) => guild.0,
        }
    }

    /// The beginning of the keys of all pictures of that person or guild, whose ids may be the same number.
    pub fn folder(self) -> String {
        match self {
            Self::Avatar(user) | Self::Banner(user) => format!("images/user_{user}"),
            Self::Icon(guild) => format!("images/guild_{guild}"),
        }
    }

    /// What kind of place it is: `avatar`.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Avatar(_) => "avatar",
            Self::Banner(_) => "banner",
            Self::Icon(_) => "icon",
        }
    }

    pub fn of(kind: &str, owner: i64) -> Option<Self> {
        match kind {
            "avatar" => Some(Self::Avatar(UserId(owner))),
            "banner" => Some(Self::Banner(UserId(owner))),
            "icon" => Some(Self::Icon(GuildId(owner))),
            _ => None,
        }
    }
}

/// The name of a picture: its place, and a hash of its bytes and of chance. `/files/images/{name}?size=128` shows it to
/// whoever has the name, which nobody can guess; another picture has another name, so that it may be cached forever.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName(String);

const HASH_BYTES: usize = 16;

impl ImageName {
    pub fn new(place: Place, hash: [u8; HASH_BYTES]) -> Self {
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("{}_{}_{hex}", place.kind(), place.owner()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(name: &str) -> Option<(Place, &str)> {
        let mut parts = name.splitn(3, '_');
        let (kind, owner, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let owner = owner.parse::<UserId>().ok().filter(|id| id.to_string() == owner)?;
        let is_hash = hash.len() == 2 * HASH_BYTES && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        Place::of(kind, owner.0).filter(|_| is_hash).map(|place| (place, hash))
    }

    pub fn place(&self) -> Place {
        Self::parts(&self.0).expect("only names that have parts are made").0
    }

    /// Where a size of it lies among the blobs. All pictures of an owner have one beginning.
    pub fn key(&self, size: ImageSize) -> String {
        format!("{}/{}", self.folder(), size.width)
    }

    /// The beginning of the keys of its sizes.
    pub fn folder(&self) -> String {
        format!("{}/{}", self.place().folder(), self.0)
    }

    /// The smallest size that is as wide as asked, or the largest.
    pub fn size(&self, wanted: Option<u32>) -> ImageSize {
        let sizes = self.place().sizes();
        let fits = wanted.and_then(|wanted| sizes.iter().rev().find(|size| size.width >= wanted));
        *fits.unwrap_or(&sizes[0])
    }
}

impl FromStr for ImageName {
    type Err = Problem;
    fn from_str(name: &str) -> Result<Self> {
        let known = Self::parts(name).map(|_| Self(name.to_owned()));
        known.ok_or_else(|| Problem::new(Kind::BadRequest, "bad_image", "That is not the name of a picture."))
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ImageName {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ImageName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(from)?;
        name.parse().map_err(|problem: Problem| serde::de::Error::custom(problem.detail))
    }
}

impl utoipa::PartialSchema for ImageName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .pattern(Some("^(avatar|banner|icon)_[1-9][0-9]{0,18}_[0-9a-f]{32}$"))
            .description(Some("The name of a picture: /files/images/{name}?size=128 shows it."))
            .examples(["avatar_7301234567890123_0f3ab2c4d5e6f708192a3b4c5d6e7f80"])
            .into()
    }
}
impl utoipa::ToSchema for ImageName {
    fn name() -> std::borrow::Cow<'static, str> {
        "ImageName".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_place_and_nothing_else_is_a_name() {
        let name = ImageName::new(Place::Banner(UserId(17)), [0xab; 16]);
        assert_eq!(name.as_str(), format!("banner_17_{}", "ab".repeat(16)));
        assert_eq!(name.as_str().parse::<ImageName>().expect("a name").place(), Place::Banner(UserId(17)));
        let hash = "ab".repeat(16);
        for bad in [
            String::new(),
            format!("cover_17_{hash}"),
            format!("avatar_0_{hash}"),
            format!("avatar_017_{hash}"),
            format!("avatar_17_{hash}0"),
            format!("avatar_17_{}", "AB".repeat(16)),
            format!("avatar_17_../{hash}"),
            format!("avatar_{hash}"),
        ] {
            assert!(bad.parse::<ImageName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_smallest_size_that_is_enough_is_shown() {
        let name = ImageName::new(Place::Avatar(UserId(17)), [0; 16]);
        let widths = [None, Some(1), Some(128), Some(129), Some(4_000)].map(|wanted| name.size(wanted).width);
        assert_eq!(widths, [512, 128, 128, 512, 512]);
        assert_eq!(name.key(name.size(Some(64))), format!("images/user_17/avatar_17_{}/128", "00".repeat(16)));
    }

    #[test]
    fn bytes_travel_as_text() {
        let upload = crate::Upload { content_type: "image/png".into(), bytes: vec![0, 255, 7] };
        let json = serde_json::to_string(&upload).expect("json");
        assert_eq!(json, r#"{"content_type":"image/png","bytes":"AP8H"}"#);
        assert!(serde_json::from_str::<crate::Upload>(&json).expect("read") == upload);
    }
}
