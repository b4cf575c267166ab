//! The engine: the bytes of a PDF in, pages out (text, words with boxes, images, sheet facts).
//! A file is read in a child process; the job runner calls `Sandbox`, `main` calls `worker_main`.

mod canvas;
mod discipline;
mod fault;
mod kind;
mod lines;
mod page;
mod picture;
mod sandbox;
mod scale;
mod script;
mod sheet_name;
mod sheet_number;
mod title_block;
mod trade_words;
mod words;
mod worker;

pub use fault::{Fault, FaultCode};
pub use kind::classify_document;
pub use page::{Artifact, ArtifactType, Classification, PageKind, PageReading, PageSigns};
pub use sandbox::{Limits, Reading, Sandbox, SandboxError};
pub use script::Event;
pub use worker::worker_main;
