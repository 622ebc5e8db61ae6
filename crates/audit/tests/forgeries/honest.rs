//! An honest log with seven ended runs of one plan, one that never ended and a plan beside it, and the sealed file of its last run. What a forger has: all but the key.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

use std::ops::ControlFlow;
use std::path::Path;

use candor_audit::derive::{Cell, Derived, Recipe, Step, Without};
use candor_audit::registered::{self, History, PlanLeaf, RunLeaf};
use candor_audit::sealed::{Body, PlanText, SealedReport, SealedRunBody, VERSION};
use candor_audit::{Run, Settings, audits, recorded};
use candor_record::canonical;
use candor_record::leaf::{Head, Part, PartName};
use candor_record::log::{SigningKey, VerifierKey};
use candor_record::proven::Proven;
use candor_record::record::{Reader, Record, Settings as Options};
use candor_record::{Digest, Digester};
use candor_stats::Seed;
use candor_trace::import::{Options as Reading, Source};
use serde_json::json;

pub(crate) const ORIGIN: &str = "example.org/record";
const SALT: [u8; 16] = [7; 16];
const QUESTIONS: usize = 30;

/// Everything that is public, and what the operator handed over.
pub(crate) struct Honest {
    pub(crate) file: SealedReport,
    pub(crate) key: VerifierKey,
    /// What only the operator has.
    pub(crate) signing: SigningKey,
    /// Every entry of the log under the file's checkpoint.
    pub(crate) entries: Vec<Vec<u8>>,
    /// Signed checkpoints of smaller sizes that were handed out before.
    pub(crate) older: Vec<(u64, String)>,
    /// Report and derivation of each ended run.
    pub(crate) reports: Vec<(String, String)>,
}

fn data(folder: &Path, seed: u64) {
    let mut draws = Seed(seed).stream("data");
    let mut text = String::new();
    for unit in 0..QUESTIONS {
        for sample in 0..4 {
            let (outcome, answer) = if draws.chance(0.6) { ("correct", "A") } else { ("wrong", "B") };
            text += &format!(
                r#"{{"trial":{{"unit":"q{unit}","sample":{sample}}},"model":"m","question":{{"gold":"A"}},"events":[{{"output":{{"text":"","answer":"{answer}"}}}},{{"verdict":{{"verifier":"letter","verdict":{{"outcome":"{outcome}","extracted":"{answer}","why":"compared"}}}}}}]}}"#
            );
            text.push('\n');
        }
    }
    std::fs::write(folder.join("a.jsonl"), text).unwrap();
}

