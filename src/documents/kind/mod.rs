//! Whether a page is a drawing or a document page, and what a whole file is.
//! The worker asks for each page, in the survey and in the reading alike; the job runner and the
//! binding for the file.

mod classification;
mod page_kind;
mod page_signs;
mod time_table;

pub use classification::classify_document;
pub(super) use classification::contradicts;
pub(super) use page_kind::page_kind;
pub(super) use page_signs::page_signs;
pub(super) use time_table::is_time_table_head;
