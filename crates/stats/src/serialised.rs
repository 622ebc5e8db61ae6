//! How numbers that JSON cannot spell, and outcomes that may be undefined, are written.
//!
//! Private: the shapes are part of the report format, the functions are not part of the API.

/// `f64` with the strings `"inf"` and `"-inf"` for infinite values; NaN is refused.
pub(crate) mod extended {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Spelling {
        Number(f64),
        Word(String),
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde's `with` asks for")]
    pub(crate) fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if x.is_nan() {
            return Err(S::Error::custom("NaN is never stored: an undefined value carries its reason"));
        }
        let spelling = if x.is_finite() {
            Spelling::Number(*x)
        } else {
            Spelling::Word(if *x > 0.0 { "inf" } else { "-inf" }.to_owned())
        };
        spelling.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match Spelling::deserialize(deserializer)? {
            Spelling::Number(x) => Ok(x),
            Spelling::Word(word) => match word.as_str() {
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                other => Err(D::Error::custom(format!("expected a number, \"inf\" or \"-inf\", found {other:?}"))),
            },
        }
    }
}

/// `Result<T, Undefined>` written as the value itself, or as `{"undefined": {"reason": …}}`.
pub(crate) mod outcome {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::undefined::Undefined;

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Spelling<T> {
        Undefined { undefined: Undefined },
        Defined(T),
    }

    pub(crate) fn serialize<T, S>(x: &Result<T, Undefined>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
        S: Serializer,
    {
        match x {
            Ok(value) => Spelling::Defined(value).serialize(serializer),
            Err(undefined) => Spelling::<&T>::Undefined { undefined: undefined.clone() }.serialize(serializer),
        }
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Result<T, Undefined>, D::Error>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(match Spelling::<T>::deserialize(deserializer)? {
            Spelling::Defined(value) => Ok(value),
            Spelling::Undefined { undefined } => Err(undefined),
        })
    }
}
