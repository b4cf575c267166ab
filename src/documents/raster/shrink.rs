//! Makes an image smaller while its rows come in, by the mean of the pixels that each new pixel
//! covers: a scan of any height takes the memory of its small picture only.

/// Takes rows from the top; `channels` bytes a pixel.
pub(super) struct Shrinker {
    channels: usize,
    height: u32,
    target: (u32, u32),
    spans: Vec<Span>,
    /// The row that came last, as wide as the target.
    row: Vec<f32>,
    /// What has been summed up of the target's next row.
    sums: Vec<f32>,
    /// A target row is as tall as `height` parts; a source row as `target.1` parts.
    missing: u32,
    pixels: Vec<u8>,
}

/// The source pixels under one target pixel: the first and the last perhaps in part.
struct Span {
    from: usize,
    to: usize,
    /// How much of the first and of the last counts,
    first: f32,
    last: f32,
    /// and one over the sum of all weights.
    share: f32,
}

impl Shrinker {
    /// From `source` to `target` (width, height); a target is never larger than its source.
    pub fn new(channels: usize, source: (u32, u32), target: (u32, u32)) -> Self {
        let target = (
            target.0.clamp(1, source.0.max(1)),
            target.1.clamp(1, source.1.max(1)),
        );
        let size = target.0 as usize * channels;
        Self {
            channels,
            height: source.1,
            target,
            spans: spans(source.0, target.0),
            row: vec![0.0; size],
            sums: vec![0.0; size],
            missing: source.1,
            pixels: Vec::with_capacity(size * target.1 as usize),
        }
    }

    /// One source row. A row too many does nothing.
    pub fn take(&mut self, row: &[u8]) {
        if self.height == self.target.1 && self.spans.is_empty() {
            self.pixels.extend_from_slice(row);
            return;
        }
        self.narrow(row);
        let parts = self.target.1;
        let given = parts.min(self.missing);
        self.add(given);
        self.missing -= given;
        if self.missing > 0 {
            return;
        }
        let share = 1.0 / self.height as f32;
        let means = self.sums.iter().map(|sum| (sum * share + 0.5) as u8);
        self.pixels.extend(means);
        self.sums.fill(0.0);
        self.missing = self.height;
        if parts > given {
            self.add(parts - given);
            self.missing -= parts - given;
        }
    }

    /// The small picture's width, height and pixels; rows that did not come are white.
    pub fn finish(mut self) -> (u32, u32, Vec<u8>) {
        let (width, height) = self.target;
        let size = width as usize * height as usize * self.channels;
        self.pixels.resize(size, 255);
        (width, height, self.pixels)
    }

    fn add(&mut self, parts: u32) {
        let weight = parts as f32;
        for (sum, mean) in self.sums.iter_mut().zip(&self.row) {
            *sum += mean * weight;
        }
    }

    fn narrow(&mut self, row: &[u8]) {
        let channels = self.channels;
        if self.spans.is_empty() {
            for (mean, value) in self.row.iter_mut().zip(row) {
                *mean = f32::from(*value);
            }
            return;
        }
        if channels == 1 {
            for (mean, span) in self.row.iter_mut().zip(&self.spans) {
                let Some([first, between @ .., last]) = row.get(span.from..span.to) else {
                    continue;
                };
                let whole: u32 = between.iter().map(|value| u32::from(*value)).sum();
                let edges = f32::from(*first) * span.first + f32::from(*last) * span.last;
                *mean = (whole as f32 + edges) * span.share;
            }
            return;
        }
        for (means, span) in self.row.chunks_exact_mut(channels).zip(&self.spans) {
            let Some(pixels) = row.get(span.from * channels..span.to * channels) else {
                continue;
            };
            means.fill(0.0);
            let count = span.to - span.from;
            for (at, pixel) in pixels.chunks_exact(channels).enumerate() {
                let weight = match at {
                    0 => span.first,
                    at if at + 1 == count => span.last,
                    _ => 1.0,
                };
                for (mean, value) in means.iter_mut().zip(pixel) {
                    *mean += f32::from(*value) * weight;
                }
            }
            for mean in means {
                *mean *= span.share;
            }
        }
    }
}

/// The spans of a row, each of at least two pixels; none when nothing is to be narrowed.
fn spans(source: u32, target: u32) -> Vec<Span> {
    if source == target {
        return Vec::new();
    }
    let ratio = f64::from(source) / f64::from(target.max(1));
    (0..target)
        .map(|column| {
            let left = f64::from(column) * ratio;
            let right = (left + ratio).min(f64::from(source));
            let from = (left as usize).min(source as usize - 2);
            let to = (right.ceil() as usize).clamp(from + 2, source as usize);
            let first = (from as f64 + 1.0 - left).clamp(0.0, 1.0) as f32;
            let last = (right - (to as f64 - 1.0)).clamp(0.0, 1.0) as f32;
            let weights = first + last + (to - from - 2) as f32;
            Span {
                from,
                to,
                first,
                last,
                share: 1.0 / weights.max(1e-6),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(channels: usize, source: (u32, u32), target: (u32, u32), rows: &[&[u8]]) -> Vec<u8> {
        let mut shrinker = Shrinker::new(channels, source, target);
        for row in rows {
            shrinker.take(row);
        }
        shrinker.finish().2
    }

    #[test]
    fn each_pixel_is_the_mean_of_those_it_covers() {
        let rows: [&[u8]; 2] = [&[0, 100, 200, 100], &[100, 0, 100, 200]];
        assert_eq!(shrunk(1, (4, 2), (2, 1), &rows), [50, 150]);
        let colours: [&[u8]; 2] = [&[0, 10, 20, 100, 30, 40], &[0, 10, 20, 100, 30, 40]];
        assert_eq!(shrunk(3, (2, 2), (1, 1), &colours), [50, 20, 30]);
    }

    #[test]
    fn pixels_on_an_edge_count_on_both_sides_by_what_lies_there() {
        let row: &[u8] = &[0, 90, 0];
        assert_eq!(shrunk(1, (3, 1), (2, 1), &[row]), [30, 30]);
        let column: [&[u8]; 3] = [&[0], &[90], &[0]];
        assert_eq!(shrunk(1, (1, 3), (1, 2), &column), [30, 30]);
    }

    #[test]
    fn nothing_changes_where_the_sizes_are_the_same() {
        let rows: [&[u8]; 2] = [&[1, 2], &[3, 4]];
        assert_eq!(shrunk(1, (2, 2), (2, 2), &rows), [1, 2, 3, 4]);
        assert_eq!(shrunk(1, (2, 2), (9, 9), &rows), [1, 2, 3, 4]);
    }

    #[test]
    fn rows_that_do_not_come_are_white_and_rows_too_many_are_dropped() {
        assert_eq!(shrunk(1, (1, 2), (1, 2), &[&[7]]), [7, 255]);
        assert_eq!(shrunk(1, (2, 1), (1, 1), &[&[7, 7], &[9, 9]]), [7]);
    }

    #[test]
    fn a_white_image_stays_white_at_any_ratio() {
        for (width, target) in [(1_000, 999), (1_000, 7), (64, 63), (3, 2), (50_000, 1)] {
            let row = vec![255; width];
            let rows = [row.as_slice(); 3];
            let pixels = shrunk(1, (width as u32, 3), (target, 2), &rows);
            assert!(pixels.iter().all(|pixel| *pixel == 255), "{width} {target}");
        }
    }
}
