//! The binary `candor`.

fn main() {}
