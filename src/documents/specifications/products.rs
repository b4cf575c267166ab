//! The products that a section asks for and the manufacturers it names for each (CSI SectionFormat,
//! part 2): lists below `Manufacturers:` and `Products:`, bases of design, articles of manufacturers.

use super::super::bound::{Article, Paragraph, Part, Product};

/// More in one section are noise.
const MOST_PRODUCTS: usize = 1_000;
const MOST_MAKERS: usize = 60;

/// The products of a section; `section_title` names what its article of manufacturers is about.
pub(super) fn products(parts: &[Part], section_title: &str) -> Vec<Product> {
    let mut found = Vec::new();
    for article in parts.iter().flat_map(|part| &part.articles) {
        let name = if is_makers_title(&article.title) {
            article_name(&article.title, section_title)
        } else {
            article.title.clone()
        };
        let before = found.len();
        for paragraph in &article.paragraphs {
            search(&mut found, paragraph, &name);
        }
        if found.len() == before && is_makers_title(&article.title) {
            add_plain_list(&mut found, article, &name);
        }
    }
    found
}

/// `MANUFACTURERS`, `ACCEPTABLE MANUFACTURERS`, `MORTAR MANUFACTURERS`.
fn is_makers_title(title: &str) -> bool {
    let upper = title.to_uppercase();
    let last = upper.split(' ').next_back().unwrap_or_default();
    matches!(
        last,
        "MANUFACTURERS" | "MANUFACTURER" | "SUPPLIERS" | "FABRICATORS"
    ) || upper.starts_with("MANUFACTURERS")
}

/// What an article of manufacturers is about: the words before, or the section's title.
fn article_name(title: &str, section_title: &str) -> String {
    let upper = title.to_uppercase();
    let is_plain = upper.split(' ').all(|word| {
        matches!(
            word,
            "MANUFACTURERS"
                | "MANUFACTURER"
                | "ACCEPTABLE"
                | "APPROVED"
                | "AVAILABLE"
                | "PRODUCT"
                | "SUPPLIERS"
                | "FABRICATORS"
                | "AND"
                | "PRODUCTS"
                | "LISTED"
                | "SPECIFIED"
        )
    });
    let words: Vec<&str> = title.split(' ').collect();
    match words.split_last() {
        Some((_, before)) if !is_plain && !before.is_empty() => before.join(" "),
        _ => section_title.to_owned(),
    }
}

/// What a paragraph says of manufacturers.
enum Says<'t> {
    /// A list follows, here or below.
    Makers(&'t str),
    /// Products by name, `Acme; Model X`, here or below.
    Named(&'t str),
    /// One product that the design rests on, and perhaps others comparable below.
    Basis(&'t str),
}

const MAKERS: [&str; 12] = [
    "manufacturers:",
    "manufacturer:",
    "available manufacturers:",
    "acceptable manufacturers:",
    "approved manufacturers:",
    "manufacturers and products:",
    "acceptable manufacturer:",
    "approved manufacturer:",
    "suppliers:",
    "acceptable suppliers:",
    "other acceptable manufacturers:",
    "fabricators:",
];
const NAMED: [&str; 8] = [
    "products:",
    "available products:",
    "product:",
    "acceptable products:",
    "approved products:",
    "acceptable materials:",
    "acceptable material:",
    "acceptable product:",
];
const BASIS: [&str; 6] = [
    "basis-of-design product:",
    "basis of design:",
    "basis-of-design:",
    "basis of design product:",
    "basis-of-design manufacturer:",
    "basis of design manufacturer:",
];

fn says(text: &str) -> Option<Says<'_>> {
    let lower = text.to_ascii_lowercase();
    let after = |phrases: &[&str]| {
        phrases
            .iter()
            .find(|phrase| lower.starts_with(**phrase))
            .and_then(|phrase| text.get(phrase.len()..))
            .map(str::trim)
    };
    if let Some(rest) = after(&BASIS).or_else(|| basis_in_sentence(text, &lower)) {
        return Some(Says::Basis(rest));
    }
    if let Some(rest) = after(&MAKERS) {
        return Some(Says::Makers(rest));
    }
    if let Some(rest) = after(&NAMED) {
        return Some(Says::Named(rest));
    }
    if let Some(makers) = named_in_passing(text, &lower) {
        return Some(Says::Makers(makers));
    }
    let is_offer = lower.contains("by one of the following")
        || lower.contains("from one of the following")
        || lower.contains("manufactured by one of the following")
        || lower.contains("of one of the following manufacturers")
        || lower.ends_with("manufactured by:")
        || (lower.len() < 400 && points_to_makers(&lower));
    if is_offer && (lower.ends_with(':') || lower.ends_with("following") || lower.ends_with('.')) {
        return Some(Says::Makers(""));
    }
    let named = lower.contains("provide one of the following")
        || lower.contains("provide the following or");
    (named && lower.ends_with(':')).then_some(Says::Named(""))
}

/// The product in `The basis of design is Acme Model X.`
fn basis_in_sentence<'t>(text: &'t str, lower: &str) -> Option<&'t str> {
    const LONGEST_SUBJECT: usize = 60;
    let from = ["basis of design", "basis-of-design"]
        .iter()
        .find_map(|phrase| lower.find(phrase))?;
    let verb = [" is ", " shall be "]
        .iter()
        .filter_map(|verb| Some((lower.get(from..)?.find(verb)?, verb.len())))
        .min()
        .filter(|(at, _)| *at <= LONGEST_SUBJECT)?;
    let rest = text.get(from + verb.0 + verb.1..)?.trim();
    let rest = rest.strip_prefix("the ").unwrap_or(rest);
    // `is indicated on the Drawings` names none.
    rest.starts_with(char::is_uppercase).then_some(rest)
}

