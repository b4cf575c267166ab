//! The headings of sections on a page, told from references, lists and schedules by what stands
//! around them.

use super::contents::Contents;
use super::job_numbers::is_label_of_number;
use super::marks::{decimal_label, is_capitals, paragraph_label, part_heading, section_end};
use super::numbers::{Mentioned, SectionNumber, after_keyword, number_at, numbers_in};
use super::pages::TextPage;
use super::stamps::behind_owner;
use super::titles::{is_title_case, title_around};

/// The head of a section.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    pub number: SectionNumber,
    pub title: String,
    /// The first of its lines, by index on the page,
    pub line: usize,
    /// and all of them.
    pub lines: Vec<usize>,
    /// Whether the section's first part or article follows.
    pub is_confirmed: bool,
}

/// A line that may be a heading.
struct Candidate<'t> {
    number: SectionNumber,
    /// What stands after the number, or before it.
    title: &'t str,
    /// 2 in capitals, 1 otherwise, 0 without the word.
    keyword: i32,
    /// The number stands on the next line.
    is_split: bool,
}

/// A section's first part follows its heading within so many lines.
const LINES_TO_PART: usize = 12;
/// A page with more numbers is a list.
const MOST_CANDIDATES: usize = 40;
/// What makes a heading; see `score`.
const ENOUGH: i32 = 4;

/// The headings on a page that no contents page is, from the top.
pub(super) fn headings(pages: &[TextPage], at: usize, contents: &Contents) -> Vec<Heading> {
    let Some(page) = pages.get(at) else {
        return Vec::new();
    };
    let body: Vec<usize> = page.body().map(|(index, _)| index).collect();
    let mut found: Vec<Heading> = Vec::new();
    let mut judged = 0;
    let is_outline = is_outline_page(page, &body);
    for place in 0..body.len() {
        if judged >= MOST_CANDIDATES {
            break;
        }
        let Some(candidate) = candidate(page, &body, place) else {
            continue;
        };
        if page.is_contents && place > 3 {
            break;
        }
        let taken = found.last().is_some_and(|last| {
            body.get(place)
                .is_some_and(|line| last.lines.contains(line))
        });
        if taken {
            continue;
        }
        judged += 1;
        found.extend(
            Context {
                pages,
                at,
                page,
                body: &body,
                place,
                contents,
                is_outline,
            }
            .judge(candidate),
        );
    }
    found
}

fn candidate<'t>(page: &'t TextPage, body: &[usize], place: usize) -> Option<Candidate<'t>> {
    let text_at = |place: usize| {
        let index = *body.get(place)?;
        Some(page.lines.get(index)?.text.as_str())
    };
    let text = text_at(place)?;
    if text.len() > 160 {
        return None;
    }
    let of = |mention: Mentioned<'t>, keyword, is_split| Candidate {
        number: mention.number,
        title: mention.rest,
        keyword,
        is_split,
    };
    if let Some((is_capital, rest)) = after_keyword(text) {
        let keyword = if is_capital { 2 } else { 1 };
        if let Some(mention) = number_at(rest) {
            return Some(of(mention, keyword, false));
        }
        if rest.is_empty() {
            return Some(of(number_at(text_at(place + 1)?)?, keyword, true));
        }
    }
    if let Some(mention) = number_at(text).filter(|mention| !mention.is_loose) {
        return Some(of(mention, 0, false));
    }
    // `CAST-IN-PLACE CONCRETE - SECTION 03 30 00`
    let (start, mention) = numbers_in(text).pop()?;
    if !mention.rest.trim().is_empty()
        || paragraph_label(text).is_some()
        || decimal_label(text).is_some()
    {
        return None;
    }
    let before = text.get(..start)?.trim_end();
    let (title, keyword) = match before
        .rsplit_once(' ')
        .map(|(title, word)| (title, after_keyword(word)))
    {
        Some((title, Some((is_capital, _)))) => (title, if is_capital { 2 } else { 1 }),
        _ => (before, 0),
    };
    let title = behind_owner(title);
    if keyword == 0 && is_label_of_number(before) {
        return None;
    }
    let is_title = is_capitals(title) || is_title_case(title);
    (is_title && title.len() > 2).then_some(Candidate {
        number: mention.number,
        title,
        keyword,
        is_split: false,
    })
}

