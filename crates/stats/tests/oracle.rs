//! Agreement with the reference tables in `tests/oracles`, which were made apart from this code.

#[cfg(test)]
mod oracle {
    pub(crate) mod table;

    mod agreement;
    mod comparison;
    mod cues;
    mod curves;
    mod designs;
    mod proportions;
    mod sequential;
}
