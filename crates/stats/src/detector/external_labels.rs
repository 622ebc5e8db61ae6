//! A detector's rate corrected by labels of a separate validation sample: Lang and Reiczigel; Rogan and Gladen beside it.
//!
//! Sensitivity and specificity do not transfer between models, cues or versions: a claim that uses them across those is at
//! most inferred.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::estimate::{Estimate, Method, Size};
use crate::interval::{Interval, Level};
use crate::special::critical_normal;
use crate::undefined::Undefined;

/// What the detector said about the audited traces, and about a separate labelled sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalLabels {
    /// Audited traces.
    pub traces: u64,
    /// Flagged ones among them.
    pub flagged: u64,
    /// Traces of the validation sample that are labelled yes.
    pub positives: u64,
    /// Flagged ones among those.
    pub true_positives: u64,
    /// Traces of the validation sample that are labelled no.
    pub negatives: u64,
    /// Ones not flagged among those.
    pub true_negatives: u64,
}

impl ExternalLabels {
    fn check(&self) -> Result<(), Error> {
        if self.flagged <= self.traces && self.true_positives <= self.positives && self.true_negatives <= self.negatives
        {
            Ok(())
        } else {
            Err(Error::domain("validation sample", "counts within their totals", format!("{self:?}")))
        }
    }

    fn shares(&self) -> Result<(f64, f64, f64), Undefined> {
        if self.traces == 0 {
            return Err(Undefined::no_data("audited traces"));
        }
        if self.positives == 0 {
            return Err(Undefined::no_data("validation traces labelled yes"));
        }
        if self.negatives == 0 {
            return Err(Undefined::no_data("validation traces labelled no"));
        }
        Ok((
            self.flagged as f64 / self.traces as f64,
            self.true_positives as f64 / self.positives as f64,
            self.true_negatives as f64 / self.negatives as f64,
        ))
    }
}

/// (flagged share + sp - 1)/(se + sp - 1), not clipped.
fn gladen(share: f64, se: f64, sp: f64) -> Result<f64, Undefined> {
    let youden = se + sp - 1.0;
    if youden > 1e-12 {
        Ok((share + sp - 1.0) / youden)
    } else {
        Err(Undefined::not_applicable("corrected rate", "the detector flags positives no more often than negatives"))
    }
}

/// Rogan and Gladen's plug-in estimate with an interval from the audited traces alone: for comparison only.
///
/// (p + sp - 1)/(se + sp - 1), clipped to [0, 1]; Wilson's interval of p, transformed, as if se and sp were known. It covers
/// 64 to 78 % in simulation at 50 to 200 labels. Source: Rogan and Gladen 1978.
///
/// # Errors
/// [`Error::Domain`] when counts contradict each other.
pub fn rogan_gladen(labels: ExternalLabels, level: Level) -> Result<Result<Estimate, Undefined>, Error> {
    labels.check()?;
    let plug_in = || {
        let (share, se, sp) = labels.shares()?;
        let value = gladen(share, se, sp)?.clamp(0.0, 1.0);
        let wilson = crate::Proportion::new(labels.flagged, labels.traces)
            .map_err(|e| Undefined::not_applicable("corrected rate", e.to_string()))?
            .wilson(level)?;
        let interval = match wilson.interval() {
            Ok(i) => i
                .map(|p| ((p + sp - 1.0) / (se + sp - 1.0)).clamp(0.0, 1.0))
                .map_err(|_| Undefined::Unbounded { what: "the corrected rate".into() }),
            Err(why) => Err(why.clone()),
        };
        Estimate::new(
            value,
            interval,
            Size::single(labels.traces),
            Method::named("Rogan-Gladen (se, sp plugged in; for comparison)"),
        )
    };
    Ok(plug_in())
}

/// The rate corrected by a separate validation sample, with the interval of Lang and Reiczigel.
///
/// With z the normal critical value: p' = (x + z^2/2)/(n + z^2), n' = n + z^2; se' = (tp + 1)/(n_se + 2), n_se' = n_se + 2 and
/// likewise sp'; P' = (p' + sp' - 1)/(se' + sp' - 1);
/// shift = 2 z^2 (P' se'(1-se')/n_se' - (1-P') sp'(1-sp')/n_sp');
/// s^2 = [p'(1-p')/n' + P'^2 se'(1-se')/n_se' + (1-P')^2 sp'(1-sp')/n_sp'] / (se' + sp' - 1)^2;
/// interval P' + shift ± z s, clipped to [0, 1]; value (p + sp - 1)/(se + sp - 1), clipped.
///
/// Assumes independent traces, and a validation sample of the same model, cue and detector version.
/// Source: Lang and Reiczigel, Preventive Veterinary Medicine 113 (2014) 13.
///
/// # Errors
/// [`Error::Domain`] when counts contradict each other.
pub fn lang_reiczigel(labels: ExternalLabels, level: Level) -> Result<Result<Estimate, Undefined>, Error> {
    labels.check()?;
    let corrected = || {
        let (share, se, sp) = labels.shares()?;
        let value = gladen(share, se, sp)?.clamp(0.0, 1.0);
        let interval = ends(labels, level).map(|i| i.clipped(0.0, 1.0));
        let size = Size { units: labels.traces.min(labels.positives + labels.negatives), samples: labels.traces };
        Estimate::new(value, interval, size, Method::named("Lang-Reiczigel"))
    };
    Ok(corrected())
}

/// Lang and Reiczigel's ends, not clipped.
fn ends(labels: ExternalLabels, level: Level) -> Result<Interval, Undefined> {
    let z = critical_normal(level);
    let z2 = z * z;
    let n = labels.traces as f64 + z2;
    let p = (labels.flagged as f64 + 0.5 * z2) / n;
    let (n_se, n_sp) = (labels.positives as f64 + 2.0, labels.negatives as f64 + 2.0);
    let (se, sp) = ((labels.true_positives as f64 + 1.0) / n_se, (labels.true_negatives as f64 + 1.0) / n_sp);
    let rate = gladen(p, se, sp)?;
    let (v_se, v_sp) = (se * (1.0 - se) / n_se, sp * (1.0 - sp) / n_sp);
    let shift = 2.0 * z2 * (rate * v_se - (1.0 - rate) * v_sp);
    let variance = p * (1.0 - p) / n + rate * rate * v_se + (1.0 - rate) * (1.0 - rate) * v_sp;
    let half = z * variance.sqrt() / (se + sp - 1.0);
    Ok(Interval::ordered(rate + shift - half, rate + shift + half, level))
}
