//! In what models and vendors of Anthropic Messages differ, as data. Not the protocol itself, and not who the vendors are: that is
//! [the catalogue](crate::providers).

use crate::Provenance;

/// The peculiarities of one vendor. The default is a server of which nothing is known but that it speaks the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessagesDialect {
    /// What goes into the header `anthropic-version`.
    pub version: &'static str,
    /// The models that differ from [`others`](Self::others), newest first.
    pub models: &'static [MessagesModel],
    /// What every other model takes.
    pub others: Takes,
    /// The limit on output tokens of a call that names none: the protocol requires one. A budget for thinking comes on top.
    pub max_output: u32,
    /// What kind of text the vendor shows as thinking. Signed text is a summary in any case, except of
    /// [models that show their own](Self::own_text).
    pub shown: Provenance,
    /// Parts of the names of models that sign their own chain of thought and not a summary of it.
    pub own_text: &'static [&'static str],
    /// Whether thinking without a signature is sent back. Anthropic refuses it.
    pub replay_unsigned: bool,
}

/// What models of these names take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagesModel {
    /// Names without vendor, date and `claude-`, with `-` for `.`: `opus-4-5` is found in `claude-opus-4.5` and in
    /// `anthropic.claude-opus-4-5-20251101`, and `opus-4` in neither.
    pub names: &'static [&'static str],
    /// What they take.
    pub takes: Takes,
}

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// A budget in tokens: `thinking{type:"enabled",budget_tokens}`.
    pub budget: bool,
    /// `thinking{type:"adaptive"}`.
    pub adaptive: bool,
    /// The levels of `output_config.effort`.
    pub levels: &'static [&'static str],
    /// What switches thinking off.
    pub off: OffSwitch,
    /// Whether it thinks where nothing is said about it.
    pub unasked: bool,
    /// Whether the text of its thinking is left out unless it is asked for.
    pub omits: bool,
    /// Which sampling parameters travel.
    pub sampling: SamplingRule,
    /// Whether it goes on from an answer that was begun for it, as long as it does not think.
    pub prefill: bool,
}

/// What switches thinking off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffSwitch {
    /// `thinking{type:"disabled"}`.
    Disabled,
    /// `thinking{type:"between_tools"}`, which is off only where there are no tools.
    BetweenTools,
    /// Nothing has to: the model does not think.
    Given,
    /// Nothing does.
    Never,
}

/// Which sampling parameters travel. One that does not is refused and never dropped: a recorded call says what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplingRule {
    /// All.
    Free,
    /// All without thinking; with it the default temperature, and a nucleus of at least 0.95.
    Thinking,
    /// The defaults.
    Defaults,
}

/// Every level there is.
const LEVELS: &[&str] = &["low", "medium", "high", "xhigh", "max"];

impl Takes {
    /// The newest form: thinks always, as much as it finds right under a level, and shows a summary where that is asked for.
    pub const NEWEST: Self = Self {
        budget: false,
        adaptive: true,
        levels: LEVELS,
        off: OffSwitch::Never,
        unasked: true,
        omits: true,
        sampling: SamplingRule::Defaults,
        prefill: false,
    };

    /// The first form: thinks within a budget where one is given.
    pub const BUDGET: Self = Self {
        budget: true,
        adaptive: false,
        levels: &[],
        off: OffSwitch::Disabled,
        unasked: false,
        omits: false,
        sampling: SamplingRule::Thinking,
        prefill: true,
    };
}

