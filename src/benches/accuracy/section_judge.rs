//! Compares the sections of a specification with the truth.

use serde_json::Value;

use crate::tally::{Figure, Place, Report, bare, same};
use crate::truth::{ItemTruth, PassageTruth, SectionTruth};

pub fn judge(report: &mut Report, file: &str, truth: &[SectionTruth], found: &[Value]) {
    let mut is_taken = vec![false; found.len()];
    for section in truth {
        let fits = |candidate: &Value| {
            text(candidate, "sectionNumber")
                .is_some_and(|number| bare(number) == bare(&section.number))
        };
        let far = |candidate: &Value| number(candidate, "pageStart").abs_diff(section.start);
        let partner = found
            .iter()
            .zip(is_taken.iter_mut())
            .filter(|(candidate, taken)| !**taken && fits(candidate))
            .min_by_key(|(candidate, _)| far(candidate));
        let nothing = Value::Null;
        let partner = match partner {
            Some((partner, taken)) => {
                *taken = true;
                partner
            }
            None => &nothing,
        };
        judge_section(report, file, section, partner);
    }
    for (candidate, is_taken) in found.iter().zip(is_taken) {
        if !is_taken {
            let page = number(candidate, "pageStart");
            let shown = format!(
                "{} {}",
                text(candidate, "sectionNumber").unwrap_or_default(),
                text(candidate, "sectionTitle").unwrap_or_default()
            );
            report.needless(Figure::SectionNumbers, Place { file, page }, &shown);
        }
    }
}

pub fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

pub fn number(value: &Value, field: &str) -> u32 {
    let number = value.get(field).and_then(Value::as_u64);
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or_default()
}

pub fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn judge_section(report: &mut Report, file: &str, truth: &SectionTruth, found: &Value) {
    let place = Place {
        file,
        page: truth.start,
    };
    let shown = format!("{} {}", truth.number, truth.title);
    if found.is_null() {
        report.missed(Figure::SectionNumbers, place, &shown);
        report.missed(Figure::SectionTitles, place, &shown);
        report.missed(Figure::SectionStarts, place, &shown);
        report.missed(Figure::SectionEnds, place, &shown);
    } else {
        report.right(Figure::SectionNumbers);
        let title = text(found, "sectionTitle").unwrap_or_default();
        match same(title, &truth.title) {
            true => report.right(Figure::SectionTitles),
            false => report.wrong(Figure::SectionTitles, place, &shown, title),
        }
        let (start, end) = (number(found, "pageStart"), number(found, "pageEnd"));
        match start == truth.start {
            true => report.right(Figure::SectionStarts),
            false => report.wrong(
                Figure::SectionStarts,
                place,
                &format!("{shown} from {}", truth.start),
                &start.to_string(),
            ),
        }
        match truth.ends.contains(&end) {
            true => report.right(Figure::SectionEnds),
            false => report.wrong(
                Figure::SectionEnds,
                place,
                &format!("{shown} to {:?}", truth.ends),
                &end.to_string(),
            ),
        }
    }
    let parts = list(found, "parts");
    let articles: Vec<&Value> = parts
        .iter()
        .flat_map(|part| list(part, "articles"))
        .collect();
    let parts: Vec<&Value> = parts.iter().collect();
    judge_items(
        report,
        Figure::Parts,
        file,
        &truth.parts,
        &parts,
        "pageStart",
    );
    judge_items(
        report,
        Figure::Articles,
        file,
        &truth.articles,
        &articles,
        "pageNumber",
    );
    judge_passages(report, place, &truth.submittals, list(found, "submittals"));
    let standards = list(found, "standards").iter().map(|standard| {
        let publisher = text(standard, "publisher").unwrap_or_default();
        format!(
            "{publisher} {}",
            text(standard, "number").unwrap_or_default()
        )
    });
    judge_names(
        report,
        Figure::Standards,
        place,
        &truth.standards,
        &[],
        standards,
        standard_forms,
    );
    let related = list(found, "relatedSections").iter();
    let related = related
        .filter_map(|other| text(other, "sectionNumber"))
        .map(str::to_owned);
    judge_names(
        report,
        Figure::RelatedSections,
        place,
        &truth.related,
        &truth.related_optional,
        related,
        |name| vec![bare(name)],
    );
    let makers = list(found, "products")
        .iter()
        .flat_map(|product| list(product, "manufacturers"));
    let makers = makers.filter_map(Value::as_str).map(str::to_owned);
    judge_names(
        report,
        Figure::Manufacturers,
        place,
        &truth.manufacturers,
        &[],
        makers,
        |name| vec![bare(name)],
    );
}

