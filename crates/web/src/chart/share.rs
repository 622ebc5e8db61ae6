//! How much of a whole was used, as a bar as wide as its place. The numbers stand beside it, as text.

use maud::{Markup, html};

use super::scale::At;

/// A bar for `part` of `whole`. Empty where the whole is empty.
#[must_use]
pub fn bar(part: u64, whole: u64) -> Markup {
    let share = if whole == 0 { 0.0 } else { 100.0 * (part.min(whole) as f64) / (whole as f64) };
    html! {
        svg.chart.share aria-hidden="true" {
            rect.whole x="0" y="0" width="100%" height="100%" {}
            @if share > 0.0 { rect.part x="0" y="0" width={ (At(share)) "%" } height="100%" {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert!(bar(1, 3).into_string().contains(r#"class="part" x="0" y="0" width="33.3%""#));
        assert!(!bar(0, 3).into_string().contains("part"));
        assert!(!bar(0, 0).into_string().contains("NaN"));
        assert!(bar(9, 3).into_string().contains("\"100%\""));
    }
}
