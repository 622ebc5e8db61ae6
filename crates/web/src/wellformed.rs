//! A small checker for the markup that this crate writes: every element closed in order, attributes quoted and unique, text
//! escaped. Browsers forgive all of these in ways that lose parts of a drawing; tests do not. For tests only.

use std::collections::BTreeSet;

/// Elements of HTML that have no end.
const VOID: &[&str] = &["br", "col", "hr", "img", "input", "link", "meta", "wbr"];

/// What was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Names of elements, each as often as it occurs.
    pub(crate) elements: Vec<String>,
    /// Values of `id`.
    pub(crate) ids: BTreeSet<String>,
    /// Values of attributes, with their names.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Seen {
    /// How often an element occurs.
    pub(crate) fn count(&self, element: &str) -> usize {
        self.elements.iter().filter(|name| *name == element).count()
    }
}

/// Checks markup without doctype as XML: a drawing that goes into a page.
pub(crate) fn drawing(markup: &str) -> Seen {
    check(markup, &[])
}

/// Checks a whole page: void elements of HTML are allowed, links inside the page have to lead somewhere.
pub(crate) fn page(markup: &str) -> Seen {
    let body = markup.strip_prefix("<!DOCTYPE html>").expect("a page begins with its doctype");
    let seen = check(body, VOID);
    for (name, value) in &seen.attributes {
        let targets: Vec<&str> = match name.as_str() {
            "href" => value.strip_prefix('#').into_iter().collect(),
            "aria-labelledby" | "aria-describedby" | "headers" => value.split_whitespace().collect(),
            _ => Vec::new(),
        };
        for target in targets {
            assert!(seen.ids.contains(target), "{name}={value:?} leads nowhere");
        }
    }
    seen
}

fn check(markup: &str, void: &[&str]) -> Seen {
    let mut seen = Seen::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>'), "a bare `>` in {text:?}");
        for (amp, _) in text.match_indices('&') {
            let entity = text[amp..].split(';').next().unwrap_or_default();
            assert!(["&amp", "&lt", "&gt", "&quot"].contains(&entity), "a bare `&` in {text:?}");
        }
        rest = &rest[at + 1..];
        let end = tag_end(rest);
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed out of order");
            continue;
        }
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(!name.is_empty(), "a bare `<` before {tag:?}");
        attributes(&tag[name.len()..], &mut seen);
        if name == "style" {
            // The style sheet is text to its end.
            let end = rest.find("</style>").expect("the style sheet ends");
            rest = &rest[end..];
        }
        if !void.contains(&name.as_str()) {
            open.push(name.clone());
        }
        seen.elements.push(name);
    }
    assert_eq!(open, Vec::<String>::new(), "never closed");
    assert!(rest.trim().is_empty(), "text after the end: {rest:?}");
    seen
}

/// The place of the `>` that ends a tag: one inside quotes does not.
fn tag_end(tag: &str) -> usize {
    let mut quoted = false;
    for (at, c) in tag.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    panic!("a tag without end: {tag:?}");
}

fn attributes(mut text: &str, seen: &mut Seen) {
    let mut names = BTreeSet::new();
    loop {
        text = text.trim_start();
        if text.is_empty() {
            return;
        }
        let name: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        assert!(!name.is_empty(), "no attribute name in {text:?}");
        assert!(names.insert(name.clone()), "{name} stands twice");
        text = &text[name.len()..];
        let Some(quoted) = text.strip_prefix("=\"") else {
            assert!(text.is_empty() || text.starts_with(' '), "an attribute without quotes in {text:?}");
            continue;
        };
        let end = quoted.find('"').expect("a closing quote");
        let value = quoted[..end].to_owned();
        assert!(!value.contains('<'), "a bare `<` in {value:?}");
        if name == "id" {
            assert!(seen.ids.insert(value.clone()), "the id {value:?} stands twice");
        }
        seen.attributes.push((name, value));
        text = &quoted[end + 1..];
    }
}

#[test]
fn the_checker_finds_what_browsers_forgive() {
    let broken = [
        "<svg><path d=\"M0 0\"><circle></circle></svg>",
        "<a><b></a></b>",
        "<p>1 < 2</p>",
        "<p>a & b</p>",
        "<p class=x></p>",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<p id=\"a\" id=\"b\"></p>",
        "<p>",
    ];
    for markup in broken {
        assert!(std::panic::catch_unwind(|| drawing(markup)).is_err(), "{markup}");
    }
    assert_eq!(drawing("<svg viewBox=\"0 0 1 1\"><path d=\"M0\"></path>&lt;x</svg>").count("path"), 1);
}
