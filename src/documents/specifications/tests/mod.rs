//! Whole volumes in the styles of different offices.

mod book;
mod contents_of_sections;
mod finding;
mod tables_of_contents;
