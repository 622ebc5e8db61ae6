//! Estimates with intervals, from counts and numbers: pure and seeded.
