//! A model as judge of replies: which calls ask it, and what its opinions leave in a trace. An opinion never becomes a verdict: it is a
//! score, and a number that rests on scores is at most inferred; a rate of them that labels of the same model's answers correct may be more (`calibrated`). Not the prompt and not the reading of a reply, which are
//! `candor_verify`'s.

mod calibrated;

use std::collections::{BTreeMap, BTreeSet};

use candor_llm::{Call, Conversation, Message, Role};
use candor_record::Digest;
use candor_trace::Event;
use candor_verify::judge::{Agreement, Anchors, Judge, Opinion, Thinks};
use candor_verify::{Answer, Params};

pub(super) use calibrated::report;
use calibrated::{Calibrated, Judged, Labels};

use super::ledger::Ledger;
use super::plan::{Plan, Share};
use super::probe::{Common, Probe};
use super::runner::{self, Calls, InOrder};
use super::task::{Item, Task};
use super::{LedgerError, named};
use crate::words::thousands;

/// The name by which an item asks for one.
pub(super) const NAME: &str = "judge";

/// The longest rubric, in bytes.
const LONGEST_RUBRIC: usize = 8192;

/// The calls that ask a judge about the replies to a plan, and about labelled answers where there are some.
#[derive(Clone, Copy)]
pub struct Judging<'a> {
    /// The plan whose replies are judged.
    pub plan: &'a Plan<'a>,
    /// The replies.
    pub replies: &'a Ledger,
    /// Who serves the judge.
    pub provider: &'a str,
    /// The judge's name there.
    pub model: &'a str,
    /// Labelled answers, frozen, against which each version of the judge is held.
    pub anchors: Option<&'a Anchors>,
}

impl std::fmt::Debug for Judging<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Judging")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl<'a> Judging<'a> {
    /// Whether a task asks for a judge.
    ///
    /// # Errors
    /// The first question that does not, where another one does: where there are verdicts scores do not count, so that the two do not go together.
    pub fn wanted(task: &Task) -> Result<bool, String> {
        let judged = task.items.iter().filter(|item| asks(item)).count();
        if judged == 0 || judged == task.items.len() {
            return Ok(judged > 0);
        }
        Err(task.items.iter().find(|item| !asks(item)).map_or_else(String::new, |item| item.id.clone()))
    }

    /// The name of these calls as a whole, by which their ledger is known: the same for the same judge of the same plan.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let plan = self.plan.digest().to_string();
        let anchors = self.anchors.map_or("", Anchors::digest);
        named("candor judging 1", &[&plan, self.provider, self.model, anchors])
    }

    fn judge(&self, rubric: Option<&str>) -> Judge {
        Judge { model: format!("{}:{}", self.provider, self.model), rubric: rubric.map(str::to_owned) }
    }

    /// Every version of the judge that the task asks for.
    fn judges(&self) -> Vec<Judge> {
        let rubrics: BTreeSet<Option<&str>> =
            self.plan.task.items.iter().filter(|item| asks(item)).map(|item| rubric(&item.params)).collect();
        rubrics.into_iter().map(|rubric| self.judge(rubric)).collect()
    }

    fn call(&self, prompt: String) -> Call {
        let Common { max_output, .. } = self.plan.common;
        Call {
            model: self.model.to_owned(),
            conversation: Conversation { messages: vec![Message::text(Role::User, prompt)] },
            max_output,
            ..Call::default()
        }
    }

    /// The name of a call in the judge's ledger: what is asked, of whom, and about which draw.
    fn key(&self, about: &str, call: &Call) -> Digest {
        named("candor opinion 1", &[self.provider, about, &serde_json::to_string(call).unwrap_or_default()])
    }

    /// The call about a reply; `None` where nothing is to be judged.
    fn about(&self, probe: &Probe, output: &str) -> Option<(Judge, Digest, Call)> {
        let (rubric, question, gold) = probe.judged()?;
        let judge = self.judge(rubric);
        let call = self.call(judge.prompt(question, gold, Answer::of_output(output)));
        let key = self.key(&self.plan.key(probe).to_string(), &call);
        Some((judge, key, call))
    }

    fn anchored(&self) -> impl Iterator<Item = (Judge, &'a str, Digest, Call)> + use<'_, 'a> {
        self.judges().into_iter().flat_map(move |judge| {
            let anchors = self.anchors.map(Anchors::items).unwrap_or_default();
            anchors.iter().map(move |anchor| {
                let call = self.call(judge.prompt(&anchor.question, &anchor.gold, anchor.answer()));
                let key = self.key(&format!("anchor {}", anchor.id), &call);
                (judge.clone(), anchor.id.as_str(), key, call)
            })
        })
    }

    /// What it comes to at most, known before a reply is there: an opinion on each, and one on each labelled answer. A reply counts as many tokens of the judge's prompt as
    /// it may have; empty ones are not judged.
    #[must_use]
    pub fn shares(&self) -> Vec<Share> {
        let share = |experiment| Share { experiment, questions: 0, calls: 0, input: 0, output: Some(0) };
        let add = |share: &mut Share, call: &Call, judged: u64| {
            let worst = runner::worst(call);
            share.calls += 1;
            share.input += worst.input.unwrap_or(0) + judged;
            share.output = share.output.zip(call.max_output).map(|(sum, most)| sum + u64::from(most));
        };
        let mut opinions = share("opinions");
        let mut questions: BTreeSet<String> = BTreeSet::new();
        for probe in self.plan.probes() {
            let Some((rubric, question, gold)) = probe.judged() else { continue };
            let call = self.call(self.judge(rubric).prompt(question, gold, Answer::of_output("")));
            add(&mut opinions, &call, runner::worst(&probe.call).output.unwrap_or(0));
            questions.insert(probe.trial.unit);
        }
        opinions.questions = questions.len() as u64;
        let mut anchors = share("anchors");
        for (_, _, _, call) in self.anchored() {
            add(&mut anchors, &call, 0);
        }
        anchors.questions = self.anchors.map_or(0, |anchors| anchors.items().len() as u64);
        [opinions, anchors].into_iter().filter(|share| share.calls > 0).collect()
    }

    /// The calls about anchors, then those about replies.
    fn all(&self) -> impl Iterator<Item = (Digest, Call)> + Send + '_ {
        let about = |probe: Probe| {
            probe.judged()?;
            // A ledger that cannot be read any more is said by whoever reads the replies.
            let held = self.replies.reply(&self.plan.key(&probe)).ok()??;
            let output = held.reply.message.visible_text();
            if output.trim().is_empty() {
                return None;
            }
            self.about(&probe, &output).map(|(_, key, call)| (key, call))
        };
        self.anchored().map(|(_, _, key, call)| (key, call)).chain(self.plan.probes().filter_map(about))
    }
}

