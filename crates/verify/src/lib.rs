//! Programs that decide: verifiers and verdicts.
