//! The outline of a PDF (bookmarks): which titles lead to which page (ISO 32000-2, 12.3).

use std::collections::{BTreeMap, BTreeSet};

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{
    Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, String as Text,
};

use super::text_string;

/// More entries than this are left out,
const MOST_ENTRIES: usize = 10_000;
/// and more on one page,
const MOST_A_PAGE: usize = 50;
/// and those in deeper levels.
const DEEPEST: usize = 32;
/// Named places beyond this are not looked at.
const MOST_NAMES: usize = 20_000;

/// The titles of the outline by the page that they lead to, counted from 1; in the outline's order.
#[derive(Debug, Default)]
pub(super) struct Outline {
    titles: BTreeMap<u32, Vec<String>>,
}

impl Outline {
    /// Of the file; empty when it has none.
    pub fn of(pdf: &Pdf) -> Self {
        let mut outline = Self::default();
        let Some(root) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else {
            return outline;
        };
        let Some(first) = root
            .get::<Dict<'_>>("Outlines")
            .and_then(|outlines| outlines.get_ref("First"))
        else {
            return outline;
        };
        let mut places = Places::of(pdf, root);
        let mut seen = BTreeSet::new();
        let mut open = vec![(first, 0)];
        while let Some((entry, depth)) = open.pop() {
            let id = ObjectIdentifier::from(entry);
            if seen.len() >= MOST_ENTRIES || !seen.insert(id) {
                continue;
            }
            let Some(entry) = pdf.xref().get::<Dict<'_>>(id) else {
                continue;
            };
            if let Some(title) = entry.get::<Text<'_>>("Title")
                && let Some(title) = text_string::decode(title.as_bytes())
                && let Some(page) = places.of_entry(&entry)
            {
                let titles = outline.titles.entry(page).or_default();
                if titles.len() < MOST_A_PAGE && !titles.contains(&title) {
                    titles.push(title);
                }
            }
            // What comes after waits below what stands under this.
            open.extend(entry.get_ref("Next").map(|next| (next, depth)));
            if depth < DEEPEST {
                open.extend(entry.get_ref("First").map(|first| (first, depth + 1)));
            }
        }
        outline
    }

    /// The titles that lead to this page.
    pub fn titles(&self, page_number: u32) -> Vec<String> {
        self.titles.get(&page_number).cloned().unwrap_or_default()
    }
}

/// Where destinations lead.
struct Places<'a> {
    root: Dict<'a>,
    pages: BTreeMap<ObjectIdentifier, u32>,
    page_count: u32,
    /// The destinations of the name tree, once one is asked for.
    names: Option<BTreeMap<Vec<u8>, Object<'a>>>,
}

impl<'a> Places<'a> {
    fn of(pdf: &'a Pdf, root: Dict<'a>) -> Self {
        let pages = (1..).zip(pdf.pages().iter());
        let pages: BTreeMap<_, _> = pages
            .filter_map(|(number, page)| Some((page.raw().obj_id()?, number)))
            .collect();
        Self {
            root,
            pages,
            page_count: u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX),
            names: None,
        }
    }

    fn of_entry(&mut self, entry: &Dict<'a>) -> Option<u32> {
        if let Some(place) = entry.get::<Object<'_>>("Dest") {
            return self.of_destination(place);
        }
        let action = entry.get::<Dict<'_>>("A")?;
        let kind = action.get::<Name<'_>>("S")?;
        if kind.as_str() != "GoTo" {
            return None;
        }
        self.of_destination(action.get::<Object<'_>>("D")?)
    }

    fn of_destination(&mut self, place: Object<'a>) -> Option<u32> {
        let named = match place {
            Object::Array(place) => return self.of_array(&place),
            Object::String(name) => self.named(name.as_bytes())?,
            Object::Name(name) => self
                .root
                .get::<Dict<'_>>("Dests")?
                .get::<Object<'_>>(&*name)?,
            _ => return None,
        };
        match named {
            Object::Array(place) => self.of_array(&place),
            Object::Dict(place) => self.of_array(&place.get::<Array<'_>>("D")?),
            _ => None,
        }
    }

    fn of_array(&self, place: &Array<'a>) -> Option<u32> {
        match place.raw_iter().next()? {
            MaybeRef::Ref(page) => self.pages.get(&ObjectIdentifier::from(page)).copied(),
            // An index, as in other files; some writers use it here too.
            MaybeRef::NotRef(Object::Number(index)) => {
                let index = index.as_f64();
                (index >= 0.0 && index < f64::from(self.page_count)).then(|| index as u32 + 1)
            }
            MaybeRef::NotRef(_) => None,
        }
    }

    fn named(&mut self, name: &[u8]) -> Option<Object<'a>> {
        let root = &self.root;
        let names = self.names.get_or_insert_with(|| all_names(root));
        names.get(name).cloned()
    }
}

