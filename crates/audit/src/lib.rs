//! Experiments: what to ask of recorded or live calls, and what the replies mean.
