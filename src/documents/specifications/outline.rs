//! Parts, articles and paragraphs of a section (CSI SectionFormat and PageFormat; UFGS and the
//! Canadian National Master Specification where they differ) as a tree.

use super::super::bound::{Article, Part};
use super::flow::{FlowLine, Vocabulary, union};
use super::marks::{
    Label, LabelKind, article_heading, decimal_label, is_capitals, is_part_title, paragraph_label,
    part_heading, roman_value,
};
use super::tree::Tree;

/// The parts of a section. A section without any part heading whose articles are numbered has one
/// part without a label.
pub(super) fn parts(lines: &[FlowLine<'_>], vocabulary: &Vocabulary) -> Vec<Part> {
    let mut outline = Outline {
        vocabulary,
        parts: Vec::new(),
        part: 0,
        article: 0,
        article_left: None,
        chapter: 0,
        tree: Tree::new(vocabulary),
        open: Open::Nothing,
    };
    for (at, line) in lines.iter().enumerate() {
        outline.read(line, lines.get(at + 1));
    }
    outline.close_article();
    outline.parts
}

/// What the next unlabelled line could go on with.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Nothing,
    Part,
    Article,
    Paragraphs,
}

struct Outline<'v> {
    vocabulary: &'v Vocabulary,
    parts: Vec<Part>,
    /// The number of the open part and of the open article; 0 before the first.
    part: u32,
    article: u32,
    /// Where the articles' labels stand, in points.
    article_left: Option<f64>,
    /// The number of the open `ARTICLE` of general conditions, which have no parts; 0 before the first.
    chapter: u32,
    tree: Tree<'v>,
    open: Open,
}

impl<'v> Outline<'v> {
    fn read(&mut self, line: &FlowLine<'_>, next: Option<&FlowLine<'_>>) {
        if let Some(part) = part_heading(line.text()).filter(|part| part.number > self.part) {
            self.close_article();
            self.part = part.number;
            self.article = 0;
            self.open = if part.title.is_empty() {
                Open::Part
            } else {
                Open::Nothing
            };
            self.push_part(line, part.label, part.title);
            return;
        }
        if self.start_chapter(line) || self.add_below_chapter(line) {
            return;
        }
        if let Some((numbers, label, title)) = decimal_label(line.text()) {
            let (own, text) = run_in(title);
            if let [part, article] = numbers.as_slice()
                && self.is_article(*part, *article, own, line, next)
            {
                self.start_article(*part, *article, label, own, line);
                if !text.is_empty() {
                    self.tree.start_text(text, line);
                    self.open = Open::Paragraphs;
                }
                return;
            }
            if let [part, article, below @ ..] = numbers.as_slice()
                && let Some(value) = below.last()
                && (*part, *article) == (self.part, self.article)
            {
                let label = Label {
                    kind: LabelKind::Decimal,
                    value: *value,
                    printed: label,
                    rest: title,
                };
                self.tree.add_decimal(&label, below.len(), line);
                self.open = Open::Paragraphs;
                return;
            }
        }
        let open = self.open;
        match open {
            // The title of a part stands below its number.
            Open::Part if is_part_title(line.text()) || is_capitals(line.text()) => {
                if let Some(part) = self.parts.last_mut() {
                    part.title = line.text().trim_matches(['-', ' ', ':']).to_owned();
                    part.display_box = union(part.display_box, line.display_box());
                }
                self.open = Open::Nothing;
                return;
            }
            Open::Article if self.title_goes_on(line) => return,
            _ => {}
        }
        if self.article == 0
            && self.chapter == 0
            && self
                .parts
                .last()
                .is_none_or(|part| part.articles.is_empty())
        {
            // Text before the first article, such as `NOT USED`, has nothing to hang on; a labelled
            // paragraph makes an article without a name.
            self.open = Open::Nothing;
            let is_first = paragraph_label(line.text())
                .is_some_and(|label| label.value == 1 && label.kind != LabelKind::Figure);
            let Some(part) = self.parts.last_mut().filter(|_| is_first) else {
                return;
            };
            part.articles.push(Article {
                label: String::new(),
                title: String::new(),
                page_number: line.page.number,
                display_box: line.display_box(),
                paragraphs: Vec::new(),
            });
            self.tree = Tree::new(self.vocabulary);
        }
        self.open = Open::Paragraphs;
        match paragraph_label(line.text()) {
            Some(label) => self.tree.add(label, line),
            None => self.tree.go_on(line),
        }
    }

    /// `ARTICLE 3 – CONTRACT DOCUMENTS`: what general conditions have in the place of parts.
    fn start_chapter(&mut self, line: &FlowLine<'_>) -> bool {
        /// Conditions printed in extracts leave some out.
        const MOST_SKIPPED: u32 = 12;
        let Some((number, label, title)) = article_heading(line.text()) else {
            return false;
        };
        let is_due = number > self.chapter && number - self.chapter <= MOST_SKIPPED;
        let is_bound_in_parts = self.chapter == 0 && !self.parts.is_empty();
        if !is_due || is_bound_in_parts || self.part != 0 {
            return false;
        }
        self.close_article();
        if self.parts.is_empty() {
            self.push_part(line, String::new(), String::new());
        }
        self.chapter = number;
        self.push_article(line, label, title);
        self.open = Open::Article;
        true
    }

