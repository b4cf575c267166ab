#![no_main]

use documents::fuzzing::{read, watch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: watch(), |bytes: &[u8]| read(bytes));