impl Calls for Judging<'_> {
    fn planned(&self) -> u64 {
        self.all().count() as u64
    }

    fn calls(&self) -> Box<dyn InOrder + Send + '_> {
        Box::new(self.all())
    }
}

/// What a judge said, in its own ledger.
#[derive(Debug, Clone, Copy)]
pub struct Opinions<'a> {
    /// What it was asked.
    pub judging: Judging<'a>,
    /// What it replied.
    pub ledger: &'a Ledger,
}

/// What became of the replies that were to be judged.
#[derive(Debug, Default)]
pub(super) struct Heard {
    by: BTreeMap<&'static str, u64>,
    missing: u64,
    /// By effort, arm and version of the judge.
    places: BTreeMap<(Option<String>, String, Judge), Judged>,
}

impl Heard {
    fn place(&mut self, probe: &Probe, judge: &Judge) -> &mut Judged {
        let effort = probe.call.effort.as_ref().map(ToString::to_string);
        let arm = probe.trial.arm.clone().unwrap_or_default();
        self.places.entry((effort, arm, judge.clone())).or_default()
    }
}

impl Opinions<'_> {
    /// The opinion on a reply as an event: 1 for the same as the gold, 0 for something else; `None` where the judge cannot tell, was not
    /// understood, or was not asked.
    pub(super) fn score(&self, probe: &Probe, output: &str, heard: &mut Heard) -> Result<Option<Event>, LedgerError> {
        let Some((judge, key, _)) = self.judging.about(probe, output) else { return Ok(None) };
        let place = heard.place(probe, &judge);
        if output.trim().is_empty() {
            place.silent += 1;
            return Ok(None);
        }
        let Some(held) = self.ledger.reply(&key)? else {
            place.missing += 1;
            heard.missing += 1;
            return Ok(None);
        };
        let opinion = judge.read(Answer::of_output(&held.reply.message.visible_text()));
        let (word, value) = match opinion.thinks {
            Thinks::Same => ("same", Some(1.0)),
            Thinks::Different => ("different", Some(0.0)),
            Thinks::CannotTell => ("cannot tell", None),
            Thinks::Unread => ("not as it was told to", None),
        };
        heard.place(probe, &judge).take(&probe.trial.unit, opinion.thinks == Thinks::Same);
        *heard.by.entry(word).or_default() += 1;
        let name = format!("{NAME} {} {}", judge.model, &judge.version().as_str()[..12]);
        Ok(value.map(|value| Event::Score { name, value }))
    }

    /// A call about whose reply it would have been asked, and that was given up.
    pub(super) fn lost(&self, probe: &Probe, heard: &mut Heard) {
        if let Some((judge, _, _)) = self.judging.about(probe, "") {
            heard.place(probe, &judge).lost += 1;
        }
    }

    /// What each version of the judge said of the labelled answers, by their names.
    fn on_anchors(&self) -> Result<BTreeMap<String, BTreeMap<String, Opinion>>, LedgerError> {
        let mut opinions: BTreeMap<String, BTreeMap<String, Opinion>> = BTreeMap::new();
        for (judge, id, key, _) in self.judging.anchored() {
            let Some(held) = self.ledger.reply(&key)? else { continue };
            let opinion = judge.read(Answer::of_output(&held.reply.message.visible_text()));
            opinions.entry(judge.version().to_string()).or_default().insert(id.to_owned(), opinion);
        }
        Ok(opinions)
    }

    /// Rates by the judge, and what labels of this model's answers make of them.
    pub(super) fn calibrated(&self, heard: &Heard) -> Result<Vec<Calibrated>, LedgerError> {
        let said = self.on_anchors()?;
        let Plan { provider, common, .. } = self.judging.plan;
        let model = format!("{provider}:{}", common.model);
        let several = heard.places.keys().map(|(_, _, judge)| judge).collect::<BTreeSet<_>>().len() > 1;
        let of = |((effort, arm, judge), judged): (&(Option<String>, String, Judge), &Judged)| {
            let version = judge.version();
            let nothing = BTreeMap::new();
            let said = said.get(version.as_str()).unwrap_or(&nothing);
            Calibrated {
                model: common.model.clone(),
                effort: effort.clone(),
                arm: arm.clone(),
                version: several.then(|| version.as_str().chars().take(12).collect()),
                judged: judged.clone(),
                labels: self.judging.anchors.map_or_else(Labels::default, |anchors| {
                    Labels::of(anchors, &version, said, |anchor| anchor.is_of(&model, effort.as_deref(), arm))
                }),
                planted: self.judging.plan.planted,
            }
        };
        Ok(heard.places.iter().map(of).collect())
    }

    /// How each version of the judge stands to the labels; none without labelled answers.
    fn agreements(&self) -> Result<Vec<(Judge, Agreement)>, LedgerError> {
        let Some(anchors) = self.judging.anchors else { return Ok(Vec::new()) };
        let mut opinions = self.on_anchors()?;
        let of = |judge: Judge| {
            let said = opinions.remove(judge.version().as_str()).unwrap_or_default();
            // Opinions of one version each: they cannot be mixed.
            anchors.agreement(&judge.version(), &said).ok().map(|agreement| (judge, agreement))
        };
        Ok(self.judging.judges().into_iter().filter_map(of).collect())
    }

    /// Notes on what numbers that rest on the judge are worth.
    pub(super) fn say(&self, heard: &Heard) -> Result<Vec<String>, LedgerError> {
        let said: Vec<String> =
            heard.by.iter().map(|(word, count)| format!("{word} ({})", thousands(*count))).collect();
        let missing = match heard.missing {
            0 => String::new(),
            missing => format!("; not asked or without a reply ({})", thousands(missing)),
        };
        let mut notes = vec![format!(
            "opinions of the model {}:{} stand for accuracy, not verdicts: {}{missing}; what rests on them is at most inferred",
            self.judging.provider,
            self.judging.model,
            said.join(", ")
        )];
        for (judge, agreement) in self.agreements()? {
            let (agreed, all) = agreement.agreed();
            let (same, different) = (agreement.labelled_same, agreement.labelled_different);
            notes.push(format!(
                "{NAME} {} agrees with {} of {} labels (same: {} of {}; different: {} of {}) of the anchors {}",
                &judge.version().as_str()[..12],
                thousands(agreed),
                thousands(all),
                same.same,
                same.total(),
                different.different,
                different.total(),
                &agreement.anchors[..12]
            ));
        }
        if self.judging.anchors.is_none() {
            notes
                .push("this judge was held against no labelled answers: how often it is right is not known".to_owned());
        }
        Ok(notes)
    }
}

/// Whether an item asks for a judge.
pub(super) fn asks(item: &Item) -> bool {
    item.verifier.as_deref() == Some(NAME)
}

/// What counts in a question, if its author says so.
pub(super) fn rubric(params: &Params) -> Option<&str> {
    params.get("rubric").map(|rubric| rubric.trim()).filter(|rubric| !rubric.is_empty())
}

/// Refuses parameters that a judge does not take.
pub(super) fn checked(params: &Params) -> candor_verify::Result<()> {
    if let Some(found) = params.keys().find(|name| *name != "rubric") {
        let (found, known) = (found.clone(), "rubric".to_owned());
        return Err(candor_verify::Error::UnknownParam { verifier: NAME, found, known });
    }
    match rubric(params) {
        Some(rubric) if rubric.len() > LONGEST_RUBRIC => Err(candor_verify::Error::BadParam {
            verifier: NAME,
            param: "rubric",
            expected: format!("a text of at most {LONGEST_RUBRIC} bytes"),
            found: format!("{} bytes", rubric.len()),
        }),
        _ => Ok(()),
    }
}