/// The makers in `Tape, 6 inches wide, as manufactured by Acme, Beta, or equal.` and in `Hot applied, Type
/// II; Acme, Inc., Beta, or equal.`
fn named_in_passing<'t>(text: &'t str, lower: &str) -> Option<&'t str> {
    const MADE_BY: [&str; 3] = ["manufactured by ", "shall be by ", "as made by "];
    // Figures and signs are as long in small letters; other letters may not be.
    if lower.len() != text.len() || lower.contains("following") {
        return None;
    }
    let made_by = MADE_BY
        .iter()
        .find_map(|phrase| Some(lower.find(phrase)? + phrase.len()));
    let equal = ["or equal", "or approved equal", "or an approved equal"]
        .iter()
        .find_map(|phrase| lower.find(phrase));
    let from = match (made_by, equal) {
        (Some(from), _) => from,
        (None, Some(end)) => lower.get(..end)?.rfind("; ")? + 2,
        (None, None) => return None,
    };
    let makers = text.get(from..equal.filter(|end| *end > from).unwrap_or(text.len()))?;
    let makers = makers.split("; ").next()?.trim_end_matches([' ', ',']);
    makers
        .starts_with(|c: char| c.is_uppercase())
        .then_some(makers)
}

/// `Acceptable manufacturers are listed below:`, in small letters; not the manufacturers'
/// instructions, nor a manufacturer's finishes.
fn points_to_makers(lower: &str) -> bool {
    let has_word = |wanted: &str| {
        lower
            .split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
            .any(|word| word == wanted)
    };
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    let is_named_below = has(&["listed below", "named below"]);
    has_word("manufacturers") && (is_named_below || has(&["following", "as follows"]))
        || has_word("manufacturer") && is_named_below
}

