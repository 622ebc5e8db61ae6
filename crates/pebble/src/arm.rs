//! What a prompt can have about it that the usual prompt has not: the changes of the perturbation audit, as a reader of the prompt sees them. Not
//! the making of such prompts.

use serde::{Deserialize, Serialize};

/// One kind of change. Names are those of the arms that audits look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The options do not stand in their usual order: rising numbers, yes before no.
    Reorder,
    /// The labels are not A, B, C, …
    Relabel,
    /// The options are not laid out as `(A) text`, each on its line, or the text is in upper case.
    Format,
    /// A sentence before or in the question has nothing to do with it.
    Irrelevant,
    /// The question is asked in other than the usual words.
    Paraphrase,
    /// People and things have other than the usual names.
    Rename,
    /// The numbers have a digit more than usual.
    Renumber,
    /// A comparison asks from the other side.
    Swap,
}

impl Arm {
    /// All, in the order in which `sharpening_arm` counts them.
    pub const ALL: [Self; 8] = [
        Self::Reorder,
        Self::Relabel,
        Self::Format,
        Self::Irrelevant,
        Self::Paraphrase,
        Self::Rename,
        Self::Renumber,
        Self::Swap,
    ];

    /// The arm's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reorder => "reorder",
            Self::Relabel => "relabel",
            Self::Format => "format",
            Self::Irrelevant => "irrelevant",
            Self::Paraphrase => "paraphrase",
            Self::Rename => "rename",
            Self::Renumber => "renumber",
            Self::Swap => "swap",
        }
    }
}

/// A set of [`Arm`]s.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Arms(u8);

impl Arms {
    /// None: the usual prompt.
    pub const NONE: Self = Self(0);

    /// This one alone.
    #[must_use]
    pub fn only(arm: Arm) -> Self {
        Self(1 << arm as u8)
    }

    /// Puts one in.
    pub fn insert(&mut self, arm: Arm) {
        self.0 |= 1 << arm as u8;
    }

    /// Whether it is in.
    #[must_use]
    pub fn contains(self, arm: Arm) -> bool {
        self.0 & (1 << arm as u8) != 0
    }

    /// Those that are in, in the order of [`Arm::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Arm> {
        Arm::ALL.into_iter().filter(move |arm| self.contains(*arm))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let mut arms = Arms::only(Arm::Swap);
        arms.insert(Arm::Reorder);
        assert_eq!(arms.iter().collect::<Vec<_>>(), [Arm::Reorder, Arm::Swap]);
        assert_eq!(Arms::NONE.iter().count(), 0);
    }
}
