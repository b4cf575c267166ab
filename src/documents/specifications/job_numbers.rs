//! The numbers that offices give their jobs. Some have a section's form (`17020.01`), and where every
//! foot carries one it looks like a section's stamp. `spans` takes such stamps away.

use std::collections::HashSet;

use super::numbers::{SectionNumber, numbers_in};
use super::pages::TextPage;

/// A line that names a job is no longer, in bytes.
const LONGEST: usize = 160;

/// Takes away the stamps that bear what the pages call the number of the project.
pub(super) fn drop_job_stamps(pages: &mut [TextPage]) {
    let lines = pages.iter().flat_map(|page| &page.lines);
    let jobs: HashSet<SectionNumber> = lines
        .filter(|line| line.text.len() <= LONGEST)
        .flat_map(|line| named_jobs(&line.text))
        .collect();
    for page in pages {
        page.stamp.take_if(|stamp| jobs.contains(&stamp.number));
    }
}

/// `BRA Project Number: 17020.01`; pairs with spaces between them are a section's all the same.
fn named_jobs(text: &str) -> Vec<SectionNumber> {
    let of_jobs = |at: usize| {
        let upper = text.get(..at).unwrap_or_default().trim_end().to_uppercase();
        let speaks_of_job = ["PROJECT", "JOB", "CONTRACT", "COMMISSION"]
            .iter()
            .any(|word| upper.contains(word));
        speaks_of_job && is_label_of_number(&upper)
    };
    numbers_in(text)
        .into_iter()
        .filter(|(at, mention)| !mention.is_spaced && of_jobs(*at))
        .map(|(_, mention)| mention.number)
        .collect()
}

/// Whether a text leads to a number that is no section's: `Project Number:`, `JOB NO.`, `Contract #`.
pub(super) fn is_label_of_number(before: &str) -> bool {
    let upper = before.to_uppercase();
    let last = upper
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .trim_end_matches([':', '.', '#']);
    let is_label = upper.ends_with([':', '#'])
        || matches!(
            last,
            "NO" | "NUMBER" | "NUM" | "PROJECT" | "JOB" | "CONTRACT" | "COMMISSION" | "FILE"
        );
    is_label && !upper.contains("SPEC") && !upper.contains("SECTION")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jobs_number_is_no_sections() {
        for label in ["BRA Project Number:", "JOB NO.", "Contract #", "Project"] {
            assert!(is_label_of_number(label), "{label}");
        }
        for title in [
            "CAST-IN-PLACE CONCRETE -",
            "SPECIFICATION NO.",
            "Section No:",
        ] {
            assert!(!is_label_of_number(title), "{title}");
        }
    }

    #[test]
    fn a_job_is_known_by_the_words_before_its_number() {
        let jobs = |text: &str| -> Vec<String> {
            let named = named_jobs(text).into_iter();
            named.map(|number| number.text).collect()
        };
        assert_eq!(jobs("BRA Project Number: 17020.01"), ["17020.01"]);
        assert_eq!(jobs("Job No. 16050"), ["16050"]);
        for other in [
            "Item No. 02100",
            "SECTION 03300",
            "Project Specification Section 03300",
            "Contract: 03 30 00",
        ] {
            assert!(jobs(other).is_empty(), "{other}");
        }
    }
}
