//! Where each section begins and ends, from headings, stamps and the lines that end a section.

use std::collections::{HashMap, HashSet};

use super::contents::{Contents, has_contents_title};
use super::headings::{Heading, headings};
use super::job_numbers::drop_job_stamps;
use super::marks::{decimal_label, is_capitals, section_end};
use super::naming::{complete_title, running_heading, stamp_titles};
use super::numbers::SectionNumber;
use super::pages::{TextPage, is_blank_note};

/// A page and a line on it, both by index.
pub(super) type Place = (usize, usize);

/// A section's own table of contents has no more pages.
const MOST_CONTENTS: usize = 12;

/// One section: from where to where, and what it is called.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub number: SectionNumber,
    pub title: String,
    /// Its heading's page and lines; none where only running heads and feet name it.
    pub heading: Option<(usize, Vec<usize>)>,
    pub start: Place,
    /// Where its text begins: behind the heading and a table of contents of its own.
    pub body: Place,
    /// The first line that is no longer its own.
    pub end: Place,
    /// The last page, by index.
    pub last_page: usize,
}

/// A section that is being read.
struct Open {
    span: Span,
    /// Another number that its heads and feet carry by mistake.
    alias: Option<SectionNumber>,
    /// The last page whose stamp names it, and how many do.
    last_stamp: Option<usize>,
    stamps: usize,
    is_ended: bool,
}

impl Open {
    fn is_named(&self, number: &SectionNumber) -> bool {
        self.span.number == *number || self.alias.as_ref() == Some(number)
    }
}

/// The sections of a volume in the order of their pages.
pub(super) fn spans(pages: &mut [TextPage]) -> Vec<Span> {
    drop_job_stamps(pages);
    let contents = Contents::of(pages);
    let found: Vec<Vec<Heading>> = (0..pages.len())
        .map(|at| headings(pages, at, &contents))
        .collect();
    drop_constant_stamps(pages, &found);
    let mut reader = Reader {
        pages,
        contents: &contents,
        stamped: stamp_counts(pages),
        open: None,
        spans: Vec::new(),
    };
    for (at, headings) in found.into_iter().enumerate() {
        reader.read_page(at, headings);
    }
    reader.close((reader.pages.len(), 0));
    let mut spans = reader.spans;
    let titles = stamp_titles(pages);
    for span in &mut spans {
        complete_title(span, pages, &contents, &titles);
    }
    spans
}

/// A number that all pages carry while the headings give others is that of the project.
fn drop_constant_stamps(pages: &mut [TextPage], found: &[Vec<Heading>]) {
    let mut against: HashMap<SectionNumber, HashSet<SectionNumber>> = HashMap::new();
    for (page, headings) in pages.iter().zip(found) {
        if let Some(stamp) = &page.stamp {
            let others = headings
                .iter()
                .filter(|heading| heading.is_confirmed && heading.number != stamp.number);
            let others = others.map(|heading| heading.number.clone());
            against
                .entry(stamp.number.clone())
                .or_default()
                .extend(others);
        }
    }
    for page in pages {
        page.stamp.take_if(|stamp| {
            against
                .get(&stamp.number)
                .is_some_and(|others| others.len() >= 2)
        });
    }
}

fn stamp_counts(pages: &[TextPage]) -> HashMap<SectionNumber, usize> {
    let mut counts = HashMap::new();
    for stamp in pages.iter().filter_map(|page| page.stamp.as_ref()) {
        *counts.entry(stamp.number.clone()).or_default() += 1;
    }
    counts
}

struct Reader<'p> {
    pages: &'p [TextPage],
    contents: &'p Contents,
    stamped: HashMap<SectionNumber, usize>,
    open: Option<Open>,
    spans: Vec<Span>,
}

