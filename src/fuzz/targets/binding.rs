#![no_main]

use documents::fuzzing::{bind_text, watch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: watch(), |bytes: &[u8]| bind_text(bytes));
