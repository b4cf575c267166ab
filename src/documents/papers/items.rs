//! The items of an addendum: its lines parted at labels (`1.`, `A.`, `•`), headings, questions and
//! answers, and at lines that name a section or a sheet.

use super::references::{Named, Subject, first_named};
use super::rows::{PageOfRows, Row};

/// What the part of the addendum around an item is about, by the heading above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Unknown,
    Specifications,
    Drawings,
    Questions,
    /// Papers that are enclosed.
    Attachments,
}

impl Context {
    pub fn subject(self) -> Subject {
        match self {
            Self::Specifications => Subject::Sections,
            Self::Drawings => Subject::Sheets,
            Self::Unknown | Self::Questions | Self::Attachments => Subject::Neither,
        }
    }
}

/// One item: its text without its label, and its lines.
#[derive(Debug)]
pub(super) struct Item<'v> {
    pub context: Context,
    /// It is, or stands in, the answer to a question.
    pub is_answer: bool,
    pub is_question: bool,
    /// A number, letter or bullet stands before it.
    pub is_labelled: bool,
    pub text: String,
    /// The page (as an index) on which it begins, and its lines there.
    pub page: usize,
    pub lines: Vec<&'v super::super::lines::Line>,
}

/// Longer items are cut.
const LONGEST_ITEM: usize = 2_000;
const MOST_ITEMS: usize = 5_000;

/// How items of one kind are labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Figures,
    SmallLetter,
    CapitalLetter,
    Bracketed,
    Roman,
    Decimal,
    Bullet,
    Coded,
}

/// The items of the pages, in order.
pub(super) fn items<'v>(pages: &[PageOfRows<'v>]) -> Vec<Item<'v>> {
    let mut reader = Reader {
        items: Vec::new(),
        context: Context::Unknown,
        marks: Vec::new(),
        owner: None,
        part: None,
        is_answer: false,
        is_question: false,
        before: None,
        right: 0.0,
    };
    for (index, page) in pages.iter().enumerate() {
        reader.right = page.body().map(|row| row.line.end).fold(0.0, f64::max);
        for row in page.body() {
            if reader.items.len() >= MOST_ITEMS {
                return reader.items;
            }
            if !reader.read(index, row) {
                return reader.items;
            }
        }
    }
    reader.items
}

struct Reader<'v> {
    items: Vec<Item<'v>>,
    context: Context,
    /// The kinds of labels that are open, outermost first.
    marks: Vec<Mark>,
    /// How many labels were open where the last item began; deeper ones belong to it.
    owner: Option<usize>,
    /// The letter of the open part: items of `PART C` are labelled `C-1`, as sheets are.
    part: Option<char>,
    is_answer: bool,
    is_question: bool,
    /// The line before: its text and where it ended.
    before: Option<(&'v str, f64)>,
    right: f64,
}

impl<'v> Reader<'v> {
    /// Takes the next line; false at the end of the addendum.
    fn read(&mut self, page: usize, row: &Row<'v>) -> bool {
        let upper = row.text.to_uppercase();
        if upper.starts_with("END OF ADDENDUM") || upper.starts_with("END OF THIS ADDENDUM") {
            return false;
        }
        let goes_on = self.continues_sentence(row);
        self.before = Some((row.text, row.line.end));
        let (mark, rest) = match item_mark(row.text).or_else(|| coded_mark(row.text, self.part)) {
            Some((mark, rest)) => (Some(mark), rest),
            None => (None, row.text),
        };
        if let Some(context) = heading_context(rest).filter(|_| !goes_on) {
            self.context = context;
            self.part = part_letter(&upper);
            // A heading is no sentence that goes on, however wide it is.
            self.before = None;
            (self.is_answer, self.is_question) = (false, false);
            match mark {
                Some(mark) => self.open_mark(mark),
                None => self.marks.clear(),
            }
            self.owner = None;
            return true;
        }
        if let Some((is_answer, said)) =
            question_or_answer(row.text, self.context).filter(|_| !goes_on)
        {
            (self.is_answer, self.is_question) = (is_answer, !is_answer);
            self.marks.clear();
            self.begin(page, row, said, true);
            return true;
        }
        let named =
            first_named(rest, self.context.subject()).filter(|named| is_at_head(rest, named));
        match mark {
            Some(mark) => {
                self.open_mark(mark);
                let is_below = self.owner.is_some_and(|owner| self.marks.len() > owner);
                if is_below && named.is_none() {
                    self.append(page, row, row.text);
                } else {
                    if self.context != Context::Questions {
                        (self.is_answer, self.is_question) = (false, false);
                    }
                    self.begin(page, row, rest, true);
                }
            }
            None if named.is_some() && !goes_on => {
                self.marks.clear();
                self.begin(page, row, rest, false);
            }
            None => self.append(page, row, row.text),
        }
        true
    }

