use super::*;
use image::{
    DynamicImage, ExtendedColorType, ImageEncoder, Rgba, RgbaImage,
    codecs::{gif::GifEncoder, jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
};

const LIMITS: Limits = Limits { pixels: 1_000_000 };
const SQUARE: Size = Size { width: 64, height: 64 };
const SMALL: Size = Size { width: 16, height: 16 };
const RED: Rgba<u8> = Rgba([250, 10, 10, 255]);
const BLUE: Rgba<u8> = Rgba([10, 10, 250, 255]);

/// Its left half is red, its right half blue.
fn halves(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE })
}

fn png(image: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(image, image.width(), image.height(), ExtendedColorType::Rgba8)
        .expect("written");
    bytes
}

fn jpeg(image: &RgbaImage) -> Vec<u8> {
    let (width, height) = image.dimensions();
    let rgb = DynamicImage::ImageRgba8(image.clone()).into_rgb8();
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode(&rgb, width, height, ExtendedColorType::Rgb8)
        .expect("written");
    bytes
}

fn webp(image: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(image, image.width(), image.height(), ExtendedColorType::Rgba8)
        .expect("written");
    bytes
}

fn gif(frames: &[RgbaImage]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.encode_frames(frames.iter().cloned().map(image::Frame::new)).expect("written");
    drop(encoder);
    bytes
}

fn shown(picture: &Picture) -> RgbaImage {
    assert_eq!(Format::sniff(&picture.bytes).expect("a picture").content_type(), picture.content_type);
    image::load_from_memory(&picture.bytes).expect("it can be read").into_rgba8()
}

fn is_near(pixel: &Rgba<u8>, wanted: Rgba<u8>) -> bool {
    pixel.0.iter().zip(wanted.0).all(|(a, b)| a.abs_diff(b) < 40)
}

fn refused(bytes: &[u8]) -> (u16, String) {
    let problem = render(bytes, &[SQUARE], LIMITS).expect_err("refused");
    (problem.status(), problem.code.into_owned())
}

#[test]
fn every_format_becomes_the_sizes_that_were_asked_for() {
    let image = halves(300, 200);
    for bytes in [png(&image), jpeg(&image), gif(std::slice::from_ref(&image)), webp(&image)] {
        let pictures = render(&bytes, &[SQUARE, SMALL], LIMITS).expect("rendered");
        let [large, small] = [shown(&pictures[0]), shown(&pictures[1])];
        assert_eq!((large.dimensions(), small.dimensions()), ((64, 64), (16, 16)));
        for picture in [large, small] {
            let right = picture.width() - 2;
            assert!(is_near(picture.get_pixel(1, 1), RED) && is_near(picture.get_pixel(right, 1), BLUE));
        }
    }
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    let first = RgbaImage::from_pixel(80, 80, RED);
    let second = RgbaImage::from_pixel(80, 80, BLUE);
    let pictures = render(&gif(&[first, second]), &[SQUARE], LIMITS).expect("rendered");
    assert!(is_near(shown(&pictures[0]).get_pixel(30, 30), RED));
}

#[test]
fn a_small_picture_does_not_grow_and_what_shines_through_goes_on_to() {
    let mut image = RgbaImage::from_pixel(20, 30, RED);
    image.put_pixel(10, 15, Rgba([0, 0, 0, 0]));
    let pictures = render(&png(&image), &[SQUARE], LIMITS).expect("rendered");
    assert_eq!(pictures[0].content_type, "image/webp");
    let picture = shown(&pictures[0]);
    assert_eq!((picture.dimensions(), picture.get_pixel(10, 10)[3]), ((20, 20), 0));
}

/// Noise compresses badly without loss, and a photograph is full of it.
#[test]
fn photographs_become_jpeg_and_drawings_webp() {
    let mut state = 7_u32;
    let noise = RgbaImage::from_fn(64, 64, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        Rgba([a, b, c, 255])
    });
    assert_eq!(render(&png(&noise), &[SQUARE], LIMITS).expect("rendered")[0].content_type, "image/jpeg");
    assert_eq!(render(&png(&halves(64, 64)), &[SQUARE], LIMITS).expect("rendered")[0].content_type, "image/webp");
}

