//! A command, subcommand or flag that is not known: which one was meant. clap's own measure passes over letters that changed places and over short
//! words; what it has found stays.

use candor_trace::spelling::nearest;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

/// Adds to an error what was probably meant, where something is spelt alike.
pub(crate) fn explain(error: &mut Error, command: &Command, arguments: impl IntoIterator<Item = String>) {
    // The command that the words before the wrong one lead to.
    let mut inner = command;
    for word in arguments.into_iter().skip(1) {
        if let Some(next) = inner.find_subcommand(&word) {
            inner = next;
        }
    }
    match error.kind() {
        ErrorKind::InvalidSubcommand if error.get(ContextKind::SuggestedSubcommand).is_none() => {
            let names: Vec<&str> = inner.get_subcommands().map(Command::get_name).collect();
            if let Some(meant) = said(error, ContextKind::InvalidSubcommand).and_then(|wrong| nearest(&wrong, names)) {
                let meant = ContextValue::Strings(vec![meant.to_owned()]);
                error.insert(ContextKind::SuggestedSubcommand, meant);
            }
        }
        ErrorKind::UnknownArgument if error.get(ContextKind::SuggestedArg).is_none() => {
            let flags = [inner, command].into_iter().flat_map(Command::get_arguments);
            let flags: Vec<String> = flags.filter_map(|flag| Some(format!("--{}", flag.get_long()?))).collect();
            let wrong = said(error, ContextKind::InvalidArg);
            let meant = wrong.and_then(|wrong| nearest(&wrong, flags.iter().map(String::as_str)));
            if let Some(meant) = meant {
                // That it could be a value is the lesser guess.
                error.remove(ContextKind::Suggested);
                error.insert(ContextKind::SuggestedArg, ContextValue::String(meant.to_owned()));
            }
        }
        _ => {}
    }
}

fn said(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word.clone()),
        _ => None,
    }
}
