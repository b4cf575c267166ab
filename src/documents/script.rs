//! What a child process may say, and in which order: the events that its lines stand for.
//! The sandbox hands it every line; the job runner gets the events.

use std::ops::RangeInclusive;

use super::fault::{Fault, FaultCode};
use super::page::{ArtifactType, MOST_PAGES, MOST_REGIONS, PageReading, WorkerLine};

/// What a child has told, in order. `Failed` and `Done` come last, and one of them always comes.
#[derive(Debug)]
pub enum Event {
    Opened { page_count: u32 },
    Page(Box<PageReading>),
    PageFailed { page_number: u32, fault: Fault },
    Failed(Fault),
    Done,
}

/// What the child has said so far, and so what it may say next. A child taken over by a hostile file
/// cannot name other files, other pages or its own words for people.
#[derive(Debug)]
pub(super) struct Script {
    task: Task,
    pages: RangeInclusive<u32>,
    page_count: Option<u32>,
    next_page: u32,
    under_way: Option<u32>,
    is_done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Survey,
    Reading,
    Binding,
}

impl Script {
    /// For a binding: it says nothing but its end.
    pub fn of_binding() -> Self {
        Self::new(Task::Binding, 1..=MOST_PAGES)
    }

    /// For a survey of those pages of a file that are among these.
    pub fn of_survey(pages: RangeInclusive<u32>) -> Self {
        Self::new(Task::Survey, pages)
    }

    /// For a reading of these pages.
    pub fn of_reading(pages: RangeInclusive<u32>) -> Self {
        Self::new(Task::Reading, pages)
    }

    fn new(task: Task, pages: RangeInclusive<u32>) -> Self {
        Self {
            task,
            next_page: *pages.start(),
            pages,
            page_count: None,
            under_way: None,
            is_done: false,
        }
    }

    pub fn is_survey(&self) -> bool {
        self.task == Task::Survey
    }

    pub fn is_done(&self) -> bool {
        self.is_done
    }

    pub fn page_under_way(&self) -> Option<u32> {
        self.under_way
    }

    /// The event that a line stands for; an error when the child may not say it now.
    pub fn hear(&mut self, line: WorkerLine) -> Result<Option<Event>, FaultCode> {
        const OUT_OF_TURN: FaultCode = FaultCode::ReaderCrashed;
        if self.is_done {
            return Err(OUT_OF_TURN);
        }
        if self.task == Task::Binding {
            return match line {
                WorkerLine::Done {} => {
                    self.is_done = true;
                    Ok(None)
                }
                WorkerLine::Failed { code, .. } => Err(code),
                _ => Err(OUT_OF_TURN),
            };
        }
        match line {
            WorkerLine::Opened { page_count } => {
                if self.page_count.is_some() || !(1..=MOST_PAGES).contains(&page_count) {
                    return Err(OUT_OF_TURN);
                }
                self.page_count = Some(page_count);
                Ok(Some(Event::Opened { page_count }))
            }
            WorkerLine::PageStarted { page_number } => {
                let is_next = self.under_way.is_none()
                    && page_number == self.next_page
                    && page_number <= self.last_page().ok_or(OUT_OF_TURN)?;
                if !is_next {
                    return Err(OUT_OF_TURN);
                }
                self.under_way = Some(page_number);
                Ok(None)
            }
            WorkerLine::Page(page) => {
                self.finish(page.page_number)?;
                if !self.is_plausible(&page) {
                    return Err(OUT_OF_TURN);
                }
                Ok(Some(Event::Page(page)))
            }
            WorkerLine::PageFailed {
                page_number, code, ..
            } => {
                self.finish(page_number)?;
                let fault = code.into();
                Ok(Some(Event::PageFailed { page_number, fault }))
            }
            WorkerLine::Failed { code, .. } => Err(code),
            WorkerLine::Done {} => {
                let last = self.last_page().ok_or(OUT_OF_TURN)?;
                if self.under_way.is_some() || self.next_page != last + 1 {
                    return Err(OUT_OF_TURN);
                }
                self.is_done = true;
                Ok(None)
            }
        }
    }

    fn last_page(&self) -> Option<u32> {
        Some(self.page_count?.min(*self.pages.end()))
    }

    fn finish(&mut self, page_number: u32) -> Result<(), FaultCode> {
        if self
            .under_way
            .take_if(|number| *number == page_number)
            .is_none()
        {
            return Err(FaultCode::ReaderCrashed);
        }
        self.next_page = page_number + 1;
        Ok(())
    }

