//! Mappings: how foreign records become traces without code.

pub mod path;
