//! What a file is, by its first bytes and never by its name. Not the reading of it.

use std::fmt;

use super::keys::Keys;

/// Which importer reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Traces as candor writes them.
    Candor,
    /// A record of candor's.
    Record,
    /// Traces as candor exports them to Parquet.
    Parquet,
    /// A log of Inspect AI as a ZIP archive.
    InspectEval,
    /// A log of Inspect AI as one JSON object.
    InspectJson,
    /// Calls in the shape of OpenAI's chat completions or responses.
    OpenAi,
    /// Calls in the shape of Anthropic's messages.
    Anthropic,
    /// Sessions of Claude Code.
    ClaudeCode,
    /// Sessions of OpenAI's Codex CLI.
    Codex,
    /// Sessions of Gemini CLI.
    GeminiCli,
    /// Trajectories of OpenHands.
    OpenHands,
    /// Trajectories of SWE-agent.
    SweAgent,
    /// Spans of OpenTelemetry in OTLP's JSON.
    Otlp,
    /// Traces or observations of Langfuse.
    Langfuse,
    /// Results of promptfoo.
    Promptfoo,
    /// Tasks of ARC-AGI.
    ArcTasks,
    /// Attempts at tasks of ARC-AGI.
    ArcSubmissions,
    /// One answer a record, under common names.
    Samples,
    /// Anything, through a mapping.
    Mapped,
}

impl Format {
    /// Every format, in the order in which tables list them.
    pub const ALL: [Self; 19] = [
        Self::Candor,
        Self::Record,
        Self::Parquet,
        Self::InspectEval,
        Self::InspectJson,
        Self::OpenAi,
        Self::Anthropic,
        Self::ClaudeCode,
        Self::Codex,
        Self::GeminiCli,
        Self::OpenHands,
        Self::SweAgent,
        Self::Otlp,
        Self::Langfuse,
        Self::Promptfoo,
        Self::ArcTasks,
        Self::ArcSubmissions,
        Self::Samples,
        Self::Mapped,
    ];

    /// The words used in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Candor => "candor traces",
            Self::Record => "candor record",
            Self::Parquet => "candor parquet",
            Self::InspectEval => "inspect .eval",
            Self::InspectJson => "inspect json",
            Self::OpenAi => "openai calls",
            Self::Anthropic => "anthropic calls",
            Self::ClaudeCode => "claude code sessions",
            Self::Codex => "codex sessions",
            Self::GeminiCli => "gemini cli sessions",
            Self::OpenHands => "openhands trajectories",
            Self::SweAgent => "swe-agent trajectories",
            Self::Otlp => "otlp spans",
            Self::Langfuse => "langfuse observations",
            Self::Promptfoo => "promptfoo results",
            Self::ArcTasks => "arc tasks",
            Self::ArcSubmissions => "arc submissions",
            Self::Samples => "samples",
            Self::Mapped => "mapped",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// How the records of a file follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Container {
    /// One JSON value a line.
    JsonLines,
    /// A JSON list of records.
    JsonList,
    /// A JSON object, or several that follow one another.
    Json,
    /// Comma-separated values with a line of names (RFC 4180).
    Csv,
    /// YAML.
    Yaml,
    /// A ZIP archive.
    Zip,
}

impl Container {
    /// The word used in tables and in mappings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::JsonList | Self::Json => "json",
            Self::Csv => "csv",
            Self::Yaml => "yaml",
            Self::Zip => "zip",
        }
    }
}

/// What the requests of a batch look like: nothing came of them there.
pub(crate) const BATCH: &str = "the requests of a batch, whose replies stand in its output file";

/// What the first bytes of a file say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// How records follow one another; `None` where that is unknown.
    pub container: Option<Container>,
    /// The importer, where one recognises the records.
    pub format: Option<Format>,
    /// What it looks like, in words.
    pub looks_like: String,
}

