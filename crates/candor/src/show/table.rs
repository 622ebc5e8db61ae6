//! Tables without borders: words to the left, counts to the right, estimates aligned at value and both ends. Not which numbers
//! stand in them.

use super::markdown::escaped;
use super::number::Digits;
use super::page::{Page, Tone, Writing};
use super::text;

/// The space between two columns.
const GAP: usize = 2;

/// A column of words is not wrapped below this, nor below its longest word where that has at most [`LONGEST_WORD`] letters.
const NARROWEST_WORDS: usize = 12;

/// Longer words are broken.
const LONGEST_WORD: usize = 24;

/// What stands in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    /// Words.
    Words(String),
    /// A count or a setting.
    Count(String),
    /// Value and interval, with the footnote that says why there is no interval.
    Estimate(Digits, Option<usize>),
    /// A dash, with the footnote that says why.
    Absent(Option<usize>),
    /// Words with a tone.
    Toned(String, Tone),
    /// An interval drawn with characters: never wrapped, left out where rows become blocks.
    Strip(String),
}

impl Field {
    /// Words, made safe to print.
    pub(crate) fn words(text: &str) -> Self {
        Self::Words(text::clean(text).into_owned())
    }

    /// A count.
    pub(crate) fn count(count: u64) -> Self {
        Self::Count(text::thousands(count))
    }
}

/// A table that is being put together.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    titles: Vec<String>,
    right: Vec<bool>,
    rows: Vec<(Vec<Field>, Option<String>)>,
    notes: Vec<String>,
    indent: usize,
}

impl Grid {
    /// A table with these headings; `true` where the column holds numbers.
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = (&'a str, bool)>) -> Self {
        let (titles, right) =
            columns.into_iter().map(|(title, numeric)| (text::clean(title).into_owned(), numeric)).unzip();
        Self { titles, right, ..Self::default() }
    }

    /// Every line begins with this many spaces.
    pub(crate) fn indented(mut self, indent: usize) -> Self {
        self.indent = indent;
        self
    }

    /// The number of the footnote with this text: the one that stands there already, or a new one.
    pub(crate) fn footnote(&mut self, note: &str) -> usize {
        let note = text::clean(note).into_owned();
        if let Some(at) = self.notes.iter().position(|known| *known == note) {
            return at + 1;
        }
        self.notes.push(note);
        self.notes.len()
    }

    /// Adds a row; the remark stands behind it.
    pub(crate) fn row(&mut self, fields: Vec<Field>, remark: Option<&str>) {
        self.rows.push((fields, remark.map(|remark| text::clean(remark).into_owned())));
    }

    /// Writes the table, its footnotes last.
    ///
    /// Where it is too wide, in this order: headings wrap and remarks move below their rows; what is the same in every row is said once
    /// above; words wrap; columns continue in a second table behind the columns that tell the rows apart; every row becomes a block.
    pub(crate) fn write(self, writing: &mut Writing) {
        let page = writing.page();
        let room = page.width.saturating_sub(self.indent);
        let pad = " ".repeat(self.indent);
        let all: Vec<Columned> = (0..self.titles.len()).map(|at| self.column(at)).collect();
        let whole: Vec<&Columned> = all.iter().collect();
        let remarks: Vec<Option<&str>> = self.rows.iter().map(|(_, remark)| remark.as_deref()).collect();
        if let Some(layout) = Layout::unwrapped(&whole, &remarks, room) {
            layout.write(&whole, &remarks, page, &pad, writing);
        } else {
            let (columns, remarks) = self.lift(&whole, &remarks, writing);
            if let Some(layout) =
                Layout::unwrapped(&columns, &remarks, room).or_else(|| Layout::wrapped(&columns, room))
            {
                layout.write(&columns, &remarks, page, &pad, writing);
            } else if !self.continued(&columns, &remarks, room, writing) {
                self.stacked(&columns, &remarks, writing);
            }
        }
        for (at, note) in self.notes.iter().enumerate() {
            writing.toned(&format!("{pad}({}) ", at + 1), note, Some(Tone::Faint));
        }
    }

