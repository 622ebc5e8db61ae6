//! Frozen labelled answers against which every version of a judge is held. Counts only: intervals and chance-corrected
//! agreement are for `stats`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Opinion, Thinks, Version, digest};
use crate::{Answer, Error, Result};

/// What a person says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// It says the same as the gold.
    Same,
    /// It says something else.
    Different,
}

/// One labelled answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Its name, unique in the set.
    pub id: String,
    /// The question.
    pub question: String,
    /// The gold.
    pub gold: String,
    /// The output that is judged; reasoning between tags in it is cut off before it is.
    pub output: String,
    /// What the person says.
    pub label: Label,
    /// Who labelled it.
    pub by: String,
    /// The model that wrote the output, as it is asked here (`PROVIDER:MODEL`), where it is to calibrate the judge for that model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The effort at which it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
    /// The arm in which it was written, where only that one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// Whether the output was drawn at random among the model's, so that the judge's errors on it are those on the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_random: bool,
}

impl Anchor {
    /// Whether it says how the judge errs about this model at this effort in this arm.
    #[must_use]
    pub fn is_of(&self, model: &str, effort: Option<&str>, arm: &str) -> bool {
        self.model.as_deref() == Some(model)
            && self.effort.as_deref() == effort
            && self.arm.as_deref().is_none_or(|only| only == arm)
    }

    /// What the judge sees of the output.
    #[must_use]
    pub fn answer(&self) -> Answer<'_> {
        Answer::of_output(&self.output)
    }
}

/// A frozen set: it has no way to change, and its digest says which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchors {
    items: Vec<Anchor>,
    digest: String,
}

impl Anchors {
    /// Reads JSON lines, one [`Anchor`] each; empty lines are skipped.
    ///
    /// # Errors
    /// [`Error::BadAnchors`]: a line that is no anchor, an id that is there twice, no anchor of one of the two labels.
    pub fn of_lines(text: &str) -> Result<Self> {
        let bad = |line: usize, why: String| Error::BadAnchors { line, why };
        let mut items = Vec::new();
        let mut ids = BTreeSet::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let anchor: Anchor = serde_json::from_str(line).map_err(|error| bad(index + 1, error.to_string()))?;
            if !ids.insert(anchor.id.clone()) {
                return Err(bad(index + 1, format!("the id `{}` is there twice", anchor.id)));
            }
            items.push(anchor);
        }
        for label in [Label::Same, Label::Different] {
            // Against one label alone every judge that always says it agrees.
            if !items.iter().any(|anchor| anchor.label == label) {
                return Err(bad(text.lines().count(), format!("no anchor is labelled {label:?}")));
            }
        }
        let lines: Vec<String> = items.iter().filter_map(|anchor| serde_json::to_string(anchor).ok()).collect();
        let digest = digest(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        Ok(Self { items, digest })
    }

    /// The anchors in their order.
    #[must_use]
    pub fn items(&self) -> &[Anchor] {
        &self.items
    }

    /// SHA-256 over the anchors in their order, in hexadecimal; spaces and the order of members in the file do not count.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Holds the opinions of one judge against the labels, by id. Anchors without an opinion are counted as missing.
    ///
    /// # Errors
    /// [`Error::MixedJudges`] where an opinion is of another version: agreement is of one judge, never of a mixture.
    pub fn agreement(&self, judge: &Version, opinions: &BTreeMap<String, Opinion>) -> Result<Agreement> {
        self.agreement_on(judge, opinions, |_| true)
    }

    /// The same on some of the anchors: those of one model, which say how the judge errs about it.
    ///
    /// # Errors
    /// [`Error::MixedJudges`].
    pub fn agreement_on(
        &self,
        judge: &Version,
        opinions: &BTreeMap<String, Opinion>,
        counts: impl Fn(&Anchor) -> bool,
    ) -> Result<Agreement> {
        let mut rows = BTreeMap::from([(Label::Same, Row::default()), (Label::Different, Row::default())]);
        for anchor in self.items.iter().filter(|anchor| counts(anchor)) {
            let row = rows.entry(anchor.label).or_default();
            match opinions.get(&anchor.id) {
                None => row.missing += 1,
                Some(opinion) if opinion.judge != *judge => {
                    return Err(Error::MixedJudges { expected: judge.clone(), found: opinion.judge.clone() });
                }
                Some(opinion) => match opinion.thinks {
                    Thinks::Same => row.same += 1,
                    Thinks::Different => row.different += 1,
                    Thinks::CannotTell => row.cannot_tell += 1,
                    Thinks::Unread => row.unread += 1,
                },
            }
        }
        let take = |label| rows.get(&label).copied().unwrap_or_default();
        Ok(Agreement {
            judge: judge.clone(),
            anchors: self.digest.clone(),
            labelled_same: take(Label::Same),
            labelled_different: take(Label::Different),
        })
    }
}

/// How often one judge said what, over the anchors of one label. Counts of anchors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Judged the same.
    pub same: u64,
    /// Judged different.
    pub different: u64,
    /// The judge could not tell.
    pub cannot_tell: u64,
    /// Its reply was not read.
    pub unread: u64,
    /// It was not asked, or did not reply.
    pub missing: u64,
}

