//! Each question as it stands and changed, several samples each, so that a change can be told from a second draw. Which relation must hold then is
//! for the perturbation audit.

use candor_llm::{Conversation, Message, Role};
use candor_stats::{Seed, Stream};
use candor_trace::arm;

use super::{Experiment, Wanted};
use crate::live::probe::{Asked, Common, Probe};
use crate::live::prompt::{Answered, Layout, Prompt};
use crate::live::task::Item;

/// The changes that can be made: four to any multiple-choice question (the last of them to any question), four where the task brings them along.
pub(super) const KNOWN: [&str; 8] =
    [arm::REORDER, arm::RELABEL, arm::FORMAT, arm::IRRELEVANT, arm::PARAPHRASE, arm::RENAME, arm::RENUMBER, arm::SWAP];

/// Sentences that have nothing to do with any answer.
const IRRELEVANT: [&str; 8] = [
    "I am writing this on the train, somewhere between two tunnels.",
    "My sister turned thirty-four last week and we had cake.",
    "It has been raining here since yesterday evening.",
    "I used to live in a small town by the sea.",
    "The office upstairs is being painted green.",
    "My neighbour plays the trumpet on Sundays.",
    "I had oatmeal for breakfast, as usual.",
    "The bus was late again this morning.",
];

/// The experiment.
#[derive(Debug)]
pub struct Changes;

impl Experiment for Changes {
    fn name(&self) -> &'static str {
        "perturbation"
    }

    fn asks(&self, item: &Item, wanted: &Wanted, common: &Common, seed: Seed) -> candor_verify::Result<Vec<Probe>> {
        let mut forms = vec![laid(self.name(), arm::ORIGINAL, item, Layout::Brackets)];
        for change in &wanted.changes {
            forms.extend(changed(self.name(), change, item, seed));
        }
        if forms.len() == 1 {
            return Ok(Vec::new());
        }
        let mut probes = Vec::with_capacity(forms.len() * wanted.change_samples as usize);
        for sample in 0..wanted.change_samples {
            for form in &forms {
                probes.push(form.again(sample).probe(common)?);
            }
        }
        Ok(probes)
    }

    fn fault(&self, wanted: &Wanted) -> Option<String> {
        if wanted.changes.is_empty() {
            return Some(format!("changes: expected some of {}, found none", KNOWN.join(", ")));
        }
        if let Some(strange) = wanted.changes.iter().find(|name| !KNOWN.contains(&arm::stem(name).as_str())) {
            return Some(format!("changes: expected some of {}, found `{strange}`", KNOWN.join(", ")));
        }
        (wanted.change_samples < 2)
            .then(|| format!("change_samples: expected at least 2, found {}", wanted.change_samples))
    }
}

/// The question in one form; answers are written by the option's text, so that letters may move.
fn laid<'a>(experiment: &'static str, arm: &str, item: &'a Item, layout: Layout) -> Asked<'a> {
    let plain = Asked::plainly(experiment, arm, 0, item);
    let prompt = Prompt::new(&plain.wording, &plain.labels, layout);
    with(Asked { answered: Answered::Text, ..plain }, &prompt)
}

fn with<'a>(asked: Asked<'a>, prompt: &Prompt) -> Asked<'a> {
    let conversation = Conversation { messages: vec![Message::text(Role::User, prompt.text())] };
    Asked { conversation, ..asked }
}

/// The forms of one change; none where it does not fit the question.
fn changed<'a>(experiment: &'static str, change: &str, item: &'a Item, seed: Seed) -> Vec<Asked<'a>> {
    let mut stream = seed.stream(&format!("{change}/{}", item.id));
    let options = item.wording.options.len();
    let base = laid(experiment, change, item, Layout::Brackets);
    match arm::stem(change).as_str() {
        arm::REORDER | arm::RELABEL | arm::FORMAT if options < 2 => Vec::new(),
        arm::REORDER => {
            let order = moved(options, &mut stream);
            let mut wording = item.wording.clone();
            // By its text, since its letter moves.
            if let Some(right) = item.wording.right().and_then(|at| item.wording.options.get(at)) {
                wording.answer.clone_from(right);
            }
            wording.options = order.iter().filter_map(|at| item.wording.options.get(*at)).cloned().collect();
            let prompt = Prompt::new(&wording, &base.labels, Layout::Brackets);
            vec![with(Asked { wording, ..base }, &prompt)]
        }
        arm::RELABEL => {
            let labels: Vec<char> =
                moved(options, &mut stream).into_iter().filter_map(|at| base.labels.get(at)).copied().collect();
            let prompt = Prompt::new(&base.wording, &labels, Layout::Brackets);
            vec![with(Asked { labels, ..base }, &prompt)]
        }
        arm::FORMAT => {
            let layout = Layout::OTHERS.get(stream.index(Layout::OTHERS.len())).copied().unwrap_or(Layout::Point);
            vec![laid(experiment, change, item, layout)]
        }
        arm::IRRELEVANT => {
            let before = IRRELEVANT.get(stream.index(IRRELEVANT.len())).map(|sentence| (*sentence).to_owned());
            let prompt = Prompt { before, ..Prompt::new(&base.wording, &base.labels, Layout::Brackets) };
            vec![with(base, &prompt)]
        }
        stem => item
            .variants
            .iter()
            .filter(|(name, _)| arm::stem(name) == stem)
            .map(|(name, form)| {
                let wording = form.of(&item.wording);
                let labels = crate::live::judge::usual(wording.options.len());
                let prompt = Prompt::new(&wording, &labels, Layout::Brackets);
                with(
                    Asked { arm: name.clone(), wording, labels, ..laid(experiment, change, item, Layout::Brackets) },
                    &prompt,
                )
            })
            .collect(),
    }
}

/// A seeded order of so many things in which not all stand where they stood.
fn moved(count: usize, stream: &mut Stream) -> Vec<usize> {
    let mut order = stream.order(count);
    if order.iter().enumerate().all(|(at, from)| at == *from) {
        order.rotate_left(1);
    }
    order
}
