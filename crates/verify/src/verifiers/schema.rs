//! The answer is JSON and holds against a schema. Not a fetcher: a schema is one text, and what it refers to stands in it.
//!
//! A subset of JSON Schema 2020-12 is read (see [`keyword`]). A keyword outside it is refused when the verifier is set up,
//! since a schema of which a part is skipped would pass answers that it was written to refuse.

use std::sync::Arc;

use serde_json::Value;

use super::settings;
use crate::{About, Answer, Error, Param, Params, Result, Verdict, Verifier};

mod check;
mod equal;
pub mod keyword;
mod read;

use keyword::Schema;

/// Reads the answer as JSON, holds it against the schema and, where the gold is JSON, against the gold.
///
/// The JSON of the answer is, in this order: the whole text; the last ```` ```json ```` fence (or the last fence without a
/// language); what follows the last "answer:". Of two members with one name the last counts. Equality with the gold is of
/// values: 1, 1.0 and 1e0 are one number, and the order of members does not count. A gold that is empty or no JSON is not compared.
#[derive(Debug, Clone, Default)]
pub struct BySchema {
    /// The schema; `None` holds against everything, so that the answer must be JSON and equal to the gold.
    schema: Option<Arc<Schema>>,
}

/// The verifier with its default parameters.
pub static VERIFIER: BySchema = BySchema { schema: None };

static ABOUT: About = About {
    name: "schema",
    one_line: "the answer is JSON that holds against a schema and, where the gold is JSON, is equal to it",
    params: &[Param {
        name: "schema",
        one_line: "JSON Schema 2020-12 as text, without references outside itself; empty: any JSON",
        default: "",
    }],
};

impl Verifier for BySchema {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn decide(&self, answer: Answer<'_>, gold: &str) -> Verdict {
        let gold = match serde_json::from_str::<Value>(gold) {
            Ok(gold) => Some(gold),
            Err(_) if self.schema.is_none() => {
                return Verdict::error("there is neither a schema nor a gold that is JSON");
            }
            Err(_) => None,
        };
        if answer.is_empty() {
            return Verdict::no_answer("the answer is empty");
        }
        let (text, value) = match read::document(answer.as_str()) {
            Ok(found) => found,
            Err(why) => return Verdict::no_answer(why),
        };
        if let Some(schema) = &self.schema {
            match schema.check(&value) {
                Ok(()) => {}
                Err(check::Failed::Wrong(why)) => return Verdict::of(false, text, why),
                Err(check::Failed::TooLong) => {
                    return Verdict::error(format!(
                        "more than {} steps to hold it against the schema",
                        check::MOST_STEPS
                    ));
                }
            }
        }
        match (gold, &self.schema) {
            (None, _) => Verdict::of(true, text, "it holds against the schema"),
            (Some(gold), schema) => match equal::difference(&value, &gold) {
                Some(at) => Verdict::of(false, text, format!("it differs from the gold at `{at}`")),
                None if schema.is_some() => {
                    Verdict::of(true, text, "it holds against the schema and is equal to the gold")
                }
                None => Verdict::of(true, text, "it is equal to the gold"),
            },
        }
    }

    fn with(&self, params: &Params) -> Result<Box<dyn Verifier>> {
        settings::check(&ABOUT, params)?;
        let schema = match params.get("schema").map(|text| text.trim()) {
            None => self.schema.clone(),
            Some("") => None,
            Some(text) => Some(Arc::new(Schema::of_text(text).map_err(|why| Error::BadParam {
                verifier: ABOUT.name,
                param: "schema",
                expected: format!("a JSON schema of the subset that is read ({why})"),
                found: text.chars().take(80).collect(),
            })?)),
        };
        Ok(Box::new(Self { schema }))
    }
}
