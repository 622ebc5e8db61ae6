//! The configuration file: providers, keys by name, prices, the client. Read once, unknown fields refused; every value knows where it comes from. Not the settings of
//! audits, and never a key: a key is named by a variable or a file and read where it is used.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use candor_llm::prices::Prices;
use candor_trace::redaction::{Redaction, Rule};
use serde::Deserialize;

use crate::problem::Problem;
use crate::settings::Settings;

/// The file in the folder in which the program is started.
const HERE: &str = "candor.toml";

/// The longest key file, in bytes.
const LONGEST_KEY: u64 = 64 << 10;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Providers under names of their own, or changes to known ones.
    pub(crate) providers: BTreeMap<String, Provider>,
    /// Prices, in the form of the table that is shipped: they come before it.
    pub(crate) price: Vec<toml::Table>,
    /// Providers without a price per token, such as a server of one's own.
    pub(crate) no_price_per_token: Vec<toml::Table>,
    /// How calls travel.
    pub(crate) client: Client,
    /// What is recorded, and for how long.
    pub(crate) record: Recording,
    /// The file that it was read from; none where there is none.
    #[serde(skip)]
    pub(crate) file: Option<PathBuf>,
}

/// A provider.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Provider {
    /// The known provider whose protocol and peculiarities it has; its own name where that is known.
    pub(crate) like: Option<String>,
    /// The URL under which the protocol's paths lie.
    pub(crate) base: Option<String>,
    /// Where its key is.
    pub(crate) key: Option<Secret>,
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Secret {
    /// In a variable of the environment.
    Env(String),
    /// Alone in a file.
    File(PathBuf),
}

/// How calls travel.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Client {
    /// A proxy for all calls.
    pub(crate) proxy: Option<String>,
    /// A certificate authority to trust besides the system's.
    pub(crate) ca: Option<PathBuf>,
    /// Not a byte of the answer came for so long: the call is broken off. Who answers whole thinks first.
    pub(crate) first_byte_seconds: Option<u64>,
    /// After the first byte nothing came for so long: the call is broken off.
    pub(crate) stall_seconds: Option<u64>,
    /// Tries of one call, the first among them.
    pub(crate) attempts: Option<u32>,
}

/// What is recorded, and for how long.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Recording {
    /// What is taken out before anything is written.
    pub(crate) redact: Vec<Rule>,
    /// Patterns of one's own that are taken out too, by name.
    pub(crate) patterns: BTreeMap<String, String>,
    /// Days for which the parts of a retention class are kept; a class that is not named here is kept.
    pub(crate) retention: BTreeMap<String, u32>,
}

impl Default for Recording {
    fn default() -> Self {
        Self { redact: Rule::ALL.to_vec(), patterns: BTreeMap::new(), retention: BTreeMap::new() }
    }
}

impl Config {
    /// The rules by which something is taken out before anything is written.
    pub(crate) fn redaction(&self) -> Result<Redaction, Problem> {
        Redaction::new(&self.record.redact, &self.record.patterns).map_err(|error| {
            Problem::configuration(format!("[record.patterns]: {error}"))
                .hint("regular expressions as ripgrep reads them, without look-around")
        })
    }

    /// The file that was named, or the one that lies here, or none.
    pub(crate) fn read(settings: &Settings) -> Result<Self, Problem> {
        match &settings.config {
            Some(path) => Self::of(path),
            None if Path::new(HERE).is_file() => Self::of(Path::new(HERE)),
            None => Ok(Self::default()),
        }
    }

    fn of(path: &Path) -> Result<Self, Problem> {
        let text = fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?;
        let config: Self = toml::from_str(&text).map_err(|error| {
            let hint = "docs/formats/configuration.md lists every field; candor init writes a file to start from";
            crate::commands::misread(path, &text, &error, hint)
        })?;
        config
            .prices()
            .map_err(|problem| Problem::configuration(format!("{}: {}", path.display(), problem.message)))?;
        config.redaction()?;
        Ok(Self { file: Some(path.to_owned()), ..config })
    }
}

impl Config {
    /// The prices that hold: those of the file before those that are shipped.
    pub(crate) fn prices(&self) -> Result<Prices, Problem> {
        let refuse = |error: candor_llm::Error| Problem::configuration(error.to_string());
        let own: toml::Table = [("price", &self.price), ("no_price_per_token", &self.no_price_per_token)]
            .into_iter()
            .map(|(name, tables)| {
                let tables = tables.iter().cloned().map(toml::Value::Table).collect();
                (name.to_owned(), toml::Value::Array(tables))
            })
            .collect();
        let text = toml::to_string(&own).map_err(|error| Problem::internal(error.to_string()))?;
        Prices::shipped().and_then(|shipped| shipped.overridden_by(&text)).map_err(refuse)
    }
}

impl Secret {
    /// The secret itself; white space around it is no part of it.
    pub(crate) fn read(&self) -> Result<String, Problem> {
        let found = match self {
            Self::Env(name) => crate::settings::variable(name).ok_or_else(|| {
                Problem::configuration(format!("expected a key in the variable {name}, found none"))
                    .hint(format!("export {name}=…, or name a file: key = {{ file = \"…\" }} in candor.toml"))
            })?,
            Self::File(path) => {
                let size = fs::metadata(path).map_err(|error| Problem::reading(path, &error))?.len();
                if size > LONGEST_KEY {
                    return Err(Problem::configuration(format!(
                        "{}: expected a key alone in the file, found {size} bytes",
                        path.display()
                    )));
                }
                fs::read_to_string(path).map_err(|error| Problem::reading(path, &error))?
            }
        };
        let key = found.trim();
        if key.is_empty() || key.contains(char::is_whitespace) || key.chars().any(char::is_control) {
            return Err(Problem::configuration(format!("{self}: expected a key, found none or several words")));
        }
        Ok(key.to_owned())
    }
}

impl std::fmt::Display for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(out, "variable {name}"),
            Self::File(path) => write!(out, "file {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_init_writes_is_read_with_and_without_its_comments() {
        let text = include_str!("commands/init/candor.toml");
        assert_eq!(toml::from_str::<Config>(text).unwrap(), Config::default());
        let whole: String = text
            .lines()
            .map(|line| {
                line.strip_prefix("# ").filter(|line| line.starts_with('[') || line.contains(" = ")).unwrap_or("")
            })
            .filter(|line| !line.contains("candor reads") && !line.starts_with("where"))
            .map(|line| line.to_owned() + "\n")
            .collect();
        let config: Config = toml::from_str(&whole).unwrap();
        assert_eq!(config.providers["mine"].key, Some(Secret::Env("MY_KEY".to_owned())));
        assert_eq!(config.prices().unwrap().find("mine", "my-model").unwrap().output, 800_000);
        assert_eq!(config.client.attempts, Some(5));
        assert!(toml::from_str::<Config>("[client]\ntimeout = 3").is_err(), "unknown fields are refused");
        assert!(toml::from_str::<Config>("[providers.x]\nkey = \"sk-1\"").is_err(), "a key never stands there");
    }
}
