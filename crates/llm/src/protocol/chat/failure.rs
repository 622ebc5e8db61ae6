//! Errors of vendors of Chat Completions, of whatever form: an object, a list of one, text, a web page. Not errors on the way.

use std::time::Duration;

use serde_json::Value;

use crate::Error;

/// Above this, what a vendor says of an error is cut.
const MESSAGE_LIMIT: usize = 2000;
/// No pause is longer than a day.
const PAUSE_LIMIT: f64 = 24.0 * 60.0 * 60.0;

/// The error that a body of that status holds.
pub(in crate::protocol) fn of_body(status: u16, headers: &[(String, String)], body: &[u8]) -> Error {
    let text = String::from_utf8_lossy(body);
    let said = match serde_json::from_str::<Value>(&text) {
        Ok(value) => said(&value),
        Err(_) => Said { message: Some(text.trim().to_owned()), ..Said::default() },
    };
    let header = |name: &str| headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.trim());
    said.into_error(
        status,
        pause(header("retry-after-ms"), header("retry-after")),
        match header("x-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        },
    )
}

/// The error that stands in a reply or a chunk, as JSON. Its status is the one that the error itself names, else 200.
pub(in crate::protocol) fn inside(error: &str) -> Error {
    let value = serde_json::from_str::<Value>(error).unwrap_or_else(|_| Value::String(error.to_owned()));
    let said = said(&value);
    let status = said.code.unwrap_or(200);
    said.into_error(status, None, None)
}

#[derive(Debug, Default)]
struct Said {
    message: Option<String>,
    kind: Option<String>,
    code: Option<u16>,
}

impl Said {
    fn into_error(self, status: u16, after: Option<Duration>, again: Option<bool>) -> Error {
        let message =
            self.message.filter(|message| !message.is_empty()).unwrap_or_else(|| "no reason given".to_owned());
        Error::Upstream { status, kind: self.kind.map(bounded), message: bounded(message), after, again }
    }
}

/// What a JSON value says of an error: `{"error": {…}}`, `{"error": "text"}`, `[{"error": …}]`, `{"message": …}`, `{"detail": …}`.
fn said(value: &Value) -> Said {
    match value {
        Value::String(text) => Said { message: Some(text.clone()), ..Said::default() },
        Value::Array(list) => list.first().map(said).unwrap_or_default(),
        Value::Object(fields) => {
            if let Some(inner) = fields.get("error").filter(|inner| inner.is_object() || inner.is_string()) {
                return said(inner);
            }
            let word = |name: &str| match fields.get(name) {
                Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
                _ => None,
            };
            let code = fields.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
            let message = word("message").or_else(|| word("msg")).or_else(|| match fields.get("detail") {
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
                None => None,
            });
            Said {
                message: message.or_else(|| Some(value.to_string())),
                kind: word("type").or_else(|| word("code")).or_else(|| word("status")),
                code: code.filter(|code| (400..600).contains(code)),
            }
        }
        _ => Said::default(),
    }
}

/// How long the vendor asks to wait; milliseconds say it more exactly. A date is not read: there is no clock here.
fn pause(milliseconds: Option<&str>, seconds: Option<&str>) -> Option<Duration> {
    let number = |text: Option<&str>| text?.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    let seconds = number(milliseconds).map(|milliseconds| milliseconds / 1000.0).or_else(|| number(seconds))?;
    Duration::try_from_secs_f64(seconds.min(PAUSE_LIMIT)).ok()
}

fn bounded(mut text: String) -> String {
    if text.len() > MESSAGE_LIMIT {
        let end = (0..=MESSAGE_LIMIT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

/// What came is not Chat Completions.
pub(super) fn malformed(expected: &str, found: &[u8]) -> Error {
    not_the_protocol("chat completions", expected, found)
}

/// What came is not the protocol.
pub(in crate::protocol) fn not_the_protocol(protocol: &'static str, expected: &str, found: &[u8]) -> Error {
    const SHOWN: usize = 120;
    let text = String::from_utf8_lossy(&found[..found.len().min(SHOWN)]);
    let cut = if found.len() > SHOWN { "…" } else { "" };
    Error::Malformed { protocol, expected: expected.to_owned(), found: format!("{}{cut}", text.escape_debug()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, kind: Option<&str>, message: &str) -> Error {
        Error::Upstream { status, kind: kind.map(str::to_owned), message: message.to_owned(), after: None, again: None }
    }

    #[test]
    fn every_form_of_an_error_says_something() {
        let cases = [
            (
                r#"{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"bad"}}"#,
                Some("invalid_request_error"),
                "no",
            ),
            (r#"[{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}]"#, Some("INVALID_ARGUMENT"), "no"),
            (r#"{"error":"model not found"}"#, None, "model not found"),
            (r#"{"object":"error","message":"no","type":"BadRequestError","code":400}"#, Some("BadRequestError"), "no"),
            (r#"{"error":{"code":"1302","message":"slow down"}}"#, Some("1302"), "slow down"),
            (r#"{"detail":"Not Found"}"#, None, "Not Found"),
            (r#"{"detail":[{"msg":"field required"}]}"#, None, r#"[{"msg":"field required"}]"#),
            (r#"{"x":1}"#, None, r#"{"x":1}"#),
            ("<html>Bad gateway</html>\n", None, "<html>Bad gateway</html>"),
            ("", None, "no reason given"),
            ("null", None, "no reason given"),
            ("[]", None, "no reason given"),
        ];
        for (body, kind, message) in cases {
            assert_eq!(of_body(400, &[], body.as_bytes()), error(400, kind, message), "{body}");
        }
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let Error::Upstream { message, .. } = of_body(500, &[], "é".repeat(3000).as_bytes()) else {
            panic!("an error")
        };
        assert_eq!(message, format!("{}…", "é".repeat(1000)));
    }

    #[test]
    fn the_vendors_pause_and_word_are_read() {
        let headers = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let read = |pairs: &[(&str, &str)]| match of_body(429, &headers(pairs), b"") {
            Error::Upstream { after, again, .. } => (after, again),
            other => panic!("{other}"),
        };
        let ms = Duration::from_millis;
        assert_eq!(read(&[("retry-after", "2"), ("x-should-retry", "false")]), (Some(ms(2000)), Some(false)));
        assert_eq!(read(&[("retry-after", "2"), ("retry-after-ms", "250")]), (Some(ms(250)), None));
        assert_eq!(read(&[("retry-after", "1.5"), ("x-should-retry", "true")]), (Some(ms(1500)), Some(true)));
        assert_eq!(read(&[("retry-after", "1e300")]), (Some(Duration::from_secs(86_400)), None));
        for odd in ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "NaN", "inf"] {
            assert_eq!(read(&[("retry-after", odd)]), (None, None), "{odd}");
        }
    }

    #[test]
    fn an_error_inside_a_stream_names_its_own_status() {
        assert_eq!(inside(r#"{"code":502,"message":"upstream"}"#), error(502, None, "upstream"));
        assert_eq!(inside(r#"{"type":"server_error","message":"x"}"#), error(200, Some("server_error"), "x"));
        assert_eq!(inside(r#""text""#), error(200, None, "text"));
    }
}
