//! The catalogue of providers: one description each. Not their prices.
//!
//! xAI is not among those that speak Chat Completions: it has deprecated that endpoint, and shows reasoning in Responses alone.

mod anthropic;
mod deepseek;
mod glm;
mod google;
mod groq;
mod kimi;
mod llama_cpp;
mod lm_studio;
mod mistral;
mod ollama;
mod openai;
mod openai_responses;
mod openrouter;
mod qwen;
mod sglang;
mod vllm;
mod xai;

use std::borrow::Cow;

use crate::protocol::chat::ChatDialect;
use crate::{Auth, Dialect, Error, Provider};

/// Every provider, in the order in which help lists them.
pub static ALL: &[&Provider] = &[
    &openai::PROVIDER,
    &openai_responses::PROVIDER,
    &anthropic::PROVIDER,
    &xai::PROVIDER,
    &deepseek::PROVIDER,
    &google::PROVIDER,
    &openrouter::PROVIDER,
    &mistral::PROVIDER,
    &groq::PROVIDER,
    &qwen::PROVIDER,
    &kimi::PROVIDER,
    &glm::PROVIDER,
    &vllm::PROVIDER,
    &sglang::PROVIDER,
    &llama_cpp::PROVIDER,
    &ollama::PROVIDER,
    &lm_studio::PROVIDER,
];

/// The name under which a server of the user's own stands; its description is made by [`compatible`].
pub const COMPATIBLE: &str = "compatible";

/// The provider of that name.
///
/// # Errors
/// [`Error::Configured`] with the names that there are.
pub fn by_name(name: &str) -> Result<&'static Provider, Error> {
    ALL.iter().find(|provider| provider.name == name).copied().ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|provider| provider.name.as_ref()).collect();
        Error::Configured {
            what: format!(
                "provider: expected one of {} or {COMPATIBLE} with a URL, found \"{}\"",
                known.join(", "),
                name.escape_debug()
            ),
        }
    })
}

/// A server that speaks Chat Completions under that URL, of which nothing else is known.
///
/// # Errors
/// [`Error::Configured`] where the URL is not one of HTTP.
pub fn compatible(base: &str) -> Result<Provider, Error> {
    let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    if host.is_none_or(|host| host.trim_matches('/').is_empty()) {
        let what = format!("base URL: expected http:// or https:// and a host, found \"{}\"", base.escape_debug());
        return Err(Error::Configured { what });
    }
    Ok(Provider {
        name: Cow::Borrowed(COMPATIBLE),
        base: Cow::Owned(base.trim_end_matches('/').to_owned()),
        auth: Auth::None,
        key_variable: None,
        dialect: Dialect::Chat(ChatDialect::COMPATIBLE),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_and_the_folder_hold_the_same_providers() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/providers");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-"))
            .collect();
        let listed: BTreeSet<String> = ALL.iter().map(|provider| provider.name.to_string()).collect();
        assert_eq!(files, listed);
        assert_eq!(listed.len(), ALL.len(), "no name twice");
    }

    #[test]
    fn a_provider_is_found_by_its_name_and_else_the_names_are_told() {
        for provider in ALL {
            assert_eq!(by_name(&provider.name).unwrap(), *provider);
            assert!(!provider.base.ends_with('/'), "{}", provider.name);
            assert!(provider.base.starts_with("http"), "{}", provider.name);
        }
        let Err(Error::Configured { what }) = by_name("openia") else { panic!("no such provider") };
        assert!(what.contains("openai, openai-responses, anthropic") && what.ends_with("found \"openia\""), "{what}");
    }

    #[test]
    fn any_base_url_makes_a_provider() {
        assert_eq!(compatible("https://llm.example/v1/").unwrap().base, "https://llm.example/v1");
        for wrong in ["", "llm.example", "https://", "ftp://x"] {
            assert!(matches!(compatible(wrong), Err(Error::Configured { .. })), "{wrong}");
        }
    }
}
