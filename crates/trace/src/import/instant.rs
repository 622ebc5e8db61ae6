//! Points in time as sources spell them, in milliseconds since 1970 (UTC). Not a calendar: nothing is formatted, no zone has a name.

use crate::error::Problem;

/// The time in a field that may be left out.
pub(super) fn in_field(field: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match milliseconds(text) {
        Some(at) => Ok(Some(at)),
        None => Err(Problem::new(field, "a time such as 2025-01-31T12:00:00.000Z", text)),
    }
}

/// Reads RFC 3339 and its common relatives (`2025-11-23T04:53:42.362Z`, `2024-05-29 13:46:19.963000`, an offset instead of `Z`). A time
/// without an offset is read as UTC. `None` for anything else, also for days that no month has.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    let bytes = text.trim().as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if day < 1 || day > days_in(year, month)? || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut fraction = 0;
    if is(at, b".,") {
        let digits = bytes.get(at + 1..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        fraction = number(at + 1, at + 1 + digits.min(3))? * [100, 10, 1].get(digits.min(3) - 1)?;
        at += 1 + digits;
    }
    let offset = match bytes.get(at..)? {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let minutes = number(at + 1, at + 3)? * 60 + number(at + 4, at + 6)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60;
    Some(seconds * 1_000 + fraction)
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The day (UTC) of a point in milliseconds since 1970: `2026-11-27` (`civil_from_days`, same source).
pub(crate) fn day(ms: i64) -> String {
    let days = ms.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let of_era_year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = of_era_year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_named_by_the_calendar_and_back() {
        for (ms, name) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400_000, "2000-02-29"),
            (951_868_799_999, "2000-02-29"),
            (951_868_800_000, "2000-03-01"),
            (4_107_542_400_000, "2100-03-01"),
        ] {
            assert_eq!(day(ms), name);
        }
        for days in (-800_000..800_000).step_by(37) {
            let name = day(days * 86_400_000);
            let parts: Vec<i64> = name.rsplitn(3, '-').map(|part| part.parse().unwrap()).collect();
            assert_eq!(days_since_1970(parts[2], parts[1], parts[0]), days, "{name}");
        }
        for far in [i64::MIN, i64::MAX] {
            assert!(day(far).len() > 10);
        }
    }

    #[test]
    fn times_are_read_in_every_common_spelling() {
        // The seconds are those of `date -u -d … +%s`.
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2025-11-23T04:53:42.362Z", Some(1_763_873_622_362)),
            ("2024-05-29 13:46:19.963000", Some(1_716_990_379_963)),
            ("2024-02-29T23:59:59.5+02:00", Some(1_709_243_999_500)),
            ("1969-12-31T23:59:59-00:30", Some(1_799_000)),
            ("2025-02-29T00:00:00Z", None),
            ("2025-13-01T00:00:00Z", None),
            ("2025-01-01T24:00:00Z", None),
            ("2025-01-01T00:00:00.Z", None),
            ("2025-01-01T00:00:00 somewhere", None),
            ("2025-01-01", None),
            ("", None),
            ("２０２５-01-01T00:00:00Z", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(milliseconds(text), wanted, "{text}");
        }
    }
}
