//! The RFC's examples, round trips as properties, and every refusal.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

fn text(value: &impl Serialize) -> String {
    String::from_utf8(to_vec(value).unwrap()).unwrap()
}

#[test]
fn names_are_ordered_as_in_the_rfc() {
    // RFC 8785, section 3.2.3.
    let input = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
        "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
    let value: BTreeMap<String, String> = serde_json::from_str(input).unwrap();
    let order: Vec<String> = {
        let Value::Object(members) = Value::of(&value).unwrap() else { panic!("not an object") };
        members
            .into_values()
            .map(|value| if let Value::Text(text) = value { text } else { panic!("not a text") })
            .collect()
    };
    assert_eq!(
        order,
        [
            "Carriage Return",
            "One",
            "Control",
            "Latin Small Letter O With Diaeresis",
            "Euro Sign",
            "Emoji: Grinning Face",
            "Hebrew Letter Dalet With Dagesh"
        ]
    );
    assert!(text(&value).starts_with("{\"\\r\":\"Carriage Return\",\"1\":\"One\","));
}

#[test]
fn strings_are_escaped_as_in_the_rfc() {
    // RFC 8785, section 3.2.2: the member "string" of the example, and its canonical form in section 3.2.4.
    let input: String = serde_json::from_str(r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#).unwrap();
    assert_eq!(text(&input), r#""€$\u000f\nA'B\"\\\\\"/""#);
    // Section 3.2.2.2: short escapes where they exist, other control characters by number, nothing else.
    assert_eq!(
        text(&"\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}\u{2028}<>&/"),
        "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}\u{2028}<>&/\""
    );
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaf {
    tokens: u64,
    model: String,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<i64>,
    kind: Kind,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Call,
    Erased(String),
    Pair(i8, bool),
    Named { x: char },
}

fn leaf(kind: Kind) -> Leaf {
    Leaf { tokens: 12, model: "m".into(), tags: vec!["b".into(), "a".into()], cost: None, kind }
}

#[test]
fn types_are_written_as_serde_json_shapes_them_and_read_back() {
    for (kind, shown) in [
        (Kind::Call, r#""call""#),
        (Kind::Erased("why".into()), r#"{"erased":"why"}"#),
        (Kind::Pair(-1, true), r#"{"pair":[-1,true]}"#),
        (Kind::Named { x: 'é' }, r#"{"named":{"x":"é"}}"#),
    ] {
        let leaf = leaf(kind);
        let bytes = to_vec(&leaf).unwrap();
        let expected = format!(r#"{{"kind":{shown},"model":"m","tags":["b","a"],"tokens":12}}"#);
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
        assert_eq!(from_slice::<Leaf>(&bytes).unwrap(), leaf);
    }
    let error = from_slice::<Leaf>(br#"{"tokens":1}"#).unwrap_err();
    assert!(matches!(&error, Error::Shape(text) if text.contains("missing field")), "{error}");
}

#[test]
fn the_digest_is_that_of_the_bytes_under_the_tag() {
    let leaf = leaf(Kind::Call);
    assert_eq!(digest("t", &leaf).unwrap(), Digest::tagged("t", &to_vec(&leaf).unwrap()));
}

#[test]
fn what_cannot_be_carried_is_refused_with_its_place() {
    #[derive(Serialize)]
    struct Bad<T> {
        list: Vec<T>,
    }
    fn refused<T: Serialize>(x: T) -> String {
        to_vec(&Bad { list: vec![x] }).unwrap_err().to_string()
    }
    for (message, found) in [
        (refused(0.5_f64), "the float 0.5"),
        (refused(f32::NAN), "the float NaN"),
        (refused(None::<u8>), "nothing"),
        (refused(()), "nothing"),
        (refused(1_i64 << 53), "9007199254740992"),
        (refused(u64::MAX), "18446744073709551615"),
        (refused(i64::MIN), "-9223372036854775808"),
        (refused(serde_json::json!(1.0)), "the float 1"),
    ] {
        assert!(message.contains("$.list[0]: expected") && message.contains(found), "{message}");
    }
    let raw = serde_json::value::RawValue::from_string("1.5".into()).unwrap();
    assert!(refused(raw).contains("raw JSON"));
    assert!(to_vec(&BTreeMap::from([(1, 2)])).unwrap_err().to_string().contains("a string as a key"));
    let deep = serde_json::json!({"a b": {"\u{1b}": [1, Option::<u8>::None]}});
    assert!(to_vec(&deep).unwrap_err().to_string().contains(r#"$["a b"]["\u{1b}"][1]: expected"#));
    let variant = Kind::Named { x: 'x' };
    assert!(to_vec(&vec![(variant, 0.5)]).unwrap_err().to_string().contains("$[0][1]: expected"));
}

#[test]
fn the_same_key_twice_is_refused_and_not_overwritten() {
    struct Twice;
    impl Serialize for Twice {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([("a", 1), ("a", 2)])
        }
    }
    assert!(to_vec(&Twice).unwrap_err().to_string().contains("a name that the object does not have yet"));
}

#[test]
fn depth_and_length_are_bounded_on_both_sides() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let value = Value::parse(nested(MOST_LEVELS).as_bytes()).unwrap();
    assert_eq!(value.to_bytes().unwrap(), nested(MOST_LEVELS).as_bytes());
    assert!(matches!(Value::parse(nested(MOST_LEVELS + 1).as_bytes()), Err(Error::NotCanonical { at: 64, .. })));
    assert!(matches!(Value::List(vec![value.clone()]).to_bytes(), Err(Error::TooDeep { .. })));
    // A hostile depth does not exhaust the stack.
    assert!(Value::parse(nested(1_000_000).as_bytes()).is_err());
    let mut deep = serde_json::json!(1);
    for _ in 0..=MOST_LEVELS {
        deep = serde_json::json!([deep]);
    }
    assert!(matches!(to_vec(&deep), Err(Error::TooDeep { .. })));

    let long = "x".repeat(MOST_BYTES - 2);
    assert_eq!(to_vec(&long).unwrap().len(), MOST_BYTES);
    assert!(matches!(to_vec(&format!("{long}x")), Err(Error::TooLong { .. })));
    assert!(matches!(Value::parse(&vec![b' '; MOST_BYTES + 1]), Err(Error::TooLong { .. })));
}

#[test]
fn bytes_with_another_spelling_are_refused_where_they_differ() {
    for (bytes, at) in [
        (&b""[..], 0),
        (b" 1", 0),
        (b"1 ", 1),
        (b"null", 0),
        (b"nul", 0),
        (b"tru", 0),
        (b"1.0", 1),
        (b"1e3", 1),
        (b"-0", 0),
        (b"01", 0),
        (b"-", 1),
        (b"+1", 0),
        (b"9007199254740992", 0),
        (b"-9007199254740992", 0),
        (b"99999999999999999999999", 0),
        (b"NaN", 0),
        (b"[1,]", 3),
        (b"[1 ,2]", 2),
        (b"[", 1),
        (b"{\"a\":1,\"a\":2}", 7),
        (b"{\"b\":1,\"a\":2}", 7),
        (b"{\"a\" :1}", 4),
        (b"{a:1}", 1),
        (b"{\"a\":1,}", 7),
        (b"\"a", 2),
        (b"\"\n\"", 1),
        (br#""\/""#, 1),
        (br#""\u0041""#, 1),
        (br#""\u000A""#, 1),
        (br#""\u000a""#, 1),
        (br#""\u001F""#, 1),
        (br#""\ud83d\ude00""#, 1),
        (br#""\u00""#, 1),
        (br#""\u+00f""#, 1),
        (br#""\"#, 1),
        (b"\"\xff\"", 1),
        (b"'a'", 0),
        (b"[1][2]", 3),
        (b"\xef\xbb\xbf1", 0),
    ] {
        let shown = String::from_utf8_lossy(bytes).into_owned();
        match Value::parse(bytes) {
            Err(Error::NotCanonical { at: found, .. }) => assert_eq!(found, at, "{shown}"),
            other => panic!("{shown}: {other:?}"),
        }
    }
}

#[test]
fn names_beyond_the_basic_plane_stand_where_utf_16_puts_them() {
    // U+1F600 is D83D DE00 in UTF-16, before U+FB33; as UTF-8 it would stand behind.
    assert!(Value::parse("{\"\u{1f600}\":1,\"\u{fb33}\":2}".as_bytes()).is_ok());
    assert!(Value::parse("{\"\u{fb33}\":2,\"\u{1f600}\":1}".as_bytes()).is_err());
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Boolean),
        (-Integer::MOST..=Integer::MOST).prop_map(|x| Value::Integer(Integer::try_from(x).unwrap())),
        any::<String>().prop_map(Value::Text),
        "[\\x00-\\x1f\"\\\\a]{0,8}".prop_map(Value::Text),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            proptest::collection::btree_map(any::<String>().prop_map(Name::from), inner, 0..6).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_by_us_and_by_others(value in values()) {
        let bytes = value.to_bytes().unwrap();
        prop_assert_eq!(&Value::parse(&bytes).unwrap(), &value);
        let foreign: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(&Value::of(&foreign).unwrap(), &value);
    }

    #[test]
    fn what_is_read_is_written_again_byte_for_byte(value in values(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = value.to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // One changed byte gives either canonical bytes of another value, or a refusal; never a second spelling.
        if let Ok(read) = Value::parse(&bytes) {
            prop_assert_eq!(read.to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:\\\\u0-9a-f. -]{0,60}") {
        for bytes in [bytes, text.into_bytes()] {
            if let Ok(read) = Value::parse(&bytes) {
                prop_assert_eq!(read.to_bytes().unwrap(), bytes);
            }
        }
    }

    #[test]
    fn the_order_of_fields_does_not_matter(members in proptest::collection::btree_map("[a-f]{1,3}", 0_i64..9, 0..6)) {
        let reversed: Vec<(String, i64)> = members.clone().into_iter().rev().collect();
        struct Ordered(Vec<(String, i64)>);
        impl Serialize for Ordered {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
            }
        }
        prop_assert_eq!(to_vec(&members).unwrap(), to_vec(&Ordered(reversed)).unwrap());
    }
}