    /// `3.1`, `3.1.2` below `ARTICLE 3` are its paragraphs.
    fn add_below_chapter(&mut self, line: &FlowLine<'_>) -> bool {
        let Some((numbers, label, title)) =
            decimal_label(line.text()).filter(|_| self.chapter != 0)
        else {
            return false;
        };
        let [chapter, below @ ..] = numbers.as_slice() else {
            return false;
        };
        let Some(value) = below.last().filter(|_| *chapter == self.chapter) else {
            return false;
        };
        let label = Label {
            kind: LabelKind::Decimal,
            value: *value,
            printed: label,
            rest: title,
        };
        self.tree.add_decimal(&label, below.len(), line);
        self.open = Open::Paragraphs;
        true
    }

    fn push_part(&mut self, line: &FlowLine<'_>, label: String, title: String) {
        self.parts.push(Part {
            label,
            title,
            page_start: line.page.number,
            display_box: line.display_box(),
            articles: Vec::new(),
        });
    }

    /// Whether figures with one dot, as `2.3`, head an article: they agree with the part, they go on
    /// from the article before, and what follows looks like a title.
    fn is_article(
        &self,
        part: u32,
        article: u32,
        title: &str,
        line: &FlowLine<'_>,
        next: Option<&FlowLine<'_>>,
    ) -> bool {
        let is_next_part = part == self.part + 1 && article <= 1 && (1..=5).contains(&part);
        if part != self.part && !is_next_part {
            return false;
        }
        let expected = if part == self.part {
            self.article + 1
        } else {
            1
        };
        let skipped = article.checked_sub(expected);
        let starts_small = title.chars().next().is_none_or(char::is_lowercase);
        let ends_sentence = title.ends_with(['.', ',', ';']) && !is_capitals(title);
        let is_title = !starts_small
            && !ends_sentence
            && title.contains(char::is_alphabetic)
            && title.split(' ').count() <= 14;
        let is_capital = is_capitals(title);
        let is_flush = self
            .article_left
            .is_none_or(|left| (line.line.left - left).abs() < 6.0);
        // The title may stand on the next line.
        let is_parted = title.is_empty() && next.is_some_and(|next| is_capitals(next.text()));
        if is_next_part && !is_capital {
            return false;
        }
        match skipped {
            Some(0) => (is_title && (is_capital || is_flush)) || is_parted,
            // Pages may be missing, and articles deleted.
            Some(1..=12) => is_title && is_flush && (is_capital || skipped == Some(1)),
            // Article 1 of a part may be numbered 0.
            None => article == 0 && self.article == 0 && is_title,
            _ => false,
        }
    }

    fn start_article(
        &mut self,
        part: u32,
        article: u32,
        label: &str,
        title: &str,
        line: &FlowLine<'_>,
    ) {
        self.close_article();
        if part != self.part || self.parts.is_empty() {
            let label = if self.parts.is_empty() && part == 1 {
                String::new()
            } else {
                format!("PART {part}")
            };
            self.push_part(line, label, String::new());
            self.part = part;
        }
        self.article = article;
        self.article_left.get_or_insert(line.line.left);
        self.push_article(line, label, title);
        self.open = Open::Article;
    }

    fn push_article(&mut self, line: &FlowLine<'_>, label: &str, title: &str) {
        if let Some(open) = self.parts.last_mut() {
            open.articles.push(Article {
                label: label.to_owned(),
                title: title.trim_end_matches([':', ' ']).to_owned(),
                page_number: line.page.number,
                display_box: line.display_box(),
                paragraphs: Vec::new(),
            });
        }
        self.tree = Tree::new(self.vocabulary);
    }

    /// A title in capitals may fill two lines.
    fn title_goes_on(&mut self, line: &FlowLine<'_>) -> bool {
        let Some(article) = self
            .parts
            .last_mut()
            .and_then(|part| part.articles.last_mut())
        else {
            return false;
        };
        let is_near = line.step.is_some_and(|step| step <= 1.6 * line.line.size);
        let is_title = paragraph_label(line.text()).is_none()
            && is_capitals(line.text())
            && line.text().split(' ').count() <= 12
            && ((is_near && is_capitals(&article.title)) || article.title.is_empty());
        if is_title {
            self.vocabulary.join(&mut article.title, line.text());
            article.display_box = union(article.display_box, line.display_box());
        }
        is_title
    }

    fn close_article(&mut self) {
        let tree = std::mem::replace(&mut self.tree, Tree::new(self.vocabulary));
        if let Some(article) = self
            .parts
            .last_mut()
            .and_then(|part| part.articles.last_mut())
        {
            article.paragraphs.extend(tree.finish());
        }
    }
}

/// A title in capitals and the text that runs on behind it: `SCOPE: The work includes`.
fn run_in(title: &str) -> (&str, &str) {
    let sign = title.find(": ").or_else(|| title.find(". "));
    match sign.and_then(|at| Some((title.get(..at)?, title.get(at + 2..)?))) {
        Some((own, text))
            if is_capitals(own) && !is_capitals(text) && own.split(' ').count() <= 8 =>
        {
            (own, text.trim_start())
        }
        _ => (title, ""),
    }
}

/// A small roman figure where no letter is due.
pub(super) fn as_roman(label: &Label<'_>) -> Option<u32> {
    let bare = label.printed.trim_matches(['.', ')', '(']);
    matches!(
        label.kind,
        LabelKind::Lower | LabelKind::LowerBracket | LabelKind::LowerBrackets
    )
    .then(|| roman_value(bare))
    .flatten()
}
