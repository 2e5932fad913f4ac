use kernel::{Problem, Result};
use serde::Deserialize;

/// One picture of more would take gigabytes.
const PIXELS_MAX: u32 = 100_000_000;

/// Section `[files]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many pixels a picture may have. Each takes 8 bytes of memory while the picture is cut to size.
    pub image_pixels: u32,
    /// How many pictures are cut to size at the same time.
    pub images_parallel: usize,
    /// How many may wait for their turn; one more is refused with 503 and a time to retry.
    pub images_queue: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { image_pixels: 25_000_000, images_parallel: 2, images_queue: 32 }
    }
}

impl Config {
    /// Refuses what can't work.
    pub(crate) fn check(&self) -> Result<()> {
        if (1..=PIXELS_MAX).contains(&self.image_pixels) {
            return Ok(());
        }
        let detail = "A picture has 1 to 100,000,000 pixels: files.image_pixels is the most that is taken.";
        Err(Problem::field("files.image_pixels", "bad_setting", detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_work_and_nonsense_is_refused() {
        assert!(Config::default().check().is_ok());
        for image_pixels in [0, PIXELS_MAX + 1] {
            let refused = Config { image_pixels, ..Config::default() }.check().expect_err("refused");
            assert_eq!(refused.field.as_deref(), Some("files.image_pixels"));
        }
    }
}
