#![no_main]

use documents::fuzzing::{read_tables, watch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: watch(), |bytes: &[u8]| read_tables(bytes));
