//! The rows of the validity table that are tried live: pebble is asked through the codecs and the client of any provider, and every interval is held against
//! its closed forms. Not the rows that the library tries on planted traces.

use candor_audit::planted::Planted;
use candor_audit::validity::outcome::{aside, of_claims, vouched};
use candor_audit::validity::row::{Kind, Row};
use candor_audit::validity::world::Replicate;
use candor_audit::validity::{Group, Outcome, Point, Regime, Role, World};
use candor_audit::{Audit, Run, Settings, audits};
use candor_pebble::{Arm, Cue, Truth};
use candor_stats::{Claim, Stream};

use super::{every_kind, truths};
use crate::live::{Asked, sit_in_memory};

/// The rows, behind those of the library.
pub(crate) static LIVE: &[Group] = &[Group { rows: ROWS, worlds: WORLDS }];

const ROWS: &[Row] = &[
    Row::new(
        "live.faithfulness.p",
        "answers of pebble that moved to the cue's option",
        Kind::Nominal,
        &["faithfulness.p"],
    )
    .heavy(),
    Row::new(
        "live.faithfulness.excess",
        "what the cue moves beyond an uncued control",
        Kind::Nominal,
        &["faithfulness.excess"],
    )
    .heavy(),
    Row::new(
        "live.faithfulness.excess.test",
        "the inert cue at the runner-up option moves answers",
        Kind::Test,
        &["faithfulness.excess"],
    )
    .heavy(),
    Row::new("live.turpin.drop", "accuracy lost to a cue", Kind::Nominal, &["turpin.drop"]).heavy(),
    Row::new("live.compute.accuracy", "accuracy of one sample", Kind::Nominal, &["compute.accuracy"]).heavy(),
    Row::new(
        "live.compute.gain",
        "gains of votes over 4, 8 and 16 samples, all at once",
        Kind::Conservative,
        &["compute.gain"],
    )
    .heavy(),
    Row::new("live.compute.pass", "some of 4 samples is right", Kind::Nominal, &["compute.pass"]).heavy(),
    Row::new("live.lift.accuracy", "accuracy at one effort", Kind::Nominal, &["lift.accuracy"]).heavy(),
    Row::new("live.lift.gain", "gains between five efforts, all at once", Kind::Conservative, &["lift.gain"]).heavy(),
    Row::new("live.lift.gain.test", "the effort that is useless is called better or worse", Kind::Test, &["lift.gain"])
        .heavy(),
    Row::new(
        "live.perturbation.change",
        "changes of accuracy under eight changes, all at once",
        Kind::Conservative,
        &["perturbation.change"],
    )
    .heavy(),
    Row::new(
        "live.perturbation.sharpens",
        "the change that only sharpens is called a loss or a gain",
        Kind::Test,
        &["perturbation.change"],
    )
    .heavy(),
    Row::new(
        "live.perturbation.divergence",
        "how far answers move beyond asking again, under six changes, all at once",
        Kind::Conservative,
        &["perturbation.divergence"],
    )
    .heavy(),
];

const WORLDS: &[World] = &[
    World {
        name: "live, cues",
        feeds: &[
            ("live.faithfulness.p", Role::Promise),
            ("live.faithfulness.excess", Role::Promise),
            ("live.turpin.drop", Role::Promise),
            ("live.faithfulness.excess.test", Role::Promise),
            ("live.faithfulness.excess.test", Role::Power),
        ],
        grid,
        prepare: |_, point| replicate(point, &audits::faithfulness::AUDIT, cues),
    },
    World {
        name: "live, samples",
        feeds: &[
            ("live.compute.accuracy", Role::Promise),
            ("live.compute.gain", Role::Promise),
            ("live.compute.pass", Role::Promise),
        ],
        grid,
        prepare: |_, point| replicate(point, &audits::compute::AUDIT, samples),
    },
    World {
        name: "live, efforts",
        feeds: &[
            ("live.lift.accuracy", Role::Promise),
            ("live.lift.gain", Role::Promise),
            ("live.lift.gain.test", Role::Promise),
            ("live.lift.gain.test", Role::Power),
        ],
        grid,
        prepare: |_, point| replicate(point, &audits::lift::AUDIT, efforts),
    },
    World {
        name: "live, changes",
        feeds: &[
            ("live.perturbation.change", Role::Promise),
            ("live.perturbation.divergence", Role::Promise),
            ("live.perturbation.sharpens", Role::Promise),
            ("live.perturbation.sharpens", Role::Power),
        ],
        grid,
        prepare: |_, point| replicate(point, &audits::perturbation::AUDIT, changes),
    },
];

/// Pebble's answers are what the methods assume; the other regimes are changes of planted traces, which nobody can ask of it. The share of right answers is
/// drawn with the rest of the truth.
fn grid(regime: Regime) -> &'static [Point] {
    const GRID: [Point; 3] = [Point::new(40, 4, 0.0), Point::new(80, 4, 0.0), Point::new(120, 2, 0.0)];
    const FEW: [Point; 1] = [Point::new(20, 4, 0.0)];
    match regime {
        Regime::AsAssumed => &GRID,
        Regime::Few => &FEW,
        _ => &[],
    }
}

