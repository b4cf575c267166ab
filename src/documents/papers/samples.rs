//! Files made of lines, for the tests of this folder.

use super::super::binding::{Leaf, Volume};
use super::super::lines::Line;
use super::super::page::{PageKind, PageReading, PageSigns};
use super::find;

/// A line at a place on the page; letters are half an em wide.
pub(in super::super) fn line(text: &str, left: f64, down: f64, size: f64) -> Line {
    let width = text.chars().count() as f64 * 0.5 * size;
    Line {
        text: text.to_owned(),
        word_count: text.split(' ').count(),
        left,
        top: down - 0.78 * size,
        right: left + width,
        bottom: down + 0.22 * size,
        angle: 0,
        start: left,
        end: left + width,
        down,
        size,
        is_bold: false,
    }
}

pub(in super::super) fn reading(number: u32, kind: PageKind, word_count: u64) -> PageReading {
    PageReading {
        page_number: number,
        width_points: 612.0,
        height_points: 792.0,
        kind,
        word_count,
        unmapped_share: 0.0,
        path_count: 0,
        image_count: 0,
        image_share: 0.0,
        sheet_number: None,
        sheet_name: None,
        sheet_display_name: String::new(),
        discipline: None,
        drawing_type: None,
        scale: None,
        signs: PageSigns::default(),
        needs_ocr: false,
        ocr: false,
        ocr_failed: false,
        image_incomplete: false,
        artifacts: Vec::new(),
    }
}

pub(super) fn leaf(number: u32, lines: Vec<Line>) -> Leaf {
    let words = lines.iter().map(|line| line.word_count as u64).sum();
    Leaf {
        reading: reading(number, PageKind::Document, words),
        page_label: None,
        bookmarks: Vec::new(),
        lines,
        regions: Vec::new(),
        mentions: Vec::new(),
    }
}

/// Letter pages of lines (size, text), an inch from the edges. An empty text leaves room; leading
/// blanks indent, `**` makes bold; a text `Page 1 of 2` goes to the foot.
pub(super) fn volume(pages: &[Vec<(f64, String)>]) -> Volume {
    let leaves = (1..).zip(pages).map(|(number, page)| {
        let mut down = 72.0;
        let mut lines = Vec::new();
        for (size, text) in page {
            if text.starts_with("Page ") {
                lines.push(line(text, 280.0, 740.0, *size));
                continue;
            }
            down += size * 1.25;
            let bare = text.trim_start();
            if !bare.is_empty() {
                let indent = (text.len() - bare.len()) as f64 * 6.0;
                let bold = bare.strip_prefix("**");
                lines.push(Line {
                    is_bold: bold.is_some(),
                    ..line(bold.unwrap_or(bare), 72.0 + indent, down, *size)
                });
            }
        }
        leaf(number, lines)
    });
    Volume {
        file_name: "paper.pdf".to_owned(),
        hint: None,
        leaves: leaves.collect(),
    }
}

/// Pages of plain text: `# ` sets a line at 16 points, `## ` at 13; others are 10.
pub(super) fn written(pages: &[&str]) -> Volume {
    let pages: Vec<Vec<(f64, String)>> = pages
        .iter()
        .map(|page| {
            page.trim_matches('\n')
                .lines()
                .map(|text| {
                    if let Some(text) = text.strip_prefix("# ") {
                        (16.0, text.to_owned())
                    } else if let Some(text) = text.strip_prefix("## ") {
                        (13.0, text.to_owned())
                    } else {
                        (10.0, text.to_owned())
                    }
                })
                .collect()
        })
        .collect();
    volume(&pages)
}

/// First and last page of each document found.
pub(super) fn page_numbers_of(volume: &Volume) -> Vec<(u32, u32)> {
    find(volume, &[])
        .iter()
        .map(|doc| (doc.page_start, doc.page_end))
        .collect()
}
