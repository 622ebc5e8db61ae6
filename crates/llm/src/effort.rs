//! How much reasoning was asked for. Not how much was used: that is [`Usage`](crate::Usage).

use serde::{Deserialize, Serialize};
use std::fmt;

/// The effort setting of a call, in the words of the vendors.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Reasoning switched off.
    Off,
    /// A named level as the vendor spells it: `minimal`, `low`, `medium`, `high`, `xhigh`, `max`.
    Level(String),
    /// A budget in reasoning tokens.
    Budget(u32),
}

impl Effort {
    /// Reads a foreign spelling: `none`, `off`, `disabled` and `0` mean off, a whole number is a token budget,
    /// anything else is a level under its own name, in lower case.
    #[must_use]
    pub fn from_foreign(text: &str) -> Self {
        let text = text.trim().to_ascii_lowercase();
        match text.as_str() {
            "none" | "off" | "disabled" | "0" | "false" => Self::Off,
            _ => text.parse::<u32>().map_or(Self::Level(text), Self::Budget),
        }
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => out.write_str("off"),
            Self::Level(name) => out.write_str(name),
            Self::Budget(tokens) => write!(out, "{tokens} tokens"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_spellings_are_read() {
        assert_eq!(Effort::from_foreign(" None"), Effort::Off);
        assert_eq!(Effort::from_foreign("8192"), Effort::Budget(8192));
        assert_eq!(Effort::from_foreign("High"), Effort::Level("high".to_owned()));
    }
}