/// What one run shows.
struct Shown<'r> {
    run: Option<&'r Run>,
    truth: &'r Truth,
    planted: Vec<Planted>,
}

/// One replication: a truth is drawn, questions are drawn, the audit is run, and every row reads its claims.
fn replicate(point: Point, audit: &'static dyn Audit, read: fn(&Shown<'_>, &mut Stream) -> Vec<Outcome>) -> Replicate {
    let mut asked = Asked::on_pebble();
    (asked.wanted.cue_samples, asked.wanted.effort_samples) = (1, point.samples.max(2));
    (asked.wanted.change_samples, asked.wanted.samples) = (point.samples.max(2), 16);
    Box::new(move |stream| {
        // Words that nobody has chosen, as in an examination.
        let phrase = format!("{:016x}", stream.below(u64::MAX));
        let truth = Truth::of_phrase(&phrase);
        let run = sit_in_memory(&truth, &phrase, point.questions, &asked, &[audit], &Settings::default());
        let planted = truths(&truth, &every_kind(), &asked);
        read(&Shown { run: run.as_ref().ok(), truth: &truth, planted }, stream)
    })
}

impl Shown<'_> {
    fn claim(&self, name: &str) -> Option<&Claim> {
        self.run?.reports.iter().find_map(|report| report.claim(name))
    }

    /// The claims whose name begins so, each with its truth.
    fn all(&self, start: &str) -> Outcome {
        let planted = self.planted.iter().filter(|planted| planted.claim.starts_with(start));
        let claims: Vec<(&Claim, f64)> =
            planted.filter_map(|planted| Some((self.claim(&planted.claim)?, planted.truth))).collect();
        of_claims(&claims)
    }

    /// One of them, drawn: each promises for itself.
    fn one(&self, start: &str, stream: &mut Stream) -> Outcome {
        let planted: Vec<&Planted> = self.planted.iter().filter(|planted| planted.claim.starts_with(start)).collect();
        match planted.get(stream.index(planted.len().max(1))) {
            Some(planted) => {
                self.claim(&planted.claim).map_or(Outcome::Undefined, |claim| of_claims(&[(claim, planted.truth)]))
            }
            None => Outcome::Undefined,
        }
    }

    /// Whether the claim is called an effect.
    fn called(&self, name: &str) -> Outcome {
        let Some(claim) = self.claim(name) else { return Outcome::Undefined };
        match claim.estimate().map(|estimate| estimate.interval()) {
            Ok(Ok(interval)) => Outcome::Called { called: aside(interval), vouched: vouched(claim) },
            _ => Outcome::Undefined,
        }
    }
}

const MODEL: &str = "model=planted-process";

fn cues(shown: &Shown<'_>, stream: &mut Stream) -> Vec<Outcome> {
    let at = stream.index(Cue::ALL.len());
    let of = |what: &str, cue: Cue| format!("{what}[{MODEL},cue={}]", cue.as_str());
    let [inert, live] = [true, false].map(|inert| {
        // From the drawn place on, the first that is so.
        let mut all = Cue::ALL.into_iter().cycle().skip(at).take(Cue::ALL.len());
        all.find(|cue| (shown.truth.cue(*cue).follow == 0) == inert)
            .map_or(Outcome::Undefined, |cue| shown.called(&of("faithfulness.excess", cue)))
    });
    let drawn = Cue::ALL.get(at).copied().unwrap_or(Cue::Sycophancy);
    vec![
        shown.all(&of("faithfulness.p", drawn)),
        shown.all(&of("faithfulness.excess", drawn)),
        shown.all(&of("turpin.drop", drawn)),
        inert,
        live,
    ]
}

fn samples(shown: &Shown<'_>, _: &mut Stream) -> Vec<Outcome> {
    vec![shown.all("compute.accuracy["), shown.all("compute.gain["), shown.all("compute.pass[")]
}

fn efforts(shown: &Shown<'_>, stream: &mut Stream) -> Vec<Outcome> {
    let gain = |from: &str, to: &str| format!("lift.gain[{MODEL},arm=uncued,from={from},to={to}]");
    vec![
        shown.one("lift.accuracy[", stream),
        shown.all("lift.gain["),
        shown.called(&gain("high", "max")),
        shown.called(&gain("minimal", "high")),
    ]
}

fn changes(shown: &Shown<'_>, stream: &mut Stream) -> Vec<Outcome> {
    let change = |arm: Arm| shown.called(&format!("perturbation.change[{MODEL},arm={}]", arm.as_str()));
    let at = stream.index(Arm::ALL.len());
    let sharpens = Arm::ALL.into_iter().find(|arm| shown.truth.sharpens(*arm));
    let other = Arm::ALL.into_iter().cycle().skip(at).find(|arm| !shown.truth.sharpens(*arm));
    vec![
        shown.all("perturbation.change["),
        shown.all("perturbation.divergence["),
        sharpens.map_or(Outcome::Undefined, change),
        other.map_or(Outcome::Undefined, change),
    ]
}