impl Row {
    /// Anchors with this label.
    #[must_use]
    pub fn total(self) -> u64 {
        self.same + self.different + self.cannot_tell + self.unread + self.missing
    }
}

/// One judge against one set of anchors. It is of no other version and of no other set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The judge.
    pub judge: Version,
    /// The digest of the anchors.
    pub anchors: String,
    /// Over the anchors labelled the same.
    pub labelled_same: Row,
    /// Over the anchors labelled different.
    pub labelled_different: Row,
}

impl Agreement {
    /// Anchors on which judge and label agree, of all, those without a readable opinion included.
    #[must_use]
    pub fn agreed(&self) -> (u64, u64) {
        let agreed = self.labelled_same.same + self.labelled_different.different;
        (agreed, self.labelled_same.total() + self.labelled_different.total())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Judge;
    use super::*;

    const LINES: &str = r#"
{"id": "a", "question": "2+2?", "gold": "4", "output": "<think>five?</think>four", "label": "same", "by": "P"}
{"id": "b", "question": "2+2?", "gold": "4", "output": "five", "label": "different", "by": "P"}
{"id": "c", "question": "2+3?", "gold": "5", "output": "five", "label": "same", "by": "P"}
{"id": "d", "question": "2+4?", "gold": "6", "output": "5", "label": "different", "by": "P"}
"#;

    fn opinions(judge: &Judge, replies: &[(&str, &str)]) -> BTreeMap<String, Opinion> {
        replies.iter().map(|(id, reply)| ((*id).to_owned(), judge.read(Answer::of_output(reply)))).collect()
    }

    #[test]
    fn agreement_is_counted_by_label_and_what_was_not_read_is_no_agreement() {
        let anchors = Anchors::of_lines(LINES).unwrap();
        assert_eq!(anchors.items()[0].answer().as_str(), "four", "the judge sees no chain");
        let judge = Judge { model: "made-up-1".to_owned(), rubric: None };
        let said = [("a", "OPINION: same"), ("b", "OPINION: same"), ("c", "yes"), ("z", "OPINION: same")];
        let agreement = anchors.agreement(&judge.version(), &opinions(&judge, &said)).unwrap();
        assert_eq!(agreement.labelled_same, Row { same: 1, unread: 1, ..Row::default() });
        assert_eq!(agreement.labelled_different, Row { same: 1, missing: 1, ..Row::default() });
        assert_eq!(agreement.agreed(), (1, 4));
        assert_eq!(agreement.anchors, anchors.digest());
    }

    #[test]
    fn anchors_of_one_model_calibrate_it_alone() {
        let lines = LINES.replace(
            r#""label": "same", "by": "P"}"#,
            r#""label": "same", "by": "P", "model": "x:m", "effort": "low", "at_random": true}"#,
        );
        let anchors = Anchors::of_lines(&lines).unwrap();
        assert_ne!(anchors.digest(), Anchors::of_lines(LINES).unwrap().digest());
        let judge = Judge { model: "made-up-1".to_owned(), rubric: None };
        let said = opinions(&judge, &[("a", "OPINION: same"), ("b", "OPINION: same")]);
        let on = |model: &str, effort: Option<&str>, arm: &str| {
            let agreement = anchors.agreement_on(&judge.version(), &said, |anchor| anchor.is_of(model, effort, arm));
            agreement.unwrap().labelled_same.total()
        };
        assert_eq!(on("x:m", Some("low"), "uncued"), 2);
        assert_eq!((on("x:n", Some("low"), "uncued"), on("x:m", None, "uncued")), (0, 0));
    }

    #[test]
    fn opinions_of_another_version_are_refused() {
        let anchors = Anchors::of_lines(LINES).unwrap();
        let (judge, other) = (
            Judge { model: "made-up-1".to_owned(), rubric: None },
            Judge { model: "made-up-2".to_owned(), rubric: None },
        );
        let error = anchors.agreement(&judge.version(), &opinions(&other, &[("a", "OPINION: same")])).unwrap_err();
        assert!(matches!(error, Error::MixedJudges { .. }), "{error}");
    }

    #[test]
    fn a_changed_anchor_is_another_set_and_a_bad_one_is_refused() {
        let anchors = Anchors::of_lines(LINES).unwrap();
        assert_eq!(Anchors::of_lines(&LINES.replace(": \"", ":\"")).unwrap().digest(), anchors.digest());
        assert_ne!(Anchors::of_lines(&LINES.replace("five?", "six?")).unwrap().digest(), anchors.digest());
        let bad = [
            ("", "no anchor"),
            ("{", "line 1"),
            (&LINES.replace("\"b\"", "\"a\""), "twice"),
            (&LINES.replace("different", "same"), "no anchor is labelled Different"),
            (&LINES.replace("\"by\"", "\"who\""), "line 2"),
        ];
        for (text, reason) in bad {
            let error = Anchors::of_lines(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
