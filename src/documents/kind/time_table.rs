//! Construction schedules drawn as bars: known by the headings of their columns, wherever they are printed.

/// A line of headings with three or more of those that tables of activities have.
pub(in super::super) fn is_time_table_head(text: &str) -> bool {
    if text.len() > 300 {
        return false;
    }
    let text = text.to_uppercase();
    let has = |names: &[&str]| names.iter().any(|name| text.contains(name));
    let columns = [
        has(&["ACTIVITY", "TASK"]),
        has(&["DURATION", " DUR"]),
        has(&["START"]),
        has(&["FINISH"]),
        has(&["PREDECESSOR", "TOTAL FLOAT", "% COMPLETE"]),
    ];
    let count = columns.iter().filter(|column| **column).count();
    // Sentences may hold two of the words and a third by chance.
    count >= 3 && text.split_whitespace().count() <= 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_table_is_known_by_its_head() {
        assert!(is_time_table_head(
            "Activity ID Activity Name Original Duration Start Finish"
        ));
        assert!(is_time_table_head(
            "ID Task Name Duration Start Finish Predecessors"
        ));
        assert!(!is_time_table_head("Start of work and finish of the floor"));
    }
}
