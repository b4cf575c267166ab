//! Writes one section into the flow of a book, and notes down what is true of it.

use super::dice::Dice;
use super::flow::{BREAK, Flow};
use super::house_style::{Heading, HouseStyle, Labels};
use super::section_stock::{MAKERS, Stock};
use super::trade_prose as prose;
use crate::truth::{ItemTruth, PassageTruth, SectionTruth};

pub struct SectionWriter<'a> {
    pub style: HouseStyle,
    pub flow: &'a mut Flow,
    pub dice: &'a mut Dice,
    pub stock: &'a Stock,
    /// Sections of the same book that this one may name.
    pub others: &'a [&'a Stock],
    pub truth: SectionTruth,
    part: usize,
    article: usize,
    paragraph: usize,
    sentence: usize,
}

impl<'a> SectionWriter<'a> {
    pub fn new(
        style: HouseStyle,
        flow: &'a mut Flow,
        dice: &'a mut Dice,
        stock: &'a Stock,
        others: &'a [&'a Stock],
    ) -> Self {
        let sentence = dice.below(97);
        Self {
            style,
            flow,
            dice,
            stock,
            others,
            truth: SectionTruth {
                number: style.canonical(stock),
                title: stock.title.to_owned(),
                ..SectionTruth::default()
            },
            part: 0,
            article: 0,
            paragraph: 0,
            sentence,
        }
    }

    /// The whole section, `fullness` paragraphs or so in each article.
    pub fn write(mut self, fullness: usize) -> SectionTruth {
        self.heading();
        self.general(fullness);
        self.products(fullness);
        self.execution(fullness);
        let mut last = self.flow.page_number();
        if let Some(ending) = self.style.ending {
            self.flow.gap(1.0);
            self.flow.need(1);
            let ending = ending.replace('#', &self.style.printed(self.stock));
            last = self.flow.centred(&ending, self.flow.bold, self.flow.size);
        }
        self.truth.ends = vec![last];
        self.truth
    }

    fn heading(&mut self) {
        let (style, title) = (self.style, self.stock.title);
        let number = style.printed(self.stock);
        let (bold, size) = (self.flow.bold, self.flow.size);
        if style.runs_on && !self.flow.is_at_top() {
            self.flow.need(12);
            self.flow.gap(2.5);
        } else if !self.flow.is_at_top() {
            self.flow.new_page();
        }
        self.truth.start = match style.heading {
            Heading::OneLine => {
                self.flow
                    .centred(&format!("SECTION {number} - {title}"), bold, size)
            }
            Heading::Centred => {
                let page = self.flow.centred(&format!("SECTION {number}"), bold, size);
                self.flow.centred(title, bold, size);
                page
            }
            Heading::Left => {
                let left = self.flow.left;
                let page = self.flow.line(left, &format!("SECTION {number}"), bold);
                self.flow.line(left, title, bold);
                page
            }
            Heading::RunningHead => self.flow.page_number(),
        };
        self.flow.gap(1.0);
    }

    fn part(&mut self, title: &str) {
        self.part += 1;
        self.article = 0;
        self.flow.gap(1.0);
        self.flow.need(5);
        let number = self.part;
        let joint = self.style.part_joint;
        let line = match self.style.has_small_parts {
            true => {
                let rest: String = title.chars().skip(1).collect();
                let first: String = title.chars().take(1).collect();
                format!("Part {number}{joint}{first}{}", rest.to_lowercase())
            }
            false => format!("PART {number}{joint}{title}"),
        };
        let page = self.flow.line(self.flow.left, &line, self.flow.bold);
        self.truth.parts.push(ItemTruth {
            label: format!("PART {number}"),
            title: title.to_owned(),
            page,
        });
    }

    fn article(&mut self, title: &str) {
        self.article += 1;
        self.paragraph = 0;
        self.flow.gap(0.8);
        self.flow.need(4);
        let width = self.style.article_digits;
        let label = format!("{}.{:0width$}", self.part, self.article);
        let (left, bold, size) = (self.flow.left, self.flow.bold, self.flow.size);
        let shown = format!("{title}{}", self.style.article_colon);
        let lead = size * 1.22;
        let page = self.flow.draw(lead, |page, y| {
            page.text(left, y, size, bold, &label);
            page.text(left + 36.0, y, size, bold, &shown);
        });
        let title = title.to_owned();
        self.truth.articles.push(ItemTruth { label, title, page });
        self.flow.gap(0.4);
    }

    /// A paragraph of the first level.
    fn paragraph(&mut self, text: &str) -> u32 {
        self.paragraph += 1;
        let (left, gap) = (self.flow.left, 0.35);
        let page = match self.style.labels {
            Labels::Letters => {
                let label = letter_label(self.paragraph, b'A');
                self.flow.paragraph(left + 14.0, &label, left + 40.0, text)
            }
            Labels::Dots => {
                let label = format!(".{}", self.paragraph);
                self.flow.paragraph(left + 36.0, &label, left + 62.0, text)
            }
            Labels::Plain => self.flow.paragraph(left, "", left, text),
        };
        self.flow.gap(gap);
        page
    }

    /// One below it; `number` counts from 1.
    fn below(&mut self, number: usize, text: &str) -> u32 {
        let left = self.flow.left;
        match self.style.labels {
            Labels::Letters => {
                let label = format!("{number}.");
                self.flow.paragraph(left + 44.0, &label, left + 66.0, text)
            }
            Labels::Dots => {
                let label = format!(".{number}");
                self.flow.paragraph(left + 66.0, &label, left + 92.0, text)
            }
            Labels::Plain => {
                let label = letter_label(number, b'a');
                self.flow.paragraph(left + 24.0, &label, left + 48.0, text)
            }
        }
    }

    /// A sentence of these with its blanks filled; each comes once before any comes again.
    fn sentence(&mut self, stock: &[&str], about: usize) -> String {
        self.sentence += 1;
        let sentence = stock.get(self.sentence % stock.len().max(1));
        self.filled(sentence.copied().unwrap_or_default(), about)
    }

    fn filled(&mut self, sentence: &str, about: usize) -> String {
        let products = self.stock.products;
        let product = |at: usize| products.get(at % 3).copied().unwrap_or_default();
        let mut text = sentence
            .replace("{p}", product(about))
            .replace("{q}", product(about + 1))
            .replace("{r}", product(about + 2));
        if text.contains("{s}") {
            let named = match self.dice.pick(&self.stock.standards) {
                "" => "the approved submittals".to_owned(),
                standard => self.cited(standard),
            };
            text = text.replace("{s}", &named);
        }
        while text.contains("{n}") {
            let number = self
                .dice
                .pick(&["2", "3", "4", "5", "6", "8", "10", "12", "14"]);
            text = text.replacen("{n}", number, 1);
        }
        text
    }

    fn cited(&mut self, standard: &str) -> String {
        if !self.truth.standards.iter().any(|known| known == standard) {
            self.truth.standards.push(standard.to_owned());
        }
        standard.to_owned()
    }

    fn some(&mut self, stock: &[&str], count: usize) {
        for about in 0..count {
            let text = self.sentence(stock, about);
            self.paragraph(&text);
        }
    }

    fn submittal(&mut self, stock: &[&str], about: usize) {
        let text = self.sentence(stock, about);
        let page = self.paragraph(&text);
        self.truth.submittals.push(PassageTruth { text, page });
    }

    fn general(&mut self, fullness: usize) {
        self.part("GENERAL");
        let first = match self.style.article_colon {
            ":" => "DESCRIPTION",
            _ => "SUMMARY",
        };
        self.article(first);
        let text = self.sentence(prose::SUMMARY, 0);
        self.paragraph(&text);
        self.related();
        if self.style.article_digits == 2 || self.style.labels == Labels::Plain {
            self.references();
        }
        self.submittals();
        self.article("QUALITY ASSURANCE");
        self.some(prose::QUALITY, fullness.min(6));
        self.article("DELIVERY, STORAGE, AND HANDLING");
        self.some(prose::DELIVERY, fullness.min(4));
        if self.dice.below(3) > 0 {
            self.article("FIELD CONDITIONS");
            self.some(prose::CONDITIONS, fullness.min(3));
        }
        self.article("WARRANTY");
        self.some(prose::WARRANTY, 2);
        if self.stock.number == "013300" {
            self.submittal_schedule();
        }
    }

    /// The sections that belong with this one, in the form of the house.
    fn related(&mut self) {
        let mut named: Vec<&Stock> = Vec::new();
        for _ in 0..self.dice.between(2, 4) {
            let Some(other) = self.others.get(self.dice.below(self.others.len())) else {
                break;
            };
            let is_known = named.iter().any(|known| known.number == other.number);
            if other.number != self.stock.number && !is_known {
                named.push(other);
            }
        }
        let form = self.dice.below(3);
        let heading = match form {
            0 => "Related Requirements:",
            1 => "Related Sections include the following:",
            _ => "Related work specified elsewhere:",
        };
        self.article_of_related(heading, &named, form);
        for other in named {
            self.truth.related.push(self.style.canonical(other));
        }
    }

    fn article_of_related(&mut self, heading: &str, named: &[&Stock], form: usize) {
        if self.style.labels == Labels::Plain {
            for other in named {
                // The cross-reference falls on the start of a line, as chance has it in real books.
                let text = format!(
                    "Coordinate {} with the requirements of{BREAK}Section {} {} before ordering.",
                    self.stock.products.first().copied().unwrap_or_default(),
                    self.style.printed(other),
                    other.title
                );
                self.paragraph(&text);
            }
            return;
        }
        self.paragraph(heading);
        for (other, number) in named.iter().zip(1..) {
            let printed = self.style.printed(other);
            let title = title_case(other.title);
            let purpose = self.dice.pick(prose::RELATED_WORK);
            match form {
                0 => {
                    let text = format!("Section {printed} “{title}” {purpose}.");
                    self.below(number, &text);
                }
                1 => {
                    self.below(number, &format!("Section {printed} - {title}: {}", purpose));
                }
                _ => {
                    // A bare list without labels, in capitals: it looks like headings.
                    let left = self.flow.left + 40.0;
                    let text = format!("SECTION {printed} - {}", other.title);
                    self.flow.paragraph(left, "", left, &text);
                }
            }
        }
        self.flow.gap(0.3);
    }

    fn references(&mut self) {
        let standards = self.stock.standards.clone();
        if standards.is_empty() {
            return;
        }
        self.article("REFERENCES");
        if self.style.labels == Labels::Plain {
            self.paragraph("The publications listed below form a part of this specification to the extent referenced.");
        }
        for (standard, number) in standards.iter().zip(0..) {
            let standard = self.cited(standard);
            let about = self
                .stock
                .products
                .get(number % 3)
                .copied()
                .unwrap_or_default();
            match self.style.labels {
                Labels::Plain => {
                    let left = self.flow.left;
                    self.flow.paragraph(
                        left + 12.0,
                        &standard,
                        left + 170.0,
                        &format!("(2021) Requirements for {about}"),
                    );
                }
                _ => {
                    self.paragraph(&format!("{standard} - Requirements for {about}."));
                }
            }
        }
    }

    fn submittals(&mut self) {
        if self.style.parts_submittals {
            self.article("ACTION SUBMITTALS");
            for about in 0..self.dice.between(1, 2) {
                self.submittal(prose::PRODUCT_DATA, about);
            }
            self.submittal(prose::SHOP_DRAWINGS, 0);
            self.below(1, "Include the numbers of rooms and openings.");
            self.below(2, "Show clearances that maintenance needs.");
            self.submittal(prose::SAMPLES, 1);
            self.article("INFORMATIONAL SUBMITTALS");
            for about in 0..self.dice.between(2, 3) {
                self.submittal(prose::INFORMATIONAL, about);
            }
            self.article("CLOSEOUT SUBMITTALS");
            self.submittal(prose::CLOSEOUT, 0);
        } else {
            self.article("SUBMITTALS");
            self.submittal(prose::PRODUCT_DATA, 0);
            self.submittal(prose::SHOP_DRAWINGS, 1);
            self.submittal(prose::SAMPLES, 2);
            for about in 0..2 {
                self.submittal(prose::INFORMATIONAL, about);
            }
            self.submittal(prose::CLOSEOUT, 0);
        }
    }

    /// Looks like a table of contents, and is none.
    fn submittal_schedule(&mut self) {
        self.article("SUBMITTAL SCHEDULE");
        self.paragraph("Allow review times as follows, counted from receipt:");
        let left = self.flow.left + 40.0;
        for other in self.others.iter().take(14) {
            let start = format!("{}  {}", self.style.printed(other), title_case(other.title));
            let days = self.dice.pick(&["10 days", "14 days", "21 days"]);
            self.flow.dotted(left, &start, days);
            self.truth
                .related_optional
                .push(self.style.canonical(other));
        }
    }

    fn products(&mut self, fullness: usize) {
        self.part("PRODUCTS");
        self.article("MANUFACTURERS");
        let count = self.dice.between(2, 4);
        let makers = self.dice.some(MAKERS, count);
        let product = self.stock.products.first().copied().unwrap_or_default();
        let text = match self.dice.below(2) {
            0 => format!(
                "Manufacturers: Subject to compliance with requirements, provide {product} by one of the following:"
            ),
            _ => "Acceptable manufacturers are listed below; others by the substitution procedure:"
                .to_owned(),
        };
        self.paragraph(&text);
        for (maker, number) in makers.iter().zip(1..) {
            self.below(number, &format!("{}.", maker.trim_end_matches('.')));
            self.truth.manufacturers.push((*maker).to_owned());
        }
        self.flow.gap(0.3);
        for (product, about) in self.stock.products.iter().zip(0..) {
            self.article(&product.to_uppercase());
            for _ in 0..=fullness {
                let text = self.sentence(prose::PRODUCT, about);
                self.paragraph(&text);
                if self.dice.below(4) == 0 && self.style.labels != Labels::Plain {
                    let text = self.sentence(prose::PRODUCT, about + 1);
                    self.below(1, &text);
                    let text = self.sentence(prose::PRODUCT, about + 2);
                    self.below(2, &text);
                }
            }
        }
        if self.dice.below(3) == 0 {
            self.table();
        }
    }

    /// A ruled table of properties.
    fn table(&mut self) {
        self.article("SCHEDULE OF PROPERTIES");
        self.paragraph("Provide the following:");
        let (left, size, face) = (self.flow.left + 40.0, self.flow.size, self.flow.face);
        self.flow.need(7);
        let heads = ["Item", "Property", "Minimum"];
        let products = self.stock.products;
        let height = size * 1.6;
        for row in 0..5 {
            let texts = match row {
                0 => heads.map(str::to_owned),
                _ => [
                    products
                        .get(row % 3)
                        .copied()
                        .unwrap_or_default()
                        .to_owned(),
                    self.dice
                        .pick(&["Tensile strength", "Thickness", "Gloss", "Adhesion"])
                        .to_owned(),
                    self.dice
                        .pick(&["120", "0.018 in.", "35 units", "4,000 psi"])
                        .to_owned(),
                ],
            };
            self.flow.draw(height, |page, y| {
                for (text, column) in texts.iter().zip([0.0, 170.0, 300.0]) {
                    page.text(left + column + 4.0, y, size, face, text);
                }
                for x in [0.0, 170.0, 300.0, 400.0] {
                    page.line(left + x, y - size * 1.1, left + x, y - size * 1.1 + height);
                }
                page.line(left, y - size * 1.1, left + 400.0, y - size * 1.1);
                page.line(
                    left,
                    y - size * 1.1 + height,
                    left + 400.0,
                    y - size * 1.1 + height,
                );
            });
        }
        self.flow.gap(0.6);
    }

    fn execution(&mut self, fullness: usize) {
        self.part("EXECUTION");
        self.article("EXAMINATION");
        self.some(prose::EXAMINATION, fullness.min(3));
        self.article("PREPARATION");
        self.some(prose::PREPARATION, fullness.min(4));
        self.article("INSTALLATION");
        self.some(prose::INSTALLATION, fullness + 2);
        if let Some(other) = self.others.first()
            && other.number != self.stock.number
            && self.dice.below(2) == 0
        {
            let canonical = self.style.canonical(other);
            let text = format!(
                "Close joints at the perimeter as specified in{BREAK}Section {}, {}, after the work has been accepted.",
                self.style.printed(other),
                title_case(other.title)
            );
            self.paragraph(&text);
            if !self.truth.related.contains(&canonical) {
                self.truth.related.push(canonical);
            }
        }
        self.article("FIELD QUALITY CONTROL");
        self.some(prose::FIELD_QUALITY, fullness.min(4));
        self.article("CLEANING AND PROTECTION");
        self.some(prose::CLEANING, fullness.min(3));
    }
}

/// `A.` to `Z.`, then `AA.`
fn letter_label(number: usize, first: u8) -> String {
    let at = u8::try_from((number - 1) % 26).unwrap_or_default();
    let letter = char::from(first + at);
    letter.to_string().repeat((number - 1) / 26 + 1) + "."
}

/// `Cast-in-Place Concrete` from capitals.
pub fn title_case(capitals: &str) -> String {
    let words = capitals.split(' ').enumerate().map(|(place, word)| {
        let core = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        if matches!(core, "HVAC" | "LED" | "TPO") {
            return word.to_owned();
        }
        if place > 0 && matches!(core, "AND" | "FOR" | "OF" | "IN" | "THE") {
            return word.to_lowercase();
        }
        let parts = word.split('-').map(|part| match part {
            "IN" => "in".to_owned(),
            part => {
                let mut lower = part.to_lowercase();
                if let Some(at) = lower.find(char::is_alphabetic)
                    && let Some(letter) = lower.get(at..=at).map(str::to_uppercase)
                {
                    lower.replace_range(at..=at, &letter);
                }
                lower
            }
        });
        parts.collect::<Vec<_>>().join("-")
    });
    words.collect::<Vec<_>>().join(" ")
}
