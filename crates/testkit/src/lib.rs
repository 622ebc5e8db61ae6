//! For tests only: fixtures, generators, the fixed clock, and where the shared data lies.
