#![no_main]

use documents::fuzzing::{place_words, watch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: watch(), |bytes: &[u8]| place_words(bytes));
