//! Compares sheets with the truth: their facts, regions, tables and references.

use serde_json::Value;

use crate::table_judge;
use crate::tally::{Figure, Place, Report, same};
use crate::truth::{ReferenceTruth, RegionTruth, SheetTruth};

pub fn judge(
    report: &mut Report,
    file: &str,
    truth: &[SheetTruth],
    textless: &[u32],
    found: &[Value],
) {
    let page_of = |sheet: &Value| sheet.get("pageNumber").and_then(Value::as_u64);
    for sheet in truth {
        let found = found
            .iter()
            .find(|found| page_of(found) == Some(sheet.page.into()));
        judge_sheet(report, file, sheet, found.unwrap_or(&Value::Null));
    }
    for sheet in found {
        let page = page_of(sheet)
            .and_then(|page| u32::try_from(page).ok())
            .unwrap_or_default();
        let is_known = truth.iter().any(|known| known.page == page) || textless.contains(&page);
        if !is_known && let Some(number) = text(sheet, "sheetNumber") {
            report.needless(Figure::SheetNumbers, Place { file, page }, number);
        }
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn judge_sheet(report: &mut Report, file: &str, truth: &SheetTruth, found: &Value) {
    let place = Place {
        file,
        page: truth.page,
    };
    for (figure, known, field) in [
        (Figure::SheetNumbers, &truth.number, "sheetNumber"),
        (Figure::SheetNames, &truth.name, "sheetName"),
        (Figure::Disciplines, &truth.discipline, "discipline"),
        (Figure::DrawingTypes, &truth.drawing_type, "drawingType"),
        (Figure::Scales, &truth.scale, "scale"),
        (Figure::Revisions, &truth.revision, "revision"),
        (Figure::ProjectNames, &truth.project_name, "projectName"),
        (
            Figure::ProjectNumbers,
            &truth.project_number,
            "projectNumber",
        ),
        (Figure::IssueDates, &truth.issue_date, "issueDate"),
    ] {
        if let Some(known) = known {
            report.answer(figure, place, known, text(found, field));
        }
    }
    judge_regions(report, place, truth, list(found, "regions"));
    judge_references(report, place, &truth.references, list(found, "references"));
}

/// Left, top, right, bottom.
fn display_box(value: &Value) -> [f64; 4] {
    ["left", "top", "right", "bottom"].map(|edge| {
        let edge = value.get("displayBox").and_then(|place| place.get(edge));
        edge.and_then(Value::as_f64).unwrap_or_default()
    })
}

/// The part that two boxes share of what they cover together.
fn overlap(one: [f64; 4], other: [f64; 4]) -> f64 {
    let area =
        |[left, top, right, bottom]: [f64; 4]| (right - left).max(0.0) * (bottom - top).max(0.0);
    let both = area([
        one[0].max(other[0]),
        one[1].max(other[1]),
        one[2].min(other[2]),
        one[3].min(other[3]),
    ]);
    both / (area(one) + area(other) - both).max(1e-12)
}

/// How well a found region fits a true one; none when it does not.
fn fit(truth: &RegionTruth, found: &Value) -> Option<f64> {
    let kind = text(found, "regionType")?;
    let values = truth.r#type.values();
    if !values.contains(&Some(kind)) {
        return None;
    }
    let found_box = display_box(found);
    let shared = truth.boxes.iter().map(|place| overlap(*place, found_box));
    let shared = shared.fold(0.0, f64::max);
    let title = text(found, "title");
    let is_titled = truth.title.as_ref().is_some_and(|titles| {
        title.is_some_and(|title| {
            titles
                .values()
                .iter()
                .flatten()
                .any(|known| same(known, title))
        })
    });
    let number = text(found, "number");
    let is_view = kind == "view" || kind == "detail";
    let is_named = is_view && is_titled && (number.is_none() || number == truth.number.as_deref());
    (shared >= 0.5 || is_named).then_some(shared + if is_titled { 1.0 } else { 0.0 })
}

fn judge_regions(report: &mut Report, place: Place, truth: &SheetTruth, found: &[Value]) {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (known, region) in truth.regions.iter().enumerate() {
        for (seen, candidate) in found.iter().enumerate() {
            if let Some(fit) = fit(region, candidate) {
                pairs.push((fit, known, seen));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut partners: Vec<Option<usize>> = vec![None; truth.regions.len()];
    let mut is_taken = vec![false; found.len()];
    for (_, known, seen) in pairs {
        if let (Some(partner @ None), Some(taken @ false)) =
            (partners.get_mut(known), is_taken.get_mut(seen))
        {
            *partner = Some(seen);
            *taken = true;
        }
    }
    for (region, partner) in truth.regions.iter().zip(&partners) {
        let partner = partner.and_then(|seen| found.get(seen));
        let shown = shown_region(region);
        match partner {
            Some(_) if region.optional => {}
            Some(_) => report.right(Figure::Regions),
            None if region.optional => {}
            None => report.missed(Figure::Regions, place, &shown),
        }
        if let (Some(partner), Some(title), false) = (partner, &region.title, region.optional) {
            report.answer(Figure::RegionTitles, place, title, text(partner, "title"));
        }
        if let (Some(table), false) = (&region.table, region.optional) {
            let answer = partner
                .and_then(|partner| partner.get("table"))
                .unwrap_or(&Value::Null);
            table_judge::judge(report, place, table, answer);
        }
    }
    if truth.regions_complete == Some(false) {
        return;
    }
    for (candidate, is_taken) in found.iter().zip(is_taken) {
        if !is_taken {
            let [left, top, right, bottom] = display_box(candidate);
            let shown = format!(
                "{} “{}” at {left:.2} {top:.2} {right:.2} {bottom:.2}",
                text(candidate, "regionType").unwrap_or_default(),
                text(candidate, "title").unwrap_or_default()
            );
            report.needless(Figure::Regions, place, &shown);
        }
    }
}

fn shown_region(region: &RegionTruth) -> String {
    let [left, top, right, bottom] = region.boxes.first().copied().unwrap_or_default();
    let title = region
        .title
        .as_ref()
        .map(|title| title.shown())
        .unwrap_or_default();
    format!(
        "{} “{title}” at {left:.2} {top:.2} {right:.2} {bottom:.2}",
        region.r#type.shown()
    )
}

/// How far a mark may be from where it stands, as a share of the page.
const NEAR: f64 = 0.03;

fn judge_references(report: &mut Report, place: Place, truth: &[ReferenceTruth], found: &[Value]) {
    let mut is_taken = vec![false; found.len()];
    for reference in truth {
        let [x, y] = reference.at;
        let fits = |candidate: &Value| {
            let [left, top, right, bottom] = display_box(candidate);
            let number = text(candidate, "sheetNumber");
            number.is_some_and(|number| same(number, &reference.sheet_number))
                && x > left - NEAR
                && x < right + NEAR
                && y > top - NEAR
                && y < bottom + NEAR
        };
        let far = |candidate: &Value| {
            let [left, top, right, bottom] = display_box(candidate);
            ((left + right) / 2.0 - x).abs() + ((top + bottom) / 2.0 - y).abs()
        };
        let nearest = found
            .iter()
            .zip(is_taken.iter_mut())
            .filter(|(candidate, is_taken)| !**is_taken && fits(candidate))
            .min_by(|(a, _), (b, _)| far(a).total_cmp(&far(b)));
        let view = reference.view.as_ref().map(|view| view.shown());
        let shown = format!(
            "{} view {}",
            reference.sheet_number,
            view.unwrap_or_default()
        );
        match nearest {
            None if reference.optional => {}
            None => report.missed(Figure::References, place, &shown),
            Some((candidate, is_taken)) => {
                *is_taken = true;
                let view = text(candidate, "view");
                let is_right = reference.view.as_ref().is_none_or(|known| {
                    let values = known.values();
                    view.is_some_and(|view| values.iter().flatten().any(|known| same(known, view)))
                });
                let found = format!("{} view {}", reference.sheet_number, view.unwrap_or("none"));
                match (reference.optional, is_right) {
                    (true, _) => {}
                    (false, true) => report.right(Figure::References),
                    (false, false) => report.wrong(Figure::References, place, &shown, &found),
                }
            }
        }
    }
    for (candidate, is_taken) in found.iter().zip(is_taken) {
        if !is_taken {
            let shown = text(candidate, "text").unwrap_or_default();
            report.needless(Figure::References, place, shown);
        }
    }
}
