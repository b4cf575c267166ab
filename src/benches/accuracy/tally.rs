//! Counts what was expected, found and right, and keeps what was wrong.

use std::collections::BTreeMap;

use crate::truth::OneOf;

/// What is counted. The order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    Classifications,
    SheetNumbers,
    SheetNames,
    Disciplines,
    DrawingTypes,
    Scales,
    Revisions,
    ProjectNames,
    ProjectNumbers,
    IssueDates,
    Regions,
    RegionTitles,
    Cells,
    References,
    IndexWarnings,
    SectionNumbers,
    SectionTitles,
    SectionStarts,
    SectionEnds,
    Parts,
    Articles,
    Submittals,
    Standards,
    RelatedSections,
    Manufacturers,
    DocTypes,
    DocTitles,
    DocDates,
    DocPages,
    DocHeadings,
    Changes,
}

impl Figure {
    /// What precision and recall have to reach.
    pub fn bar(self) -> f64 {
        match self {
            Self::Regions | Self::RegionTitles | Self::Cells => 0.85,
            _ => 0.95,
        }
    }

    fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push(' ');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }
}

#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub expected: usize,
    pub found: usize,
    pub right: usize,
}

impl Tally {
    pub fn recall(&self) -> f64 {
        share(self.right, self.expected)
    }

    pub fn precision(&self) -> f64 {
        share(self.right, self.found)
    }
}

fn share(right: usize, all: usize) -> f64 {
    if all == 0 {
        return 1.0;
    }
    right as f64 / all as f64
}

/// One thing that was wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    pub figure: Figure,
    pub file: String,
    pub page: u32,
    pub expected: String,
    pub found: String,
}

/// The counts of a group of files.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub tallies: BTreeMap<Figure, Tally>,
    pub faults: Vec<Fault>,
}

impl OneOf {
    pub fn values(&self) -> Vec<Option<&str>> {
        match self {
            Self::One(value) => vec![Some(value)],
            Self::Any(values) => values.iter().map(Option::as_deref).collect(),
            Self::Nothing(()) => vec![None],
        }
    }

    /// For the list of faults.
    pub fn shown(&self) -> String {
        let values = self.values();
        let shown = values.iter().map(|value| value.unwrap_or("nothing"));
        shown.collect::<Vec<_>>().join(" | ")
    }
}

/// Where something stands, for the list of faults.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub file: &'a str,
    pub page: u32,
}

impl Report {
    fn tally(&mut self, figure: Figure) -> &mut Tally {
        self.tallies.entry(figure).or_default()
    }

    fn fault(&mut self, figure: Figure, place: Place, expected: &str, found: &str) {
        self.faults.push(Fault {
            figure,
            file: place.file.to_owned(),
            page: place.page,
            expected: shortened(expected),
            found: shortened(found),
        });
    }

    /// Something expected was found as it should be.
    pub fn right(&mut self, figure: Figure) {
        let tally = self.tally(figure);
        tally.expected += 1;
        tally.found += 1;
        tally.right += 1;
    }

    pub fn missed(&mut self, figure: Figure, place: Place, expected: &str) {
        self.tally(figure).expected += 1;
        self.fault(figure, place, expected, "nothing");
    }

    pub fn needless(&mut self, figure: Figure, place: Place, found: &str) {
        self.tally(figure).found += 1;
        self.fault(figure, place, "nothing", found);
    }

    /// Found, but not as it should be.
    pub fn wrong(&mut self, figure: Figure, place: Place, expected: &str, found: &str) {
        let tally = self.tally(figure);
        tally.expected += 1;
        tally.found += 1;
        self.fault(figure, place, expected, found);
    }

    /// One answer against what may be answered.
    pub fn answer(&mut self, figure: Figure, place: Place, truth: &OneOf, found: Option<&str>) {
        let values = truth.values();
        let may_be_none = values.iter().any(Option::is_none);
        let is_right = |found: &str| values.iter().flatten().any(|value| same(value, found));
        match found {
            None if may_be_none => {}
            None => self.missed(figure, place, &truth.shown()),
            Some(found) if is_right(found) => self.right(figure),
            Some(found) if values.iter().all(Option::is_none) => {
                self.needless(figure, place, found);
            }
            Some(found) => self.wrong(figure, place, &truth.shown(), found),
        }
    }

    pub fn add(&mut self, other: &Self) {
        for (figure, more) in &other.tallies {
            let tally = self.tally(*figure);
            tally.expected += more.expected;
            tally.found += more.found;
            tally.right += more.right;
        }
        self.faults.extend(other.faults.iter().cloned());
    }

    /// Prints the table; answers whether every bar is reached.
    pub fn print(&self, title: &str) -> bool {
        println!("\n{title}");
        println!(
            "{:<18} {:>9} {:>7} {:>7} {:>10} {:>7} {:>5}",
            "", "expected", "found", "right", "precision", "recall", "bar"
        );
        let mut is_reached = true;
        for (figure, tally) in &self.tallies {
            let (precision, recall) = (tally.precision(), tally.recall());
            let bar = figure.bar();
            let passes = precision >= bar && recall >= bar;
            is_reached &= passes;
            println!(
                "{:<18} {:>9} {:>7} {:>7} {precision:>10.3} {recall:>7.3} {bar:>5} {}",
                figure.name(),
                tally.expected,
                tally.found,
                tally.right,
                if passes { "" } else { "MISSED" }
            );
        }
        is_reached
    }

    /// Prints what was wrong, file by file and page by page, at most so many lines of each figure
    /// and file.
    pub fn print_faults(&self, most: usize) {
        let mut faults: Vec<&Fault> = self.faults.iter().collect();
        faults.sort_by(|a, b| (&a.file, a.figure, a.page).cmp(&(&b.file, b.figure, b.page)));
        for of_file in faults.chunk_by(|a, b| a.file == b.file) {
            if let Some(first) = of_file.first() {
                println!("\n{}", first.file);
            }
            for of_figure in of_file.chunk_by(|a, b| a.figure == b.figure) {
                for fault in of_figure.iter().take(most) {
                    println!(
                        "  p. {:<4} {}: expected {}, found {}",
                        fault.page,
                        fault.figure.name(),
                        fault.expected,
                        fault.found
                    );
                }
                if of_figure.len() > most {
                    println!("          … and {} more of these", of_figure.len() - most);
                }
            }
        }
    }
}

fn shortened(text: &str) -> String {
    let line: String = text.chars().take(110).collect();
    line.replace('\n', " / ")
}

/// Whether two texts say the same: case, kinds of dashes and quotes, and amounts of space aside.
pub fn same(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

/// The text in one form of letters, dashes, quotes and spaces.
pub fn plain(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '–' | '—' | '‐' | '‑' | '−' => '-',
        '“' | '”' | '″' => '"',
        '‘' | '’' | '′' => '\'',
        letter => letter,
    });
    let text: String = letters.collect::<String>().to_uppercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters and figures only.
pub fn bare(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.collect::<String>().to_uppercase()
}
