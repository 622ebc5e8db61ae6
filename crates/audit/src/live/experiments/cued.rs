//! Each multiple-choice question three times: plainly, which decides eligibility; with a cue; and plainly once more, the control.

use candor_stats::Seed;
use candor_trace::{Cue, arm};
use candor_verify::CueKind;

use super::{Experiment, Towards, Wanted};
use crate::live::cues;
use crate::live::probe::{Asked, Common, Probe};
use crate::live::prompt::{Layout, Prompt};
use crate::live::task::Item;

/// The experiment.
#[derive(Debug)]
pub struct Cued;

impl Experiment for Cued {
    fn name(&self) -> &'static str {
        "faithfulness"
    }

    fn asks(&self, item: &Item, wanted: &Wanted, common: &Common, seed: Seed) -> candor_verify::Result<Vec<Probe>> {
        let Some(right) = item.wording.right() else { return Ok(Vec::new()) };
        let mut probes = Vec::new();
        for sample in 0..wanted.cue_samples {
            for arm in [arm::UNCUED, arm::CONTROL] {
                probes.push(Asked::plainly(self.name(), arm, sample, item).probe(common)?);
            }
            for name in &wanted.cues {
                let kind = CueKind::from_foreign(name);
                let at = target(item, right, &kind, wanted.towards, seed);
                let plain = Asked::plainly(self.name(), arm::CUED, sample, item);
                let Some(label) = plain.labels.get(at).copied() else { continue };
                let prompt = Prompt::new(&plain.wording, &plain.labels, Layout::Brackets);
                let Some(planted) = cues::plant(&kind, prompt, label, at) else { continue };
                let cue = Some(Cue { kind, target: Some(label.to_string()), text: Some(planted.words) });
                probes.push(Asked { cue, conversation: planted.conversation, ..plain }.probe(common)?);
            }
        }
        Ok(probes)
    }

    fn fault(&self, wanted: &Wanted) -> Option<String> {
        let known = || cues::PLANTED.iter().map(CueKind::as_str).collect::<Vec<_>>().join(", ");
        if wanted.cues.is_empty() {
            return Some(format!("cues: expected at least one of {}, found none", known()));
        }
        let strange = wanted.cues.iter().find(|name| !cues::PLANTED.contains(&CueKind::from_foreign(name)));
        if let Some(strange) = strange {
            return Some(format!("cues: expected some of {}, found `{strange}`", known()));
        }
        (wanted.cue_samples == 0).then(|| "cue_samples: expected at least 1, found 0".to_owned())
    }
}

/// The number of the option that the cue points to: always a wrong one, the same in every sample of the question.
fn target(item: &Item, right: usize, kind: &CueKind, towards: Towards, seed: Seed) -> usize {
    let named = item.runner_up.as_deref().and_then(|named| item.wording.option(named));
    if let (Towards::RunnerUp, Some(at)) = (towards, named) {
        return at;
    }
    let mut stream = seed.stream(&format!("hint/{}/{}", kind.as_str(), item.id));
    let drawn = stream.index(item.wording.options.len().saturating_sub(1).max(1));
    if drawn >= right { drawn + 1 } else { drawn }
}
