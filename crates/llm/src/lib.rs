//! A conversation with a reasoning model: its nouns.
