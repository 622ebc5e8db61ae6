//! Our own methods pages as HTML: the few forms of Markdown that they use. Everything else stays as it is written, escaped.
//! Not a Markdown reader: foreign text never comes here.

use maud::{Markup, PreEscaped, html};

/// A methods page. Its headings begin at `level`, so that they fit below those of the page around it.
pub(crate) fn prose(markdown: &str, level: u8) -> Markup {
    let mut out = Vec::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        let depth = trimmed.bytes().take_while(|byte| *byte == b'#').count();
        if trimmed.is_empty() {
            continue;
        }
        if depth > 0 && trimmed.get(depth..).is_some_and(|rest| rest.starts_with(' ')) {
            let depth = u8::try_from(depth).unwrap_or(6) - 1;
            out.push(heading(
                level.saturating_add(depth).min(6),
                trimmed.get(depth as usize + 1..).unwrap_or_default().trim(),
            ));
        } else if trimmed.starts_with("```") {
            let mut code = String::new();
            for line in lines.by_ref().take_while(|line| !line.trim().starts_with("```")) {
                code.push_str(line);
                code.push('\n');
            }
            out.push(html! { pre { code { (code) } } });
        } else if trimmed.starts_with('|') {
            let mut rows = vec![cells(trimmed)];
            while let Some(next) = lines.next_if(|next| next.trim().starts_with('|')) {
                rows.push(cells(next.trim()));
            }
            out.push(table(&rows));
        } else if is_item(trimmed) {
            let mut items = vec![item(trimmed).to_owned()];
            while let Some(next) =
                lines.next_if(|next| !next.trim().is_empty() && (is_item(next.trim()) || next.starts_with(' ')))
            {
                match (is_item(next.trim()), items.last_mut()) {
                    (false, Some(last)) => {
                        last.push(' ');
                        last.push_str(next.trim());
                    }
                    _ => items.push(item(next.trim()).to_owned()),
                }
            }
            out.push(html! { ul { @for item in &items { li { (inline(item)) } } } });
        } else if line.starts_with("    ") {
            let mut code = line.trim_start().to_owned();
            while let Some(next) = lines.next_if(|next| next.starts_with("    ")) {
                code.push('\n');
                code.push_str(next.trim_start());
            }
            out.push(html! { pre { code { (code) } } });
        } else {
            let mut text = trimmed.to_owned();
            while let Some(next) = lines.next_if(|next| is_paragraph(next)) {
                text.push(' ');
                text.push_str(next.trim());
            }
            out.push(html! { p { (inline(&text)) } });
        }
    }
    html! { @for part in &out { (part) } }
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("* ")
}

fn item(line: &str) -> &str {
    line.get(2..).unwrap_or_default().trim_start()
}

/// Whether a line goes on with the paragraph before it.
fn is_paragraph(line: &str) -> bool {
    let line = line.trim();
    !(line.is_empty() || line.starts_with('#') || line.starts_with('|') || line.starts_with("```") || is_item(line))
}

fn heading(level: u8, text: &str) -> Markup {
    html! {
        @match level {
            0..=2 => h2 { (inline(text)) },
            3 => h3 { (inline(text)) },
            4 => h4 { (inline(text)) },
            _ => h5 { (inline(text)) },
        }
    }
}

/// The cells of a table's line. `\|` is a `|` inside a cell.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim_start_matches('|');
    let line = line.strip_suffix('|').unwrap_or(line);
    line.replace("\\|", "\u{1}").split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
}

fn table(rows: &[Vec<String>]) -> Markup {
    let is_rule =
        |row: &Vec<String>| row.iter().all(|cell| !cell.is_empty() && cell.bytes().all(|byte| b"-:".contains(&byte)));
    let body = if rows.get(1).is_some_and(is_rule) { 2 } else { 0 };
    html! {
        div.scroll {
            table {
                @if let (2, Some(head)) = (body, rows.first()) {
                    thead { tr { @for cell in head { th scope="col" { (inline(cell)) } } } }
                }
                tbody { @for row in rows.iter().skip(body) { tr { @for cell in row { td { (inline(cell)) } } } } }
            }
        }
    }
}

/// Text with `code`, **bold** and *emphasis*. A sign without its partner stays as it is.
fn inline(text: &str) -> Markup {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*']) {
        let (before, from) = rest.split_at(at);
        let sign = if from.starts_with("**") { "**" } else { from.get(..1).unwrap_or_default() };
        let inner = from.get(sign.len()..).unwrap_or_default();
        let end = inner.find(sign).filter(|end| *end > 0 && !inner.starts_with(' '));
        out.push_str(&html! { (before) }.into_string());
        match end {
            None => {
                out.push_str(sign);
                rest = inner;
            }
            Some(end) => {
                let (inside, after) = inner.split_at(end);
                let marked = match sign {
                    "`" => html! { code { (inside) } },
                    "**" => html! { strong { (inline(inside)) } },
                    _ => html! { em { (inline(inside)) } },
                };
                out.push_str(&marked.into_string());
                rest = after.get(sign.len()..).unwrap_or_default();
            }
        }
    }
    out.push_str(&html! { (rest) }.into_string());
    PreEscaped(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wellformed;

    fn shown(markdown: &str) -> String {
        let markup = prose(markdown, 3).into_string();
        wellformed::drawing(&format!("<div>{markup}</div>"));
        markup
    }

    #[test]
    fn the_forms_that_our_pages_use_are_shown() {
        assert_eq!(
            shown("# A\n\ntext *e* **b `c`**\nmore\n"),
            "<h3>A</h3><p>text <em>e</em> <strong>b <code>c</code></strong> more</p>"
        );
        assert_eq!(shown("- one\n  goes on\n- two"), "<ul><li>one goes on</li><li>two</li></ul>");
        assert_eq!(shown("```\na < b\n```\nafter"), "<pre><code>a &lt; b\n</code></pre><p>after</p>");
        assert_eq!(
            shown("| a | b |\n|---|--:|\n| `x\\|y` | 2 |"),
            "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead><tbody><tr><td>\
             <code>x|y</code></td><td>2</td></tr></tbody></table></div>"
        );
    }

    #[test]
    fn signs_without_a_partner_and_markup_stay_text() {
        assert_eq!(shown("z * sd ^ 2 <b>"), "<p>z * sd ^ 2 &lt;b&gt;</p>");
        assert_eq!(shown("n**2 and `open"), "<p>n**2 and `open</p>");
        assert_eq!(shown("#hash"), "<p>#hash</p>");
    }
}
