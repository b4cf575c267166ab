//! Where the readers of image formats hand their rows over: the page's picture grows here.

use std::time::Duration;

use super::super::canvas::processor_time;
use super::super::fault::FaultCode;
use super::super::picture::Picture;
use super::shrink::Shrinker;

/// Takes rows from the top: one byte a pixel when grey, else three.
pub(super) struct Intake {
    source: (u32, u32),
    target: (u32, u32),
    /// Each row comes in so many times: fax machines have pixels taller than wide.
    repeat: u32,
    deadline: Duration,
    rows: u32,
    is_incomplete: bool,
    row_size: usize,
    shrinker: Option<(usize, Shrinker)>,
}

impl Intake {
    /// `source` and `target` are width and height in pixels; `deadline` is the time of a processor
    /// that this thread may have used at the end.
    pub fn new(source: (u32, u32), repeat: u32, target: (u32, u32), deadline: Duration) -> Self {
        Self {
            source: (source.0, source.1.saturating_mul(repeat)),
            target,
            repeat,
            deadline,
            rows: 0,
            is_incomplete: false,
            row_size: 0,
            shrinker: None,
        }
    }

    /// How many bytes a pixel of the rows to come has: 1 or 3. Before the first row.
    pub fn begin(&mut self, channels: usize) {
        self.row_size = self.source.0 as usize * channels;
        let shrinker = Shrinker::new(channels, self.source, self.target);
        self.shrinker = Some((channels, shrinker));
    }

    /// The next row; what is missing of it, or too much, makes it unreadable.
    pub fn take(&mut self, row: &[u8]) -> Result<(), FaultCode> {
        let row = row.get(..self.row_size).ok_or(FaultCode::PageUnreadable)?;
        let (_, shrinker) = self.shrinker.as_mut().ok_or(FaultCode::PageUnreadable)?;
        for _ in 0..self.repeat {
            shrinker.take(row);
        }
        self.rows = self.rows.wrapping_add(1);
        if self.rows.is_multiple_of(64) && processor_time() > self.deadline {
            return Err(FaultCode::PageTooComplex);
        }
        Ok(())
    }

    /// What came or will come is not all that the file should have.
    pub fn miss(&mut self) {
        self.is_incomplete = true;
    }

    /// The picture; white where no row came.
    pub fn finish(self) -> Result<Picture, FaultCode> {
        let taken = u64::from(self.rows) * u64::from(self.repeat);
        let is_short = taken < u64::from(self.source.1);
        let (channels, shrinker) = self.shrinker.ok_or(FaultCode::PageUnreadable)?;
        let (width, height, pixels) = shrinker.finish();
        let mut picture = match channels {
            1 => Picture::of_grey(width, height, pixels),
            _ => Picture::of_colours(width, height, pixels),
        };
        picture.is_incomplete = self.is_incomplete || is_short;
        Ok(picture)
    }
}
