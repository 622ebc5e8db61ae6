//! Agreement with the reference tables in `tests/oracles`, which were made apart from this code.

mod oracle {
    pub(crate) mod table;

    mod proportions;
}
