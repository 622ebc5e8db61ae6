//! Every world and every row, in the order of the table. One file for each audit.

mod adaptive;
mod arc;
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

use super::world::Group;

/// By audit.
pub(super) const GROUPS: &[Group] = &[
    Group { rows: faithfulness::ROWS, worlds: faithfulness::WORLDS },
    Group { rows: compute::ROWS, worlds: compute::WORLDS },
    Group { rows: adaptive::ROWS, worlds: adaptive::WORLDS },
    Group { rows: lift::ROWS, worlds: lift::WORLDS },
    Group { rows: inverse::ROWS, worlds: inverse::WORLDS },
    Group { rows: perturbation::ROWS, worlds: perturbation::WORLDS },
    Group { rows: chains::ROWS, worlds: chains::WORLDS },
    Group { rows: statements::ROWS, worlds: statements::WORLDS },
    Group { rows: slices::ROWS, worlds: slices::WORLDS },
    Group { rows: competence::ROWS, worlds: competence::WORLDS },
    Group { rows: arc::ROWS, worlds: arc::WORLDS },
    Group { rows: sequential::ROWS, worlds: sequential::WORLDS },
    Group { rows: comparison::ROWS, worlds: comparison::WORLDS },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::row::Row;
    use super::super::world::{Role, World};
    use super::*;

    fn rows() -> impl Iterator<Item = &'static Row> {
        GROUPS.iter().flat_map(|group| group.rows)
    }

    fn all() -> impl Iterator<Item = &'static World> {
        GROUPS.iter().flat_map(|group| group.worlds)
    }

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