    fn is_plausible(&self, page: &PageReading) -> bool {
        let files = match self.is_survey() {
            true => page.artifacts.is_empty(),
            false => {
                let regions = page
                    .artifacts
                    .len()
                    .saturating_sub(ArtifactType::OF_PAGE.len());
                let expected = ArtifactType::OF_PAGE
                    .map(|kind| (kind, 0))
                    .into_iter()
                    .chain((1..=regions).map(|part| (ArtifactType::RegionImage, part)));
                page.artifacts.len() >= ArtifactType::OF_PAGE.len()
                    && regions <= MOST_REGIONS
                    && page
                        .artifacts
                        .iter()
                        .zip(expected)
                        .all(|(file, (kind, part))| {
                            file.r#type == kind
                                && file.content_type == kind.content_type()
                                && file.file_name == kind.file_name(page.page_number, part)
                        })
            }
        };
        let sizes = [page.width_points, page.height_points];
        files && sizes.iter().all(|size| size.is_finite() && *size >= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(script: &mut Script, line: &str) -> Result<Option<Event>, FaultCode> {
        script.hear(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn a_whole_reading_is_heard_in_order() {
        let mut script = Script::of_reading(2..=2);
        let opened = hear(&mut script, r#"{"opened":{"pageCount":6}}"#);
        assert!(matches!(opened, Ok(Some(Event::Opened { page_count: 6 }))));
        assert!(hear(&mut script, r#"{"pageStarted":{"pageNumber":2}}"#).is_ok());
        assert_eq!(script.page_under_way(), Some(2));
        let failed = hear(
            &mut script,
            r#"{"pageFailed":{"pageNumber":2,"code":"page_unreadable","message":"<b>"}}"#,
        );
        let Ok(Some(Event::PageFailed { page_number, fault })) = failed else {
            panic!("{failed:?}");
        };
        assert_eq!(page_number, 2);
        assert_eq!(fault.message, FaultCode::PageUnreadable.sentence());
        assert_eq!(script.page_under_way(), None);
        assert!(hear(&mut script, r#"{"done":{}}"#).is_ok());
        assert!(script.is_done());
    }

    #[test]
    fn what_is_said_out_of_turn_is_refused() {
        let opened = r#"{"opened":{"pageCount":2}}"#;
        let started = r#"{"pageStarted":{"pageNumber":1}}"#;
        for lines in [
            vec![started],
            vec![r#"{"done":{}}"#],
            vec![r#"{"opened":{"pageCount":0}}"#],
            vec![r#"{"opened":{"pageCount":1000000}}"#],
            vec![opened, opened],
            vec![opened, r#"{"pageStarted":{"pageNumber":2}}"#],
            vec![opened, started, started],
            vec![opened, started, r#"{"done":{}}"#],
        ] {
            let mut script = Script::of_survey(1..=MOST_PAGES);
            let (last, before) = lines.split_last().unwrap();
            for line in before {
                hear(&mut script, line).unwrap();
            }
            assert!(hear(&mut script, last).is_err(), "{lines:?}");
        }
    }

    #[test]
    fn a_file_of_another_name_is_refused() {
        let page = |name: &str| {
            let files: Vec<_> = ArtifactType::OF_PAGE
                .iter()
                .map(|kind| {
                    let name = match kind {
                        ArtifactType::PageText => name.to_owned(),
                        kind => kind.file_name(1, 0),
                    };
                    serde_json::json!({"type": kind, "contentType": kind.content_type(),
                        "fileName": name, "fileSize": 1})
                })
                .collect();
            serde_json::json!({"page": {"pageNumber": 1, "widthPoints": 612.0,
                "heightPoints": 792.0, "kind": "document", "wordCount": 0, "unmappedShare": 0.0,
                "pathCount": 0, "imageCount": 0, "imageShare": 0.0,
                "sheetDisplayName": "Page 1", "signs": {"specificationSection": false,
                "specificationPart": false, "addendum": false}, "artifacts": files}})
            .to_string()
        };
        for (name, is_heard) in [("p0001.txt", true), ("../../p0001.txt", false)] {
            let mut script = Script::of_reading(1..=1);
            hear(&mut script, r#"{"opened":{"pageCount":1}}"#).unwrap();
            hear(&mut script, r#"{"pageStarted":{"pageNumber":1}}"#).unwrap();
            assert_eq!(hear(&mut script, &page(name)).is_ok(), is_heard, "{name}");
        }
    }
}
