#!/bin/sh
# Throughput and peak memory of every importer of JSON on a large generated file (default 2048 MB), one core.
#   benches/flat_memory.sh [MEGABYTES] [FOLDER]
set -eu
cd "$(dirname "$0")/.."
cargo build --release -q -p candor-trace --example flat_memory
for form in candor openai lines list samples; do
    ./target/release/examples/flat_memory "$form" "${1:-2048}" "${2:-/tmp}"
done
