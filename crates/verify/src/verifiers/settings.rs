//! Reading the parameters of a verifier from text. Not a verifier.

use std::str::FromStr;

use crate::{About, Error, Params, Result};

/// Refuses parameters that the verifier does not have.
pub(crate) fn check(about: &'static About, params: &Params) -> Result<()> {
    match params.keys().find(|name| !about.params.iter().any(|param| param.name == name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::UnknownParam {
            verifier: about.name,
            found: name.clone(),
            known: about.params.iter().map(|param| param.name).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// The value of a parameter, or `default` where it is not given; refused where it cannot be read or `fits` says no.
pub(crate) fn read<T: FromStr>(
    about: &'static About,
    params: &Params,
    name: &'static str,
    default: T,
    expected: &str,
    fits: impl Fn(&T) -> bool,
) -> Result<T> {
    let Some(text) = params.get(name) else { return Ok(default) };
    text.trim().parse::<T>().ok().filter(|value| fits(value)).ok_or_else(|| Error::BadParam {
        verifier: about.name,
        param: name,
        expected: expected.to_owned(),
        found: text.clone(),
    })
}

/// A yes-or-no parameter, written `true` or `false`.
pub(crate) fn flag(about: &'static About, params: &Params, name: &'static str, default: bool) -> Result<bool> {
    read(about, params, name, default, "true or false", |_| true)
}
