//! Which field of a JSON text a byte belongs to, so that an error can name it. Not a parser: what is wrong with the text is for serde_json.

/// The path of the value that the text up to `end` leads to: `message.content[2].name`; empty at the top.
pub(super) fn at_field(json: &[u8], end: usize) -> String {
    enum Open {
        Object(String),
        List(usize),
    }
    let json = &json[..end.min(json.len())];
    let mut open: Vec<Open> = Vec::new();
    let mut expects_key = false;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'{' => {
                open.push(Open::Object(String::new()));
                expects_key = true;
            }
            b'[' => {
                open.push(Open::List(0));
                expects_key = false;
            }
            b'}' | b']' => {
                open.pop();
                expects_key = false;
            }
            b',' => match open.last_mut() {
                Some(Open::List(index)) => *index += 1,
                Some(Open::Object(_)) => expects_key = true,
                None => {}
            },
            b'"' => {
                let start = at;
                at += 1;
                while let Some(byte) = json.get(at)
                    && *byte != b'"'
                {
                    at += if *byte == b'\\' { 2 } else { 1 };
                }
                if expects_key && let Some(Open::Object(key)) = open.last_mut() {
                    let text = json.get(start..=at).and_then(|text| serde_json::from_slice(text).ok());
                    *key = text.unwrap_or_default();
                    expects_key = false;
                }
            }
            _ => {}
        }
        at += 1;
    }
    let mut path = String::new();
    for step in &open {
        match step {
            Open::Object(key) if key.is_empty() => {}
            Open::Object(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Open::List(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_a_byte_is_named_with_the_way_to_it() {
        let text = br#"{"a":{"b":[1,{"c\"d":"x,{"}]},"e":[true]}"#;
        let at = |wanted: &str| {
            let found = text.windows(wanted.len()).position(|window| window == wanted.as_bytes()).unwrap();
            at_field(text, found + wanted.len())
        };
        assert_eq!(at("[1"), "a.b[0]");
        assert_eq!(at("x,{\""), "a.b[1].c\"d");
        assert_eq!(at("true"), "e[0]");
        assert_eq!(at("]}"), "a");
        assert_eq!(at_field(text, 1_000), "");
        assert_eq!(at_field(b"\"\\", 9), "");
    }
}