    /// A label of a kind that is open already closes those below it.
    fn open_mark(&mut self, mark: Mark) {
        match self.marks.iter().position(|open| *open == mark) {
            Some(place) => self.marks.truncate(place + 1),
            None => self.marks.push(mark),
        }
    }

    fn begin(&mut self, page: usize, row: &Row<'v>, text: &str, is_labelled: bool) {
        self.owner = Some(self.marks.len());
        self.items.push(Item {
            context: self.context,
            is_answer: self.is_answer,
            is_question: self.is_question,
            is_labelled,
            text: text.to_owned(),
            page,
            lines: vec![row.line],
        });
    }

    fn append(&mut self, page: usize, row: &Row<'v>, text: &str) {
        if self.owner.is_none() {
            return;
        }
        let Some(item) = self.items.last_mut() else {
            return;
        };
        if item.text.len() + text.len() < LONGEST_ITEM {
            item.text.push(' ');
            item.text.push_str(text);
            if item.page == page {
                item.lines.push(row.line);
            }
        }
    }

    /// The line goes on with the sentence of the line before, which ran to the right margin.
    fn continues_sentence(&self, row: &Row<'v>) -> bool {
        self.before.is_some_and(|(text, end)| {
            let last = text
                .split_whitespace()
                .next_back()
                .unwrap_or("")
                .to_lowercase();
            let is_joint = matches!(
                last.as_str(),
                "in" | "of"
                    | "to"
                    | "and"
                    | "see"
                    | "with"
                    | "per"
                    | "on"
                    | "the"
                    | "or"
                    | "by"
                    | "for"
                    | "from"
            );
            let closed = text.trim_end_matches(['"', '”', ')', '\'']);
            let is_full = end > 0.88 * self.right && !closed.ends_with(['.', ':', ';', '?']);
            row.gap <= 1.7 && (is_joint || is_full)
        })
    }
}

/// The references stand at the head of the item, not deep in its text.
fn is_at_head(text: &str, named: &Named) -> bool {
    let before: Vec<String> = text
        .split_whitespace()
        .take(named.before)
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_uppercase()
        })
        .collect();
    let is_pointed_at = before
        .iter()
        .rev()
        .take(4)
        .any(|word| word == "AS" || POINTING.contains(&word.as_str()))
        || is_citation(&before);
    before.len() <= 3
        || (before.len() <= 9
            && !is_pointed_at
            && before.iter().all(|word| {
                word.is_empty()
                    || word.len() <= 3
                    || LEADS.contains(&word.as_str())
                    || word.chars().any(|c| c.is_ascii_digit())
            }))
}

/// `Delete reference to Section 12 36 61`: what changes is the text that cites, not what is cited.
pub(super) fn is_citation(before: &[String]) -> bool {
    before.len() > 2
        && matches!(
            before.rchunks(2).next(),
            Some([what, to]) if to == "TO" && matches!(what.as_str(), "REFERENCE" | "REFERENCES")
        )
}

/// Words before a reference that only point to it.
pub(super) const POINTING: &[&str] = &[
    "PER",
    "SEE",
    "ACCORDANCE",
    "SPECIFIED",
    "SHOWN",
    "INDICATED",
    "UNDER",
    "DESCRIBED",
    "NOTED",
    "LISTED",
];

