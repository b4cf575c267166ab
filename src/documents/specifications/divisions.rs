//! The divisions of MasterFormat: the present list for six-figure numbers, the sixteen divisions of
//! 1995 for five-figure ones.

/// CSI/CSC MasterFormat since 2004; the numbers that are kept free for later have no title.
const DIVISIONS: [(u32, &str); 35] = [
    (0, "Procurement and Contracting Requirements"),
    (1, "General Requirements"),
    (2, "Existing Conditions"),
    (3, "Concrete"),
    (4, "Masonry"),
    (5, "Metals"),
    (6, "Wood, Plastics, and Composites"),
    (7, "Thermal and Moisture Protection"),
    (8, "Openings"),
    (9, "Finishes"),
    (10, "Specialties"),
    (11, "Equipment"),
    (12, "Furnishings"),
    (13, "Special Construction"),
    (14, "Conveying Equipment"),
    (21, "Fire Suppression"),
    (22, "Plumbing"),
    (23, "Heating, Ventilating, and Air Conditioning (HVAC)"),
    (25, "Integrated Automation"),
    (26, "Electrical"),
    (27, "Communications"),
    (28, "Electronic Safety and Security"),
    (31, "Earthwork"),
    (32, "Exterior Improvements"),
    (33, "Utilities"),
    (34, "Transportation"),
    (35, "Waterway and Marine Construction"),
    (40, "Process Interconnections"),
    (41, "Material Processing and Handling Equipment"),
    (42, "Process Heating, Cooling, and Drying Equipment"),
    (
        43,
        "Process Gas and Liquid Handling, Purification, and Storage Equipment",
    ),
    (44, "Pollution and Waste Control Equipment"),
    (45, "Industry-Specific Manufacturing Equipment"),
    (46, "Water and Wastewater Equipment"),
    (48, "Electrical Power Generation"),
];

/// MasterFormat 1995.
const DIVISIONS_1995: [(u32, &str); 17] = [
    (
        0,
        "Introductory Information, Bidding Requirements, and Contracting Requirements",
    ),
    (1, "General Requirements"),
    (2, "Site Construction"),
    (3, "Concrete"),
    (4, "Masonry"),
    (5, "Metals"),
    (6, "Wood and Plastics"),
    (7, "Thermal and Moisture Protection"),
    (8, "Doors and Windows"),
    (9, "Finishes"),
    (10, "Specialties"),
    (11, "Equipment"),
    (12, "Furnishings"),
    (13, "Special Construction"),
    (14, "Conveying Systems"),
    (15, "Mechanical"),
    (16, "Electrical"),
];

/// The title of a division; none for a number that the list does not have.
pub(super) fn division_title(division: u32, is_five_figures: bool) -> Option<&'static str> {
    let list: &[(u32, &str)] = if is_five_figures {
        &DIVISIONS_1995
    } else {
        &DIVISIONS
    };
    list.iter()
        .find(|(number, _)| *number == division)
        .map(|(_, title)| *title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_list_has_its_own_titles() {
        assert_eq!(division_title(8, false), Some("Openings"));
        assert_eq!(division_title(8, true), Some("Doors and Windows"));
        assert_eq!(division_title(16, true), Some("Electrical"));
        assert_eq!(division_title(16, false), None);
        assert_eq!(
            division_title(46, false),
            Some("Water and Wastewater Equipment")
        );
    }
}
