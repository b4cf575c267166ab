//! The engine: the bytes of a PDF or an image in, pages out (text, words with boxes, images, sheet facts).
//! A file is read in a child process; the job runner calls `Sandbox`, `main` calls `worker_main`.

mod binding;
mod bound;
mod calls;
mod canvas;
mod command;
mod errand;
mod extracts;
mod fault;
mod fence;
#[cfg(fuzzing)]
pub mod fuzzing;
mod kind;
mod layout;
mod lines;
mod months;
mod ocr;
mod outline;
mod page;
mod page_labels;
mod page_warnings;
mod papers;
mod picture;
mod raster;
mod reader;
mod regions;
mod rendering;
mod sandbox;
mod script;
mod sheets;
mod source;
mod specifications;
mod strokes;
mod text_columns;
mod text_string;
mod words;
mod worker;

pub use binding::{Order, OrderedFile, OrderedPage};
pub use bound::*;
pub use command::{ReadEnd, ReadOrder, read_files};
pub use fault::{Fault, FaultCode};
pub use kind::classify_document;
pub use layout::{Cell, DisplayBox, Mention, Region, RegionType, Table};
pub use page::{Artifact, ArtifactType, Classification, PageKind, PageReading, PageSigns};
pub use sandbox::{Limits, READER_ENVIRONMENT, Reading, Sandbox, SandboxError};
pub use script::Event;
pub use worker::worker_main;
