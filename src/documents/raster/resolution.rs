//! How large the page of an image file is: pixels to the inch, stated by the file or guessed.
//! The readers of image formats ask once for each page.

/// Pixels to the inch where a file does not say: what plan rooms scan and export at least at.
const GUESSES: [f64; 5] = [150.0, 200.0, 300.0, 400.0, 600.0];
/// The longest sheet that a guess may lead to, in inches: ANSI E, ARCH E1 and A0 are no longer than 48.
const LONGEST_SHEET: f64 = 50.0;
/// Outside of these a stated resolution is a slip.
const LEAST_DENSE: f64 = 20.0;
const MOST_DENSE: f64 = 4_800.0;
/// What screens have, and what software therefore writes by habit, true or not.
const OF_SCREENS: [f64; 2] = [72.0, 96.0];
/// A resolution of screens is believed up to this longer side, in inches: a tabloid page.
const LARGEST_FROM_SCREEN: f64 = 17.0;

/// Pixels to the inch across and down, of an image of this size in pixels as it is stored.
pub(super) fn resolution(stated: Option<(f64, f64)>, width: u32, height: u32) -> (f64, f64) {
    let longer = f64::from(width.max(height));
    let is_sane = |value: f64| value.is_finite() && (LEAST_DENSE..=MOST_DENSE).contains(&value);
    if let Some((across, down)) = stated
        && is_sane(across)
        && is_sane(down)
        // Fax machines have pixels twice as tall as wide; nothing goes much beyond.
        && (0.3..=3.5).contains(&(across / down))
    {
        let is_habit = OF_SCREENS
            .iter()
            .any(|screen| (across - screen).abs() < 0.5)
            && longer / across > LARGEST_FROM_SCREEN;
        if !is_habit {
            return (across, down);
        }
    }
    let guess = GUESSES
        .into_iter()
        .find(|guess| longer / guess <= LONGEST_SHEET)
        .unwrap_or(600.0);
    (guess, guess)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_resolution_is_believed() {
        assert_eq!(
            resolution(Some((400.0, 400.0)), 17_600, 13_600),
            (400.0, 400.0)
        );
        assert_eq!(resolution(Some((204.0, 98.0)), 1_728, 1_078), (204.0, 98.0));
        assert_eq!(resolution(Some((96.0, 96.0)), 800, 600), (96.0, 96.0));
    }

    #[test]
    fn a_resolution_written_by_habit_is_not_believed_of_a_large_image() {
        assert_eq!(resolution(Some((72.0, 72.0)), 5_000, 3_300), (150.0, 150.0));
        assert_eq!(resolution(Some((96.0, 96.0)), 5_000, 3_300), (150.0, 150.0));
    }

    #[test]
    fn nonsense_counts_as_nothing_said() {
        for stated in [
            (0.0, 0.0),
            (f64::NAN, 300.0),
            (1e9, 1e9),
            (300.0, 25.0),
            (-300.0, -300.0),
        ] {
            assert_eq!(resolution(Some(stated), 1_500, 1_000), (150.0, 150.0));
        }
    }

    #[test]
    fn no_guess_makes_a_sheet_larger_than_sheets_are() {
        assert_eq!(resolution(None, 5_000, 3_300), (150.0, 150.0));
        assert_eq!(resolution(None, 10_800, 7_200), (300.0, 300.0));
        assert_eq!(resolution(None, 17_600, 13_600), (400.0, 400.0));
        assert_eq!(resolution(None, 60_000, 60_000), (600.0, 600.0));
    }
}
