//! How a mark looks beside a number: its word, and a sign that repeats it.

use candor_stats::{Mark, Standing};
use maud::{Markup, html};

/// What every figure, title and column about planted data says.
pub const PLANTED: &str = "planted process, not a language model";

/// The class of a standing in the style sheet.
pub(crate) fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Marked(Mark::EvidenceBacked) => "evidence",
        Standing::Marked(Mark::Inferred) => "inferred",
        Standing::Marked(Mark::Hope) => "hope",
        Standing::Planted => "planted",
    }
}

/// The mark, or the word "planted".
#[must_use]
pub fn chip(standing: Standing) -> Markup {
    html! { span class={ "mark " (class(standing)) } { (standing) } }
}
