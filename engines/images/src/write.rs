use crate::{Format, Picture};
use image::{
    DynamicImage, ExtendedColorType, ImageError,
    codecs::{jpeg::JpegEncoder, webp::WebPEncoder},
};
use kernel::{Problem, Result};

/// Hard to tell from the original, at a fifth of its bytes.
const JPEG_QUALITY: u8 = 88;

/// Lossless WebP, or JPEG where that is smaller and nothing shines through: drawings are smaller as the one, photographs as
/// the other.
pub(crate) fn write(picture: &DynamicImage) -> Result<Picture> {
    let (width, height) = (picture.width(), picture.height());
    let pixels = picture.to_rgba8();
    let is_opaque = pixels.pixels().all(|pixel| pixel[3] == u8::MAX);
    let mut lossless = Vec::new();
    let webp = WebPEncoder::new_lossless(&mut lossless);
    if !is_opaque {
        webp.encode(&pixels, width, height, ExtendedColorType::Rgba8).map_err(internal)?;
        return Ok(Picture { content_type: Format::WebP.content_type(), bytes: lossless });
    }
    let pixels = DynamicImage::ImageRgba8(pixels).into_rgb8();
    webp.encode(&pixels, width, height, ExtendedColorType::Rgb8).map_err(internal)?;
    let mut lossy = Vec::new();
    let jpeg =
        JpegEncoder::new_with_quality(&mut lossy, JPEG_QUALITY).encode(&pixels, width, height, ExtendedColorType::Rgb8);
    jpeg.map_err(internal)?;
    let (format, bytes) = if lossy.len() < lossless.len() { (Format::Jpeg, lossy) } else { (Format::WebP, lossless) };
    Ok(Picture { content_type: format.content_type(), bytes })
}

fn internal(error: ImageError) -> Problem {
    Problem::internal(error)
}