/// Depth is bounded by that of the tree.
fn search(found: &mut Vec<Product>, paragraph: &Paragraph, name: &str) {
    if found.len() >= MOST_PRODUCTS {
        return;
    }
    let below = || {
        paragraph
            .paragraphs
            .iter()
            .map(|paragraph| paragraph.text.as_str())
    };
    let manufacturers: Vec<String> = match says(&paragraph.text) {
        Some(Says::Makers(rest)) => {
            let own = if is_offer(rest) {
                Vec::new()
            } else {
                inline_makers(rest)
            };
            own.into_iter().chain(below().filter_map(maker)).collect()
        }
        Some(Says::Named(rest)) => {
            let own = if is_offer(rest) {
                None
            } else {
                named_maker(rest)
            };
            own.into_iter()
                .chain(below().filter_map(named_maker))
                .collect()
        }
        Some(Says::Basis(rest)) => {
            let own = basis_maker(rest);
            let others = below().flat_map(|text| match says(text) {
                Some(Says::Makers(rest)) if !is_offer(rest) => inline_makers(rest),
                Some(_) => Vec::new(),
                None => maker(text).into_iter().collect(),
            });
            own.into_iter().chain(others).collect()
        }
        None => {
            // What is described here is what lists below it are about.
            let own = product_name(&paragraph.text);
            let name = own.as_deref().unwrap_or(name);
            for below in &paragraph.paragraphs {
                search(found, below, name);
            }
            return;
        }
    };
    let mut unique: Vec<String> = Vec::new();
    for maker in manufacturers.into_iter().take(MOST_MAKERS) {
        if !unique.contains(&maker) {
            unique.push(maker);
        }
    }
    if unique.is_empty() {
        return;
    }
    // A basis of design and the list beside it are about one product.
    let is_list = matches!(
        says(&paragraph.text),
        Some(Says::Makers(_) | Says::Named(_))
    );
    if let Some(last) = found.last_mut()
        && is_list
        && last.name == name
        && last.page_number <= paragraph.page_number
        && paragraph.page_number - last.page_number <= 1
    {
        for maker in unique {
            if !last.manufacturers.contains(&maker) {
                last.manufacturers.push(maker);
            }
        }
        return;
    }
    found.push(Product {
        name: name.to_owned(),
        manufacturers: unique,
        page_number: paragraph.page_number,
        display_box: paragraph.display_box,
    });
}

/// `A. Acme Corporation.` below an article of manufacturers.
fn add_plain_list(found: &mut Vec<Product>, article: &Article, name: &str) {
    let mut manufacturers: Vec<String> = Vec::new();
    for paragraph in article.paragraphs.iter().take(MOST_MAKERS) {
        if paragraph.label.is_empty() {
            continue;
        }
        // `A. Mortar: Acme; Beta.` or `A. Mortar:` and a list.
        let split = paragraph
            .text
            .split_once(':')
            .filter(|(kind, _)| kind.split(' ').count() <= 6);
        if let Some((kind, makers)) = split {
            let listed: Vec<String> = if makers.trim().is_empty() {
                paragraph
                    .paragraphs
                    .iter()
                    .filter_map(|below| maker(&below.text))
                    .collect()
            } else {
                inline_makers(makers)
            };
            if !listed.is_empty() && found.len() < MOST_PRODUCTS {
                found.push(Product {
                    name: kind.to_owned(),
                    manufacturers: listed,
                    page_number: paragraph.page_number,
                    display_box: paragraph.display_box,
                });
            }
            continue;
        }
        manufacturers.extend(maker(&paragraph.text));
    }
    if !manufacturers.is_empty() {
        found.push(Product {
            name: name.to_owned(),
            manufacturers,
            page_number: article.page_number,
            display_box: article.display_box,
        });
    }
}

/// `Portland Cement` of `Portland Cement: ASTM C150, Type I.`
fn product_name(text: &str) -> Option<String> {
    let name = match text.split_once(':') {
        Some((name, _)) => name,
        None => text.split_once('.').map_or(text, |(name, _)| name),
    };
    let count = name.split(' ').count();
    let is_name = (1..=10).contains(&count)
        && name.starts_with(|c: char| c.is_alphanumeric())
        && !matches!(
            name,
            "General" | "GENERAL" | "Description" | "Manufacturer" | "Source Limitations"
        );
    is_name.then(|| name.trim().to_owned())
}

/// `Subject to compliance with requirements, provide products by one of the following:`
fn is_offer(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.is_empty()
        || lower.contains("following")
        || lower.starts_with("subject to")
        || lower.contains("available manufacturers offering")
}

