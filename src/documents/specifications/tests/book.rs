//! Makes volumes from pages that are written as text.

use super::super::super::binding::{Leaf, Volume};
use super::super::super::lines::Line;
use super::super::super::page::{PageKind, PageReading, PageSigns};
use super::super::find;

/// A space is so wide, in points, and a line so high.
const ADVANCE: f64 = 6.0;
const LEADING: f64 = 13.0;

/// A page of Letter size. `head` and `foot` are lines at the edges, `body` lines in between: leading
/// spaces indent, a `^` centres.
pub fn page(number: u32, head: &str, body: &str, foot: &str) -> Leaf {
    let mut lines = Vec::new();
    let mut put = |text: &str, y: f64| {
        let (text, is_centred) = match text.trim_start().strip_prefix('^') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            return;
        }
        let width = text.trim().chars().count() as f64 * ADVANCE;
        let indent = text.len() - text.trim_start().len();
        let left = if is_centred {
            306.0 - width / 2.0
        } else {
            72.0 + indent as f64 * ADVANCE
        };
        lines.push(Line {
            word_count: words.len(),
            text: words.join(" "),
            left,
            right: left + width,
            top: y - 8.6,
            bottom: y + 2.4,
            angle: 0,
            start: left,
            end: left + width,
            down: y,
            size: 11.0,
            is_bold: false,
        });
    };
    let shown = |text: &str| -> Vec<String> {
        text.trim_matches('\n').lines().map(str::to_owned).collect()
    };
    for (row, text) in shown(head).iter().enumerate() {
        put(text, 40.0 + row as f64 * LEADING);
    }
    let rows = shown(body);
    // The body's own indent does not count.
    let margin = rows
        .iter()
        .filter(|row| !row.trim().is_empty())
        .map(|row| row.len() - row.trim_start().len())
        .min()
        .unwrap_or(0);
    for (row, text) in rows.iter().enumerate() {
        put(
            text.get(margin..).unwrap_or_default(),
            100.0 + row as f64 * LEADING,
        );
    }
    for (row, text) in shown(foot).iter().enumerate() {
        put(text, 740.0 + row as f64 * LEADING);
    }
    Leaf {
        reading: PageReading {
            page_number: number,
            width_points: 612.0,
            height_points: 792.0,
            kind: PageKind::Document,
            word_count: 100,
            unmapped_share: 0.0,
            path_count: 0,
            image_count: 0,
            image_share: 0.0,
            sheet_number: None,
            sheet_name: None,
            sheet_display_name: format!("Page {number}"),
            discipline: None,
            drawing_type: None,
            scale: None,
            signs: PageSigns::default(),
            needs_ocr: false,
            ocr: false,
            ocr_failed: false,
            image_incomplete: false,
            artifacts: Vec::new(),
        },
        page_label: None,
        bookmarks: Vec::new(),
        lines,
        regions: Vec::new(),
        mentions: Vec::new(),
    }
}

pub fn volume(leaves: Vec<Leaf>) -> Volume {
    Volume {
        file_name: "manual.pdf".to_owned(),
        hint: None,
        leaves,
    }
}

/// Pages 1, 2, 3 … with the same head and with feet made from the page within the section.
pub fn section(from: u32, head: &str, bodies: &[&str], foot: &str) -> Vec<Leaf> {
    bodies
        .iter()
        .zip(1u32..)
        .map(|(body, own)| {
            page(
                from + own - 1,
                head,
                body,
                &foot.replace('#', &own.to_string()),
            )
        })
        .collect()
}

/// Number, title, first and last page of each section that is found.
pub fn found(leaves: Vec<Leaf>) -> Vec<(String, String, u32, u32)> {
    find(&volume(leaves))
        .into_iter()
        .map(|found| {
            (
                found.section_number,
                found.section_title,
                found.page_start,
                found.page_end,
            )
        })
        .collect()
}

pub fn row(number: &str, title: &str, from: u32, to: u32) -> (String, String, u32, u32) {
    (number.to_owned(), title.to_owned(), from, to)
}