/// Whether the page is one of an outline specification, where short sections follow each other without
/// the word and without parts: `03 30 00 CAST-IN-PLACE CONCRETE` and `A. Cement: ASTM C150.`
fn is_outline_page(page: &TextPage, body: &[usize]) -> bool {
    let text = |index: &usize| page.lines.get(*index).map(|line| line.text.as_str());
    let sections = body
        .iter()
        .zip(body.iter().skip(1))
        .filter(|(line, next)| {
            text(line)
                .and_then(number_at)
                .is_some_and(|mention| !mention.is_loose && is_capitals(mention.rest))
                && text(next).is_some_and(is_first_item)
        })
        .count();
    sections >= 2 && !body.iter().take(12).filter_map(text).any(is_change_notice)
}

/// The first paragraph of a section in outline; an addendum's instruction is none.
fn is_first_item(text: &str) -> bool {
    const INSTRUCTIONS: [&str; 15] = [
        "ADD",
        "AMEND",
        "ARTICLE",
        "CHANGE",
        "CLARIFY",
        "DELETE",
        "INSERT",
        "MODIFY",
        "PAGE",
        "PARAGRAPH",
        "PART",
        "REFER",
        "REMOVE",
        "REPLACE",
        "REVISE",
    ];
    paragraph_label(text).is_some_and(|label| {
        let first = label.rest.split([' ', ':', ',']).next();
        label.value == 1
            && !INSTRUCTIONS.contains(&first.unwrap_or_default().to_uppercase().as_str())
    })
}

fn is_change_notice(text: &str) -> bool {
    let upper = text.to_uppercase();
    upper.contains("ADDENDUM") || upper.contains("BULLETIN NO")
}

/// A candidate's surroundings.
struct Context<'p> {
    pages: &'p [TextPage],
    at: usize,
    page: &'p TextPage,
    body: &'p [usize],
    place: usize,
    contents: &'p Contents,
    is_outline: bool,
}