/// The maker that one item of a list names; none for a sentence, an `or equal` and the like.
fn maker(text: &str) -> Option<String> {
    let name = text.split(';').next().unwrap_or_default();
    let name = name.split(" - ").next().unwrap_or_default();
    let name = name.split(" – ").next().unwrap_or_default();
    let name = name.split(": ").next().unwrap_or_default();
    let name = without_equal(name);
    let mut name = name
        .trim_matches(['.', ',', ';', ':', ' ', '"', '“', '”'])
        .to_owned();
    // The full stop of a company's form stays off; `Inc` keeps its meaning without.
    for form in [" Inc", " Co", " Corp", " Ltd", " L.L.C", " L.P"] {
        if name.ends_with(form) && text.contains(&format!("{form}.")) && !name.ends_with('.') {
            name.push('.');
        }
    }
    let lower = name.to_lowercase();
    let is_name = (2..=80).contains(&name.len())
        && name.split(' ').count() <= 9
        && name.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        && name.chars().any(char::is_alphabetic)
        && ![
            "substitutions",
            "approved equal",
            "equal",
            "or ",
            "insert ",
            "refer ",
            "see ",
            "other ",
            "no ",
            "as ",
            "section ",
            "comparable",
            "engineer",
            "architect",
            "not permitted",
        ]
        .iter()
        .any(|word| lower.starts_with(word))
        // A sentence; a company's name has no verb and points nowhere.
        && !name.split(' ').any(|word| {
            matches!(
                word,
                "shall" | "is" | "are" | "be" | "may" | "must" | "will" | "below" | "following"
            )
        });
    is_name.then_some(name)
}

fn without_equal(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    [
        "or approved equal",
        "or equal",
        "or engineer",
        "or architect",
        "or comparable",
        "or an approved",
        "or pre-approved",
        "or accepted",
    ]
    .iter()
    .filter_map(|phrase| lower.find(phrase))
    .min()
    .and_then(|at| text.get(..at))
    .unwrap_or(text)
}

/// The maker of `Acme Corporation; Model X` or `Acme Corporation, Model X.`
fn named_maker(text: &str) -> Option<String> {
    let text = text.trim();
    match text.split_once(';') {
        Some((name, _)) => maker(name),
        None => inline_makers(text).into_iter().next(),
    }
}

/// Of `Subject to compliance with requirements, provide Acme; Model X or comparable product by one of
/// the following:` that which stands behind `provide`.
fn basis_maker(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = match lower
        .find("provide ")
        .filter(|_| lower.starts_with("subject to"))
    {
        Some(at) => text.get(at + "provide ".len()..).unwrap_or_default(),
        None => text,
    };
    let rest = rest
        .strip_prefix("products by ")
        .or(rest.strip_prefix("product by "))
        .unwrap_or(rest);
    // `Model X by Acme` names the maker last, `Acme Model X` first.
    let before_equal = without_equal(rest);
    let before_equal = before_equal
        .split_once(" Model ")
        .filter(|(before, after)| !before.is_empty() && !after.contains(" by "))
        .map_or(before_equal, |(before, _)| before);
    if let Some((_, name)) = before_equal.rsplit_once(" by ")
        && !before_equal.contains(';')
    {
        return maker(name);
    }
    named_maker(before_equal)
}