/// The destinations of the name tree, `/Names` `/Dests`.
fn all_names<'a>(root: &Dict<'a>) -> BTreeMap<Vec<u8>, Object<'a>> {
    let mut names = BTreeMap::new();
    let tree = root.get::<Dict<'_>>("Names");
    let tree = tree.and_then(|tree| tree.get::<Dict<'_>>("Dests"));
    let mut open: Vec<(Dict<'_>, usize)> = tree.into_iter().map(|tree| (tree, 0)).collect();
    let mut nodes = 0;
    while let Some((node, depth)) = open.pop() {
        nodes += 1;
        if nodes > MOST_NAMES || names.len() >= MOST_NAMES {
            break;
        }
        if let Some(pairs) = node.get::<Array<'_>>("Names") {
            let mut name = None;
            for object in pairs.iter::<Object<'_>>().take(2 * MOST_NAMES) {
                name = match (name, object) {
                    (None, Object::String(name)) => Some(name.as_bytes().to_vec()),
                    (None, _) => None,
                    (Some(name), place) => {
                        names.insert(name, place);
                        None
                    }
                };
            }
        }
        if depth < DEEPEST
            && let Some(kids) = node.get::<Array<'_>>("Kids")
        {
            let kids = kids.iter::<Dict<'_>>().take(MOST_NAMES - nodes);
            open.extend(kids.map(|kid| (kid, depth + 1)));
        }
    }
    names
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file of empty pages (objects 10, 11 …) whose catalogue has these entries more, and with
    /// these objects.
    pub fn pdf_of(pages: usize, catalogue: &str, objects: &[&str]) -> Pdf {
        let kids: Vec<_> = (0..pages)
            .map(|page| format!("{} 0 R", page + 10))
            .collect();
        let mut all = vec![
            format!("1 0 obj << /Type /Catalog /Pages 2 0 R {catalogue} >> endobj"),
            format!(
                "2 0 obj << /Type /Pages /Kids [{}] /Count {pages} >> endobj",
                kids.join(" ")
            ),
        ];
        all.extend((0..pages).map(|page| {
            let page = page + 10;
            format!("{page} 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >> endobj")
        }));
        all.extend(objects.iter().map(|object| (*object).to_owned()));
        let body = all.join("\n");
        let file = format!("%PDF-1.7\n{body}\ntrailer << /Root 1 0 R >>\n%%EOF\n");
        Pdf::new(file.into_bytes()).unwrap()
    }

    fn titles(pdf: &Pdf, page: u32) -> Vec<String> {
        Outline::of(pdf).titles(page)
    }

    #[test]
    fn titles_lead_to_pages_by_destination_action_and_name() {
        let pdf = pdf_of(
            4,
            "/Outlines 30 0 R /Dests << /Old [12 0 R /Fit] >>
             /Names << /Dests << /Kids [<< /Names [(x) [13 0 R] (y) << /D [10 0 R] >>] >>] >> >>",
            &[
                "30 0 obj << /First 31 0 R >> endobj",
                "31 0 obj << /Title (A-101) /Dest [11 0 R /Fit] /Next 33 0 R /First 32 0 R >> endobj",
                "32 0 obj << /Title (ENLARGED) /A << /S /GoTo /D [11 0 R /XYZ 0 0 0] >> >> endobj",
                "33 0 obj << /Title (A-102) /Dest /Old /Next 34 0 R >> endobj",
                "34 0 obj << /Title (A-103) /Dest (x) /Next 35 0 R >> endobj",
                "35 0 obj << /Title (COVER) /A << /S /GoTo /D (y) >> /Next 36 0 R >> endobj",
                "36 0 obj << /Title (INDEX) /Dest [0 /Fit] /Next 37 0 R >> endobj",
                "37 0 obj << /Title (WEB) /A << /S /URI /URI (x) >> >> endobj",
            ],
        );
        assert_eq!(titles(&pdf, 1), ["COVER", "INDEX"]);
        assert_eq!(titles(&pdf, 2), ["A-101", "ENLARGED"]);
        assert_eq!(titles(&pdf, 3), ["A-102"]);
        assert_eq!(titles(&pdf, 4), ["A-103"]);
        assert_eq!(titles(&pdf, 5), Vec::<String>::new());
    }

    #[test]
    fn an_outline_that_runs_in_circles_ends() {
        let pdf = pdf_of(
            1,
            "/Outlines 30 0 R",
            &[
                "30 0 obj << /First 31 0 R >> endobj",
                "31 0 obj << /Title (A) /Dest [10 0 R] /Next 32 0 R /First 31 0 R >> endobj",
                "32 0 obj << /Title (B) /Dest [10 0 R] /Next 31 0 R /First 30 0 R >> endobj",
            ],
        );
        assert_eq!(titles(&pdf, 1), ["A", "B"]);
    }

    #[test]
    fn entries_that_lead_nowhere_are_left_out() {
        let pdf = pdf_of(
            1,
            "/Outlines 30 0 R",
            &[
                "30 0 obj << /First 31 0 R >> endobj",
                "31 0 obj << /Title (A) /Dest [99 0 R] /Next 32 0 R >> endobj",
                "32 0 obj << /Title (B) /Dest [7 /Fit] /Next 33 0 R >> endobj",
                "33 0 obj << /Title (C) /Dest (unknown) /Next 34 0 R >> endobj",
                "34 0 obj << /Title (D) /Dest [] /Next 35 0 R >> endobj",
                "35 0 obj << /Title () /Dest [10 0 R] >> endobj",
            ],
        );
        assert!(Outline::of(&pdf).titles.is_empty());
    }
}
