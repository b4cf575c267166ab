//! Pages drawn by hand: text, strokes and frames into a PDF with the standard fonts. Places are in
//! points from the upper left corner of the page as it is shown.

use std::fmt::Write;

use super::letter_widths::Face;

/// One page in the making.
#[derive(Clone, Debug)]
pub struct Paper {
    pub width: f64,
    pub height: f64,
    /// Stored on its side with /Rotate 90, as plotters of large sheets do.
    is_turned: bool,
    content: String,
}

impl Paper {
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            is_turned: false,
            content: "0.6 w\n".to_owned(),
        }
    }

    pub fn turned(width: f64, height: f64) -> Self {
        Self {
            is_turned: true,
            ..Self::new(width, height)
        }
    }

    /// Writing to a page that has no bounds cannot fail.
    fn put(&mut self, operators: std::fmt::Arguments) {
        if self.content.write_fmt(operators).is_err() {
            self.content.push('\n');
        }
    }

    fn up(&self, y: f64) -> f64 {
        self.height - y
    }

    /// Text whose baseline starts at a point.
    pub fn text(&mut self, x: f64, y: f64, size: f64, face: Face, letters: &str) {
        let y = self.up(y);
        let (font, letters) = (face.resource(), encoded(letters));
        self.put(format_args!(
            "BT /{font} {size:.2} Tf {x:.2} {y:.2} Td ({letters}) Tj ET\n"
        ));
    }

    pub fn text_right(&mut self, right: f64, y: f64, size: f64, face: Face, letters: &str) {
        self.text(right - face.width(letters, size), y, size, face, letters);
    }

    pub fn text_centred(&mut self, middle: f64, y: f64, size: f64, face: Face, letters: &str) {
        let half = face.width(letters, size) / 2.0;
        self.text(middle - half, y, size, face, letters);
    }

    /// Text that runs upwards, from a point.
    pub fn text_upwards(&mut self, x: f64, y: f64, size: f64, face: Face, letters: &str) {
        let y = self.up(y);
        let (font, letters) = (face.resource(), encoded(letters));
        self.put(format_args!(
            "BT /{font} {size:.2} Tf 0 1 -1 0 {x:.2} {y:.2} Tm ({letters}) Tj ET\n"
        ));
    }

    pub fn line(&mut self, x0: f64, y0: f64, x1: f64, y1: f64) {
        let (y0, y1) = (self.up(y0), self.up(y1));
        self.put(format_args!("{x0:.2} {y0:.2} m {x1:.2} {y1:.2} l S\n"));
    }

    pub fn frame(&mut self, left: f64, top: f64, right: f64, bottom: f64) {
        let (y, width, height) = (self.up(bottom), right - left, bottom - top);
        self.put(format_args!(
            "{left:.2} {y:.2} {width:.2} {height:.2} re S\n"
        ));
    }

    /// Strokes of this width from here on.
    pub fn pen(&mut self, width: f64) {
        self.put(format_args!("{width:.2} w\n"));
    }

    pub fn circle(&mut self, x: f64, y: f64, radius: f64) {
        let y = self.up(y);
        // The usual four curves: 0.5523 of the radius to each control point.
        let (r, c) = (radius, radius * 0.5523);
        self.put(format_args!("{:.2} {y:.2} m\n", x + r));
        let quarters = [
            [r, c, c, r, 0.0, r],
            [-c, r, -r, c, -r, 0.0],
            [-r, -c, -c, -r, 0.0, -r],
            [c, -r, r, -c, r, 0.0],
        ];
        for [a, b, c, d, e, f] in quarters {
            self.put(format_args!(
                "{:.2} {:.2} {:.2} {:.2} {:.2} {:.2} c\n",
                x + a,
                y + b,
                x + c,
                y + d,
                x + e,
                y + f
            ));
        }
        self.put(format_args!("S\n"));
    }

    /// Slanting strokes over an area, as for earth or insulation.
    pub fn hatch(&mut self, left: f64, top: f64, right: f64, bottom: f64, step: f64) {
        let (width, height) = (right - left, bottom - top);
        // How far right of the left edge a stroke would meet the bottom edge.
        let mut foot = step - height;
        while foot < width {
            let (from, to) = (foot.max(0.0), (foot + height).min(width));
            self.line(
                left + from,
                bottom - (from - foot),
                left + to,
                bottom - (to - foot),
            );
            foot += step;
        }
    }
}

fn encoded(letters: &str) -> String {
    let mut out = String::with_capacity(letters.len());
    for letter in letters.chars() {
        match letter {
            '(' | ')' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            // Windows' code page 1252.
            '–' => out.push_str("\\226"),
            '—' => out.push_str("\\227"),
            '“' => out.push_str("\\223"),
            '”' => out.push_str("\\224"),
            '’' => out.push_str("\\222"),
            '°' => out.push_str("\\260"),
            'ø' => out.push_str("\\370"),
            letter if letter.is_ascii() => out.push(letter),
            _ => out.push('?'),
        }
    }
    out
}

/// A whole PDF of these pages.
pub fn pdf(pages: &[Paper]) -> Vec<u8> {
    let first_page = 4 + Face::ALL.len();
    let kids: Vec<String> = (0..pages.len())
        .map(|index| format!("{} 0 R", first_page + 2 * index))
        .collect();
    let fonts: Vec<String> = Face::ALL
        .iter()
        .zip(4..)
        .map(|(face, object)| format!("/{} {object} 0 R", face.resource()))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {} >>",
            kids.join(" "),
            pages.len()
        ),
        format!("<< /Font << {} >> >>", fonts.join(" ")),
    ];
    objects.extend(Face::ALL.map(|face| {
        format!(
            "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>",
            face.base_font()
        )
    }));
    for (page, object) in pages.iter().zip((first_page..).step_by(2)) {
        let (width, height) = (page.width, page.height);
        let (stored, turn) = match page.is_turned {
            // The shown page turned back: shown (x, y) lies at (height - y, x).
            true => (
                format!("[0 0 {height} {width}] /Rotate 90"),
                format!("0 1 -1 0 {height} 0 cm\n"),
            ),
            false => (format!("[0 0 {width} {height}]"), String::new()),
        };
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox {stored} /Resources 3 0 R /Contents {} 0 R >>",
            object + 1
        ));
        let content = format!("{turn}{}", page.content);
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    let mut file = String::from("%PDF-1.7\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let place = file.len();
    file.push_str(&table);
    file.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{place}\n%%EOF\n",
        objects.len() + 1
    ));
    file.into_bytes()
}
