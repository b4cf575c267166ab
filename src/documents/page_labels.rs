//! What a PDF itself calls its pages: `iv`, `12`, `A-101` (ISO 32000-2, 12.4.2).

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Name, Number, Object, String as Text};

use super::text_string;

/// More ranges than this are noise,
const MOST_RANGES: usize = 10_000;
/// as are more nodes of the tree,
const MOST_NODES: usize = 10_000;
/// or more levels.
const DEEPEST: usize = 32;

/// A run of pages that are numbered in one way.
#[derive(Debug)]
struct Range {
    /// Index of its first page, from 0.
    first: u32,
    prefix: String,
    style: Option<Style>,
    start: u32,
}

#[derive(Clone, Copy, Debug)]
enum Style {
    Decimal,
    RomanUpper,
    RomanLower,
    LettersUpper,
    LettersLower,
}

/// The labels of a file's pages.
#[derive(Debug, Default)]
pub(super) struct PageLabels {
    /// By their first pages.
    ranges: Vec<Range>,
}

impl PageLabels {
    /// Of the file; empty when it has none.
    pub fn of(pdf: &Pdf) -> Self {
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
        let tree = root.and_then(|root| root.get::<Dict<'_>>("PageLabels"));
        let mut ranges = Vec::new();
        let mut open: Vec<(Dict<'_>, usize)> = tree.into_iter().map(|tree| (tree, 0)).collect();
        let mut nodes = 0;
        while let Some((node, depth)) = open.pop() {
            nodes += 1;
            if nodes > MOST_NODES || ranges.len() >= MOST_RANGES {
                break;
            }
            if let Some(numbers) = node.get::<Array<'_>>("Nums") {
                let mut first = None;
                for object in numbers.iter::<Object<'_>>().take(2 * MOST_RANGES) {
                    match (first.take(), object) {
                        (Some(first), Object::Dict(range)) => ranges.push(Range::of(first, &range)),
                        (_, Object::Number(number)) => first = index(number),
                        _ => {}
                    }
                }
            }
            if depth < DEEPEST
                && let Some(kids) = node.get::<Array<'_>>("Kids")
            {
                let kids = kids.iter::<Dict<'_>>().take(MOST_NODES - nodes);
                open.extend(kids.map(|kid| (kid, depth + 1)));
            }
        }
        // Stable: of two ranges for one page, the one that was read last counts.
        ranges.sort_by_key(|range| range.first);
        Self { ranges }
    }

    /// The label of a page, counted from 1.
    pub fn label(&self, page_number: u32) -> Option<String> {
        let page = page_number.checked_sub(1)?;
        let after = self.ranges.partition_point(|range| range.first <= page);
        self.ranges.get(after.checked_sub(1)?)?.label(page)
    }
}

fn index(number: Number) -> Option<u32> {
    let number = number.as_f64();
    (0.0..1e9).contains(&number).then_some(number as u32)
}

impl Range {
    fn of(first: u32, range: &Dict<'_>) -> Self {
        let style = range.get::<Name<'_>>("S");
        let style = style.and_then(|style| match style.as_str() {
            "D" => Some(Style::Decimal),
            "R" => Some(Style::RomanUpper),
            "r" => Some(Style::RomanLower),
            "A" => Some(Style::LettersUpper),
            "a" => Some(Style::LettersLower),
            _ => None,
        });
        let prefix = range.get::<Text<'_>>("P");
        let start = range.get::<Number>("St").and_then(index);
        Self {
            first,
            prefix: prefix
                .and_then(|prefix| text_string::decode(prefix.as_bytes()))
                .unwrap_or_default(),
            style,
            start: start.unwrap_or(1).max(1),
        }
    }

    fn label(&self, page: u32) -> Option<String> {
        let number = self.start.saturating_add(page.checked_sub(self.first)?);
        let number = match self.style {
            None => String::new(),
            Some(Style::Decimal) => number.to_string(),
            Some(Style::RomanUpper) => roman(number),
            Some(Style::RomanLower) => roman(number).to_lowercase(),
            Some(Style::LettersUpper) => letters(number, 'A'),
            Some(Style::LettersLower) => letters(number, 'a'),
        };
        let label = format!("{}{number}", self.prefix);
        (!label.is_empty()).then_some(label)
    }
}

/// Roman figures; beyond 3,999 there are none.
fn roman(number: u32) -> String {
    const FIGURES: [(u32, &str); 13] = [
        (1_000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number > 3_999 {
        return number.to_string();
    }
    let mut left = number;
    let mut figures = String::new();
    for (value, figure) in FIGURES {
        while left >= value {
            figures.push_str(figure);
            left -= value;
        }
    }
    figures
}

/// A to Z, then AA to ZZ, AAA to ZZZ.
fn letters(number: u32, first: char) -> String {
    let place = number.saturating_sub(1);
    let (times, letter) = (place / 26 + 1, (place % 26) as u8);
    if times > 20 {
        return number.to_string();
    }
    let letter = char::from(first as u8 + letter);
    std::iter::repeat_n(letter, times as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::super::outline::tests::pdf_of;
    use super::*;

    fn labels(tree: &str) -> Vec<Option<String>> {
        let pdf = pdf_of(5, &format!("/PageLabels {tree}"), &[]);
        let labels = PageLabels::of(&pdf);
        (1..=5).map(|page| labels.label(page)).collect()
    }

    #[test]
    fn pages_are_numbered_in_every_style() {
        let all = labels(
            "<< /Nums [0 << /S /r >> 2 << /S /D /St 7 >> 3 << /P (A-) /S /D /St 101 >> 4 << /P (COVER) >>] >>",
        );
        let all: Vec<_> = all.iter().map(|label| label.as_deref().unwrap()).collect();
        assert_eq!(all, ["i", "ii", "7", "A-101", "COVER"]);
        assert_eq!(
            (roman(1_994), roman(4_000)),
            ("MCMXCIV".into(), "4000".into())
        );
        let [z, aa, bbb] = [26, 27, 54].map(|number| letters(number, 'a'));
        assert_eq!((z.as_str(), aa.as_str(), bbb.as_str()), ("z", "aa", "bbb"));
    }

    #[test]
    fn the_tree_may_have_branches_but_no_loops() {
        let all = labels("<< /Kids [<< /Nums [0 << /S /A >>] >> << /Nums [3 << /S /D >>] >>] >>");
        let all: Vec<_> = all.iter().map(|label| label.as_deref().unwrap()).collect();
        assert_eq!(all, ["A", "B", "C", "1", "2"]);
        let pdf = pdf_of(
            1,
            "/PageLabels 50 0 R",
            &["50 0 obj << /Kids [50 0 R 50 0 R] >> endobj"],
        );
        assert_eq!(PageLabels::of(&pdf).label(1), None);
    }

    #[test]
    fn nonsense_makes_no_label() {
        for tree in [
            "null",
            "<< >>",
            "<< /Nums [0] >>",
            "<< /Nums [0 << >>] >>",
            "<< /Nums [-5 << /S /D >>] >>",
            "<< /Nums [<< /S /D >> 0] >>",
            "<< /Nums [0 << /S /Nonsense /St -4 >>] >>",
        ] {
            assert_eq!(labels(tree), vec![None; 5], "{tree}");
        }
    }
}
