#!/usr/bin/env bash
# One million traces through the compute audit: wall time, peak memory, and start-up time of the binary. Limits: 10 s, 300 MB, 50 ms.
#   benches/million_traces.sh [QUESTIONS (62500)] [SAMPLES (16)]
set -euo pipefail
cd "$(dirname "$0")/.."
questions=${1:-62500}
samples=${2:-16}
cargo build --release --quiet -p candor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Questions of three kinds (always right, mostly right, rarely right) with up to five wrong answers; the generator is seeded.
awk -v questions="$questions" -v samples="$samples" 'BEGIN {
  srand(20261124)
  for (q = 0; q < questions; q++) {
    kind = rand(); rate = kind < .5 ? .95 : kind < .8 ? .6 : .2
    for (s = 0; s < samples; s++) {
      right = rand() < rate
      printf "{\"question_id\":\"q%d\",\"sample\":%d,\"model\":\"generated\",\"answer\":\"%s\",\"correct\":%s,\"cost\":0.00%d,\"output_tokens\":%d}\n", q, s, right ? "42" : int(rand() * 5), right ? "true" : "false", 1 + int(rand() * 8), 200 + int(rand() * 900)
    }
  }
}' > "$work/samples.jsonl"
bytes=$(stat -c %s "$work/samples.jsonl")
echo "$((questions * samples)) traces, $((bytes / 1000000)) MB"
measure() { # NAME COMMAND…
  local name=$1; shift
  python3 - "$name" "$@" <<'PY'
import resource, subprocess, sys, time
name, command = sys.argv[1], sys.argv[2:]
start = time.perf_counter()
subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{name}: {wall:.3f} s wall, {used.ru_utime + used.ru_stime:.2f} s CPU, peak {used.ru_maxrss / 1000:.0f} MB")
PY
}
export CANDOR_DIR="$work/state"
measure "audit run compute" target/release/candor audit run compute --from "$work/samples.jsonl" --quiet
measure "look" target/release/candor look "$work/samples.jsonl"
measure "start-up (no arguments)" target/release/candor
echo "binary: $(stat -c %s target/release/candor) bytes"
