//! The values of every question at every setting, and the claims about accuracy and gain that follow.

use candor_stats::clusters::Clusters;
use candor_stats::curve::majority::Majority;
use candor_stats::curve::simultaneous::Matrix;
use candor_stats::curve::{best_of_k, most_gain, pass_at_k, pass_hat_k};
use candor_stats::paired::Limits;
use candor_stats::{Estimate, Level, Size, Undefined};

use super::questions::{Asked, Questions};
use super::settings::Aggregate;

/// The numbers of paths of a table: 1, 4, 8, 16, 32 and on by doubling up to what was sampled, the largest sampled, and the production
/// setting where it was sampled. Two paths are left out: a majority of two is a coin toss between them and equals one path. So does a majority of four equal
/// one of three where two answers compete, and on: where an odd number was sampled the numbers are 1, 3, 7, 15, since a step from an even number to the odd
/// one after it would show the gain of two more votes as that of one.
pub(super) fn grid(wanted: Option<&[u32]>, longest: u32, operate: Option<u32>) -> Vec<u32> {
    let mut paths: Vec<u32> = match wanted {
        Some(wanted) => wanted.to_vec(),
        None => {
            let odd = longest % 2;
            let doubled = (2..u32::BITS).map(|power| (1 << power) - odd).take_while(|paths| *paths < longest);
            std::iter::once(1).chain(doubled).chain([longest]).collect()
        }
    };
    paths.extend(operate);
    paths.retain(|paths| *paths >= 1 && *paths <= longest);
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// How one question's samples are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// By an aggregate of k answers.
    By(Aggregate),
    /// All of k right.
    All,
}

/// The values of every question (rows) at every setting (columns).
pub(super) fn values(questions: &Questions, paths: &[u32], reading: Reading) -> Result<Matrix, Undefined> {
    let mut majority = Majority::default();
    let mut matrix = Matrix::new(paths.len());
    for asked in &questions.asked {
        let row = row(asked, paths, reading, &mut majority)?;
        matrix.push(row);
    }
    // A majority, or the best by score, may turn to anything; more tries cannot lose, and all of more cannot win.
    let fewest = questions.asked.iter().map(|asked| u64::from(asked.count())).min().unwrap_or(0);
    let most = |from: usize, to: usize| most_gain(fewest, u64::from(paths[from]), u64::from(paths[to])).unwrap_or(1.0);
    Ok(match reading {
        Reading::By(Aggregate::Any) => matrix.within(|from, to| Limits { least: 0.0, most: most(from, to) }),
        Reading::All => matrix.within(|from, to| Limits { least: -most(from, to), most: 0.0 }),
        Reading::By(Aggregate::Best | Aggregate::Majority) => matrix,
    })
}

fn row(asked: &Asked, paths: &[u32], reading: Reading, majority: &mut Majority) -> Result<Vec<f64>, Undefined> {
    let (n, c) = (u64::from(asked.count()), u64::from(asked.right));
    let scored = if reading == Reading::By(Aggregate::Best) { asked.scored() } else { Vec::new() };
    paths
        .iter()
        .map(|k| match reading {
            Reading::By(Aggregate::Any) => pass_at_k(n, c, u64::from(*k)),
            Reading::All => pass_hat_k(n, c, u64::from(*k)),
            Reading::By(Aggregate::Best) => best_of_k(&scored, *k),
            Reading::By(Aggregate::Majority) => match &asked.tally {
                Some(tally) => majority.at(tally, *k),
                None => Err(Undefined::NotRecorded { what: "final answers".into() }),
            },
        })
        .collect()
}

/// Mean over questions of one column, with its interval; the size counts all samples of the questions.
pub(super) fn share(
    values: impl Iterator<Item = f64>,
    samples: usize,
    level: Level,
) -> (Result<Estimate, Undefined>, Option<Clusters>) {
    let rows: Vec<[f64; 1]> = values.map(|value| [value.clamp(0.0, 1.0)]).collect();
    let Ok(clusters) = Clusters::from_values(rows.iter()) else {
        return (Err(Undefined::no_data("questions")), None);
    };
    let estimate = clusters.proportion(level).map(|estimate| estimate.resized(Size::new(rows.len(), samples)));
    (estimate, Some(clusters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_doubles_and_ends_at_what_was_sampled() {
        assert_eq!(grid(None, 16, None), [1, 4, 8, 16]);
        assert_eq!(grid(None, 10, Some(5)), [1, 4, 5, 8, 10]);
        assert_eq!(grid(None, 5, None), [1, 3, 5]);
        assert_eq!(grid(None, 9, Some(4)), [1, 3, 4, 7, 9]);
        assert_eq!(grid(None, 1, None), [1]);
        assert_eq!(grid(Some(&[8, 2, 2, 64]), 32, None), [2, 8]);
        assert_eq!(grid(None, 16, Some(64)), [1, 4, 8, 16]);
    }
}
