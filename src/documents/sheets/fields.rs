//! Lines of a title block that hold several fields: `DATE: 5/2/25   JOB NO.: 2501   DRAWN: JK`.
//! Asked for each line in the strips of a sheet.

use super::super::lines::Line;
use super::labels::label;

/// Longer lines are sentences.
const LONGEST_LINE: usize = 160;
/// A label has no more words.
const MOST_WORDS: usize = 3;

/// The fields of a line, each as a line of its own; none where it is one field, or something else.
pub(super) fn fields_of(line: &Line) -> Vec<Line> {
    if line.text.len() > LONGEST_LINE || line.text.matches(':').count() < 2 {
        return Vec::new();
    }
    let words: Vec<&str> = line.text.split(' ').collect();
    let mut starts = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match label_at(&words, at) {
            Some(length) => {
                starts.push(at);
                at += length;
            }
            None => at += 1,
        }
    }
    if starts.len() < 2 || starts.first() != Some(&0) {
        return Vec::new();
    }
    let ends = starts.iter().skip(1).copied().chain([words.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(from, to)| line.part(from, to))
        .collect()
}

/// Over how many words a label and its colon go that start here.
fn label_at(words: &[&str], at: usize) -> Option<usize> {
    (1..=MOST_WORDS).find(|length| {
        words.get(at..at + length).is_some_and(|some| {
            let text = some.join(" ");
            text.ends_with(':') && label(&text).is_some_and(|(_, rest)| rest.is_empty())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::title_block::tests::page;
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let page = page(2592.0, 1728.0).print(text, 2300.0, 1600.0, 8.0);
        let lines = super::super::super::lines::sheet_lines(&page.words);
        let line = lines
            .iter()
            .find(|line| line.text == text)
            .expect("the line");
        let parts = fields_of(line);
        assert!(
            parts
                .iter()
                .all(|part| part.start >= line.start && part.end <= line.end)
        );
        parts.into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn each_label_begins_a_field() {
        assert_eq!(
            texts("DATE: 05-02-2025 JOB NO.: 2501 DRAWN BY: JK"),
            ["DATE: 05-02-2025", "JOB NO.: 2501", "DRAWN BY: JK"]
        );
        for text in [
            "DATE: 05-02-2025",
            "PLOTTED AT 10:30: SEE FILE",
            "SCALE: 1:100",
            "NOTE: SEE DATE: OF ISSUE BELOW",
        ] {
            assert!(texts(text).is_empty(), "{text}");
        }
    }
}
