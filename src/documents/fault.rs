//! Why a document or a page could not be read, as a closed set of codes with one plain sentence each.
//! The child names the code; the parent alone chooses the words that people see.

use serde::{Deserialize, Serialize};

/// What went wrong. The wire form is snake_case (`password_protected`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    PasswordProtected,
    UnsupportedEncryption,
    UnsupportedFormat,
    UnsupportedImage,
    Damaged,
    NoPages,
    TooManyPages,
    TooLarge,
    NoSuchPage,
    PageUnreadable,
    PageTooComplex,
    InputUnreadable,
    OutputUnwritable,
    OutOfTime,
    OutOfMemory,
    ReaderCrashed,
    ChecksumMismatch,
}

impl FaultCode {
    /// The code as it is stored and sent, for example `out_of_time`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordProtected => "password_protected",
            Self::UnsupportedEncryption => "unsupported_encryption",
            Self::UnsupportedFormat => "unsupported_format",
            Self::UnsupportedImage => "unsupported_image",
            Self::Damaged => "damaged",
            Self::NoPages => "no_pages",
            Self::TooManyPages => "too_many_pages",
            Self::TooLarge => "too_large",
            Self::NoSuchPage => "no_such_page",
            Self::PageUnreadable => "page_unreadable",
            Self::PageTooComplex => "page_too_complex",
            Self::InputUnreadable => "input_unreadable",
            Self::OutputUnwritable => "output_unwritable",
            Self::OutOfTime => "out_of_time",
            Self::OutOfMemory => "out_of_memory",
            Self::ReaderCrashed => "reader_crashed",
            Self::ChecksumMismatch => "checksum_mismatch",
        }
    }

    /// One plain sentence for the person who sent the file: no paths, no internals.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::PasswordProtected => {
                "The PDF asks for a password. Save a copy without one and upload that."
            }
            Self::UnsupportedEncryption => "The PDF is encrypted in a way that cannot be read.",
            Self::UnsupportedFormat => "The file is not a PDF, PNG, JPEG or TIFF.",
            Self::UnsupportedImage => {
                "The image is stored in a way that cannot be read. Save it as PDF or PNG and upload that."
            }
            Self::Damaged => "The file is damaged and could not be opened.",
            Self::NoPages => "The file has no pages.",
            Self::TooManyPages => "The file has more than 5,000 pages.",
            Self::TooLarge => "The file, or something in it, is too large to read.",
            Self::NoSuchPage => "The file has no such page.",
            Self::PageUnreadable => "The page is damaged and could not be read.",
            Self::PageTooComplex => "The page draws more than can be read in reasonable time.",
            Self::InputUnreadable => "The stored file could not be opened.",
            Self::OutputUnwritable => "The result of reading the page could not be stored.",
            Self::OutOfTime => "Reading the file took too long and was stopped.",
            Self::OutOfMemory => "Reading the file needed too much memory and was stopped.",
            Self::ReaderCrashed => "The file could not be read: the reader stopped on it.",
            Self::ChecksumMismatch => {
                "The bytes that came do not have the SHA-256 that was announced."
            }
        }
    }
}

/// A code and its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub code: FaultCode,
    pub message: String,
}

impl From<FaultCode> for Fault {
    fn from(code: FaultCode) -> Self {
        Self {
            code,
            message: code.sentence().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_code_and_the_wire_code_agree() {
        for code in [
            FaultCode::PasswordProtected,
            FaultCode::UnsupportedEncryption,
            FaultCode::UnsupportedFormat,
            FaultCode::UnsupportedImage,
            FaultCode::Damaged,
            FaultCode::NoPages,
            FaultCode::TooManyPages,
            FaultCode::TooLarge,
            FaultCode::NoSuchPage,
            FaultCode::PageUnreadable,
            FaultCode::PageTooComplex,
            FaultCode::InputUnreadable,
            FaultCode::OutputUnwritable,
            FaultCode::OutOfTime,
            FaultCode::OutOfMemory,
            FaultCode::ReaderCrashed,
            FaultCode::ChecksumMismatch,
        ] {
            let wire = serde_json::to_string(&code).unwrap();
            assert_eq!(wire, format!("\"{}\"", code.as_str()));
        }
    }
}
