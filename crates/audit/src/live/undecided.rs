//! Replies about which a verifier said nothing, by reason. Not answers that are missing: those are the model's.

use std::collections::BTreeMap;

use candor_trace::Trace;
use candor_verify::Outcome;

use crate::words::{counted, thousands};

/// The most reasons that are told apart.
const MOST: usize = 64;

/// The most that are said.
const SAID: usize = 3;

/// Verdicts that are none, by reason.
#[derive(Debug, Default)]
pub(super) struct Undecided {
    by_reason: BTreeMap<String, u64>,
    in_all: u64,
}

impl Undecided {
    /// Takes in a reply.
    pub(super) fn see(&mut self, trace: &Trace) {
        let Some(verdict) = trace.verdict().filter(|verdict| verdict.outcome == Outcome::Error) else { return };
        self.in_all += 1;
        // What stands behind it in quotes is a foreign text, another one each time.
        let reason = verdict.why.split(": `").next().unwrap_or_default();
        if let Some(count) = self.by_reason.get_mut(reason) {
            *count += 1;
        } else if self.by_reason.len() < MOST {
            self.by_reason.insert(reason.to_owned(), 1);
        }
    }

    /// A note about them, the commonest reasons first; `None` where there are none.
    pub(super) fn say(&self, replies: u64) -> Option<String> {
        if self.in_all == 0 {
            return None;
        }
        let mut reasons: Vec<(&String, &u64)> = self.by_reason.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let said: Vec<String> =
            reasons.iter().take(SAID).map(|(reason, count)| format!("{reason} ({})", thousands(**count))).collect();
        let others = self.in_all - reasons.iter().take(SAID).map(|(_, count)| **count).sum::<u64>();
        let others = if others > 0 { format!("; other reasons ({})", thousands(others)) } else { String::new() };
        Some(format!(
            "{} of {} have no verdict, which is not wrong: {}{others}",
            thousands(self.in_all),
            counted(replies, "call"),
            said.join("; ")
        ))
    }
}
