//! Makes small PDF files for tests: plain functions from content to bytes.
//! The tests of the engine call it; the files in `fixtures/` are its output.

use std::fmt::Write;

/// A page in points, with its content stream and the names of forms it may draw.
pub struct PageSource {
    pub width: u32,
    pub height: u32,
    pub content: String,
}

/// A form XObject, named `Fm0`, `Fm1` … in order; every page and form can draw every form.
pub type FormSource = String;

/// A whole PDF of these pages. The fonts are `F1` (Helvetica) and `F2` (Helvetica-Bold).
pub fn pdf(pages: &[PageSource], forms: &[FormSource]) -> Vec<u8> {
    let first_form = 6;
    let first_page = first_form + forms.len();
    let mut resources = String::from("<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << ");
    for (index, _) in forms.iter().enumerate() {
        write!(resources, "/Fm{index} {} 0 R ", first_form + index).unwrap();
    }
    resources.push_str(">> >>");
    let kids: Vec<String> = (0..pages.len())
        .map(|index| format!("{} 0 R", first_page + 2 * index))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {} >>",
            kids.join(" "),
            pages.len()
        ),
        font("Helvetica"),
        font("Helvetica-Bold"),
        resources,
    ];
    for form in forms {
        objects.push(stream(
            "/Type /XObject /Subtype /Form /BBox [0 0 10000 10000] /Resources 5 0 R",
            form,
        ));
    }
    for (index, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Resources 5 0 R /Contents {} 0 R >>",
            page.width,
            page.height,
            first_page + 2 * index + 1
        ));
        objects.push(stream("", &page.content));
    }
    let mut file = String::from("%PDF-1.7\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1).unwrap();
    }
    let table = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).unwrap();
    for place in &places {
        writeln!(file, "{place:010} 00000 n ").unwrap();
    }
    write!(
        file,
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        places.len() + 1
    )
    .unwrap();
    file.into_bytes()
}

fn font(name: &str) -> String {
    format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
}

fn stream(entries: &str, content: &str) -> String {
    format!(
        "<< {entries} /Length {} >>\nstream\n{content}\nendstream",
        content.len()
    )
}

/// Text at a point, from the lower left corner of the page.
pub fn text(x: f64, y: f64, size: f64, letters: &str) -> String {
    let letters = letters
        .replace('\\', "\\\\")
        .replace('(', "\\(")
        .replace(')', "\\)");
    format!("BT /F1 {size} Tf {x} {y} Td ({letters}) Tj ET\n")
}

/// A stroked line.
pub fn line(x0: f64, y0: f64, x1: f64, y1: f64) -> String {
    format!("{x0} {y0} m {x1} {y1} l S\n")
}

/// A stroked rectangle.
pub fn frame(x: f64, y: f64, width: f64, height: f64) -> String {
    format!("{x} {y} {width} {height} re S\n")
}

/// A 36 by 24 inch sheet printed at half its size, with a border, a title block along the right edge
/// and a plan of rooms. At full size a test build takes long to draw it.
pub fn sheet(number: &str, name: &[&str], rooms: &[&str]) -> PageSource {
    let mut content = String::from("0.5 0 0 0.5 0 0 cm 1 w\n");
    content += &frame(36.0, 36.0, 2520.0, 1656.0);
    content += &frame(2280.0, 36.0, 276.0, 1656.0);
    for y in [160.0, 260.0, 420.0, 620.0, 800.0] {
        content += &line(2280.0, y, 2556.0, y);
    }
    content += &text(2290.0, 784.0, 8.0, "PROJECT");
    content += &text(2300.0, 740.0, 18.0, "HARBOUR STREET LIBRARY");
    content += &text(2300.0, 716.0, 12.0, "12 HARBOUR STREET");
    content += &text(2290.0, 604.0, 8.0, "DATE");
    content += &text(2300.0, 580.0, 12.0, "03/14/2025");
    content += &text(2290.0, 404.0, 8.0, "SHEET TITLE");
    for (row, part) in name.iter().enumerate() {
        content += &text(2300.0, 370.0 - 24.0 * row as f64, 20.0, part);
    }
    content += &text(2290.0, 244.0, 8.0, "SCALE");
    content += &text(2300.0, 216.0, 12.0, "1/8\" = 1'-0\"");
    content += &text(2290.0, 144.0, 8.0, "SHEET NO.");
    content += &text(2320.0, 70.0, 54.0, number);
    for (index, room) in rooms.iter().enumerate() {
        let (column, row) = ((index % 4) as f64, (index / 4) as f64);
        let (x, y) = (200.0 + 480.0 * column, 300.0 + 460.0 * row);
        content += &frame(x, y, 460.0, 440.0);
        content += &text(x + 180.0, y + 220.0, 10.0, room);
        content += &text(x + 200.0, y + 206.0, 10.0, &format!("{}", 101 + index));
        // A door and a hatched corner, so that the sheet has slanting strokes and curves.
        content += &format!(
            "{} {} m {} {} {} {} {} {} c S\n",
            x + 60.0,
            y,
            x + 60.0,
            y + 30.0,
            x + 30.0,
            y + 60.0,
            x,
            y + 60.0
        );
        for hatch in 0..28 {
            let step = 4.0 * f64::from(hatch);
            content += &line(x + 300.0 + step, y + 20.0, x + 320.0 + step, y + 40.0);
        }
    }
    PageSource {
        width: 1296,
        height: 864,
        content,
    }
}