impl Reader<'_> {
    fn read_page(&mut self, at: usize, headings: Vec<Heading>) {
        let Some(page) = self.pages.get(at) else {
            return;
        };
        self.start_by_stamp(page, at, &headings);
        // A table of contents, or what follows the sections, ends one that did not say so.
        let opens_another = page.body().take(2).any(|(_, line)| is_appendix(&line.text));
        let is_own = match (&self.open, &page.stamp) {
            (Some(open), Some(stamp)) => open.is_named(&stamp.number),
            _ => false,
        };
        let is_table = page.is_contents && has_contents_title(page);
        if (is_table || opens_another) && !is_own && headings.is_empty() {
            self.close((at, 0));
        }
        let mut headings = headings.into_iter().peekable();
        for (index, line) in page.lines.iter().enumerate() {
            while let Some(heading) = headings.next_if(|heading| heading.line <= index) {
                self.start_by_heading(page, at, heading);
            }
            if !line.is_furniture
                && let Some(number) = section_end(&line.text)
            {
                self.end_section(at, index, number);
            }
        }
        for heading in headings {
            self.start_by_heading(page, at, heading);
        }
        self.note_stamp(page, at);
    }

    /// The stamp changes on a page that has no heading of its own.
    fn start_by_stamp(&mut self, page: &TextPage, at: usize, headings: &[Heading]) {
        let Some(stamp) = &page.stamp else { return };
        if page.is_blank() || !headings.is_empty() {
            return;
        }
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.is_named(&stamp.number))
        {
            return;
        }
        let was_last = self
            .spans
            .last()
            .is_some_and(|last| last.number == stamp.number);
        if was_last && stamp.page != Some(1) {
            return;
        }
        let pages_skipped = at
            .checked_sub(1)
            .and_then(|before| self.pages.get(before))
            .is_none_or(|before| before.number + 1 < page.number);
        let count = self.stamped.get(&stamp.number).copied().unwrap_or(0);
        let is_trusted = stamp.page == Some(1)
            || count >= 2
            || pages_skipped
            || self.contents.title(&stamp.number).is_some();
        if !is_trusted || (page.is_contents && stamp.page.is_none()) {
            return;
        }
        self.close((at, 0));
        let named = running_heading(page, &stamp.number);
        let first = page.body().next().map_or(0, |(index, _)| index);
        let (title, heading) = match named {
            Some((title, lines)) => (title, Some((at, lines))),
            None => (String::new(), None),
        };
        self.open = Some(Open {
            span: Span {
                number: stamp.number.clone(),
                title,
                heading,
                start: (at, first),
                body: (at, first),
                end: (at, 0),
                last_page: at,
            },
            alias: None,
            last_stamp: None,
            stamps: 0,
            is_ended: false,
        });
    }

    fn start_by_heading(&mut self, page: &TextPage, at: usize, heading: Heading) {
        let after = heading.lines.last().copied().unwrap_or(heading.line) + 1;
        if let Some(open) = &mut self.open
            && open.span.number == heading.number
            && !open.is_ended
        {
            let span = &mut open.span;
            let is_fresh = at - span.body.0.min(at) <= MOST_CONTENTS
                && (span.body.0..=at).all(|page| {
                    let Some(page_lines) = self.pages.get(page) else {
                        return true;
                    };
                    let (from, to) = (
                        if page == span.body.0 { span.body.1 } else { 0 },
                        if page == at { heading.line } else { usize::MAX },
                    );
                    let lines = page_lines.lines.iter().enumerate();
                    lines
                        .skip(from)
                        .take_while(|(index, _)| *index < to)
                        .all(|(_, line)| line.text.len() < 90)
                });
            // The section's own table of contents, or a title page, stood before it.
            if heading.is_confirmed && is_fresh {
                span.body = (at, after);
                if span.title.is_empty() || span.heading.is_none() {
                    span.title = heading.title;
                    span.heading = Some((at, heading.lines));
                }
            }
            return;
        }
        let is_at_top = page
            .body()
            .take_while(|(index, _)| *index < heading.line)
            .all(|(_, line)| {
                line.text.len() < 80
                    && section_end(&line.text).is_none()
                    && decimal_label(&line.text).is_none()
                    && !line.text.ends_with('.')
            });
        let start = if is_at_top {
            (at, 0)
        } else {
            (at, heading.line)
        };
        let alias = page
            .stamp
            .as_ref()
            .map(|stamp| stamp.number.clone())
            .filter(|number| *number != heading.number && is_at_top)
            .filter(|number| self.open.as_ref().is_none_or(|open| !open.is_named(number)));
        self.close(start);
        self.open = Some(Open {
            span: Span {
                number: heading.number,
                title: heading.title,
                start: (at, heading.line),
                heading: Some((at, heading.lines)),
                body: (at, after),
                end: (at, after),
                last_page: at,
            },
            alias,
            last_stamp: None,
            stamps: 0,
            is_ended: false,
        });
    }

    fn end_section(&mut self, at: usize, line: usize, number: Option<SectionNumber>) {
        match &mut self.open {
            Some(open) if !open.is_ended => {
                open.is_ended = true;
                open.span.end = (at, line);
                open.span.last_page = at;
            }
            _ => {
                // Its beginning is on pages that could not be read, but its end names it.
                let Some(number) = number
                    .filter(|number| self.spans.last().is_none_or(|last| last.number != *number))
                else {
                    return;
                };
                if self
                    .open
                    .as_ref()
                    .is_some_and(|open| open.span.number == number)
                {
                    return;
                }
                self.close((at, line));
                let from = self
                    .spans
                    .last()
                    .map_or(at, |last| last.last_page + 1)
                    .min(at);
                let from = (from..=at)
                    .rev()
                    .take_while(|page| self.pages.get(*page).is_some_and(|page| !page.is_contents))
                    .last()
                    .unwrap_or(at);
                self.spans.push(Span {
                    number,
                    title: String::new(),
                    heading: None,
                    start: (from, 0),
                    body: (from, 0),
                    end: (at, line),
                    last_page: at,
                });
            }
        }
    }

    /// Pages behind the end that still carry the section's stamp and a text are attachments of it.
    fn note_stamp(&mut self, page: &TextPage, at: usize) {
        let (Some(open), Some(stamp)) = (&mut self.open, &page.stamp) else {
            return;
        };
        if !open.is_named(&stamp.number) {
            return;
        }
        open.stamps += 1;
        open.last_stamp = Some(at);
        if open.is_ended && !page.is_blank() && !page.is_contents {
            open.span.last_page = at;
        }
    }

    /// Closes the open section; the next thing begins at `next`.
    fn close(&mut self, next: Place) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        if !open.is_ended {
            let first = open.span.start.0;
            let mut last = if next.1 == 0 {
                next.0.saturating_sub(1)
            } else {
                next.0
            };
            let mut end = if next.1 == 0 {
                (last, usize::MAX)
            } else {
                next
            };
            // On a page that two sections share, the foot is that of the first.
            let shares_page = next.1 > 0
                && self
                    .pages
                    .get(next.0)
                    .and_then(|page| page.stamp.as_ref())
                    .is_some_and(|stamp| open.is_named(&stamp.number));
            // Feet that name the section on nearly all of its pages say where it stops.
            if let Some(stamp) = open.last_stamp.filter(|_| !shares_page)
                && open.stamps * 5 >= (stamp - first.min(stamp) + 1) * 3
                && stamp < last
                && open.stamps >= 2
            {
                last = stamp;
                end = (last, usize::MAX);
            }
            while last > first
                && self.pages.get(last).is_none_or(|page| {
                    let is_own = page
                        .stamp
                        .as_ref()
                        .is_some_and(|stamp| open.is_named(&stamp.number));
                    page.is_blank()
                        || is_divider(page)
                        || (page.is_contents && has_contents_title(page) && !is_own)
                })
            {
                last -= 1;
                end = (last, usize::MAX);
            }
            open.span.last_page = last.max(first);
            open.span.end = end;
        }
        self.spans.push(open.span);
    }
}

/// `APPENDIX A`, `ATTACHMENT 2`: what follows the sections of a manual.
fn is_appendix(text: &str) -> bool {
    let upper = text.to_uppercase();
    let first = upper.split(' ').next().unwrap_or_default();
    matches!(
        first,
        "APPENDIX" | "APPENDICES" | "ATTACHMENT" | "ATTACHMENTS" | "EXHIBIT"
    ) && text.split(' ').count() <= 10
        && is_capitals(text)
}

/// A page with no more than the name of a division, a volume or a part of the manual.
fn is_divider(page: &TextPage) -> bool {
    let mut lines = page.body().filter(|(_, line)| !is_blank_note(&line.text));
    let Some((_, first)) = lines.next() else {
        return true;
    };
    let upper = first.text.to_uppercase();
    let starts = [
        "DIVISION",
        "VOLUME",
        "TECHNICAL SPECIFICATIONS",
        "SPECIFICATIONS",
    ]
    .iter()
    .any(|word| upper.starts_with(word));
    starts && lines.count() <= 5
}
