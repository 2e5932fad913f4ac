//! Pictures that people give, made harmless: decoded under limits, turned upright, cut to size and written anew, so that
//! nothing is kept of what else was in the file (where it was taken, other files behind it).
//!
//! Guarantees: only PNG, JPEG, GIF and WebP are decoded, by their first bytes and never by their names; of animations the
//! first frame. Colours are taken for sRGB. A picture never grows. It works on the caller's thread, and its memory is bounded
//! by [`Limits`]: a picture of `n` pixels takes 8 `n` bytes, and some ten MiB beside.

mod cut;
mod decode;
#[cfg(test)]
mod tests;
mod write;

use kernel::{Kind, Problem, Result};

/// How large a picture may be that is decoded.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Width × height.
    pub pixels: u32,
}

/// A size that a picture is cut to, in pixels. Smaller ones are cut to its proportions only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// A picture, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
    Gif,
    WebP,
}

impl Format {
    /// What the bytes begin like.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// The picture in each size, in their order. Of the sizes, each is made of the one before: the largest comes first.
///
/// # Errors
/// `image_type` (415): it is no picture of those formats. `image_too_large` (413): it has too many pixels.
/// `image_broken` (422): it ends too early, or isn't what it begins like.
pub fn render(bytes: &[u8], sizes: &[Size], limits: Limits) -> Result<Vec<Picture>> {
    let format = Format::sniff(bytes).ok_or_else(unknown)?;
    let whole = decode::decode(bytes, format, limits)?;
    let mut pictures = Vec::with_capacity(sizes.len());
    let mut last = None;
    for size in sizes {
        let cut = match &last {
            None => cut::cut(&whole, *size),
            Some(larger) => cut::cut(larger, *size),
        };
        pictures.push(write::write(&cut)?);
        last = Some(cut);
    }
    Ok(pictures)
}

fn unknown() -> Problem {
    Problem::new(Kind::Unsupported, "image_type", "That isn't a picture that can be used: send PNG, JPEG, GIF or WebP.")
}

fn too_large(limits: Limits) -> Problem {
    let millions = f64::from(limits.pixels) / 1e6;
    let detail = format!("The picture is too large: {millions} million pixels at most. Scale it down first.");
    Problem::new(Kind::TooLarge, "image_too_large", detail)
}

/// Also for a decoder that gave up in another way.
pub fn broken() -> Problem {
    Problem::new(Kind::Unprocessable, "image_broken", "The picture can't be read: is the file damaged?")
}
