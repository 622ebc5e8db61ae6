//! ARC-AGI: tasks, and the attempts at them. Known from the public sets (fchollet/ARC-AGI, arcprize/ARC-AGI-2), the files of the Kaggle
//! competition, and arcprize/arc-agi-benchmarking (`src/arc_agi_benchmarking/schemas.py`). Not the scoring of attempts: that is an audit.
//!
//! | file | what |
//! |---|---|
//! | `shape` | which of the five forms a file has |
//! | `grid` | a grid, within its bounds |
//! | `task` | tasks and solutions, as entries of a roster |
//! | `submission` | which attempts a submission makes |
//! | `attempt` | one of them as a trace |

mod attempt;
mod grid;
mod shape;
mod submission;
mod task;

use super::Format;
use super::bytes::Window;
use super::reading::{Reading, Stop};
use super::records;
use crate::mapping::path::Step;
use shape::Shape;

/// What of ARC-AGI the first bytes of a file are.
pub(super) fn recognises(head: &[u8]) -> Option<Format> {
    Shape::of(head).map(|shape| match shape {
        Shape::Task | Shape::Tasks | Shape::Solutions => Format::ArcTasks,
        Shape::Submission | Shape::Pairs => Format::ArcSubmissions,
    })
}

/// Reads the tasks or the attempts of a file.
pub(super) fn read(window: &mut Window, reading: &mut Reading<'_>) -> Result<(), Stop> {
    let file = reading.file().to_owned();
    let by_task = || vec![Step::Capture("task".to_owned())];
    match Shape::of(window.head()) {
        Some(Shape::Task) => records::json(window, Some(&[]), &mut task::Tasks::one(&file), reading),
        Some(Shape::Tasks) => records::json(window, Some(&by_task()), &mut task::Tasks::many(&file), reading),
        Some(Shape::Solutions) => records::json(window, Some(&by_task()), &mut task::Solutions::of(&file), reading),
        Some(Shape::Submission) => records::json(window, Some(&by_task()), &mut submission::ByTask::of(&file), reading),
        Some(Shape::Pairs) => records::json(window, Some(&[Step::Items]), &mut submission::Pairs::of(&file), reading),
        None => Ok(()),
    }
}

/// How the test input of a task is called, everywhere: the task and, from 0, which of its test inputs.
fn unit(task: &str, input: u64) -> String {
    format!("{task}#{input}")
}

/// The folder of a file, and its name without what follows the first dot.
fn folder_and_stem(file: &str) -> (&str, &str) {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    (folder, name.split('.').next().unwrap_or(name))
}
