//! Text as it stands on a page. Not the escaping of `<` and `&`: every page is written with maud, which does that.

pub use candor_audit::foreign::clean;
pub use candor_audit::words::{counted, thousands};

/// The text with a capital at its start, as headings and sentences have it.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        None => String::new(),
        Some(first) => first.to_uppercase().chain(rest).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_with_a_capital() {
        assert_eq!((capital("éa"), capital("")), ("Éa".into(), String::new()));
    }
}
