//! Canonical bytes and digests: the ground of the record.