    /// Says once above the table what is the same in every row, and gives what is left. The first column stays.
    fn lift<'c>(
        &self,
        columns: &[&'c Columned],
        remarks: &[Option<&'c str>],
        writing: &mut Writing,
    ) -> (Vec<&'c Columned>, Vec<Option<&'c str>>) {
        if self.rows.len() < 2 {
            return (columns.to_vec(), remarks.to_vec());
        }
        let pad = " ".repeat(self.indent);
        let mut said: Vec<String> = Vec::new();
        let mut left = Vec::new();
        for column in columns {
            match column.constant() {
                Some(text) => said.push(format!("{}: {}", column.title, text.replace(text::TIED, " "))),
                None => left.push(*column),
            }
        }
        if left.is_empty() {
            return (columns.to_vec(), remarks.to_vec());
        }
        let same =
            remarks.first().copied().flatten().filter(|first| remarks.iter().all(|remark| *remark == Some(*first)));
        said.extend(same.map(str::to_owned));
        if !said.is_empty() {
            writing.paragraph(&pad, &format!("every row: {}", said.join("; ")));
        }
        (left, if same.is_some() { vec![None; remarks.len()] } else { remarks.to_vec() })
    }

    /// The table in parts that each begin with the columns that tell the rows apart; `false` where even that does not fit.
    fn continued(&self, columns: &[&Columned], remarks: &[Option<&str>], room: usize, writing: &mut Writing) -> bool {
        if self.rows.len() < 2 {
            return false;
        }
        let (keys, rest) = columns.split_at(telling(columns, self.rows.len()));
        let none = vec![None; remarks.len()];
        let mut parts: Vec<(Vec<&Columned>, Layout)> = Vec::new();
        let mut part = keys.to_vec();
        let mut fitting = None;
        for column in rest {
            part.push(column);
            match Layout::unwrapped(&part, &none, room) {
                Some(layout) => fitting = Some(layout),
                None => {
                    part.pop();
                    let Some(layout) = fitting.take() else { return false };
                    let next = keys.iter().copied().chain([*column]).collect();
                    parts.push((std::mem::replace(&mut part, next), layout));
                    fitting = Layout::unwrapped(&part, &none, room);
                }
            }
        }
        let Some(layout) = fitting else { return false };
        parts.push((part, layout));
        let pad = " ".repeat(self.indent);
        for (at, (part, layout)) in parts.into_iter().enumerate() {
            if at > 0 {
                writing.gap();
            }
            if at > 0 {
                layout.write(&part, &none, writing.page(), &pad, writing);
                continue;
            }
            // A remark stands where the row is met first: nobody looks for it in the second half.
            let layout = Layout::unwrapped(&part, remarks, room).unwrap_or_else(|| layout.below());
            layout.write(&part, remarks, writing.page(), &pad, writing);
        }
        true
    }

    /// The table as GitHub's Markdown, its footnotes last. Drawn strips are left out.
    pub(crate) fn markdown(&self, out: &mut String) {
        let columns: Vec<(usize, Columned)> = (0..self.titles.len())
            .map(|at| (at, self.column(at)))
            .filter(|(_, column)| !column.cells.iter().any(|cell| cell.drawn))
            .collect();
        let remarks = self.rows.iter().any(|(_, remark)| remark.is_some());
        let mut head = String::from("|");
        let mut rule = String::from("|");
        for (at, _) in &columns {
            head.push_str(&format!(" {} |", escaped(&self.titles[*at])));
            rule.push_str(if self.right[*at] { "---:|" } else { "---|" });
        }
        if remarks {
            head.push_str("  |");
            rule.push_str("---|");
        }
        out.push_str(&format!("{head}\n{rule}\n"));
        for (row, (_, remark)) in self.rows.iter().enumerate() {
            out.push('|');
            for (_, column) in &columns {
                let text = column.cells.get(row).map_or("", |cell| cell.text.as_str());
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("[ ", "[");
                out.push_str(&format!(" {} |", escaped(&text)));
            }
            if remarks {
                out.push_str(&format!(" {} |", escaped(remark.as_deref().unwrap_or_default())));
            }
            out.push('\n');
        }
        for (at, note) in self.notes.iter().enumerate() {
            out.push_str(&format!("\n({}) {}\n", at + 1, escaped(note)));
        }
    }

    /// One column, its estimates aligned.
    fn column(&self, at: usize) -> Columned {
        let fields: Vec<&Field> = self.rows.iter().filter_map(|(fields, _)| fields.get(at)).collect();
        let (mut value, mut low, mut high) = (0, 0, 0);
        for field in &fields {
            if let Field::Estimate(digits, _) = field {
                value = value.max(text::width(&digits.value));
                if let Some((a, b)) = &digits.ends {
                    low = low.max(text::width(a));
                    high = high.max(text::width(b));
                }
            }
        }
        let estimates = value > 0;
        let note = |number: &Option<usize>| number.map_or_else(String::new, |number| format!(" ({number})"));
        let cells: Vec<Cell> = fields
            .iter()
            .map(|field| match field {
                Field::Words(words) => Cell::words(words, None),
                Field::Toned(words, tone) => Cell::words(words, Some(*tone)),
                Field::Count(count) => Cell::fixed(text::right(count, if estimates { value } else { 0 })),
                Field::Strip(strip) => Cell { drawn: true, tone: Some(Tone::Faint), ..Cell::fixed(strip.clone()) },
                Field::Absent(number) => Cell::fixed(format!("{}{}", text::right("-", value.max(1)), note(number))),
                Field::Estimate(digits, number) => {
                    let first = text::right(&digits.value, value);
                    let interval = digits.ends.as_ref().map_or_else(String::new, |(a, b)| {
                        format!(" [{}, {}]", text::right(a, low), text::right(b, high))
                    });
                    Cell::fixed(format!("{first}{interval}{}", note(number)))
                }
            })
            .collect();
        let natural = cells.iter().map(|cell| text::width(&cell.text)).max().unwrap_or(0);
        // Words and aligned estimates begin at the left edge of their column; counts and settings end at the right one.
        let right = !estimates && self.right.get(at).copied().unwrap_or(false);
        Columned { title: self.titles.get(at).cloned().unwrap_or_default(), cells, natural, right, estimates }
    }

    /// Every row as a block of its own, for surfaces too narrow for the table.
    fn stacked(&self, columns: &[&Columned], remarks: &[Option<&str>], writing: &mut Writing) {
        let pad = " ".repeat(self.indent);
        let widest = columns.iter().map(|column| text::width(&column.title)).max().unwrap_or(0);
        let label = widest.min(writing.page().width / 2);
        for (at, remark) in remarks.iter().enumerate() {
            if at > 0 {
                writing.gap();
            }
            for column in columns {
                let Some(cell) = column.cells.get(at).filter(|cell| !cell.drawn) else { continue };
                let title = text::left(&text::cut(&column.title, label), label);
                writing.toned(&format!("{pad}{title}  "), &cell.text.trim().replace(text::TIED, " "), cell.tone);
            }
            if let Some(remark) = remark {
                writing.paragraph(&format!("{pad}<- "), remark);
            }
        }
    }
}

/// A place in a column, as text.
#[derive(Debug)]
struct Cell {
    text: String,
    tone: Option<Tone>,
    wraps: bool,
    drawn: bool,
}

impl Cell {
    fn fixed(text: String) -> Self {
        Self { text, tone: None, wraps: false, drawn: false }
    }

