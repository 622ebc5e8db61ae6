//! The width and the colours of a page, and lines put under each other on it. Not what stands there.

use candor_stats::{Mark, Standing};

use super::text;
use crate::settings::program;

/// No page is wider than this.
pub(crate) const WIDEST: usize = 100;

/// No page is narrower than this: below it, words would fall apart.
pub(crate) const NARROWEST: usize = 32;

/// What every figure, title and finding about planted data says.
pub(crate) const PLANTED: &str = "planted process, not a language model";

/// How to write on a surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// Columns.
    pub(crate) width: usize,
    /// Whether colour is added. Everything can be understood without it.
    pub(crate) colour: bool,
}

/// What colour adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// A heading.
    Strong,
    /// What stands beside the matter.
    Faint,
    /// A mark or the word "planted".
    Standing(Standing),
    /// Something failed.
    Bad,
    /// Something passed.
    Good,
}

impl Page {
    /// Text with its tone; unchanged where there is no colour.
    pub(crate) fn tone(self, tone: Tone, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Bad => "31",
            Tone::Good | Tone::Standing(Standing::Marked(Mark::EvidenceBacked)) => "32",
            Tone::Standing(Standing::Marked(Mark::Inferred)) => "33",
            Tone::Standing(Standing::Marked(Mark::Hope)) => "35",
            Tone::Standing(Standing::Planted) => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Text that grows line by line.
#[derive(Debug)]
pub(crate) struct Writing {
    page: Page,
    text: String,
}

impl Writing {
    /// An empty page.
    pub(crate) fn on(page: Page) -> Self {
        Self { page, text: String::new() }
    }

    /// The page that is written on.
    pub(crate) fn page(&self) -> Page {
        self.page
    }

    /// One line as it stands, without spaces at its end.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// An empty line, unless the page is empty or one stands there already.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A paragraph: `first` before its first line, as many spaces before the others.
    pub(crate) fn paragraph(&mut self, first: &str, text: &str) {
        self.toned(first, text, None);
    }

    /// A paragraph with a tone.
    pub(crate) fn toned(&mut self, first: &str, text: &str, tone: Option<Tone>) {
        let indent = text::width(first);
        for (at, line) in
            text::wrap(&text::clean(text), self.page.width.saturating_sub(indent).max(8)).iter().enumerate()
        {
            let line = tone.map_or_else(|| line.clone(), |tone| self.page.tone(tone, line));
            if at == 0 {
                self.line(&format!("{first}{line}"));
            } else {
                self.line(&format!("{}{line}", " ".repeat(indent)));
            }
        }
    }

    /// A command to copy: where it is longer than a line it goes on behind a backslash, as a shell reads it. A path that is longer than a
    /// line stays whole.
    pub(crate) fn command(&mut self, first: &str, command: &str, tone: Option<Tone>) {
        let command = text::clean(command);
        let command = text::typed(&command, program());
        let room = self.page.width.saturating_sub(text::width(first)).max(8);
        let mut lines: Vec<String> = Vec::new();
        let words = if text::width(&command) <= room { vec![&*command] } else { text::shell_words(&command) };
        for word in words {
            match lines.last_mut() {
                // Two columns are kept for the backslash.
                Some(line) if text::width(line) + 1 + text::width(word) + 2 <= room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.iter().enumerate() {
            let before = if at == 0 { first.to_owned() } else { " ".repeat(text::width(first)) };
            let line = tone.map_or_else(|| line.clone(), |tone| self.page.tone(tone, line));
            self.line(&format!("{before}{line}{}", if at < last { " \\" } else { "" }));
        }
    }

    /// A heading on the left and a remark at the right edge; under each other where the line is too short for both.
    pub(crate) fn heading(&mut self, heading: &str, remark: Option<(&str, Tone)>) {
        let heading = text::clean(heading);
        let Some((remark, tone)) = remark else {
            self.toned("", &heading, Some(Tone::Strong));
            return;
        };
        let (left, right) = (text::width(&heading), text::width(remark));
        if left + right + 2 <= self.page.width {
            let space = " ".repeat(self.page.width - left - right);
            let (strong, remark) = (self.page.tone(Tone::Strong, &heading), self.page.tone(tone, remark));
            self.line(&format!("{strong}{space}{remark}"));
        } else {
            self.toned("", &heading, Some(Tone::Strong));
            self.toned("", remark, Some(tone));
        }
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Page = Page { width: 40, colour: false };

    #[test]
    fn headings_carry_their_remark_at_the_right_edge_or_below() {
        let mut writing = Writing::on(PLAIN);
        writing.heading("compute", Some(("planted", Tone::Faint)));
        writing.heading("a heading that leaves no room", Some((PLANTED, Tone::Faint)));
        assert_eq!(
            writing.finish(),
            "compute                          planted\na heading that leaves no room\nplanted process, not a language model\n"
        );
    }

    #[test]
    fn colour_adds_and_never_replaces() {
        let page = Page { width: 40, colour: true };
        let marked = page.tone(Tone::Standing(Standing::Planted), "planted");
        assert_eq!(marked, "\u{1b}[36mplanted\u{1b}[0m");
        assert_eq!(PLAIN.tone(Tone::Bad, "failed"), "failed");
    }

    #[test]
    fn a_long_command_goes_on_behind_a_backslash() {
        let mut writing = Writing::on(PLAIN);
        writing.command("next: ", "candor audit run --from 'a folder' --map some/mapping.toml", None);
        assert_eq!(
            writing.finish(),
            "next: candor audit run --from \\\n      'a folder' --map \\\n      some/mapping.toml\n"
        );
    }

    #[test]
    fn paragraphs_hang_below_their_first_word_and_swallow_hostile_text() {
        let mut writing = Writing::on(PLAIN);
        writing.paragraph("  - ", "the cue \u{1b}[2J changed answers in more than a third of the cases");
        assert_eq!(writing.finish(), "  - the cue \\u{1b}[2J changed answers in\n    more than a third of the cases\n");
    }
}