impl Context<'_> {
    fn text(&self, place: usize) -> Option<&str> {
        let index = *self.body.get(place)?;
        Some(self.page.lines.get(index)?.text.as_str())
    }

    fn judge(&self, candidate: Candidate<'_>) -> Option<Heading> {
        let last = self.place + usize::from(candidate.is_split);
        let around = title_around(self.page, self.body, last, candidate.title);
        let mut lines: Vec<usize> = self.body.get(self.place..=last)?.to_vec();
        lines.extend(&around.lines);
        lines.sort_unstable();
        let after = self.body.partition_point(|line| Some(line) <= lines.last());
        let is_confirmed = self.is_confirmed(after, &candidate.number);
        if self.is_reference(&candidate, &around.title, is_confirmed) {
            return None;
        }
        let first = self.body.partition_point(|line| Some(line) < lines.first());
        let opens_outline = self.is_outline
            && !candidate.number.is_five_figures
            && is_capitals(&around.title)
            && self.text(after).is_some_and(is_first_item);
        let score = if opens_outline {
            ENOUGH
        } else {
            self.score(&candidate, &around.title, first, is_confirmed)
        };
        (score >= ENOUGH).then(|| Heading {
            number: candidate.number,
            title: around.title,
            line: lines.first().copied().unwrap_or_default(),
            lines,
            is_confirmed,
        })
    }

    /// Whether the first part or article follows before another section's heading does.
    fn is_confirmed(&self, after: usize, number: &SectionNumber) -> bool {
        let here = (after..self.body.len()).filter_map(|place| self.text(place));
        let next = self.pages.get(self.at + 1);
        let there = next
            .into_iter()
            .flat_map(|page| page.body().map(|(_, line)| line.text.as_str()));
        for text in here.chain(there).take(LINES_TO_PART) {
            if part_heading(text).is_some_and(|part| part.number == 1) {
                return true;
            }
            if let Some((numbers, _, title)) = decimal_label(text)
                && matches!(numbers.as_slice(), [1, 0 | 1])
                && title.chars().next().is_none_or(char::is_uppercase)
            {
                return true;
            }
            // Its text has begun.
            if paragraph_label(text).is_some() || decimal_label(text).is_some() {
                return false;
            }
            // In a table of contents the next entry follows, with or without the word.
            let other = match after_keyword(text) {
                Some((_, rest)) => number_at(rest),
                None => number_at(text).filter(|mention| !mention.is_loose),
            };
            if section_end(text).is_some() || other.is_some_and(|other| other.number != *number) {
                return false;
            }
        }
        false
    }

    /// Signs of running text, of a list or of an addendum's instruction.
    fn is_reference(&self, candidate: &Candidate<'_>, title: &str, is_confirmed: bool) -> bool {
        let rest = candidate.title.trim();
        // Leaders lead to a page: an entry of a table of contents.
        if rest.contains("....") || rest.contains(". . . ") {
            return true;
        }
        // `Section 01 81 13 is cited here only`: a note above the first part.
        if rest.starts_with(char::is_lowercase) && rest.split(' ').count() > 2 {
            return true;
        }
        // `Section 03 30 00, Cast-in-Place Concrete, for` and `Section 03 30 00.`
        let is_sentence = rest.starts_with([',', ';', ')', '.', '”'])
            || rest.ends_with(['.', ';', ','])
            || rest.contains(". ")
            || rest.contains(" shall ")
            || rest.contains(" as specified");
        let small_words = title
            .split(' ')
            .filter(|word| word.starts_with(char::is_lowercase))
            .count();
        if title.split(' ').count() > 18 || (is_sentence && !is_confirmed) {
            return true;
        }
        if small_words > 0 && !is_title_case(title) && !is_confirmed {
            return true;
        }
        if self.runs_on() {
            return true;
        }
        let is_number = |place: Option<usize>| {
            place
                .and_then(|place| self.text(place))
                .is_some_and(|text| {
                    let rest = after_keyword(text).map_or(text, |(_, rest)| rest);
                    number_at(rest).is_some_and(|mention| mention.number != candidate.number)
                })
        };
        let last = self.place + usize::from(candidate.is_split);
        let in_list = is_number(self.place.checked_sub(1)) || is_number(Some(last + 1));
        if in_list && !is_confirmed {
            return true;
        }
        // An addendum names a section and says what becomes of it.
        (last + 1..last + 4)
            .filter_map(|place| self.text(place))
            .any(|text| {
                let bare = paragraph_label(text).map_or(text, |label| label.rest);
                let first = bare.split(' ').next().unwrap_or_default().to_uppercase();
                matches!(
                    first.trim_end_matches(':'),
                    "DELETE"
                        | "REPLACE"
                        | "REVISE"
                        | "ADD"
                        | "CHANGE"
                        | "MODIFY"
                        | "AMEND"
                        | "REMOVE"
                        | "INSERT"
                ) && !is_confirmed
            })
    }

    /// Whether the line before ends in the middle of a sentence.
    fn runs_on(&self) -> bool {
        let before = match self.place.checked_sub(1) {
            Some(place) => self.text(place),
            None => self
                .at
                .checked_sub(1)
                .and_then(|at| self.pages.get(at))
                .and_then(|page| page.body().next_back())
                .map(|(_, line)| line.text.as_str()),
        };
        let Some(before) = before else {
            return false;
        };
        let last = before.rsplit(' ').next().unwrap_or_default();
        before.split(' ').count() > 2
            && (matches!(
                last.to_lowercase().as_str(),
                "in" | "and"
                    | "see"
                    | "to"
                    | "with"
                    | "under"
                    | "per"
                    | "of"
                    | "or"
                    | "the"
                    | "by"
                    | "refer"
                    | "from"
                    | "also"
                    | "for"
                    | "specification"
                    | "specifications"
                    | "on"
            ) && !is_capitals(before)
                || (before.ends_with(',') && !is_capitals(before)))
    }

    fn score(
        &self,
        candidate: &Candidate<'_>,
        title: &str,
        first: usize,
        is_confirmed: bool,
    ) -> i32 {
        let number = &candidate.number;
        let before = first.checked_sub(1).and_then(|place| self.text(place));
        let is_first = first == 0;
        // A project's or a division's name may stand above.
        let is_near_top = first <= 3
            && (0..first).filter_map(|place| self.text(place)).all(|text| {
                text.split(' ').count() <= 9
                    && !text.ends_with('.')
                    && paragraph_label(text).is_none()
                    && decimal_label(text).is_none()
            });
        let follows_end = match before {
            Some(text) => section_end(text).is_some(),
            None => self.page_before_ended(),
        };
        let stamp = self
            .page
            .stamp
            .as_ref()
            .map(|stamp| (stamp.number == *number, stamp.page));
        let stamp_before = self
            .at
            .checked_sub(1)
            .and_then(|at| self.pages.get(at)?.stamp.as_ref())
            .is_some_and(|stamp| stamp.number == *number);
        let by_stamp = matches!(stamp, Some((true, page)) if page == Some(1) || !stamp_before)
            && (is_first || is_near_top || follows_end);
        let by_bookmark = self.page.bookmarks.iter().any(|title| {
            numbers_in(title)
                .iter()
                .any(|(_, mention)| mention.number == *number)
        });
        let (is_centred, is_large) = self.looks();
        let is_seen = is_centred || is_large;
        let evidence = is_confirmed
            || follows_end
            || by_stamp
            || by_bookmark
            || ((is_first || is_near_top) && is_seen)
            || (self.at == 0 && is_first && candidate.keyword > 0);
        // Without the word a number is a heading only where a section begins for sure.
        let evidence = evidence
            && (candidate.keyword > 0 || is_confirmed || by_stamp || (by_bookmark && is_near_top));
        if !evidence || (title.is_empty() && !is_confirmed && !by_stamp) {
            return 0;
        }
        let mut score = candidate.keyword + i32::from(!number.is_five_figures);
        let mut add = |holds: bool, points: i32| {
            if holds {
                score += points;
            }
        };
        add(is_confirmed, 3);
        add(is_first || follows_end, 2);
        add(is_near_top && !is_first, 1);
        add(by_stamp, 3);
        add(by_bookmark, 2);
        add(is_centred, 1);
        add(is_large, 1);
        add(is_capitals(title), 1);
        add(self.contents.title(number).is_some(), 1);
        add(matches!(stamp, Some((false, _))) && !is_confirmed, -3);
        score
    }

    /// Whether the last page with a text ends a section.
    fn page_before_ended(&self) -> bool {
        self.pages
            .get(..self.at)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(4)
            .find(|page| !page.is_blank())
            .and_then(|page| {
                page.body()
                    .rfind(|(_, line)| !super::pages::is_blank_note(&line.text))
            })
            .is_some_and(|(_, line)| section_end(&line.text).is_some())
    }

    /// Whether the line is centred on the page, and whether larger than most of the page.
    fn looks(&self) -> (bool, bool) {
        let line = self
            .body
            .get(self.place)
            .and_then(|index| self.page.lines.get(*index));
        let Some(line) = line else {
            return (false, false);
        };
        let margin = self
            .page
            .body()
            .map(|(_, line)| line.left)
            .fold(f64::INFINITY, f64::min);
        let middle = (line.left + line.right) / 2.0;
        let is_centred = (middle - self.page.size.0 / 2.0).abs() < 0.03 * self.page.size.0
            && line.left > margin + 36.0;
        let mut sizes: Vec<f64> = self.page.body().map(|(_, line)| line.size).collect();
        let half = sizes.len() / 2;
        let is_large = half > 2 && {
            let (_, median, _) = sizes.select_nth_unstable_by(half, f64::total_cmp);
            line.size > 1.12 * *median
        };
        (is_centred, is_large)
    }
}
