//! Files made for judging, together with what is true of them: books and sets that no rule was
//! written for. The same bytes in every run.

mod books;
mod dice;
mod drawing_sets;
mod flow;
mod house_style;
mod letter_widths;
mod paper;
mod papers;
mod section_stock;
mod section_writer;
mod set_programme;
mod set_style;
mod sheet_content;
mod trade_prose;

use sha2::{Digest, Sha256};

use crate::truth::Truth;

/// A PDF and the truth of it.
pub struct Made {
    pub bytes: Vec<u8>,
    pub truth: Truth,
}

impl Made {
    fn new(file: &str, bytes: Vec<u8>, truth: Truth) -> Self {
        let digest = Sha256::digest(&bytes);
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let source = "made by the accuracy report's generator".to_owned();
        Self {
            bytes,
            truth: Truth {
                file: file.to_owned(),
                sha256,
                source,
                ..truth
            },
        }
    }
}

/// Every book and every set.
pub fn everything() -> Vec<Made> {
    let mut made = books::books();
    made.extend(papers::papers());
    made.extend(drawing_sets::sets());
    made
}
