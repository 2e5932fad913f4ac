use crate::{Format, Limits, broken, too_large};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, metadata::Orientation};
use kernel::Result;
use std::io::Cursor;

/// The longest side of any picture, in pixels: scaling keeps whole lines.
const SIDE_MAX: u32 = 16_384;
/// What a decoder may take beside its lines.
const SLACK_BYTES: u64 = 16 << 20;
const BYTES_PER_PIXEL: u64 = 4;

const END_OF_JPEG: [u8; 2] = [0xff, 0xd9];
const LINES_OF_JPEG: [u8; 2] = [0xff, 0xda];

/// The picture, upright.
pub(crate) fn decode(bytes: &[u8], format: Format, limits: Limits) -> Result<DynamicImage> {
    // Its decoder would make up what is missing.
    if format == Format::Jpeg && !is_whole_jpeg(bytes) {
        return Err(broken());
    }
    let refuse = |error: ImageError| match error {
        ImageError::Limits(_) => too_large(limits),
        error => broken().because(error),
    };
    let most_bytes = u64::from(limits.pixels) * BYTES_PER_PIXEL;
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(SIDE_MAX);
    bounds.max_image_height = Some(SIDE_MAX);
    bounds.max_alloc = Some(most_bytes * 2 + SLACK_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), of(format));
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(refuse)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.pixels.into() || decoder.total_bytes() > most_bytes {
        return Err(too_large(limits));
    }
    if pixels == 0 {
        return Err(broken());
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refuse)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

fn of(format: Format) -> ImageFormat {
    match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Gif => ImageFormat::Gif,
        Format::WebP => ImageFormat::WebP,
    }
}

/// Whether an end comes after the last lines. (A small picture inside of it has its own end, before them.)
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let last = |mark: [u8; 2]| bytes.windows(2).rposition(|at| at == mark);
    matches!((last(LINES_OF_JPEG), last(END_OF_JPEG)), (Some(lines), Some(end)) if lines < end)
}