/// The makers of a line: `Acme, Inc.; Beta Company, or Gamma.`
fn inline_makers(text: &str) -> Vec<String> {
    let text = without_equal(text);
    let pieces: Vec<&str> = if text.contains(';') {
        text.split(';').collect()
    } else {
        text.split(',').collect()
    };
    let mut names: Vec<String> = Vec::new();
    for piece in pieces {
        for name in piece.split(" or ").flat_map(|name| name.split(" and ")) {
            let name = name
                .trim()
                .trim_start_matches("or ")
                .trim_start_matches("and ")
                .trim();
            let form = name.trim_end_matches('.').to_uppercase();
            let is_form = matches!(
                form.as_str(),
                "INC" | "LLC" | "LTD" | "CO" | "CORP" | "LP" | "L.L.C" | "L.P" | "A DIVISION OF"
            );
            match names.last_mut() {
                Some(last) if is_form => {
                    last.push_str(", ");
                    last.push_str(name);
                }
                _ => names.push(name.to_owned()),
            }
        }
    }
    names.iter().filter_map(|name| maker(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::layout::DisplayBox;
    use super::*;

    fn nowhere() -> DisplayBox {
        DisplayBox::of_points(0.0, 0.0, 1.0, 1.0, (612.0, 792.0))
    }

    fn paragraph(label: &str, text: &str, paragraphs: Vec<Paragraph>) -> Paragraph {
        Paragraph {
            label: label.to_owned(),
            text: text.to_owned(),
            page_number: 1,
            display_box: nowhere(),
            paragraphs,
        }
    }

    fn makers_below(title: &str, text: &str) -> Vec<String> {
        let below = ["Acme Corporation.", "Beta & Sons.", "Gamma, Inc."];
        let below = below.iter().map(|maker| paragraph("1.", maker, Vec::new()));
        let article = Article {
            label: "2.1".to_owned(),
            title: title.to_owned(),
            page_number: 1,
            display_box: nowhere(),
            paragraphs: vec![paragraph("A.", text, below.collect())],
        };
        let part = Part {
            label: "PART 2".to_owned(),
            title: "PRODUCTS".to_owned(),
            page_start: 1,
            display_box: nowhere(),
            articles: vec![article],
        };
        products(&[part], "JOINT SEALANTS")
            .into_iter()
            .flat_map(|product| product.manufacturers)
            .collect()
    }

    #[test]
    fn makers_are_named_in_passing() {
        for text in [
            "Tape, 6 inches wide, as manufactured by Acme, Beta Works, or equal.",
            "Hot applied, Type II; Acme, Beta Works, or equal.",
            "Brick shall be by Acme or Beta Works.",
        ] {
            let lower = text.to_lowercase();
            let makers = inline_makers(named_in_passing(text, &lower).unwrap());
            assert_eq!(makers, ["Acme", "Beta Works"], "{text}");
        }
        for text in [
            "Steel manufactured by the basic oxygen process.",
            "Install 6-inch pipe or equal.",
            "Products manufactured by one of the following:",
        ] {
            assert_eq!(named_in_passing(text, &text.to_lowercase()), None, "{text}");
        }
    }

    #[test]
    fn a_sentence_that_points_to_the_list_below_it_names_no_maker() {
        for text in [
            "Acceptable manufacturers are listed below; others by the substitution procedure:",
            "Manufacturers are as follows, or approved equal:",
            "Provide products of a manufacturer named below.",
        ] {
            for title in ["MANUFACTURERS", "SEALANTS"] {
                assert_eq!(
                    makers_below(title, text),
                    ["Acme Corporation", "Beta & Sons", "Gamma, Inc."],
                    "{text}"
                );
            }
        }
        for text in [
            "Comply with manufacturers' instructions and the following:",
            "Provide the manufacturer’s standard finishes as follows:",
            "Have the manufacturer inspect the following:",
        ] {
            assert!(makers_below("SEALANTS", text).is_empty(), "{text}");
        }
        for text in [
            "Acceptable makers are listed below",
            "Products shall be new",
            "Equipment may be used",
        ] {
            assert_eq!(maker(text), None, "{text}");
        }
    }

    #[test]
    fn a_sentence_names_the_basis_of_design() {
        for text in [
            "The basis of design is Acme Model X-200 or approved equal.",
            "Basis-of-design product shall be the Model X-200 by Acme.",
            "The basis of design for the pumps is Acme; Series 20.",
        ] {
            let Some(Says::Basis(rest)) = says(text) else {
                panic!("{text}");
            };
            assert_eq!(basis_maker(rest).as_deref(), Some("Acme"), "{text}");
        }
        for text in [
            "The basis of design is indicated on the Drawings.",
            "Where a basis of design is named, comply with Section 01 60 00.",
        ] {
            assert!(says(text).is_none(), "{text}");
        }
    }

    #[test]
    fn makers_are_read_from_lists_and_lines() {
        assert_eq!(
            maker("Acme Corporation; a Beta company.").as_deref(),
            Some("Acme Corporation")
        );
        assert_eq!(maker("Substitutions: Not permitted."), None);
        assert_eq!(maker("Acme, Inc.").as_deref(), Some("Acme, Inc."));
        assert_eq!(
            inline_makers("Acme, Inc., Beta Company, or Gamma."),
            ["Acme, Inc.", "Beta Company", "Gamma"]
        );
        assert_eq!(
            inline_makers("Acme; Beta; or approved equal."),
            ["Acme", "Beta"]
        );
        assert_eq!(
            basis_maker("Subject to compliance with requirements, provide Acme; Model X or comparable product by one of the following:").as_deref(),
            Some("Acme")
        );
        assert_eq!(basis_maker("Acme; Model X").as_deref(), Some("Acme"));
        assert_eq!(basis_maker("Acme Model X-200.").as_deref(), Some("Acme"));
        assert_eq!(
            basis_maker("Flow Model X by Acme, Inc.").as_deref(),
            Some("Acme, Inc.")
        );
    }
}
