#!/usr/bin/env bash
# `candor look` on samples of four lengths: seconds per GB, processor time, peak memory. Limit: 5 s per GB on two cores.
#   benches/look.sh [MEGABYTES (500)] [FOLDER (a new one)]
# CANDOR names another binary to measure, so that two versions can be compared.
set -euo pipefail
cd "$(dirname "$0")/.."
megabytes=${1:-500}
work=$(mktemp -d ${2:+-p "$2"})
trap 'rm -rf "$work"' EXIT
candor=${CANDOR:-target/release/candor}
[ -n "${CANDOR:-}" ] || cargo build --release --quiet -p candor
# Sixteen samples of a question follow one another; the generator is seeded. A chain has an escape every ten words.
make() { # NAME BYTES-OF-A-CHAIN WITH-MODEL-AND-COST
  awk -v most="$((megabytes * 1000000))" -v chain="$2" -v wide="$3" 'BEGIN {
    srand(20261125)
    for (at = 0; length(text) < chain; at++) text = text (at % 10 ? "wordy " : "line\\n")
    for (count = 0; bytes < most; count++) {
      right = rand() < .6
      line = "{\"question_id\":\"q" int(count / 16) "\",\"sample\":" count % 16
      if (wide) line = line ",\"model\":\"generated\""
      line = line ",\"answer\":\"" (right ? "42" : int(rand() * 5)) "\",\"correct\":" (right ? "true" : "false")
      if (wide) line = line ",\"cost\":0.00" 1 + int(rand() * 8)
      if (chain) line = line ",\"reasoning\":\"" text "\""
      line = line ",\"output_tokens\":" 200 + int(rand() * 900) "}"
      print line
      bytes += length(line) + 1
    }
  }' > "$work/$1.jsonl"
}
make 80-byte 0 0
make 118-byte 0 1
make 2-kB 1850 1
make 4-kB 3880 1
for name in 80-byte 118-byte 2-kB 4-kB; do
  python3 - "$name" "$candor" look --quiet "$work/$name.jsonl" <<'PY'
import os, resource, subprocess, sys, time
name, command = sys.argv[1], sys.argv[2:]
size = os.path.getsize(command[-1]) / 1e9
with open(command[-1], "rb") as file:  # into the page cache
    while file.read(1 << 20):
        pass
walls = []
for _ in range(3):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    walls.append(time.perf_counter() - start)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
busy = (used.ru_utime + used.ru_stime) / 3
print(f"{name}: {min(walls) / size:.2f} s per GB (best of 3), {busy / size:.2f} s of processor time per GB, peak {used.ru_maxrss / 1000:.0f} MB")
PY
done
