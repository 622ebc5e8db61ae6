//! The binary as a user meets it: what it prints, with which exit code, and what it leaves behind. Not the estimators' numbers: the
//! crates that compute them test those.

mod audit;
mod compare;
mod environment;
mod errors;
mod families;
mod faults;
mod help;
mod judged;
mod live;
mod look;
mod parquet;
mod programs;
mod query;
mod record;
mod registered;
mod rescore;
mod sealed;
mod spending;
mod trace;
mod validity;
mod welcome;
mod witness;
