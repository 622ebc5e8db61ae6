//! A window over JSON cut into the values at the end of a path, one at a time. It finds where values begin and end; whether each is
//! well-formed is for whoever reads it.

use memchr::memchr2;

use super::bytes::Window;
use super::reading::Stop;
use crate::error::Problem;
use crate::mapping::path::Step;

/// What is done with each value: its bytes and the captured keys, outermost first.
pub(super) type Each<'e> = dyn FnMut(&[u8], &[String], u64) -> Result<(), Stop> + 'e;

/// Goes through JSON documents that follow one another and hands over every value at `steps`.
pub(super) struct Elements<'w, 'e> {
    window: &'w mut Window,
    /// Where the scan stands, counted from `window.start`.
    at: usize,
    captures: Vec<String>,
    /// Elements handed over so far.
    count: u64,
    each: &'e mut Each<'e>,
}

const DEEPEST: usize = 128;

impl<'w, 'e> Elements<'w, 'e> {
    pub(super) fn new(window: &'w mut Window, each: &'e mut Each<'e>) -> Self {
        Self { window, at: 0, captures: Vec::new(), count: 0, each }
    }

    /// Reads everything; gives the number of elements.
    pub(super) fn run(mut self, steps: &[Step]) -> Result<u64, Stop> {
        while self.peek()?.is_some() {
            self.walk(steps)?;
            self.release();
        }
        Ok(self.count)
    }

    fn problem(&self, expected: &str, found: impl AsRef<str>) -> Stop {
        Stop::Broken(Problem::new("", expected, found), self.count + 1)
    }

