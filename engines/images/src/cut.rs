use crate::Size;
use image::{
    DynamicImage, GenericImageView,
    imageops::{self, FilterType},
};

/// The middle of the picture in the proportions of `size`, scaled down to it where it is larger.
pub(crate) fn cut(picture: &DynamicImage, size: Size) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let (wide, high) = fit(width, height, size);
    let middle = imageops::crop_imm(picture, (width - wide) / 2, (height - high) / 2, wide, high);
    if wide <= size.width {
        return DynamicImage::ImageRgba8(middle.to_image());
    }
    DynamicImage::ImageRgba8(imageops::resize(&*middle, size.width, size.height, FilterType::Lanczos3))
}

/// The largest part of so many pixels that has the proportions of `size`.
fn fit(width: u32, height: u32, size: Size) -> (u32, u32) {
    let scaled = |by: u32, to: u32, of: u32| (u64::from(by) * u64::from(to) / u64::from(of)).max(1) as u32;
    let high = scaled(width, size.height, size.width);
    if high <= height { (width, high) } else { (scaled(height, size.width, size.height).min(width), height) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_part_of_those_proportions_is_taken() {
        let square = Size { width: 512, height: 512 };
        let banner = Size { width: 1_500, height: 500 };
        for (width, height, size, part) in [
            (1_000, 600, square, (600, 600)),
            (600, 1_000, square, (600, 600)),
            (3, 3, square, (3, 3)),
            (3_000, 1_000, banner, (3_000, 1_000)),
            (900, 900, banner, (900, 300)),
            (9_000, 10, banner, (30, 10)),
            (1, 1, banner, (1, 1)),
            (1, 16_000, banner, (1, 1)),
        ] {
            assert_eq!(fit(width, height, size), part, "{width}×{height}");
        }
    }
}
