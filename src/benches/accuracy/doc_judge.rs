//! Compares the documents of other kinds in a file with the truth.

use serde_json::Value;

use crate::section_judge::{list, number, text};
use crate::tally::{Figure, Place, Report, bare, same};
use crate::truth::{DocTruth, HeadingTruth};

pub fn judge(report: &mut Report, file: &str, truth: &[DocTruth], found: &[Value]) {
    let mut is_taken = vec![false; found.len()];
    for doc in truth {
        let place = Place {
            file,
            page: doc.start,
        };
        let partner = found
            .iter()
            .zip(is_taken.iter_mut())
            .find(|(candidate, taken)| !**taken && number(candidate, "pageStart") == doc.start);
        let nothing = Value::Null;
        let partner = match partner {
            Some((partner, taken)) => {
                *taken = true;
                partner
            }
            None => &nothing,
        };
        report.answer(
            Figure::DocTypes,
            place,
            &doc.doc_type,
            text(partner, "docType"),
        );
        report.answer(Figure::DocTitles, place, &doc.title, text(partner, "title"));
        if let Some(date) = &doc.date {
            report.answer(Figure::DocDates, place, date, text(partner, "date"));
        }
        let pages = format!("{} to {}", doc.start, doc.end);
        let end = number(partner, "pageEnd");
        match (partner.is_null(), end == doc.end) {
            (true, _) => report.missed(Figure::DocPages, place, &pages),
            (false, true) => report.right(Figure::DocPages),
            (false, false) => report.wrong(Figure::DocPages, place, &pages, &format!("to {end}")),
        }
        judge_headings(report, file, doc, list(partner, "headings"));
        judge_changes(report, place, &doc.changes, list(partner, "changes"));
    }
    for (candidate, is_taken) in found.iter().zip(is_taken) {
        if !is_taken {
            let place = Place {
                file,
                page: number(candidate, "pageStart"),
            };
            report.needless(
                Figure::DocPages,
                place,
                text(candidate, "title").unwrap_or_default(),
            );
        }
    }
}

fn judge_headings(report: &mut Report, file: &str, truth: &DocTruth, found: &[Value]) {
    let mut is_taken = vec![false; found.len()];
    for HeadingTruth { title, page } in &truth.headings {
        let place = Place { file, page: *page };
        let fits = |candidate: &Value| {
            let found = text(candidate, "title").unwrap_or_default();
            let values = title.values();
            number(candidate, "pageNumber") == *page
                && values.iter().flatten().any(|title| same(title, found))
        };
        let free = found.iter().zip(is_taken.iter_mut());
        match free
            .filter(|(candidate, taken)| !**taken && fits(candidate))
            .map(|(_, taken)| taken)
            .next()
        {
            Some(taken) => {
                *taken = true;
                report.right(Figure::DocHeadings);
            }
            None => report.missed(Figure::DocHeadings, place, &title.shown()),
        }
    }
    if !truth.headings_complete {
        return;
    }
    for (candidate, is_taken) in found.iter().zip(is_taken) {
        if !is_taken {
            let place = Place {
                file,
                page: number(candidate, "pageNumber"),
            };
            report.needless(
                Figure::DocHeadings,
                place,
                text(candidate, "title").unwrap_or_default(),
            );
        }
    }
}

fn judge_changes(report: &mut Report, place: Place, truth: &[String], found: &[Value]) {
    let mut seen: Vec<&str> = Vec::new();
    for change in found {
        let name = text(change, "sectionNumber").or_else(|| text(change, "sheetNumber"));
        if let Some(name) = name.filter(|name| !seen.iter().any(|known| bare(known) == bare(name)))
        {
            seen.push(name);
        }
    }
    for name in truth {
        match seen.iter().any(|known| bare(known) == bare(name)) {
            true => report.right(Figure::Changes),
            false => report.missed(Figure::Changes, place, name),
        }
    }
    for name in seen {
        if !truth.iter().any(|known| bare(known) == bare(name)) {
            report.needless(Figure::Changes, place, name);
        }
    }
}