/// Anthropic's models that are not of the newest form. Source: the documentation of thinking (September 2026) and of the step to Sonnet 5.5
/// (October 2026); Haiku 5.5 by reports of users.
const CLAUDE: &[MessagesModel] = &[
    MessagesModel { names: &["haiku-5-5"], takes: Takes { off: OffSwitch::Disabled, ..Takes::NEWEST } },
    MessagesModel { names: &["sonnet-5-5"], takes: Takes { off: OffSwitch::BetweenTools, ..Takes::NEWEST } },
    MessagesModel { names: &["sonnet-5", "opus-5"], takes: Takes { off: OffSwitch::Disabled, ..Takes::NEWEST } },
    MessagesModel {
        names: &["opus-4-8", "opus-4-7"],
        takes: Takes { off: OffSwitch::Disabled, unasked: false, ..Takes::NEWEST },
    },
    MessagesModel {
        names: &["opus-4-6", "sonnet-4-6"],
        takes: Takes { adaptive: true, levels: &["low", "medium", "high", "max"], prefill: false, ..Takes::BUDGET },
    },
    MessagesModel { names: &["opus-4-5"], takes: Takes { levels: &["low", "medium", "high"], ..Takes::BUDGET } },
    MessagesModel {
        names: &["sonnet-4-5", "haiku-4-5", "opus-4-1", "opus-4-0", "sonnet-4-0", "opus-4", "sonnet-4", "claude-3-7"],
        takes: Takes::BUDGET,
    },
    MessagesModel {
        names: &["claude-3-5", "claude-3", "claude-2-1", "claude-2", "claude-instant"],
        takes: Takes { budget: false, off: OffSwitch::Given, ..Takes::BUDGET },
    },
];

impl MessagesDialect {
    /// A server of which nothing is known but that it speaks the protocol.
    pub const COMPATIBLE: Self = Self {
        version: "2023-06-01",
        models: &[],
        others: Takes {
            budget: true,
            adaptive: true,
            levels: LEVELS,
            off: OffSwitch::Disabled,
            unasked: false,
            omits: false,
            sampling: SamplingRule::Free,
            prefill: false,
        },
        max_output: 16_384,
        shown: Provenance::Raw,
        own_text: &[],
        replay_unsigned: true,
    };

    /// Anthropic itself. A model that no rule names is of the newest form.
    pub const ANTHROPIC: Self = Self {
        models: CLAUDE,
        others: Takes::NEWEST,
        shown: Provenance::Summary,
        own_text: &["claude-3-7"],
        replay_unsigned: false,
        ..Self::COMPATIBLE
    };

    /// What the model of that name takes.
    #[must_use]
    pub fn takes(&self, model: &str) -> &Takes {
        let model = spelled(model);
        let rule = self.models.iter().find(|rule| rule.names.iter().any(|name| names(&model, name)));
        rule.map_or(&self.others, |rule| &rule.takes)
    }

    /// Whether the thinking that the model of that name shows is its own, signed or not.
    #[must_use]
    pub fn shows_own_text(&self, model: &str) -> bool {
        let model = spelled(model);
        self.own_text.iter().any(|name| model.contains(name))
    }
}

impl Default for MessagesDialect {
    fn default() -> Self {
        Self::COMPATIBLE
    }
}

fn spelled(model: &str) -> String {
    model.to_ascii_lowercase().replace('.', "-")
}

/// Whether the model has that name, and not one with a further version number.
fn names(model: &str, name: &str) -> bool {
    let Some((_, rest)) = model.split_once(name) else { return false };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    // `-5` is a version, `-20250514` is a date.
    digits(rest) == 0 && rest.strip_prefix('-').is_none_or(|rest| !(1..=2).contains(&digits(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_its_name_and_an_unknown_one_is_of_the_newest_form() {
        let anthropic = MessagesDialect::ANTHROPIC;
        let first = |model: &str| *anthropic.takes(model);
        for model in [
            "claude-opus-4-20250514",
            "claude-opus-4",
            "claude-sonnet-4.5",
            "us.anthropic.claude-3-7-sonnet-20250219-v1:0",
        ] {
            assert_eq!(first(model), Takes::BUDGET, "{model}");
        }
        assert_eq!(first("claude-opus-4-5-20251101").levels, ["low", "medium", "high"]);
        assert_eq!(first("claude-opus-4-6").levels, ["low", "medium", "high", "max"]);
        assert!(!first("claude-opus-4-7").budget && !first("claude-opus-4-7").unasked);
        assert_eq!(first("claude-sonnet-5").off, OffSwitch::Disabled);
        assert_eq!(first("claude-sonnet-5-5").off, OffSwitch::BetweenTools);
        assert_eq!(first("claude-3-haiku-20240307").off, OffSwitch::Given);
        for model in ["claude-opus-5-5", "claude-fable-5-1", "claude-opus-4-9", "claude-sonnet-6", "claude-opus-50"] {
            assert_eq!(first(model), Takes::NEWEST, "{model}");
        }
        assert!(anthropic.shows_own_text("claude-3.7-sonnet") && !anthropic.shows_own_text("claude-opus-4"));
    }
}
