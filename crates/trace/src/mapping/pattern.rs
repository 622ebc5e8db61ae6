//! Which files a mapping reads, by the end of their path: `{model}/{hint}/completions.json`. Not their content.

use regex::Regex;

use super::path::is_capture_name;
use crate::{Error, Result};

/// A pattern for the last parts of a path; `{name}` captures, `*` stands for anything within one part.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    text: String,
    names: Vec<String>,
    regex: Regex,
    depth: usize,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refuse = |problem: &str| Error::Mapping {
            place: format!("file pattern `{}`", crate::error::shown(text)),
            problem: problem.to_owned(),
            hint: "a file pattern reads like `{model}/{hint}/completions.json` or `results_*.jsonl`".to_owned(),
        };
        if text.is_empty() || text.starts_with('/') || text.contains('\\') {
            return Err(refuse("expected a relative path with `/` between its parts"));
        }
        let mut names: Vec<String> = Vec::new();
        let mut pattern = "^".to_owned();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '*']) {
            pattern.push_str(&regex::escape(&rest[..at]));
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix('*') {
                pattern.push_str("[^/]*");
                rest = after;
                continue;
            }
            let end = rest.find('}').ok_or_else(|| refuse("expected `}`"))?;
            let name = &rest[1..end];
            if !is_capture_name(name) || names.iter().any(|seen| seen == name) {
                return Err(refuse("expected a name of letters, digits and underscores, each once"));
            }
            names.push(name.to_owned());
            pattern.push_str("([^/]+)");
            rest = &rest[end + 1..];
        }
        pattern.push_str(&regex::escape(rest));
        pattern.push('$');
        let regex = Regex::new(&pattern).map_err(|error| refuse(&error.to_string()))?;
        Ok(Self { text: text.to_owned(), names, regex, depth: text.split('/').count() })
    }

    /// The names of its captures, in order.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Splits a path at the parts that the pattern speaks of: what lies before them, and the captures. `None` where they do not match.
    pub(crate) fn matches<'p>(&self, path: &'p str) -> Option<(&'p str, Vec<String>)> {
        let mut start = path.len();
        for _ in 0..self.depth {
            start = path[..start].rfind('/').unwrap_or(0);
            if start == 0 {
                break;
            }
        }
        let (base, tail) = if path[start..].starts_with('/') { path.split_at(start + 1) } else { path.split_at(start) };
        let found = self.regex.captures(tail)?;
        let captures = found.iter().skip(1).map(|part| part.map_or_else(String::new, |part| part.as_str().to_owned()));
        Some((base, captures.collect()))
    }

    /// The path with the captures of another pattern put in; `None` where a name has no value there.
    pub(crate) fn fill(&self, names: &[String], values: &[String]) -> Option<String> {
        let mut out = self.text.clone();
        for name in &self.names {
            let at = names.iter().position(|seen| seen == name)?;
            out = out.replace(&format!("{{{name}}}"), values.get(at)?);
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_path_is_matched_wherever_the_folder_lies() {
        let pattern = Pattern::parse("{model}/{hint}/completions.json").unwrap();
        let captures = vec!["R1".to_owned(), "none".to_owned()];
        for (path, base) in [
            ("R1/none/completions.json", ""),
            ("/data/x/R1/none/completions.json", "/data/x/"),
            ("x/R1/none/completions.json", "x/"),
        ] {
            assert_eq!(pattern.matches(path), Some((base, captures.clone())), "{path}");
        }
        assert_eq!(pattern.matches("none/completions.json"), None);
        assert_eq!(pattern.matches("R1/none/other.json"), None);
        let side = Pattern::parse("{model}/{hint}/answers.json").unwrap();
        assert_eq!(side.fill(pattern.names(), &captures).as_deref(), Some("R1/none/answers.json"));
    }

    #[test]
    fn a_star_stays_within_one_part() {
        let pattern = Pattern::parse("sample_*_{task}.json").unwrap();
        assert_eq!(pattern.matches("a/sample_scored_7b_input.json").unwrap().1, ["input"]);
        assert!(pattern.matches("sample_x/y_input.json").is_none());
    }
}