/// Parts or articles: label, title and page have to be right.
fn judge_items(
    report: &mut Report,
    figure: Figure,
    file: &str,
    truth: &[ItemTruth],
    found: &[&Value],
    page_field: &str,
) {
    let mut is_taken = vec![false; found.len()];
    for item in truth {
        let place = Place {
            file,
            page: item.page,
        };
        let fits = |candidate: &Value| {
            text(candidate, "label").is_some_and(|label| bare(label) == bare(&item.label))
                && text(candidate, "title")
                    .is_some_and(|title| same(title.trim_end_matches(':'), &item.title))
                && number(candidate, page_field) == item.page
        };
        let free = found.iter().zip(is_taken.iter_mut());
        match free
            .filter(|(candidate, taken)| !**taken && fits(candidate))
            .map(|(_, taken)| taken)
            .next()
        {
            Some(taken) => {
                *taken = true;
                report.right(figure);
            }
            None => report.missed(figure, place, &format!("{} {}", item.label, item.title)),
        }
    }
    for (candidate, is_taken) in found.iter().zip(is_taken) {
        if !is_taken {
            let page = number(candidate, page_field);
            let shown = format!(
                "{} {}",
                text(candidate, "label").unwrap_or_default(),
                text(candidate, "title").unwrap_or_default()
            );
            report.needless(figure, Place { file, page }, &shown);
        }
    }
}

/// Passages are the same when one starts as the other does, for as long as it goes.
fn judge_passages(report: &mut Report, place: Place, truth: &[PassageTruth], found: &[Value]) {
    const LONG_ENOUGH: usize = 40;
    let start = |text: &str| bare(text).chars().take(LONG_ENOUGH).collect::<String>();
    let mut is_taken = vec![false; found.len()];
    for passage in truth {
        let known = start(&passage.text);
        let fits = |candidate: &Value| {
            let text = bare(text(candidate, "text").unwrap_or_default());
            // The label may stand before it.
            let at = text.find(&known);
            at.is_some_and(|at| at <= 3) && number(candidate, "pageNumber") == passage.page
        };
        let free = found.iter().zip(is_taken.iter_mut());
        let place = Place {
            page: passage.page,
            ..place
        };
        match free
            .filter(|(candidate, taken)| !**taken && fits(candidate))
            .map(|(_, taken)| taken)
            .next()
        {
            Some(taken) => {
                *taken = true;
                report.right(Figure::Submittals);
            }
            None => report.missed(Figure::Submittals, place, &passage.text),
        }
    }
    for (candidate, is_taken) in found.iter().zip(is_taken) {
        if !is_taken {
            let place = Place {
                page: number(candidate, "pageNumber"),
                ..place
            };
            report.needless(
                Figure::Submittals,
                place,
                text(candidate, "text").unwrap_or_default(),
            );
        }
    }
}

/// Names of which each counts once, however often it stands there.
fn judge_names(
    report: &mut Report,
    figure: Figure,
    place: Place,
    truth: &[String],
    optional: &[String],
    found: impl Iterator<Item = String>,
    forms: impl Fn(&str) -> Vec<String>,
) {
    let mut seen: Vec<(String, String)> = Vec::new();
    for name in found {
        let key = bare(&name);
        if !seen.iter().any(|(known, _)| *known == key) {
            seen.push((key, name));
        }
    }
    let names = |of: &[String]| -> Vec<Vec<String>> { of.iter().map(|name| forms(name)).collect() };
    let (known, may_be) = (names(truth), names(optional));
    for (forms, name) in known.iter().zip(truth) {
        match seen.iter().any(|(key, _)| forms.contains(key)) {
            true => report.right(figure),
            false => report.missed(figure, place, name),
        }
    }
    for (key, name) in &seen {
        if !known.iter().chain(&may_be).any(|forms| forms.contains(key)) {
            report.needless(figure, place, name);
        }
    }
}

/// `ASTM C150/C150M` may be answered without the metric half, `ANSI/SPRI ES-1` by either publisher.
fn standard_forms(name: &str) -> Vec<String> {
    let (publisher, number) = name.split_once(' ').unwrap_or((name, ""));
    let mut publishers = vec![publisher];
    publishers.extend(publisher.split('/'));
    let mut numbers = vec![number];
    if number.ends_with('M') {
        numbers.extend(number.split('/').next());
    }
    let mut forms = Vec::new();
    for publisher in &publishers {
        for number in &numbers {
            forms.push(bare(&format!("{publisher} {number}")));
        }
    }
    forms
}
