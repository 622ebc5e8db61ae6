//! The shell of a page: head, style sheet, what a browser may load (nothing), and the body that a caller wrote.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The style sheet, written by hand. It holds no `<`, so it cannot end the element that it stands in (a test holds this).
const STYLE: &str = include_str!("page/style.css");

/// Nothing may be loaded, run, framed or sent; the style sheet stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A whole page.
pub(crate) fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wellformed;

    #[test]
    fn the_style_sheet_cannot_leave_its_element_and_loads_nothing() {
        for refused in ["<", "url(", "@import", "http", "expression"] {
            assert!(!STYLE.contains(refused), "{refused}");
        }
        assert_eq!(STYLE.matches('{').count(), STYLE.matches('}').count());
    }

    #[test]
    fn a_page_is_well_formed_and_escapes_its_title() {
        let page = page("</title><script>alert(1)</script>", &html! { p { "text" } });
        let seen = wellformed::page(page.trim_end());
        assert_eq!((seen.count("script"), seen.count("title"), seen.count("p")), (0, 1, 1));
        assert!(seen.attributes.iter().any(|(_, value)| value.starts_with("default-src 'none';")));
    }
}
