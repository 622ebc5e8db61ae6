//! A detector's scores against labels, and rates corrected by labels.
//!
//! Not agreement of two detectors without labels: that is [`crate::agreement`].

pub mod external_labels;
pub mod labelled_subset;
pub mod scores;

pub use external_labels::{ExternalLabels, lang_reiczigel, rogan_gladen};
pub use labelled_subset::{LabelledSubset, post_stratified};
pub use scores::{Confusion, Score, Scores, scores};

#[cfg(test)]
mod tests;
