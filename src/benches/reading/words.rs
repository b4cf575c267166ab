//! The words of a page as each reader gives them, and how far two readers agree.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

/// A word and its middle in points from the upper left corner.
pub struct Word {
    pub x: f64,
    pub y: f64,
    pub text: String,
}

pub type Pages = Vec<Vec<Word>>;

/// What `pdftotext -bbox` wrote.
pub fn of_poppler(html: &str) -> Pages {
    let mut pages = Pages::new();
    for line in html.lines() {
        let line = line.trim_start();
        if line.starts_with("<page ") {
            pages.push(Vec::new());
        }
        let (Some(rest), Some(page)) = (line.strip_prefix("<word "), pages.last_mut()) else {
            continue;
        };
        let edge = |name: &str| -> f64 {
            let value = rest
                .split(name)
                .nth(1)
                .and_then(|rest| rest.split('"').nth(1));
            value
                .and_then(|value| value.parse().ok())
                .unwrap_or_default()
        };
        let text = rest.split_once('>').map_or("", |(_, text)| text);
        page.push(Word {
            x: (edge("xMin") + edge("xMax")) / 2.0,
            y: (edge("yMin") + edge("yMax")) / 2.0,
            text: unescaped(text.trim_end_matches("</word>")),
        });
    }
    pages
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// What the script printed, a page a line.
pub fn of_mupdf<'a>(lines: impl Iterator<Item = &'a str>) -> anyhow::Result<Pages> {
    let mut pages = Pages::new();
    for line in lines {
        let words: Vec<(f64, f64, String)> = serde_json::from_str(line)?;
        let words = words.into_iter().map(|(x, y, text)| Word { x, y, text });
        pages.push(words.collect());
    }
    Ok(pages)
}

/// The layout files of a reading.
pub fn of_ours(folder: &Path, pages: usize) -> anyhow::Result<Pages> {
    (1..=pages)
        .map(|number| of_layout(&folder.join(format!("p{number:04}.json"))))
        .collect()
}

fn of_layout(file: &Path) -> anyhow::Result<Vec<Word>> {
    let Ok(text) = std::fs::read(file) else {
        return Ok(Vec::new());
    };
    let layout: Value = serde_json::from_slice(&text)?;
    let size = |name: &str| layout.get(name).and_then(Value::as_f64).unwrap_or_default();
    let (width, height) = (size("widthPoints"), size("heightPoints"));
    let words = layout
        .get("words")
        .and_then(Value::as_array)
        .context("no words")?;
    let word = |word: &Value| -> Option<Word> {
        let place: Vec<f64> = word
            .get("box")?
            .as_array()?
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        let &[left, top, right, bottom] = place.as_slice() else {
            return None;
        };
        Some(Word {
            x: (left + right) / 2.0 * width,
            y: (top + bottom) / 2.0 * height,
            text: word.get("text")?.as_str()?.to_owned(),
        })
    };
    Ok(words.iter().filter_map(word).collect())
}

/// How many words two readers share, page by page, as bags.
#[derive(Clone, Copy, Default)]
pub struct Agreement {
    pub reference: usize,
    pub found: usize,
    pub shared: usize,
}

impl Agreement {
    pub fn recall(self) -> f64 {
        self.shared as f64 / self.reference.max(1) as f64
    }

    pub fn precision(self) -> f64 {
        self.shared as f64 / self.found.max(1) as f64
    }

    pub fn add(&mut self, other: Self) {
        self.reference += other.reference;
        self.found += other.found;
        self.shared += other.shared;
    }
}

pub fn agreement(reference: &Pages, found: &Pages) -> Agreement {
    let mut sum = Agreement::default();
    for (number, page) in reference.iter().enumerate() {
        let mut bag: HashMap<&str, usize> = HashMap::new();
        for word in page {
            *bag.entry(word.text.as_str()).or_default() += 1;
        }
        let found = found.get(number).map_or(&[][..], Vec::as_slice);
        sum.reference += page.len();
        sum.found += found.len();
        for word in found {
            if let Some(count @ 1..) = bag.get_mut(word.text.as_str()) {
                *count -= 1;
                sum.shared += 1;
            }
        }
    }
    sum
}

/// Distances in points between the middles of words that stand once on the page by both readers; sorted.
pub fn distances(reference: &Pages, found: &Pages) -> Vec<f64> {
    let mut distances = Vec::new();
    for (one, other) in reference.iter().zip(found) {
        let (one, other) = (single(one), single(other));
        for (text, a) in one {
            if let Some(b) = other.get(text) {
                distances.push((a.x - b.x).hypot(a.y - b.y));
            }
        }
    }
    distances.sort_by(f64::total_cmp);
    distances
}

fn single(words: &[Word]) -> HashMap<&str, &Word> {
    let mut counts: HashMap<&str, (usize, &Word)> = HashMap::new();
    for word in words {
        counts.entry(word.text.as_str()).or_insert((0, word)).0 += 1;
    }
    let once = counts.into_iter().filter(|(_, (count, _))| *count == 1);
    once.map(|(text, (_, word))| (text, word)).collect()
}

/// The value below which this share of sorted values lies; between two of them in proportion.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = sorted.len().saturating_sub(1) as f64 * share;
    let value = |place: f64| sorted.get(place as usize).copied().unwrap_or_default();
    let (low, high) = (value(at.floor()), value(at.ceil()));
    low + (high - low) * at.fract()
}
