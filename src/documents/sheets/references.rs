//! Where the sheets are that other sheets mention. The settling asks once all numbers are known.

use std::collections::BTreeMap;

use super::super::bound::{Reference, Target};
use super::super::layout::Mention;
use super::number_shape::{dotless, key};

/// The pages of all known sheet numbers.
#[derive(Default)]
pub(super) struct Places {
    exact: BTreeMap<String, Vec<Target>>,
    /// Without dots: which numbers that may be.
    loose: BTreeMap<String, Vec<String>>,
}

impl Places {
    pub fn add(&mut self, number: &str, target: Target) {
        let key = key(number);
        if key.is_empty() {
            return;
        }
        let numbers = self.loose.entry(dotless(&key)).or_default();
        if !numbers.contains(&key) {
            numbers.push(key.clone());
        }
        self.exact.entry(key).or_default().push(target);
    }

    /// The pages of a number, compared without hyphens, and without dots where that leaves one number.
    pub fn of(&self, number: &str) -> &[Target] {
        let key = key(number);
        if let Some(targets) = self.exact.get(&key) {
            return targets;
        }
        match self.loose.get(&dotless(&key)).map(Vec::as_slice) {
            Some([only]) => self.exact.get(only).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    /// The number's page: that of the same file before others, the page itself before all.
    fn nearest(&self, number: &str, from: Target) -> Option<Target> {
        let targets = self.of(number);
        targets
            .iter()
            .find(|target| **target == from)
            .or_else(|| targets.iter().find(|target| target.file == from.file))
            .or_else(|| targets.first())
            .copied()
    }

    /// What a page says of other sheets, with their pages.
    pub fn references(&self, mentions: &[Mention], from: Target) -> Vec<Reference> {
        mentions
            .iter()
            .map(|mention| Reference {
                text: mention.text.clone(),
                sheet_number: mention.sheet_number.clone(),
                view: mention.view.clone(),
                display_box: mention.display_box,
                target: self.nearest(&mention.sheet_number, from),
                document_id: None,
                sheet_id: None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(file: usize, page_number: u32) -> Target {
        Target { file, page_number }
    }

    #[test]
    fn hyphens_never_and_dots_only_count_where_they_part_two_sheets() {
        let mut places = Places::default();
        places.add("A-101", target(0, 1));
        places.add("A5.01", target(0, 2));
        places.add("S1.01", target(0, 3));
        places.add("S10.1", target(0, 4));
        assert_eq!(places.of("A101"), [target(0, 1)]);
        assert_eq!(places.of("A-501"), [target(0, 2)]);
        assert_eq!(places.of("S-101"), []);
        assert_eq!(places.of("S-1.01"), [target(0, 3)]);
        assert_eq!(places.of("E101"), []);
    }

    #[test]
    fn the_same_file_is_nearer() {
        let mut places = Places::default();
        places.add("A101", target(0, 1));
        places.add("A101", target(1, 7));
        assert_eq!(places.nearest("A101", target(1, 2)), Some(target(1, 7)));
        assert_eq!(places.nearest("A101", target(2, 2)), Some(target(0, 1)));
        assert_eq!(places.nearest("A101", target(0, 1)), Some(target(0, 1)));
    }
}