    /// The next byte that is not white space, without taking it.
    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let held = self.window.held();
            match held[self.at..].iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(offset) => {
                    self.at += offset;
                    return Ok(Some(self.window.held()[self.at]));
                }
                None => {
                    self.at = held.len();
                    if !self.more()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn more(&mut self) -> Result<bool, Stop> {
        if self.window.held().len() > self.window.longest_record() {
            let limit = self.window.longest_record() as u64;
            return Err(self.window.too_large("a record", limit).into());
        }
        Ok(self.window.more()?)
    }

    /// Gives up what has been scanned.
    fn release(&mut self) {
        self.window.start += std::mem::take(&mut self.at);
    }

    fn take(&mut self, wanted: u8, expected: &str) -> Result<(), Stop> {
        match self.peek()? {
            Some(byte) if byte == wanted => {
                self.at += 1;
                Ok(())
            }
            Some(byte) => Err(self.problem(expected, format!("`{}`", char::from(byte)))),
            None => Err(self.problem(expected, "the end of the file")),
        }
    }

    fn walk(&mut self, steps: &[Step]) -> Result<(), Stop> {
        let Some((step, rest)) = steps.split_first() else {
            self.release_white()?;
            self.value()?;
            self.count += 1;
            let bytes = self.window.part(0, self.at);
            (self.each)(bytes, &self.captures, self.count)?;
            self.release();
            return Ok(());
        };
        match step {
            Step::Items | Step::Item(_) => self.items(step, rest),
            Step::Field(_) | Step::Capture(_) => self.entries(step, rest),
        }
    }

    fn release_white(&mut self) -> Result<(), Stop> {
        self.peek()?;
        self.release();
        Ok(())
    }

    fn items(&mut self, step: &Step, rest: &[Step]) -> Result<(), Stop> {
        self.take(b'[', "a list")?;
        if self.peek()? == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        let mut index = 0;
        loop {
            if matches!(step, Step::Items) || *step == Step::Item(index) {
                self.walk(rest)?;
            } else {
                self.skip()?;
            }
            index += 1;
            match self.peek()? {
                Some(b',') => self.at += 1,
                _ => {
                    self.take(b']', "`,` or `]`")?;
                    self.release();
                    return Ok(());
                }
            }
        }
    }

    fn entries(&mut self, step: &Step, rest: &[Step]) -> Result<(), Stop> {
        self.take(b'{', "an object")?;
        if self.peek()? == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut seen = false;
        loop {
            let key = self.key()?;
            self.take(b':', "`:` after a key")?;
            match step {
                Step::Field(name) if *name == key => {
                    if std::mem::replace(&mut seen, true) {
                        return Err(self.problem("every key once", format!("the key `{key}` twice")));
                    }
                    self.walk(rest)?;
                }
                Step::Capture(_) => {
                    self.captures.push(key);
                    self.walk(rest)?;
                    self.captures.pop();
                }
                _ => self.skip()?,
            }
            match self.peek()? {
                Some(b',') => self.at += 1,
                _ => {
                    self.take(b'}', "`,` or `}`")?;
                    self.release();
                    return Ok(());
                }
            }
        }
    }

    fn key(&mut self) -> Result<String, Stop> {
        self.release_white()?;
        if self.peek()? != Some(b'"') {
            return self.take(b'"', "a key in double quotes").map(|()| String::new());
        }
        self.value()?;
        let key = serde_json::from_slice::<String>(self.window.part(0, self.at));
        let key = key.map_err(|error| Stop::Broken(Problem::json(&error), self.count + 1))?;
        self.release();
        Ok(key)
    }

    /// Passes over a value without holding it.
    fn skip(&mut self) -> Result<(), Stop> {
        self.release_white()?;
        self.scan(true)?;
        self.release();
        Ok(())
    }

    /// Scans a value, holding it from the start of the window.
    fn value(&mut self) -> Result<(), Stop> {
        self.scan(false)
    }

    /// Moves to the end of the value that begins here.
    fn scan(&mut self, discard: bool) -> Result<(), Stop> {
        let mut open: Vec<u8> = Vec::new();
        let mut in_string = false;
        let mut begun = false;
        loop {
            let held = self.window.held();
            let mut at = self.at;
            while at < held.len() {
                if in_string {
                    match memchr2(b'"', b'\\', &held[at..]) {
                        None => at = held.len(),
                        Some(offset) if held[at + offset] == b'"' => {
                            at += offset + 1;
                            in_string = false;
                            if open.is_empty() {
                                self.at = at;
                                return Ok(());
                            }
                        }
                        Some(offset) if at + offset + 1 < held.len() => at += offset + 2,
                        Some(offset) => {
                            // The escaped byte has not been read yet: stand on the backslash and read on.
                            at += offset;
                            break;
                        }
                    }
                    continue;
                }
                let byte = held[at];
                match CLASS[byte as usize] {
                    Class::Other => {
                        begun = true;
                        at += 1;
                    }
                    Class::Quote => {
                        if open.is_empty() && begun {
                            self.at = at;
                            return Ok(());
                        }
                        begun = true;
                        in_string = true;
                        at += 1;
                    }
                    Class::Open => {
                        if open.len() >= DEEPEST {
                            self.at = at;
                            return Err(self.problem("at most 128 levels", "deeper nesting"));
                        }
                        begun = true;
                        open.push(byte + 2);
                        at += 1;
                    }
                    Class::Close => {
                        match open.pop() {
                            Some(wanted) if wanted == byte => {}
                            Some(wanted) => {
                                self.at = at;
                                let expected = format!("`{}`", char::from(wanted));
                                return Err(self.problem(&expected, format!("`{}`", char::from(byte))));
                            }
                            None => {
                                // The bracket belongs to what holds this value, a bare number or word.
                                self.at = at;
                                return if begun { Ok(()) } else { Err(self.problem("a value", "`]` or `}`")) };
                            }
                        }
                        at += 1;
                        if open.is_empty() {
                            self.at = at;
                            return Ok(());
                        }
                    }
                    Class::Separator => {
                        if open.is_empty() && begun {
                            self.at = at;
                            return Ok(());
                        }
                        if open.is_empty() && !byte.is_ascii_whitespace() {
                            self.at = at;
                            return Err(self.problem("a value", format!("`{}`", char::from(byte))));
                        }
                        at += 1;
                    }
                }
            }
            self.at = at;
            if discard {
                self.release();
            }
            if !self.more()? {
                return if begun && open.is_empty() && !in_string {
                    Ok(())
                } else {
                    Err(self.problem("a complete JSON value", "the end of the file"))
                };
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Quote,
    Open,
    Close,
    Separator,
}

/// What a byte outside of strings does.
static CLASS: [Class; 256] = {
    let mut class = [Class::Other; 256];
    class[b'"' as usize] = Class::Quote;
    class[b'{' as usize] = Class::Open;
    class[b'[' as usize] = Class::Open;
    class[b'}' as usize] = Class::Close;
    class[b']' as usize] = Class::Close;
    class[b',' as usize] = Class::Separator;
    class[b':' as usize] = Class::Separator;
    class[b' ' as usize] = Class::Separator;
    class[b'\n' as usize] = Class::Separator;
    class[b'\r' as usize] = Class::Separator;
    class[b'\t' as usize] = Class::Separator;
    class
};