fn run(folder: &Path, settings: &Settings) -> Run {
    let audits = [audits::named("compute").unwrap()];
    recorded::run(&Source::new(folder), &Reading::default(), &audits, settings, &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

/// Per-item data of a form like the audits' own; what is in it is not computed from here.
fn derived(run: &Run, seed: u64) -> Derived {
    let mut draws = Seed(seed).stream("items");
    let mut derived = Derived::default();
    let id = |unit: usize| {
        let mut digester = Digester::tagged("question");
        digester.update(&unit.to_le_bytes());
        Cell::Text(digester.finish().to_string())
    };
    derived.columns.insert("question".into(), (0..QUESTIONS).map(id).collect());
    derived.columns.insert("right".into(), (0..QUESTIONS).map(|_| Cell::Whole(draws.below(5) as i64)).collect());
    for (at, claim) in run.reports.iter().flat_map(|report| report.claims.iter()).enumerate() {
        let (audit, name) = ("compute".to_owned(), claim.name().to_owned());
        if at % 2 == 0 {
            let of = vec!["question".to_owned(), "right".to_owned()];
            let step = Step { by: "mean".into(), of, parts: Vec::new(), parameters: Default::default() };
            derived.claims.push(Recipe { audit, claim: name, step });
        } else {
            derived.without.push(Without { audit, claim: name, why: "a fit".into() });
        }
    }
    derived
}

pub(crate) fn text_of(run: &Run) -> String {
    serde_json::to_string_pretty(run).unwrap() + "\n"
}

impl Honest {
    pub(crate) fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (place, input) = (folder.path().join("record"), folder.path().join("data"));
        std::fs::create_dir(&input).unwrap();
        Record::create(&place, ORIGIN).unwrap();
        let record = Record::open(&place, Options::default()).unwrap();
        let settings = Settings::default();
        let plan_text = |settings: &Settings| {
            registered::canonical(&json!({"audits": ["compute"], "settings": settings, "source": {"from": "data"}}))
                .unwrap()
        };
        let text = plan_text(&settings);
        let plan = registered::digest(&text);
        let mut now = 1_795_000_000_000;
        let mut append = |head: Head, parts: &[(Part, String)]| {
            record
                .append(
                    Head {
                        at_ms: {
                            now += 1000;
                            now
                        },
                        ..head
                    },
                    parts,
                )
                .unwrap()
                .leaf
        };
        let register = |plan: Digest, text: &str| {
            let name = PartName::new(registered::PLAN_PART).unwrap();
            let part = Part::new(SALT, name, text.as_bytes().to_vec());
            (PlanLeaf { plan, on: Digest::of(b"data") }.to_head(0).unwrap(), vec![(part, "standard".to_owned())])
        };
        // A plan with another seed on the same source, and one run of it.
        let other = plan_text(&Settings { seed: Seed(9), ..Settings::default() });
        let (head, parts) = register(registered::digest(&other), &other);
        append(head, &parts);
        let begun = |run: &str, plan, number| RunLeaf::Begun {
            run: run.into(),
            plan,
            number,
            candor: "0.1.0".into(),
            rescored: None,
        };
        append(begun("20261126-180000-000", registered::digest(&other), 1).to_head(0).unwrap(), &[]);
        let (head, parts) = register(plan, &text);
        append(head, &parts);
        let (mut reports, mut listed, mut older) = (Vec::new(), Vec::new(), Vec::new());
        for number in 1..=8_u64 {
            let id = format!("20261126-1900{number:02}-000");
            let mut leaves = vec![append(begun(&id, plan, number).to_head(0).unwrap(), &[])];
            let (mut numbers, mut without) = (None, Some("it never ended".to_owned()));
            if number != 4 {
                data(&input, number);
                let mut run = run(&input, &settings);
                run.derived = derived(&run, number);
                let (report, derived) =
                    (text_of(&run), String::from_utf8(canonical::to_vec(&run.derived).unwrap()).unwrap());
                let all = registered::numbers(&run);
                let ended = RunLeaf::Ended {
                    run: id.clone(),
                    plan,
                    number,
                    finished: true,
                    resumed: false,
                    report: Digest::of(report.as_bytes()),
                    derived: Digest::of(derived.as_bytes()),
                    numbers: registered::numbers_digest(&all).unwrap(),
                    source: registered::source(&run).unwrap(),
                };
                leaves.push(append(ended.to_head(0).unwrap(), &[]));
                (numbers, without) = (Some(all), None);
                reports.push((report, derived));
            }
            listed.push(SealedRunBody { run: id, number, leaves, numbers, without });
            older.push((record.integrate(now_of(number)).unwrap(), record.checkpoint(now_of(number)).unwrap()));
        }
        let (report, derived) = reports.last().cloned().unwrap();
        let salt = SALT.iter().map(|byte| format!("{byte:02x}")).collect();
        let run = listed.last().unwrap().run.clone();
        let body = Body { plan: PlanText { text, salt }, run, report, derived, runs: listed };
        let mut reader = Reader::open(&place).unwrap();
        let size = reader.size();
        let heads: Vec<(u64, Head)> = (0..size).map(|leaf| (leaf, reader.leaf(leaf).unwrap().head)).collect();
        let heads = || heads.iter().map(|(leaf, head)| (*leaf, head));
        let history = History::of(&plan, heads()).unwrap();
        assert_eq!(history.wrong, []);
        let others = registered::others(&plan, heads()).unwrap();
        assert_eq!(others, (1, 1));
        let seal = body.seal(plan, &history, others, size).unwrap();
        append(seal.to_head(0).unwrap(), &[]);
        record.close(1).unwrap();
        let mut reader = Reader::open(&place).unwrap();
        let carried: Vec<Proven> = (2..=size).map(|leaf| Proven::read(&mut reader, leaf).unwrap()).collect();
        let entries = (0..=size).map(|leaf| reader.tiles().entry(leaf).unwrap()).collect();
        let key = VerifierKey::read(&place.join("log/vkey")).unwrap();
        let signing = SigningKey::read(&place.join("key")).unwrap();
        let vkey = std::fs::read_to_string(place.join("log/vkey")).unwrap().trim_end().to_owned();
        let file =
            SealedReport { sealed: VERSION, body, leaves: carried, checkpoint: reader.checkpoint().to_string(), vkey };
        Self { file, key, signing, entries, older, reports }
    }
}

fn now_of(number: u64) -> i64 {
    1_795_000_000_000 + number as i64 * 3_600_000
}
