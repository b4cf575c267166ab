//! Text that runs from page to page: lines, paragraphs with labels, breaks.

use super::letter_widths::Face;
use super::paper::Paper;

/// In a text: the line ends here, whatever is left of it.
pub const BREAK: char = '\u{1}';

/// The pages of a book in the making, and where the next line goes.
pub struct Flow {
    pub pages: Vec<Paper>,
    /// Baseline of the next line, from the top.
    y: f64,
    pub face: Face,
    pub bold: Face,
    pub size: f64,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    hyphenated: usize,
}

impl Flow {
    /// Letter pages of 612 by 792 points.
    pub fn new(face: Face, bold: Face, size: f64) -> Self {
        let mut flow = Self {
            pages: Vec::new(),
            y: 0.0,
            face,
            bold,
            size,
            left: 72.0,
            right: 540.0,
            top: 84.0,
            bottom: 716.0,
            hyphenated: 0,
        };
        flow.new_page();
        flow
    }

    pub fn new_page(&mut self) {
        self.pages.push(Paper::new(612.0, 792.0));
        self.y = self.top;
    }

    /// Counts from 1.
    pub fn page_number(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }

    pub fn is_at_top(&self) -> bool {
        self.y <= self.top
    }

    fn lead(&self) -> f64 {
        self.size * 1.22
    }

    /// A new page unless so many lines still fit.
    pub fn need(&mut self, lines: usize) {
        if self.y + self.lead() * lines as f64 > self.bottom {
            self.new_page();
        }
    }

    pub fn gap(&mut self, lines: f64) {
        if !self.is_at_top() {
            self.y += self.lead() * lines;
        }
    }

    /// Lets a caller draw on the page at the height of the next line, and goes on below.
    pub fn draw(&mut self, height: f64, drawing: impl FnOnce(&mut Paper, f64)) -> u32 {
        if self.y + height > self.bottom + self.lead() {
            self.new_page();
        }
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            drawing(page, y);
        }
        self.y += height;
        self.page_number()
    }

    /// One line; answers its page.
    pub fn line(&mut self, x: f64, letters: &str, face: Face) -> u32 {
        let (size, lead) = (self.size, self.lead());
        self.draw(lead, |page, y| page.text(x, y, size, face, letters))
    }

    /// A line of two ends joined by dots, as in a table of contents.
    pub fn dotted(&mut self, x: f64, start: &str, end: &str) -> u32 {
        let (size, lead, face, right) = (self.size, self.lead(), self.face, self.right);
        let from = x + face.width(start, size) + 4.0;
        let to = right - face.width(end, size) - 4.0;
        let dot = face.width(".", size);
        let count = ((to - from) / dot).max(0.0) as usize;
        self.draw(lead, |page, y| {
            page.text(x, y, size, face, start);
            page.text(from, y, size, face, &".".repeat(count));
            page.text_right(right, y, size, face, end);
        })
    }

    pub fn centred(&mut self, letters: &str, face: Face, size: f64) -> u32 {
        let middle = (self.left + self.right) / 2.0;
        let mut first = None;
        for line in self.wrapped(letters, face, size, self.right - self.left - 60.0) {
            let page = self.draw(size * 1.25, |page, y| {
                page.text_centred(middle, y, size, face, &line);
            });
            first.get_or_insert(page);
        }
        first.unwrap_or(self.page_number())
    }

    /// A label, and beside it a text over as many lines as it takes; answers the page of the first.
    pub fn paragraph(&mut self, label_at: f64, label: &str, text_at: f64, text: &str) -> u32 {
        let (face, size, lead) = (self.face, self.size, self.lead());
        let lines = self.wrapped(text, face, size, self.right - text_at);
        if lines.len() > 1 {
            self.need(2);
        }
        let mut first = None;
        for line in lines {
            let is_first = first.is_none();
            let page = self.draw(lead, |page, y| {
                if is_first {
                    page.text(label_at, y, size, face, label);
                }
                page.text(text_at, y, size, face, &line);
            });
            first.get_or_insert(page);
        }
        first.unwrap_or(self.page_number())
    }

    /// Lines no wider than `width`; now and then a long word is divided.
    fn wrapped(&mut self, text: &str, face: Face, size: f64, width: f64) -> Vec<String> {
        let mut lines = Vec::new();
        for stretch in text.split(BREAK) {
            let mut line = String::new();
            for word in stretch.split_whitespace() {
                let space = if line.is_empty() { "" } else { " " };
                let longer = format!("{line}{space}{word}");
                if face.width(&longer, size) <= width || line.is_empty() {
                    line = longer;
                    continue;
                }
                let divided = self
                    .divided(word)
                    .filter(|(start, _)| face.width(&format!("{line} {start}-"), size) <= width);
                match divided {
                    Some((start, rest)) => {
                        lines.push(format!("{line} {start}-"));
                        line = rest.to_owned();
                    }
                    None => {
                        lines.push(line);
                        line = word.to_owned();
                    }
                }
            }
            lines.push(line);
        }
        lines
    }

    fn divided<'a>(&mut self, word: &'a str) -> Option<(&'a str, &'a str)> {
        if word.len() < 10 || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
            return None;
        }
        self.hyphenated += 1;
        // Every fourth word that could be divided is.
        self.hyphenated.is_multiple_of(4).then_some(())?;
        let vowel = |letter: &u8| b"aeiou".contains(letter);
        let bytes = word.as_bytes();
        let at = (4..word.len() - 3).find(|&at| {
            bytes.get(at - 1).is_some_and(vowel) && !bytes.get(at).is_some_and(vowel)
        })?;
        word.split_at_checked(at)
    }
}