    fn words(words: &str, tone: Option<Tone>) -> Self {
        Self { text: words.to_owned(), tone, wraps: true, drawn: false }
    }
}

/// A column whose estimates are aligned.
#[derive(Debug)]
struct Columned {
    title: String,
    cells: Vec<Cell>,
    natural: usize,
    right: bool,
    /// Whether it holds values with intervals.
    estimates: bool,
}

impl Columned {
    /// The words that stand in every row, where they are the same and the column has a name.
    fn constant(&self) -> Option<&str> {
        let (first, rest) = self.cells.split_first()?;
        let same = rest.iter().all(|cell| cell.text == first.text);
        (same && first.wraps && !self.title.is_empty()).then_some(first.text.as_str())
    }
}

impl Columned {
    /// The width below which its words would fall apart.
    fn narrowest(&self) -> usize {
        let words = self.cells.iter().filter(|cell| cell.wraps).flat_map(|cell| cell.text.split_whitespace());
        let longest = words.map(text::width).filter(|width| *width <= LONGEST_WORD).max().unwrap_or(0);
        let fixed = self.cells.iter().filter(|cell| !cell.wraps).map(|cell| text::width(&cell.text)).max().unwrap_or(0);
        longest.max(fixed).max(NARROWEST_WORDS)
    }
}

/// The widths with which columns fit beside each other.
#[derive(Debug)]
struct Layout {
    widths: Vec<usize>,
    /// Whether remarks stand behind their rows; below them otherwise.
    beside: bool,
}

/// How many columns from the first on tell all rows apart: words and settings, never estimates. The first alone where none do.
fn telling(columns: &[&Columned], rows: usize) -> usize {
    let mut seen: Vec<Vec<&str>> = vec![Vec::new(); rows];
    for (at, column) in columns.iter().enumerate() {
        if column.estimates {
            break;
        }
        for (row, cell) in seen.iter_mut().zip(&column.cells) {
            row.push(cell.text.trim());
        }
        let apart: std::collections::BTreeSet<&Vec<&str>> = seen.iter().collect();
        if apart.len() == rows {
            return at + 1;
        }
    }
    1.min(columns.len())
}

/// The width of columns of these widths with the space between them.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Each column as wide as its widest cell and the longest word of its heading.
fn tight(columns: &[&Columned]) -> Vec<usize> {
    let word = |column: &Columned| column.title.split_whitespace().map(text::width).max().unwrap_or(0);
    columns.iter().map(|column| column.natural.max(word(column))).collect()
}

impl Layout {
    /// As it is, with wrapped headings, with remarks below; `None` where none of these fits.
    fn unwrapped(columns: &[&Columned], remarks: &[Option<&str>], room: usize) -> Option<Self> {
        let remark = remarks.iter().flatten().map(|remark| text::width(remark) + 3 + GAP).max().unwrap_or(0);
        let whole: Vec<usize> = columns.iter().map(|column| column.natural.max(text::width(&column.title))).collect();
        let tight = tight(columns);
        for (widths, beside) in [(&whole, true), (&tight, true), (&whole, false), (&tight, false)] {
            let needed = total(widths) + if beside { remark } else { 0 };
            if needed <= room {
                // Headings take what is left over, so that they wrap no more than they must.
                let mut widths = widths.clone();
                let mut spare = room - needed;
                for (width, wanted) in widths.iter_mut().zip(&whole) {
                    let more = wanted.saturating_sub(*width).min(spare);
                    *width += more;
                    spare -= more;
                }
                return Some(Self { widths, beside });
            }
        }
        None
    }