/// Words that lead to what an item changes.
const LEADS: &[&str] = &[
    "REFER",
    "REFERENCE",
    "REVISE",
    "REVISED",
    "REPLACE",
    "REPLACED",
    "DELETE",
    "DELETED",
    "ADD",
    "ADDED",
    "REISSUE",
    "REISSUED",
    "ISSUE",
    "ISSUED",
    "SUBSTITUTE",
    "MODIFY",
    "MODIFIED",
    "CHANGE",
    "CHANGES",
    "AMEND",
    "OMIT",
    "INSERT",
    "REMOVE",
    "ATTACHED",
    "ENTIRE",
    "SPECIFICATION",
    "SPECIFICATIONS",
    "TECHNICAL",
    "PROJECT",
    "MANUAL",
    "VOLUME",
    "ARCHITECTURAL",
    "STRUCTURAL",
    "MECHANICAL",
    "ELECTRICAL",
    "PLUMBING",
    "CIVIL",
    "LANDSCAPE",
    "DIVISION",
    "PARAGRAPH",
    "ARTICLE",
    "PART",
    "PAGE",
    "DETAIL",
    "DETAILS",
    "PLAN",
    "ELEVATION",
    "SCHEDULE",
    "ITEM",
    "FOLLOWING",
    "CLARIFICATION",
    "SUPPLEMENT",
    "SUPERSEDE",
    "DISCARD",
    "EXISTING",
    "CONTRACT",
    "BID",
    "DOCUMENTS",
    "WITH",
    "FROM",
];

/// The label of an item and what stands behind it.
fn item_mark(text: &str) -> Option<(Mark, &str)> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    if rest.is_empty() {
        return None;
    }
    // "ITEM NO. 2:", "Item 2 –"
    if first.eq_ignore_ascii_case("item") {
        let mut words = rest.splitn(3, char::is_whitespace);
        let (one, two, three) = (words.next()?, words.next()?, words.next());
        let is_numbered = |word: &str| word.starts_with(|c: char| c.is_ascii_digit() || c == '#');
        let end = if is_numbered(one) {
            one.len()
        } else if is_numbered(two) && three.is_some() {
            rest.find(two)? + two.len()
        } else {
            return None;
        };
        let said = rest.get(end..)?;
        return Some((
            Mark::Coded,
            said.trim_start_matches(|c: char| !c.is_alphanumeric()),
        ));
    }
    if matches!(
        first,
        "•" | "-" | "–" | "●" | "▪" | "o" | "*" | "\u{f0b7}" | "◦" | "■" | "➢"
    ) {
        return Some((Mark::Bullet, rest));
    }
    let bare = first.trim_end_matches(['.', ')', ':']);
    if bare.is_empty() || first.len() > 12 {
        return None;
    }
    let is_figures = |word: &str| {
        !word.is_empty() && word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    if bare.len() == first.len() {
        // "AD-1", "1.01", "AD1-3": labels without a stop.
        let is_coded = first.len() <= 8
            && ["AD", "ITEM", "A1", "A2", "A3", "A4"]
                .iter()
                .any(|code| first.starts_with(code))
            && first.contains('-');
        if is_coded {
            return Some((Mark::Coded, rest));
        }
        let is_decimal = first
            .split_once('.')
            .is_some_and(|(a, b)| is_figures(a) && is_figures(b));
        return is_decimal.then_some((Mark::Decimal, rest));
    }
    let inner = bare.trim_start_matches('(');
    let is_bracketed = inner.len() < bare.len();
    if is_figures(inner) {
        let mark = if is_bracketed || first.ends_with(')') {
            Mark::Bracketed
        } else {
            Mark::Figures
        };
        return Some((mark, rest));
    }
    if inner.split('.').count() >= 2 && inner.split('.').all(is_figures) {
        return Some((Mark::Decimal, rest));
    }
    let mut letters = inner.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return match letter {
            'I' | 'V' | 'X' => Some((Mark::Roman, rest)),
            letter if letter.is_ascii_uppercase() => Some((Mark::CapitalLetter, rest)),
            letter if letter.is_ascii_lowercase() => Some((Mark::SmallLetter, rest)),
            _ => None,
        };
    }
    let is_roman = inner.len() <= 5
        && inner
            .bytes()
            .all(|byte| matches!(byte.to_ascii_uppercase(), b'I' | b'V' | b'X'));
    is_roman.then_some((Mark::Roman, rest))
}