/// A JPEG with Exif (CIPA DC-008): turned by a quarter, and with a place where it was taken.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    tiff.extend_from_slice(b"\0\x02");
    tiff.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend_from_slice(&[0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    tiff.extend_from_slice(b"\0\x01\0\x1b\0\x02\0\0\0\x0a\0\0\0\x38\0\0\0\0GPS-CANARY");
    let mut segment = b"\xff\xe1".to_vec();
    segment.extend_from_slice(&(tiff.len() as u16 + 8).to_be_bytes());
    segment.extend_from_slice(b"Exif\0\0");
    segment.extend_from_slice(&tiff);
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|at| at == part)
}

#[test]
fn pictures_are_turned_upright_and_forget_where_they_were_taken() {
    let given = with_exif(&jpeg(&halves(64, 64)), 6);
    assert!(holds(&given, b"GPS-CANARY"));
    let pictures = render(&given, &[SQUARE], LIMITS).expect("rendered");
    let picture = shown(&pictures[0]);
    // Turned to the right by a quarter: what was left is above.
    assert!(is_near(picture.get_pixel(32, 4), RED) && is_near(picture.get_pixel(32, 60), BLUE));
    for part in [&b"GPS-CANARY"[..], b"Exif"] {
        assert!(!holds(&pictures[0].bytes, part));
    }
}

#[test]
fn what_stands_behind_a_picture_is_not_kept() {
    let page = b"<html><script>alert(1)</script><svg onload=alert(1)>";
    for picture in [png(&halves(64, 64)), gif(&[halves(64, 64)]), webp(&halves(64, 64))] {
        let given = [&picture[..], page].concat();
        for picture in render(&given, &[SQUARE], LIMITS).expect("rendered") {
            assert!(!holds(&picture.bytes, b"script") && !holds(&picture.bytes, b"svg"));
        }
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    for bytes in [
        &b""[..],
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        b"<?xml version=\"1.0\"?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"BM\x3a\0\0\0",
        b"%PDF-1.7",
        b"GIF",
    ] {
        assert_eq!(refused(bytes), (415, "image_type".into()), "{bytes:?}");
    }
    // It begins like a picture, and is a page.
    for beginning in [&b"GIF89a"[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"] {
        let given = [beginning, b"<script>alert(1)</script>"].concat();
        // What stands where a GIF's size does is a large number.
        assert!(matches!(refused(&given).0, 413 | 422), "{given:?}");
    }
}

#[test]
fn what_ends_too_early_is_refused() {
    let image = halves(300, 200);
    for bytes in [png(&image), jpeg(&image), gif(std::slice::from_ref(&image)), webp(&image)] {
        for part in [bytes.len() / 2, 20] {
            assert_eq!(refused(&bytes[..part]), (422, "image_broken".into()), "{part} of {:?}", &bytes[..8]);
        }
    }
}

/// CRC-32 as PNG's chunks have it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn what_says_that_it_is_huge_is_refused_before_it_is_read() {
    let mut png = png(&halves(8, 8));
    png[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let mut gif = gif(&[halves(8, 8)]);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let mut jpeg = jpeg(&halves(8, 8));
    let frame = jpeg.windows(2).position(|at| at == [0xff, 0xc0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
    for bytes in [png, gif, jpeg] {
        assert_eq!(refused(&bytes), (413, "image_too_large".into()), "{:?}", &bytes[..8]);
    }
}

#[test]
fn a_few_bytes_that_unfold_to_many_pixels_are_refused() {
    let image = RgbaImage::from_pixel(2_000, 2_000, BLUE);
    for bytes in [png(&image), webp(&image), gif(std::slice::from_ref(&image))] {
        assert!(bytes.len() < 100_000);
        assert_eq!(refused(&bytes), (413, "image_too_large".into()));
    }
    // As many pixels as are allowed, each of twice as many bytes.
    let deep = DynamicImage::ImageRgba8(RgbaImage::from_pixel(900, 900, BLUE)).into_rgba16();
    let mut bytes = Vec::new();
    let samples: Vec<u8> = deep.into_raw().into_iter().flat_map(u16::to_be_bytes).collect();
    PngEncoder::new(&mut bytes).write_image(&samples, 900, 900, ExtendedColorType::Rgba16).expect("written");
    assert_eq!(refused(&bytes), (413, "image_too_large".into()));
}
