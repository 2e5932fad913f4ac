use std::time::Duration;

/// Steps per power of two, as a power of two.
const STEPS_BITS: u32 = 5;
const STEPS: usize = 1 << STEPS_BITS;

/// Counts durations in steps of about 3 %, in constant memory.
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; STEPS * 64], total: 0 }
    }

    pub(crate) fn add(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).max(1);
        self.counts[step(nanos)] += 1;
        self.total += 1;
    }

    /// The duration that `share` (0 to 1) of all do not exceed, in milliseconds; 0 when nothing was counted.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        let rank = (self.total as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (at, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank && seen > 0 {
                return middle(at) / 1e6;
            }
        }
        0.0
    }
}

fn step(nanos: u64) -> usize {
    let power = nanos.ilog2();
    if power < STEPS_BITS {
        return nanos as usize;
    }
    let within = (nanos >> (power - STEPS_BITS)) as usize - STEPS;
    ((power - STEPS_BITS + 1) as usize) * STEPS + within
}

fn middle(step: usize) -> f64 {
    if step < STEPS {
        return step as f64;
    }
    let scale = 2f64.powi((step / STEPS) as i32 - 1);
    ((step % STEPS + STEPS) as f64 + 0.5) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_two_percent() {
        let mut histogram = Histogram::new();
        (1..=10_000).for_each(|us| histogram.add(Duration::from_micros(us)));
        for (share, ms) in [(0.5, 5.0), (0.99, 9.9), (1.0, 10.0), (0.0001, 0.001)] {
            let got = histogram.quantile_ms(share);
            assert!((got - ms).abs() / ms < 0.02, "{share}: {got} is not {ms}");
        }
    }

    #[test]
    fn every_duration_has_its_step() {
        let mut last = 0;
        for nanos in (1..5_000).chain([1 << 20, 1 << 40, u64::MAX]) {
            let step = step(nanos);
            assert!(step >= last && step < STEPS * 64, "{nanos}");
            assert!((middle(step) - nanos as f64).abs() / nanos as f64 <= 0.02, "{nanos}: {}", middle(step));
            last = step;
        }
    }

    #[test]
    fn nothing_counted_is_nothing() {
        assert_eq!(Histogram::new().quantile_ms(0.99), 0.0);
    }
}