/// `B-1 Section 04 20 00`, `C-2 Drawing A-101`: a label that could be a sheet's, were it not for
/// the section or sheet named right behind it, or for the part whose letter it bears.
fn coded_mark(text: &str, part: Option<char>) -> Option<(Mark, &str)> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (code, figures) = first.trim_end_matches(['.', ':', ')']).split_once('-')?;
    let is_code = (1..=2).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=2).contains(&figures.len())
        && figures.bytes().all(|byte| byte.is_ascii_digit());
    let is_of_part = part.is_some_and(|part| code.chars().eq([part]));
    let names = || first_named(rest, Subject::Neither).is_some_and(|named| named.before == 0);
    (is_code && (is_of_part || names())).then_some((Mark::Coded, rest))
}

/// The letter of a heading such as `PART C - DRAWINGS`, given in capitals.
fn part_letter(upper: &str) -> Option<char> {
    let mut words = upper.split_whitespace();
    let is_part = words.next() == Some("PART");
    let word = words.next()?.trim_end_matches([':', '.', '-']);
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if is_part && letter.is_ascii_uppercase() => Some(letter),
        _ => None,
    }
}

/// What the items below are about, when the line is a heading of a part of the addendum.
fn heading_context(text: &str) -> Option<Context> {
    let words: Vec<String> = text
        .split_whitespace()
        .take(12)
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_uppercase()
        })
        .filter(|word| !word.is_empty())
        .collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let is_short = !words.is_empty() && words.len() <= 9 && text.len() <= 90;
    let has_figures = text.chars().any(|c| c.is_ascii_digit());
    let is_heading = super::rows::is_capitals(text)
        || words.len() <= 4
        || (text.ends_with(':') && words.len() <= 7);
    if !is_short || !is_heading || has_figures || text.ends_with('.') && words.len() > 4 {
        return None;
    }
    if has(&[
        "QUESTION",
        "QUESTIONS",
        "ANSWERS",
        "RESPONSES",
        "INQUIRIES",
        "RFI",
        "RFIS",
    ]) {
        return Some(Context::Questions);
    }
    if has(&["ATTACHMENT", "ATTACHMENTS", "ENCLOSURES", "ENCLOSURE"]) {
        return Some(Context::Attachments);
    }
    if has(&["SPECIFICATION", "SPECIFICATIONS", "MANUAL", "SPECS"]) {
        return Some(Context::Specifications);
    }
    if has(&["DRAWING", "DRAWINGS", "SHEETS", "PLANS"]) {
        return Some(Context::Drawings);
    }
    let is_other = has(&[
        "GENERAL",
        "BIDDING",
        "CLARIFICATIONS",
        "CLARIFICATION",
        "CONTRACT",
        "REQUIREMENTS",
        "ADDENDA",
        "SUBSTITUTIONS",
        "APPROVALS",
        "INFORMATION",
    ]) && super::rows::is_capitals(text);
    is_other.then_some(Context::Unknown)
}

/// `Q1:`, `Question 3.`, `A:`, `Answer:`, `Response 2:`; true for an answer, and what is said.
fn question_or_answer(text: &str, context: Context) -> Option<(bool, &str)> {
    let (_, text) = item_mark(text)
        .filter(|(mark, rest)| {
            matches!(
                mark,
                Mark::Figures | Mark::Bracketed | Mark::Bullet | Mark::Decimal
            ) && !rest.is_empty()
        })
        .unwrap_or((Mark::Bullet, text));
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let upper = first.to_uppercase();
    let name = upper
        .trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ':' | '-' | '#' | ')'));
    let is_answer = match name {
        "Q" | "QUESTION" => false,
        "ANSWER" | "RESPONSE" | "ANS" => true,
        // "A." labels items, but for among questions; "A:" and "A1:" answer.
        "A" if upper.contains(':') || context == Context::Questions => true,
        _ => return None,
    };
    // "Question about the roof" is a sentence.
    let is_label = upper.len() > name.len()
        || rest.split_whitespace().next().is_some_and(|word| {
            word.trim_end_matches([':', '.', ')'])
                .trim_start_matches('#')
                .bytes()
                .all(|byte| byte.is_ascii_digit())
        });
    is_label.then_some((is_answer, rest.trim_start()))
}
