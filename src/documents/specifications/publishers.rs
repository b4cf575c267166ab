//! The publishers of standards, by the letters that everybody knows them by.

/// Publishers, and the prefixes of those that have no other name (federal and military documents).
const PUBLISHERS: [&str; 116] = [
    "AABC", "AAMA", "AASHTO", "ABAA", "ABMA", "ACI", "AGA", "AGMA", "AHA", "AHRI", "AISC", "AISI",
    "AITC", "AMCA", "ANSI", "APA", "API", "ARI", "ASA", "ASCE", "ASHRAE", "ASME", "ASSE", "ASSP",
    "ASTM", "AWI", "AWPA", "AWS", "AWWA", "BHMA", "BIA", "BICSI", "BS", "CGA", "CGSB", "CISPI",
    "CLFMI", "COE", "CPSC", "CRI", "CRSI", "CSA", "CTI", "DASMA", "DHI", "DIN", "DOC", "EIA", "EN",
    "ETL", "FGIA", "FM", "GA", "GANA", "HI", "HMMA", "HPVA", "IAPMO", "ICC", "ICC-ES", "ICEA",
    "IEC", "IEEE", "IES", "IESNA", "IGMA", "ISA", "ISEA", "ISO", "ITU", "LPI", "MBMA", "MIL",
    "MPI", "MSS", "NAAMM", "NACE", "NCMA", "NEBB", "NECA", "NEMA", "NETA", "NFPA", "NFRC", "NHLA",
    "NIST", "NLGA", "NPCA", "NRCA", "NSF", "NTMA", "NWFA", "OSHA", "PCI", "PDI", "PTI", "RCSC",
    "RFCI", "RIS", "SCAQMD", "SDI", "SJI", "SMACNA", "SPIB", "SPRI", "SSPC", "TAPPI", "TCNA",
    "TIA", "TMS", "TPI", "UL", "ULC", "WCMA", "WDMA", "WWPA",
];
/// Those that stand before another publisher's name only, or with figures of their own.
const MORE_PUBLISHERS: [&str; 10] = [
    "CAN", "CAN3", "USBC", "CFR", "FS", "PS", "WCLIB", "AMPP", "FCC", "NIJ",
];

pub(super) fn is_publisher(word: &str) -> bool {
    PUBLISHERS.binary_search(&word).is_ok() || MORE_PUBLISHERS.contains(&word)
}

/// The publishers' part of a word, `ANSI/ASHRAE`, `CSA`, and what stands in the same word behind it,
/// `A23.1` of `CSA-A23.1`.
pub(super) fn publisher_of(word: &str) -> Option<(String, &str)> {
    let word = word.trim_start_matches(['(', '"', '“', '[']);
    let whole = word
        .trim_end_matches([',', ':', ';', ')', '.'])
        .trim_end_matches("'s")
        .trim_end_matches("’s");
    if is_publisher(whole) {
        // A comma or a full stop parts the publisher from what follows; behind a designation in the
        // same word, `GA-216.`, it ends no more than the sentence.
        let is_parted = word.ends_with([',', ';', '.', ')']);
        return (!is_parted).then(|| (whole.to_owned(), ""));
    }
    // The longest row of publishers from the start.
    let mut best: Option<usize> = None;
    let mut from = 0;
    for (at, sign) in word.char_indices().chain([(word.len(), ' ')]) {
        if !matches!(sign, '/' | '-' | '–' | ' ') {
            continue;
        }
        let name = word.get(from..at).unwrap_or_default();
        let with_dash = word.get(..at).unwrap_or_default();
        if is_publisher(name) || is_publisher(with_dash) {
            best = Some(at);
        } else if best.is_some() || !with_dash.contains('-') {
            break;
        }
        from = at + sign.len_utf8();
    }
    let end = best?;
    let publisher = word.get(..end)?;
    let rest = word.get(end..)?.trim_start_matches(['-', '–', '/', ' ']);
    if rest.is_empty() {
        return Some((publisher.to_owned(), ""));
    }
    // `SSPC-SP` is followed by its figures.
    let is_series = rest.len() <= 3 && rest.chars().all(|c| c.is_ascii_uppercase());
    (is_series || rest.contains(|c: char| c.is_ascii_digit())).then(|| (publisher.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_publishers_is_sorted() {
        assert!(PUBLISHERS.is_sorted());
    }

    #[test]
    fn a_stop_behind_a_designation_parts_it_from_nothing() {
        for (word, rest) in [("GA-216.", "216."), ("CSA-A23.1,", "A23.1,")] {
            let found = publisher_of(word).map(|(_, rest)| rest);
            assert_eq!(found, Some(rest), "{word}");
        }
        for word in ["ASTM,", "UL.", "(ASTM)", "ASTM/ANSI."] {
            assert_eq!(publisher_of(word), None, "{word}");
        }
    }
}
