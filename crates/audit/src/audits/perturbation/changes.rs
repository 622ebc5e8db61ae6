//! What arms do to a question, by their names, and what must hold then. Not whether the change was made well.

use candor_trace::arm;

/// What must hold between the answers before and after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::audits) enum Relation {
    /// The same answer.
    Same,
    /// The same option text; answers by label cannot be compared.
    SameText,
    /// Another right answer: only accuracy can be compared.
    Recomputed,
    /// The answer must flip.
    Flips,
}

/// The place of an arm in this experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::audits) enum Role {
    /// The question as it stands; of several, the one with the smallest number.
    Base(u8),
    /// A change.
    Change(Relation),
    /// An arm of the faithfulness audit.
    Cue,
    /// Nobody said what it changes.
    Unknown,
}

/// The names that say what is changed, with the relation.
const CHANGES: [(&str, Relation); 8] = [
    (arm::PARAPHRASE, Relation::Same),
    (arm::FORMAT, Relation::Same),
    (arm::IRRELEVANT, Relation::Same),
    (arm::RENAME, Relation::Same),
    (arm::REORDER, Relation::SameText),
    (arm::RELABEL, Relation::SameText),
    (arm::RENUMBER, Relation::Recomputed),
    (arm::SWAP, Relation::Flips),
];

/// What an arm of that name is; `same` are names that the settings hold to the same answer.
pub(in crate::audits) fn role(name: &str, same: &[String]) -> Role {
    if same.iter().any(|other| other == name) {
        return Role::Change(Relation::Same);
    }
    match name {
        arm::ORIGINAL => return Role::Base(0),
        arm::UNCUED => return Role::Base(1),
        "" => return Role::Base(2),
        arm::CUED | arm::CONTROL | arm::FORWARD | arm::REVERSED => return Role::Cue,
        _ => {}
    }
    let stem = arm::stem(name);
    CHANGES.iter().find(|(change, _)| *change == stem).map_or(Role::Unknown, |(_, relation)| Role::Change(*relation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_an_arm_is() {
        let role = |name: &str| role(name, &["verbose".to_owned()]);
        assert_eq!([role("original"), role("uncued"), role("")], [Role::Base(0), Role::Base(1), Role::Base(2)]);
        assert_eq!(role("paraphrase-3"), Role::Change(Relation::Same));
        assert_eq!(role("verbose"), Role::Change(Relation::Same));
        assert_eq!(
            (role("reorder:dcba"), role("swap")),
            (Role::Change(Relation::SameText), Role::Change(Relation::Flips))
        );
        assert_eq!((role("cued"), role("temperature 1")), (Role::Cue, Role::Unknown));
    }
}
