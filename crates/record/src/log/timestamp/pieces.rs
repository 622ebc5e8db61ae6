//! DER cut into pieces: tag, content, and the piece as a whole. Not what they mean.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader};

use super::StampError;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The tag of a constructed piece that its context explains.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// A piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) tag: u8,
    /// Its content.
    pub(super) value: &'a [u8],
    /// With tag and length.
    pub(super) whole: &'a [u8],
}

impl<'a> Piece<'a> {
    /// The piece, where it has that tag.
    pub(super) fn is(self, tag: u8, what: &str) -> Result<Self, StampError> {
        if self.tag == tag {
            return Ok(self);
        }
        Err(StampError::new(format!("{what} (tag {tag:02x})"), format!("tag {:02x}", self.tag)))
    }

    /// The pieces of its content.
    pub(super) fn pieces(self, what: &str) -> Result<Vec<Piece<'a>>, StampError> {
        pieces(self.value, what)
    }

    /// The identifier that it is.
    pub(super) fn oid(self, what: &str) -> Result<ObjectIdentifier, StampError> {
        let value = self.is(OID, what)?.value;
        ObjectIdentifier::from_bytes(value).map_err(|error| StampError::new(what, error.to_string()))
    }
}

/// Bytes as pieces, to the end.
pub(super) fn pieces<'a>(bytes: &'a [u8], what: &str) -> Result<Vec<Piece<'a>>, StampError> {
    let wrong = |found: String| StampError::new(format!("{what}, as DER"), found);
    let mut reader = SliceReader::new(bytes).map_err(|error| wrong(error.to_string()))?;
    let mut all = Vec::new();
    while !reader.is_finished() {
        let whole = reader.tlv_bytes().map_err(|error| wrong(error.to_string()))?;
        let value = AnyRef::from_der(whole).map_err(|error| wrong(error.to_string()))?.value();
        // Tags of more than one byte do not occur in what is read here.
        let tag = whole.first().copied().filter(|tag| tag & 0x1f != 0x1f);
        let tag = tag.ok_or_else(|| wrong("a tag of more than one byte".to_owned()))?;
        all.push(Piece { tag, value, whole });
    }
    Ok(all)
}

/// Bytes that are one piece and nothing behind it.
pub(super) fn one<'a>(bytes: &'a [u8], tag: u8, what: &str) -> Result<Piece<'a>, StampError> {
    match pieces(bytes, what)?.as_slice() {
        [piece] => piece.is(tag, what),
        several => Err(StampError::new(what, format!("{} pieces", several.len()))),
    }
}

/// Milliseconds since 1970 of a time as DER writes it, with two digits of the year or four, with a fraction or without.
pub(super) fn ms(piece: Piece<'_>, what: &str) -> Result<i64, StampError> {
    let text = std::str::from_utf8(piece.value).unwrap_or_default();
    let wrong = || StampError::new(format!("{what}: a time in UTC"), text);
    let digits = text.strip_suffix('Z').ok_or_else(wrong)?;
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = match piece.tag {
        TIME => 4,
        UTC_TIME => 2,
        _ => return Err(wrong()),
    };
    if whole.len() != year + 10
        || !is_digits(whole)
        || !fraction.is_none_or(|fraction| is_digits(fraction) && year == 4)
    {
        return Err(wrong());
    }
    let number = |from: usize, to: usize| whole.get(from..to).and_then(|text| text.parse::<u16>().ok());
    let small = |at: usize| number(year + at, year + at + 2).and_then(|value| u8::try_from(value).ok());
    let stated = number(0, year).map(|stated| match (year, stated) {
        (2, late) if late >= 50 => 1900 + late,
        (2, early) => 2000 + early,
        (_, full) => full,
    });
    let (Some(stated), Some(month), Some(day), Some(hour), Some(minute), Some(second)) =
        (stated, small(0), small(2), small(4), small(6), small(8))
    else {
        return Err(wrong());
    };
    let at = der::DateTime::new(stated, month, day, hour, minute, second).map_err(|_| wrong())?;
    let fraction: u64 = fraction.map_or(0, |fraction| {
        // Milliseconds: the first three digits, the missing ones as 0.
        fraction.bytes().chain(*b"00").take(3).fold(0, |sum, digit| sum * 10 + u64::from(digit.wrapping_sub(b'0')))
    });
    i64::try_from(at.unix_duration().as_secs() * 1_000 + fraction).map_err(|_| wrong())
}
