//! Writes an example log, in the layout that `interop/goverify` checks: `cargo run -p candor-record --example log -- DIRECTORY [LEAVES]`.

mod planted;

use std::error::Error;
use std::path::Path;

use candor_record::log::SigningKey;
use candor_record::log::key::Algorithm;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("expected a directory, found no argument")?;
    let leaves = arguments.next().map_or(Ok(10_000), |leaves| leaves.parse())?;
    std::fs::create_dir_all(&directory)?;
    let key = SigningKey::generate("example.org/candor-example", Algorithm::Ed25519)?;
    planted::Planted { leaves, every: 3 }.write(Path::new(&directory), key)
}
