//! `candor config check | show`: whether the configuration makes sense, and what holds with the origin of every value. A key is never shown: only where it is, and
//! whether it is there.

use candor_llm::{Auth, Provider, providers};
use serde::Serialize;

use crate::Outcome;
use crate::config::Config;
use crate::live::Models;
use crate::output;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::show::text;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Read the configuration and say whether every provider in it can be asked
    Check(Args),
    /// Show what holds, with the origin of every value
    Show(Args),
}

/// Arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Ask every provider that has a key for the list of its models: the only thing here that leaves this machine
    #[arg(long)]
    online: bool,
}

/// A value with its origin.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    value: String,
    origin: String,
}

/// Does it.
pub(crate) fn run(command: &Command, settings: &Settings) -> Result<Outcome, Problem> {
    let config = Config::read(settings)?;
    let (args, show) = match command {
        Command::Check(args) => (args, false),
        Command::Show(args) => (args, true),
    };
    let known = all(&config)?;
    let mut lines = if show { lines(&config, &known, settings) } else { Vec::new() };
    for (name, provider) in &known {
        let configured = config.providers.contains_key(name);
        let key = Models::key(name, provider, &config);
        // A provider that nobody configured and nobody has a key for is none of this configuration's.
        if let (true, Err(problem)) = (configured, &key) {
            return Err(problem.clone());
        }
        if args.online && (configured || matches!(key, Ok(Some(_)))) {
            let found = Models::reach(name, provider, &config)?;
            lines.push(Line { name: format!("providers.{name}"), value: found, origin: "asked just now".to_owned() });
        }
    }
    if settings.json {
        output::json(&lines)?;
        return Ok(Outcome::Done);
    }
    let mut shown = String::new();
    let widest = lines.iter().map(|line| line.name.len()).max().unwrap_or(0).min(40);
    for line in &lines {
        shown.push_str(&format!("{:<widest$}  {}  # {}\n", line.name, text::clean(&line.value), line.origin));
    }
    if !show {
        let read = config.file.as_ref().map_or_else(
            || "no configuration file: the defaults hold".to_owned(),
            |path| format!("{} is read and makes sense", path.display()),
        );
        shown.push_str(&format!("{read}; candor config show says what holds\n"));
    }
    output::print(&text::typed(&shown, crate::settings::program()))?;
    Ok(Outcome::Done)
}

/// Every provider: the known ones as the configuration changes them, then those of its own.
fn all(config: &Config) -> Result<Vec<(String, Provider)>, Problem> {
    let mut all = Vec::new();
    for provider in providers::ALL {
        all.push((provider.name.to_string(), Models::provider(&provider.name, config)?));
    }
    for name in config.providers.keys() {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.clone(), Models::provider(name, config)?));
        }
    }
    Ok(all)
}

fn lines(config: &Config, known: &[(String, Provider)], settings: &Settings) -> Vec<Line> {
    let file = config.file.as_ref().map_or_else(String::new, |path| path.display().to_string());
    let origin = |set: bool| if set { file.clone() } else { "default".to_owned() };
    let mut lines = vec![Line {
        name: "directory".to_owned(),
        value: settings.directory.display().to_string(),
        origin: settings.directory_from.to_owned(),
    }];
    for (name, provider) in known {
        let set = config.providers.get(name);
        let at = |field: &str| format!("providers.{name}.{field}");
        lines.push(Line {
            name: at("base"),
            value: provider.base.to_string(),
            origin: origin(set.is_some_and(|set| set.base.is_some())),
        });
        let key = match (set.and_then(|set| set.key.as_ref()), &provider.key_variable) {
            (Some(secret), _) => secret.to_string(),
            (None, Some(variable)) => format!("variable {variable}"),
            (None, None) => "none".to_owned(),
        };
        let there = match Models::key(name, provider, config) {
            Ok(Some(_)) => "there",
            Ok(None) if provider.auth == Auth::None => "not needed",
            Ok(None) | Err(_) => "not there",
        };
        lines.push(Line {
            name: at("key"),
            value: format!("{key} ({there})"),
            origin: origin(set.is_some_and(|set| set.key.is_some())),
        });
    }
    for price in &config.price {
        let of = |field: &str| price.get(field).map_or_else(|| "?".to_owned(), ToString::to_string);
        let value = format!("{} in, {} out, millionths of a dollar per million tokens", of("input"), of("output"));
        lines.push(Line { name: format!("price.{}:{}", of("provider"), of("model")), value, origin: file.clone() });
    }
    let client = &config.client;
    for (name, value) in [
        ("client.proxy", client.proxy.clone()),
        ("client.ca", client.ca.as_ref().map(|path| path.display().to_string())),
        ("client.first_byte_seconds", client.first_byte_seconds.map(|seconds| seconds.to_string())),
        ("client.stall_seconds", client.stall_seconds.map(|seconds| seconds.to_string())),
        ("client.attempts", client.attempts.map(|attempts| attempts.to_string())),
    ] {
        let set = value.is_some();
        lines.push(Line {
            name: name.to_owned(),
            value: value.unwrap_or_else(|| "default".to_owned()),
            origin: origin(set),
        });
    }
    lines
}
