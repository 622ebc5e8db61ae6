//! Across questions, where too few have wrong and right samples: are questions whose chains have more of a feature right less often? What is hard about
//! a question stands behind both, which samples of one question cannot say away.

use std::collections::BTreeMap;

use candor_stats::slices::Sliced;

use super::features::FEATURES;
use super::rows::Read;
use crate::Error;

/// Questions with their share right, and the features of which they have more than the middle question.
pub(super) fn sliced(questions: &BTreeMap<u32, Vec<&Read>>) -> Result<Sliced, Error> {
    let mean = |samples: &[&Read], value: &dyn Fn(&Read) -> f64| {
        samples.iter().map(|read| value(read)).sum::<f64>() / samples.len().max(1) as f64
    };
    let means: Vec<Vec<f64>> = FEATURES
        .iter()
        .map(|feature| questions.values().map(|samples| mean(samples, &|read| feature.of(read))).collect())
        .collect();
    let above: Vec<Vec<bool>> = means.iter().map(|means| above(means)).collect();
    // Equal shares are equal in whatever order the samples were added up: the split looks at them.
    let rows = questions.values().enumerate().map(|(at, samples)| {
        let right = mean(samples, &|read| f64::from(u8::from(read.right() == Some(true))));
        let slices = above.iter().enumerate().filter(|(_, above)| above.get(at) == Some(&true));
        ((right * 1e9).round() * 1e-9, slices.map(|(feature, _)| feature).collect())
    });
    Ok(Sliced::new(FEATURES.len(), rows)?)
}

/// Which values lie above the middle one; where none does, those that equal it: the others have less.
fn above(values: &[f64]) -> Vec<bool> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0);
    let above: Vec<bool> = values.iter().map(|value| *value > middle).collect();
    if above.contains(&true) { above } else { values.iter().map(|value| *value >= middle).collect() }
}

#[cfg(test)]
mod tests {
    use super::above;

    #[test]
    fn half_the_values_lie_above_the_middle_and_a_common_value_against_the_rest() {
        assert_eq!(above(&[1.0, 2.0, 3.0, 4.0]), [false, false, true, true]);
        assert_eq!(above(&[0.0, 0.0, 0.0, 1.0]), [false, false, false, true]);
        assert_eq!(above(&[1.0, 1.0, 1.0, 0.0]), [true, true, true, false]);
        assert_eq!(above(&[2.0, 2.0]), [true, true]);
    }
}
