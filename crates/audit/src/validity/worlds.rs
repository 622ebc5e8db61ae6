//! Every world and every row, in the order of the table. One file for each audit.

mod adaptive;
mod calls;
mod chains;
mod comparison;
mod competence;
mod compute;
mod faithfulness;
mod inverse;
mod lift;
mod perturbation;
mod sequential;
mod slices;
mod statements;

use super::row::Row;
use super::world::World;

const BY_AUDIT: &[(&[Row], &[World])] = &[
    (faithfulness::ROWS, faithfulness::WORLDS),
    (compute::ROWS, compute::WORLDS),
    (adaptive::ROWS, adaptive::WORLDS),
    (lift::ROWS, lift::WORLDS),
    (inverse::ROWS, inverse::WORLDS),
    (perturbation::ROWS, perturbation::WORLDS),
    (chains::ROWS, chains::WORLDS),
    (statements::ROWS, statements::WORLDS),
    (slices::ROWS, slices::WORLDS),
    (competence::ROWS, competence::WORLDS),
    (sequential::ROWS, sequential::WORLDS),
    (comparison::ROWS, comparison::WORLDS),
];

/// Every world.
pub(super) fn all() -> impl Iterator<Item = &'static World> {
    BY_AUDIT.iter().flat_map(|(_, worlds)| *worlds)
}

/// Every row that is simulated.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    BY_AUDIT.iter().flat_map(|(rows, _)| *rows)
}

/// The row of that name.
pub(super) fn row(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::world::Role;
    use super::*;

    #[test]
    fn every_row_is_tried_and_every_world_feeds_rows_that_exist() {
        let names: BTreeSet<&str> = rows().map(|row| row.name).collect();
        assert_eq!(names.len(), rows().count(), "a row stands twice");
        assert_eq!(all().map(|world| world.name).collect::<BTreeSet<_>>().len(), all().count(), "a world stands twice");
        let fed = |role: Role| -> BTreeSet<&str> {
            all().flat_map(|world| world.feeds).filter(|feed| feed.1 == role).map(|feed| feed.0).collect()
        };
        assert_eq!(fed(Role::Promise), names);
        assert!(fed(Role::Power).is_subset(&names));
        let tests = rows().filter(|row| row.kind == super::super::row::Kind::Test).map(|row| row.name);
        for test in tests {
            assert!(fed(Role::Power).contains(test), "{test} has no planted effect");
        }
    }
}