/// `two-sheets.pdf`: A101 FIRST FLOOR PLAN and A102 SECOND FLOOR PLAN.
pub fn two_sheets() -> Vec<u8> {
    let first = [
        "LOBBY",
        "READING ROOM",
        "STACKS",
        "OFFICE",
        "WORKROOM",
        "STORAGE",
        "CHILDREN",
        "MEETING",
        "KITCHEN",
        "CORRIDOR",
        "TOILET",
        "MECHANICAL",
    ];
    let second = [
        "GALLERY",
        "STUDY",
        "ARCHIVE",
        "OFFICE",
        "CONFERENCE",
        "STORAGE",
        "TERRACE",
        "STAIR",
        "ELECTRICAL",
        "CORRIDOR",
        "TOILET",
        "JANITOR",
    ];
    pdf(
        &[
            sheet("A101", &["FIRST FLOOR", "PLAN"], &first),
            sheet("A102", &["SECOND FLOOR", "PLAN"], &second),
        ],
        &[],
    )
}

/// A Letter page of lines, each with its distance from the left edge, and a footer.
pub fn letter(lines: &[(f64, &str)], footer: &str) -> PageSource {
    let mut content = String::new();
    for (row, (left, words)) in lines.iter().enumerate() {
        content += &text(*left, 720.0 - 16.0 * row as f64, 10.0, words);
    }
    content += &text(360.0, 40.0, 9.0, footer);
    PageSource {
        width: 612,
        height: 792,
        content,
    }
}

/// `specification.pdf`: one section in three parts, a page each.
pub fn specification() -> Vec<u8> {
    let title = "CAST-IN-PLACE CONCRETE";
    let pages = [
        letter(
            &[
                (230.0, "SECTION 03 30 00"),
                (220.0, title),
                (72.0, "PART 1 - GENERAL"),
                (72.0, "1.1 SUMMARY"),
                (
                    90.0,
                    "A. Section includes formwork, reinforcement, concrete and finishes.",
                ),
                (90.0, "B. Related work: Section 07 92 00, Joint Sealants."),
                (72.0, "1.2 SUBMITTALS"),
                (
                    90.0,
                    "A. Product data for each admixture and curing compound.",
                ),
                (90.0, "B. Design mixtures for each class of concrete."),
            ],
            &format!("{title} 03 30 00 - 1"),
        ),
        letter(
            &[
                (72.0, "PART 2 - PRODUCTS"),
                (72.0, "2.1 CONCRETE MATERIALS"),
                (90.0, "A. Portland cement: ASTM C150, Type I or II."),
                (
                    90.0,
                    "B. Aggregates: ASTM C33, from one source for exposed work.",
                ),
                (72.0, "2.2 CONCRETE MIXTURES"),
                (90.0, "A. Footings: 3,000 psi at 28 days, slump 4 inches."),
            ],
            &format!("{title} 03 30 00 - 2"),
        ),
        letter(
            &[
                (72.0, "PART 3 - EXECUTION"),
                (72.0, "3.1 PLACING CONCRETE"),
                (
                    90.0,
                    "A. Do not add water to concrete on the site after adjusting slump.",
                ),
                (
                    90.0,
                    "B. Cure floors for seven days with a moisture-retaining cover.",
                ),
                (200.0, "END OF SECTION 03 30 00"),
            ],
            &format!("{title} 03 30 00 - 3"),
        ),
    ];
    pdf(&pages, &[])
}

/// `laughs.pdf`: a good page, then one whose forms draw each other ten times over, ten levels deep.
pub fn laughs() -> Vec<u8> {
    let mut forms = vec![line(0.0, 0.0, 10.0, 10.0)];
    for level in 0..10 {
        forms.push(format!("/Fm{level} Do\n").repeat(10));
    }
    let pages = [
        letter(&[(72.0, "A page that can be read.")], "1"),
        PageSource {
            width: 612,
            height: 792,
            content: "/Fm10 Do\n".to_owned(),
        },
    ];
    pdf(&pages, &forms)
}

/// `not-a-pdf.pdf`: a text with the wrong ending.
pub fn not_a_pdf() -> Vec<u8> {
    b"This is a note about a drawing set, saved under the wrong name.\n".to_vec()
}
