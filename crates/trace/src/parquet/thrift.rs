//! A walk over a structure of Thrift's compact protocol that believes none of its lengths: how long it is, and the whole numbers near its root. No
//! values are made of it; that is done by the library that reads Parquet, which reserves room by lengths that it was told.

/// How deep structures and lists may be nested.
const DEEPEST: usize = 24;

/// How far below the root whole numbers are told.
const TOLD: usize = 2;

/// Walks over one structure at the start of the bytes and tells whole numbers within it: the numbers of the fields that lead to each, and its value.
/// Gives the length of the structure, or `None` where the bytes are none.
pub(super) fn walk(bytes: &[u8], tell: &mut dyn FnMut(&[i16], i64)) -> Option<usize> {
    let mut walk = Walk { bytes, at: 0, path: Vec::new(), tell };
    walk.structure(0)?;
    Some(walk.at)
}

struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
    path: Vec<i16>,
    tell: &'b mut dyn FnMut(&[i16], i64),
}

impl Walk<'_> {
    fn structure(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let mut field = 0_i16;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0f;
            if kind == 0 {
                return (head == 0).then_some(());
            }
            field = match head >> 4 {
                0 => i16::try_from(zigzag(self.varint()?)).ok()?,
                step => field.checked_add(step.into())?,
            };
            self.path.push(field);
            // A truth value as a field stands in its head.
            if kind > 2 {
                self.value(kind, depth + 1)?;
            }
            self.path.pop();
        }
    }

    /// A value of a kind; an element of a list where its kind is that of a truth value.
    fn value(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            1..=3 => self.byte().map(|_| ()),
            4..=6 => {
                let number = zigzag(self.varint()?);
                if self.path.len() <= TOLD {
                    (self.tell)(&self.path, number);
                }
                Some(())
            }
            7 => self.skip(8),
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.skip(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let many = match head >> 4 {
                    15 => usize::try_from(self.varint()?).ok()?,
                    few => few.into(),
                };
                // Numbers of a list are not the field that it stands in.
                self.path.extend([-1; TOLD]);
                (0..many).try_for_each(|_| self.value(head & 0x0f, depth + 1))?;
                self.path.truncate(self.path.len() - TOLD);
                Some(())
            }
            11 => {
                let many = usize::try_from(self.varint()?).ok()?;
                if many == 0 {
                    return Some(());
                }
                let kinds = self.byte()?;
                self.path.extend([-1; TOLD]);
                (0..many).try_for_each(|_| {
                    self.value(kinds >> 4, depth + 1)?;
                    self.value(kinds & 0x0f, depth + 1)
                })?;
                self.path.truncate(self.path.len() - TOLD);
                Some(())
            }
            12 => self.structure(depth + 1),
            _ => None,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.bytes.len())?;
        self.at = end;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

fn zigzag(number: u64) -> i64 {
    let half = (number >> 1) as i64;
    if number & 1 == 0 { half } else { !half }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> (Option<usize>, Vec<(Vec<i16>, i64)>) {
        let mut told = Vec::new();
        let length = walk(bytes, &mut |path, number| told.push((path.to_vec(), number)));
        (length, told)
    }

    #[test]
    fn whole_numbers_are_told_with_their_fields() {
        // 1: i32 3, 2: i32 -1, 5: struct { 1: i32 7 }, then something else.
        let bytes = [0x15, 6, 0x15, 1, 0x3c, 0x15, 14, 0, 0, 99];
        assert_eq!(told(&bytes), (Some(9), vec![(vec![1], 3), (vec![2], -1), (vec![5, 1], 7)]));
        // A list of numbers is walked over and not taken for a field's.
        assert_eq!(told(&[0x19, 0x25, 2, 4, 0x15, 8, 0]), (Some(7), vec![(vec![2], 4)]));
        // A map of text to numbers, an empty map, a set of truth values, a double.
        assert_eq!(
            told(&[0x1b, 1, 0x85, 1, b'a', 2, 0x1b, 0, 0x1a, 0x21, 1, 2, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0]).0,
            Some(22)
        );
    }

    #[test]
    fn lengths_beyond_the_end_are_not_believed() {
        for hostile in [
            &[0x18_u8, 0xff, 0xff, 0xff, 0xff, 0x0f][..],
            &[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f],
            &[0x1b, 0xff, 0xff, 0x03, 0x88],
            &[0x15],
            &[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0],
            &[0x10],
            &[0x1d, 0],
            &[],
        ] {
            assert_eq!(told(hostile).0, None, "{hostile:?}");
        }
        // Structures within structures, and lists within lists, beyond any sense.
        assert_eq!(told(&[0x1c; 10_000]).0, None);
        assert_eq!(told(&[0x19; 10_000]).0, None);
    }
}
