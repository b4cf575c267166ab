//! The bar that shows on a terminal how far the reading is.

use std::io::{self, IsTerminal, Write};

/// A bar on the terminal; nothing where standard error is none.
pub(super) struct Progress {
    total: usize,
    done: usize,
    is_shown: bool,
}

impl Progress {
    const WIDTH: usize = 40;

    pub fn new(total: usize) -> Self {
        let mut progress = Self {
            total,
            done: 0,
            is_shown: total > 0 && io::stderr().is_terminal(),
        };
        progress.add(0);
        progress
    }

    pub fn add(&mut self, pages: usize) {
        self.done += pages;
        if !self.is_shown {
            return;
        }
        let full = (self.done * Self::WIDTH / self.total.max(1)).min(Self::WIDTH);
        let bar = format!("{}{}", "█".repeat(full), "░".repeat(Self::WIDTH - full));
        self.write(&format!("\r{bar} {}/{} pages", self.done, self.total));
    }

    pub fn end(&mut self) {
        if self.is_shown {
            self.write("\r\x1b[K");
        }
    }

    /// A terminal that went away is no reason to stop reading.
    fn write(&mut self, text: &str) {
        let mut terminal = io::stderr().lock();
        let written = terminal.write_all(text.as_bytes());
        self.is_shown = written.and_then(|()| terminal.flush()).is_ok();
    }
}