    /// With words wrapped, widest column first; `None` where the columns that cannot wrap are too wide.
    fn wrapped(columns: &[&Columned], room: usize) -> Option<Self> {
        let mut widths = tight(columns);
        let narrowest: Vec<usize> = columns.iter().map(|column| column.narrowest()).collect();
        for _ in room..total(&widths) {
            let (widest, _) = columns
                .iter()
                .enumerate()
                .filter(|(at, column)| column.cells.iter().any(|cell| cell.wraps) && widths[*at] > narrowest[*at])
                .max_by_key(|(at, _)| (widths[*at], usize::MAX - at))?;
            widths[widest] -= 1;
        }
        Some(Self { widths, beside: false })
    }

    /// The same with remarks below their rows.
    fn below(self) -> Self {
        Self { beside: false, ..self }
    }

    fn write(&self, columns: &[&Columned], remarks: &[Option<&str>], page: Page, pad: &str, writing: &mut Writing) {
        let titles: Vec<Vec<String>> =
            columns.iter().zip(&self.widths).map(|(column, width)| text::wrap(&column.title, *width)).collect();
        let untitled = columns.iter().all(|column| column.title.is_empty());
        let tall = if untitled { 0 } else { titles.iter().map(Vec::len).max().unwrap_or(0) };
        for line in 0..tall {
            let mut out = pad.to_owned();
            for (at, title) in titles.iter().enumerate() {
                // Headings stand on the row above their column: short ones begin lower.
                let part =
                    (line + title.len()).checked_sub(tall).and_then(|at| title.get(at)).map_or("", String::as_str);
                out.push_str(&page.tone(Tone::Faint, &self.padded(part, at, columns[at].right)));
                out.push_str(&" ".repeat(GAP));
            }
            writing.line(&out);
        }
        for (at, remark) in remarks.iter().enumerate() {
            let cells: Vec<(Vec<String>, Option<Tone>)> = columns
                .iter()
                .zip(&self.widths)
                .map(|(column, width)| match column.cells.get(at) {
                    Some(cell) if text::width(&cell.text) <= *width => (vec![cell.text.clone()], cell.tone),
                    Some(cell) => (text::wrap(&cell.text, *width), cell.tone),
                    None => (Vec::new(), None),
                })
                .collect();
            let tall = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(1);
            for line in 0..tall {
                let mut out = pad.to_owned();
                for (at, (lines, tone)) in cells.iter().enumerate() {
                    let padded = self.padded(lines.get(line).map_or("", String::as_str), at, columns[at].right);
                    let padded = padded.replace(text::TIED, " ");
                    out.push_str(&tone.map_or_else(|| padded.clone(), |tone| page.tone(tone, &padded)));
                    out.push_str(&" ".repeat(GAP));
                }
                if let (0, true, Some(remark)) = (line, self.beside, remark) {
                    out.push_str("<- ");
                    out.push_str(remark);
                }
                writing.line(&out);
            }
            if let (false, Some(remark)) = (self.beside, remark) {
                writing.paragraph(&format!("{pad}    <- "), remark);
            }
        }
    }

    fn padded(&self, part: &str, column: usize, right: bool) -> String {
        let width = self.widths.get(column).copied().unwrap_or(0);
        if right { text::right(part, width) } else { text::left(part, width) }
    }
}

#[cfg(test)]
mod tests;
