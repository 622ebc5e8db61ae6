//! In what vendors of OpenAI Chat Completions differ, as data. Not the protocol itself, and not who the vendors are: that is
//! [the catalogue](crate::providers).

use crate::Provenance;
pub use crate::tagged::InBand;

/// The peculiarities of one vendor. The default is a server of which nothing is known but that it speaks the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatDialect {
    /// The field of the limit on output tokens.
    pub limit: &'static str,
    /// How effort is asked for.
    pub effort: &'static EffortDials,
    /// The temperature.
    pub temperature: Knob,
    /// The nucleus.
    pub top_p: Knob,
    /// The seed.
    pub seed: Knob,
    /// Texts to stop at.
    pub stop: Knob,
    /// Whether a stream counts tokens only where that is asked for (`stream_options.include_usage`).
    pub ask_usage: bool,
    /// What is sent with every call in which reasoning is not switched off.
    pub show: &'static [Setting],
    /// What kind of text stands in the plain reasoning fields and between tags. `reasoning_details` say it themselves.
    pub provenance: Provenance,
    /// Where reasoning tags are looked for in visible text, as long as no field of its own holds reasoning.
    pub in_band: InBand,
    /// Whether reasoning tokens are counted beside the output tokens. A total that the vendor gives says it better.
    pub reasoning_outside: bool,
    /// What of an earlier reply's reasoning is sent back.
    pub replay: Replay,
    /// How the model is made to go on from a given chain.
    pub continuing: Continuing,
}

/// How effort is asked for. Paths have a `.` between the names of nested fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffortDials {
    /// What switches reasoning off; empty where nothing does.
    pub off: &'static [Setting],
    /// What is sent beside a level or a budget.
    pub on: &'static [Setting],
    /// Where the name of a level goes.
    pub level: Option<&'static str>,
    /// The levels; others are refused. Empty: whatever is asked for is passed on.
    pub levels: &'static [&'static str],
    /// Where a budget in tokens goes.
    pub budget: Option<&'static str>,
}

impl EffortDials {
    /// No effort can be asked for.
    pub const NONE: Self = Self { off: &[], on: &[], level: None, levels: &[], budget: None };

    /// `reasoning_effort` with whatever level is asked for, and `none` for off.
    pub const ANY_LEVEL: Self = Self::named(&[]);

    /// `reasoning_effort` alone, with `none` for off.
    #[must_use]
    pub const fn named(levels: &'static [&'static str]) -> Self {
        Self {
            off: &[Setting { path: "reasoning_effort", value: Fixed::Text("none") }],
            on: &[],
            level: Some("reasoning_effort"),
            levels,
            budget: None,
        }
    }
}

/// A field with a fixed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Where it goes, with a `.` between the names of nested fields.
    pub path: &'static str,
    /// What goes there.
    pub value: Fixed,
}

/// A fixed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// Yes or no.
    Bool(bool),
    /// A word.
    Text(&'static str),
}

/// Whether a parameter travels. One that does not is refused and never dropped: a recorded call says what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knob {
    /// In this field.
    Field(&'static str),
    /// In this field, but only where reasoning is switched off.
    WithoutReasoning(&'static str),
    /// Not at all.
    Refused,
}

/// What of an earlier reply's reasoning is sent back. A summary never is: it is not what the model thought. Sealed pieces go back where
/// the vendor made them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Nothing: the vendor has no field for it, or none that is known.
    Nothing,
    /// Raw reasoning, in this field of the message.
    Field(&'static str),
    /// The same, but only where tools are at play; then every message of the assistant has the field, empty or not.
    WithTools(&'static str),
    /// `reasoning_details` as they came; raw reasoning without them in `reasoning`.
    Details,
    /// Parts of type `thinking` at the head of the content.
    Parts,
    /// `extra_content` of messages and of tool calls, as it came.
    Extra,
}

/// How the model is made to go on from a given chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuing {
    /// Not at all, for this reason.
    Refused(&'static str),
    /// A last message with `prefix`, `reasoning_content` and `content`, under a path of its own.
    Prefix {
        /// The path.
        path: &'static str,
    },
    /// A last message with a `thinking` part that is not closed, and `prefix`.
    ThinkingPart,
    /// `continue_final_message`, with the chain between `<think>` tags in the last message's content.
    Tagged {
        /// Whether `add_generation_prompt` has to be switched off too.
        no_generation_prompt: bool,
    },
    /// `continue_final_message` with the name of the field that goes on.
    NamedField,
}

impl ChatDialect {
    /// A server of which nothing is known but that it speaks the protocol.
    pub const COMPATIBLE: Self = Self {
        limit: "max_tokens",
        effort: &EffortDials::ANY_LEVEL,
        temperature: Knob::Field("temperature"),
        top_p: Knob::Field("top_p"),
        seed: Knob::Field("seed"),
        stop: Knob::Field("stop"),
        ask_usage: true,
        show: &[],
        provenance: Provenance::Raw,
        in_band: InBand::Template,
        reasoning_outside: false,
        replay: Replay::Nothing,
        continuing: Continuing::Refused("it is not known how this server does it"),
    };
}

impl Default for ChatDialect {
    fn default() -> Self {
        Self::COMPATIBLE
    }
}
