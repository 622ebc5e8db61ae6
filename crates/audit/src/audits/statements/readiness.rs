//! Whether some traces can answer whether claims are in the record.

use candor_trace::Inventory;

use crate::Readiness;
use crate::words::counted;

pub(super) fn readiness(holds: &Inventory) -> Readiness {
    const NAME: &str = "claims against record";
    match holds.tools {
        0 => Readiness::missing(NAME, "no tool calls recorded: nothing to compare claims with"),
        tools => Readiness::ready(NAME, format!("{} with tools", counted(tools, "call"))),
    }
}
