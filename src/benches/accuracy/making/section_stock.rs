//! The sections that the generated books are made of: numbers and titles of MasterFormat, with
//! products and published standards that such a section names.

/// A section a line: number in six or eight digits, five-figure number (MasterFormat 1995) or none,
/// title, products, standards.
const SECTIONS: &str = include_str!("section_stock.txt");

/// One section before it is written.
#[derive(Clone, Debug, Default)]
pub struct Stock {
    pub number: &'static str,
    pub old: &'static str,
    pub title: &'static str,
    pub products: [&'static str; 3],
    pub standards: Vec<&'static str>,
}

/// All of them, in the order of their numbers.
pub fn sections() -> Vec<Stock> {
    SECTIONS.lines().map(section).collect()
}

fn section(line: &'static str) -> Stock {
    let mut fields = line.split('|');
    let mut field = || fields.next().unwrap_or_default();
    let (number, old, title, products, standards) = (field(), field(), field(), field(), field());
    let mut products = products.split(';');
    let mut product = || products.next().unwrap_or_default();
    Stock {
        number,
        old,
        title,
        products: [product(), product(), product()],
        standards: standards
            .split(';')
            .filter(|standard| !standard.is_empty())
            .collect(),
    }
}

/// Documents of Division 00: number and title.
pub const DOCUMENTS: &[(&str, &str)] = &[
    ("00 11 13", "ADVERTISEMENT FOR BIDS"),
    ("00 21 13", "INSTRUCTIONS TO BIDDERS"),
    ("00 31 32", "GEOTECHNICAL DATA"),
    (
        "00 41 13",
        "BID FORM - STIPULATED SUM (SINGLE-PRIME CONTRACT)",
    ),
    ("00 73 00", "SUPPLEMENTARY CONDITIONS"),
];

/// Makers that do not exist.
pub const MAKERS: &[&str] = &[
    "Harrow Point Industries",
    "Calder Brook Manufacturing",
    "Tamarack Building Products",
    "Ostrander & Vale",
    "Northfold Systems, Inc.",
    "Pell River Company",
    "Grayhaven Corporation",
    "Lindqvist Architectural Products",
    "Marrow Creek LLC",
    "Stonebridge Components",
    "Quillan Supply Company",
    "Vesper Line Products",
    "Amberly Metals",
    "Fenwright Group",
    "Dunmoor Technologies",
    "Kestrel Bay Industries",
    "Wexcombe Products, Inc.",
    "Redlock Manufacturing Co.",
    "Sable Ridge Corporation",
    "Thornquist Controls",
];

/// The digits as MasterFormat writes them: `03 30 00`, `23 82 43.13`.
pub fn spaced(number: &str) -> String {
    let part = |from: usize, to: usize| number.get(from..to).unwrap_or_default();
    format!(
        "{} {} {}{}",
        part(0, 2),
        part(2, 4),
        part(4, 6),
        number.get(6..).unwrap_or_default()
    )
}

pub fn division_title(division: &str) -> &'static str {
    match division {
        "01" => "GENERAL REQUIREMENTS",
        "02" => "EXISTING CONDITIONS",
        "03" => "CONCRETE",
        "04" => "MASONRY",
        "05" => "METALS",
        "06" => "WOOD, PLASTICS, AND COMPOSITES",
        "07" => "THERMAL AND MOISTURE PROTECTION",
        "08" => "OPENINGS",
        "09" => "FINISHES",
        "10" => "SPECIALTIES",
        "12" => "FURNISHINGS",
        "14" => "CONVEYING EQUIPMENT",
        "21" => "FIRE SUPPRESSION",
        "22" => "PLUMBING",
        "23" => "HEATING, VENTILATING, AND AIR CONDITIONING (HVAC)",
        "26" => "ELECTRICAL",
        "27" => "COMMUNICATIONS",
        "28" => "ELECTRONIC SAFETY AND SECURITY",
        "31" => "EARTHWORK",
        "32" => "EXTERIOR IMPROVEMENTS",
        "33" => "UTILITIES",
        _ => "PROCUREMENT AND CONTRACTING REQUIREMENTS",
    }
}