/// Says what a file is from its first bytes, unpacked.
///
/// Costs about one pass over `head`; 100 kB are plenty. A file may turn out to be something else further down: then its
/// records are invalid, not silently passed over.
#[must_use]
pub fn detect(head: &[u8]) -> Detected {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let unknown = |looks_like: &str| Detected { container: None, format: None, looks_like: looks_like.to_owned() };
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Detected {
            container: Some(Container::Zip),
            format: Some(Format::InspectEval),
            looks_like: "a zip archive".to_owned(),
        };
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return unknown("text in UTF-16; convert it to UTF-8");
    }
    if head.starts_with(b"PAR1") {
        return Detected { container: None, format: Some(Format::Parquet), looks_like: "a Parquet file".to_owned() };
    }
    if head.starts_with(b"SQLite format 3\0") {
        return unknown("an SQLite database");
    }
    let Some(first) = head.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return unknown("nothing but white space");
    };
    if head.contains(&0) {
        return unknown("binary data");
    }
    match first {
        b'{' => json(head),
        b'[' if looks_like_json_list(head) => list(head),
        _ => super::table::detect(head),
    }
}

/// Where JSON that is known to its end breaks off: what stands before it can be looked at, and not read.
pub(crate) fn broken(text: &[u8], container: Option<Container>) -> Option<String> {
    use serde::de::IgnoredAny;
    match container? {
        Container::Json | Container::JsonList => {
            let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
            let error = values.find_map(Result::err).filter(serde_json::Error::is_eof)?;
            Some(format!("it ends within a value, at line {}, column {}", error.line(), error.column()))
        }
        Container::JsonLines => {
            let is_broken = |line: &[u8]| !line.trim_ascii().is_empty() && !is_complete(line);
            let at = text.split(|byte| *byte == b'\n').position(is_broken)?;
            Some(format!("line {} is no whole JSON value", at + 1))
        }
        Container::Csv | Container::Yaml | Container::Zip => None,
    }
}

fn json(head: &[u8]) -> Detected {
    let body = head.trim_ascii_start();
    let container = match memchr::memchr(b'\n', body) {
        Some(end) if is_complete(&body[..end]) => Container::JsonLines,
        None if is_complete(body.trim_ascii_end()) => Container::JsonLines,
        _ => Container::Json,
    };
    let keys = Keys::of(body);
    let mut format = keys
        .format()
        .or_else(|| super::langfuse::is_page(body).then_some(Format::Langfuse))
        .or_else(|| super::arc::recognises(body));
    let mut container = container;
    if format == Some(Format::InspectJson) {
        container = Container::Json;
    } else if container == Container::Json && !keys.is_whole() {
        // The first object goes on beyond what is seen: one document. Only an Inspect log is one.
        format = format.filter(|format| *format != Format::Samples);
    }
    let looks_like = match container {
        _ if format.is_none() && keys.has("custom_id") && keys.has("body") && keys.has("url") => BATCH.to_owned(),
        Container::JsonLines => format!("JSON lines with the keys {}", keys.top()),
        _ => format!("a JSON object with the keys {}", keys.top()),
    };
    Detected { container: Some(container), format, looks_like }
}

fn list(head: &[u8]) -> Detected {
    let whole = head.trim_ascii_start();
    let keys = Keys::of(whole[1..].trim_ascii_start());
    let format = keys.format().filter(|format| *format != Format::InspectJson);
    Detected {
        container: Some(Container::JsonList),
        format: format.or_else(|| super::arc::recognises(whole)),
        looks_like: format!("a JSON list of records with the keys {}", keys.top()),
    }
}

/// A YAML file may begin with `[` too, but hardly with one before an object.
fn looks_like_json_list(head: &[u8]) -> bool {
    let body = head.trim_ascii_start();
    body.get(1..).is_some_and(|rest| {
        rest.trim_ascii_start()
            .first()
            .is_none_or(|byte| matches!(byte, b'{' | b'[' | b'"' | b']' | b'-' | b'0'..=b'9'))
    })
}

fn is_complete(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}
