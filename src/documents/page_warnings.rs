//! What a person should know of one page that was read: the same in a job's result and on the
//! command line.

use super::bound::WarningCode;
use super::page::PageReading;

/// Above this share of letters that cannot be told, a page's text is not to be trusted.
const TRUSTED_UNMAPPED_SHARE: f64 = 0.2;

impl PageReading {
    /// Each with its sentence.
    pub fn warnings(&self) -> Vec<(WarningCode, &'static str)> {
        let mut warnings = Vec::new();
        if self.image_incomplete {
            warnings.push((
                WarningCode::ImageIncomplete,
                "The file ends before its picture does; what is missing was left blank.",
            ));
        }
        let is_unreliable = self.unmapped_share > TRUSTED_UNMAPPED_SHARE && !self.ocr;
        if is_unreliable {
            warnings.push((
                WarningCode::TextUnreliable,
                "The page's fonts do not say which letters they show; its text may be wrong.",
            ));
        } else if self.ocr_failed {
            warnings.push((
                WarningCode::NeedsOcr,
                "What text the page shows is not in the file as text, and recognising it failed, so \
                 it was not read.",
            ));
        } else if self.needs_ocr {
            warnings.push((
                WarningCode::NeedsOcr,
                "What text the page shows is not in the file as text, so it was not read. \
                 To have it recognised, install tesseract and set PLANGREP_OCR.",
            ));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(change: impl FnOnce(&mut PageReading)) -> Vec<(WarningCode, &'static str)> {
        let reading = serde_json::json!({"pageNumber": 1, "widthPoints": 612.0,
            "heightPoints": 792.0, "kind": "document", "wordCount": 0, "unmappedShare": 0.0,
            "pathCount": 0, "imageCount": 1, "imageShare": 1.0, "sheetDisplayName": "Page",
            "signs": {"specificationSection": false, "specificationPart": false, "addendum": false},
            "artifacts": []});
        let mut reading = serde_json::from_value(reading).unwrap();
        change(&mut reading);
        reading.warnings()
    }

    fn codes(change: impl FnOnce(&mut PageReading)) -> Vec<&'static str> {
        page(change).iter().map(|(code, _)| code.as_str()).collect()
    }

    #[test]
    fn a_page_that_nobody_could_read_is_told_with_the_way_out_where_there_is_one() {
        assert_eq!(page(|_| {}), []);
        let (code, sentence) = page(|page| page.needs_ocr = true)[0];
        assert_eq!(code, WarningCode::NeedsOcr);
        assert!(sentence.contains("tesseract") && sentence.contains("PLANGREP_OCR"));
        let tried = page(|page| (page.needs_ocr, page.ocr_failed) = (true, true));
        assert_eq!(tried[0].0, WarningCode::NeedsOcr);
        assert!(!tried[0].1.contains("install"));
    }

    #[test]
    fn letters_without_names_are_told_as_such_unless_they_were_recognised() {
        let unmapped = |page: &mut PageReading| (page.unmapped_share, page.needs_ocr) = (0.3, true);
        assert_eq!(codes(unmapped), ["text_unreliable"]);
        assert_eq!(
            codes(|page| (page.unmapped_share, page.ocr) = (0.3, true)),
            [""; 0]
        );
        assert_eq!(codes(|page| page.unmapped_share = 0.2), [""; 0]);
    }

    #[test]
    fn a_picture_that_breaks_off_is_told_beside_the_rest() {
        let broken =
            |page: &mut PageReading| (page.image_incomplete, page.needs_ocr) = (true, true);
        assert_eq!(codes(broken), ["image_incomplete", "needs_ocr"]);
    }
}
