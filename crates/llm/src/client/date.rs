//! `Retry-After` as a date: how long that is, by the server's own clock. Not the other forms of that header: codecs read those.

use std::time::Duration;

use crate::transport::Response;

/// No pause is longer than a day.
const LONGEST: u64 = 24 * 60 * 60;

/// From the `date` of a response to its `retry-after`. Both come from the server, so that neither our clock nor a difference between
/// clocks matters; without both there is no pause.
pub(super) fn pause(response: &Response) -> Option<Duration> {
    let until = seconds(response.header("retry-after")?)?;
    let now = seconds(response.header("date")?)?;
    Some(Duration::from_secs(until.saturating_sub(now).min(LONGEST)))
}

/// Seconds since the beginning of the year 0 of `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7, the form that servers have to send).
/// Leap seconds are not counted, as a date says nothing of them.
fn seconds(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let (_, rest) = date.trim().split_once(", ")?;
    let [day, month, year, time, "GMT"] = rest.split(' ').collect::<Vec<_>>()[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let (day, year) = (within(day, 1, 31)?, within(year, 1, 9999)?);
    let [hour, minute, second] = time.split(':').collect::<Vec<_>>()[..] else { return None };
    let (hour, minute, second) = (within(hour, 0, 23)?, within(minute, 0, 59)?, within(second, 0, 60)?);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let leap_days = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + u64::from(leap(year) && month > 1);
    // The leap day of the year 0 stands for the day that is not over.
    let days = year * 365 + leap_days + BEFORE.get(month)? + day;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

fn within(digits: &str, least: u64, most: u64) -> Option<u64> {
    let number = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    (least..=most).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Whole;

    fn between(date: &str, until: &str) -> Option<u64> {
        let headers = [("date", date), ("retry-after", until)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let response = Response { status: 429, headers, body: Box::new(Whole::default()) };
        pause(&response).map(|pause| pause.as_secs())
    }

    #[test]
    fn a_pause_is_counted_over_ends_of_days_months_and_leap_years() {
        for (date, until, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:50:07 GMT", 30),
            ("Thu, 31 Dec 2026 23:59:50 GMT", "Fri, 01 Jan 2027 00:00:10 GMT", 20),
            ("Wed, 28 Feb 2024 23:59:59 GMT", "Thu, 29 Feb 2024 00:00:00 GMT", 1),
            ("Thu, 29 Feb 2024 12:00:00 GMT", "Fri, 01 Mar 2024 00:00:00 GMT", 43_200),
            ("Tue, 28 Feb 2023 23:59:59 GMT", "Wed, 01 Mar 2023 00:00:00 GMT", 1),
            ("Sun, 28 Feb 2100 23:59:59 GMT", "Mon, 01 Mar 2100 00:00:00 GMT", 1),
            ("Tue, 31 Dec 2024 23:00:00 GMT", "Wed, 01 Jan 2025 00:00:00 GMT", 3600),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 2094 08:49:37 GMT", LONGEST),
        ] {
            assert_eq!(between(date, until), Some(expected), "{date} to {until}");
        }
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(62_167_219_200), "719,528 days before it");
    }

    #[test]
    fn what_is_no_date_is_no_pause() {
        let good = "Sun, 06 Nov 1994 08:49:37 GMT";
        for odd in [
            "",
            "30",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 0 08:49:37 GMT",
            "Sun, 06 Now 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:+9:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 99999999999999999999 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(between(good, odd), None, "{odd}");
            assert_eq!(between(odd, good), None, "{odd}");
        }
    }
}
