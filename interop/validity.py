#!/usr/bin/env python3
"""Recomputes the column "delivered" of the validity table from the raw draws, sharing no code with candor.

    candor validity --regenerate --out DIR --draws DIR
    python3 interop/validity.py DIR

Reads DIR/draws.csv, DIR/exact.csv and DIR/table.json (docs/formats/validity.md). Exit 1 where a number differs. Standard library only."""
import csv, json, math, os, sys

Z = 1.959963984540054  # the .975 quantile of the normal distribution
REGIMES = ["as_assumed", "clustered", "drifting", "tied", "wrong_labels", "few"]


def wilson(hits, n):
    p, z2 = hits / n, Z * Z / n
    centre, half = (p + z2 / 2) / (1 + z2), Z / (1 + z2) * math.sqrt(p * (1 - p) / n + z2 / (4 * n))
    return (0.0 if hits == 0 else centre - half, 1.0 if hits == n else centre + half)


def replications(path):
    """One (row, role, regime, place, vouched, hit or None) for each replication; its intervals stand in lines that follow one another."""
    with open(path, newline="") as lines:
        key, state = None, None
        for line in csv.DictReader(lines):
            this = (line["row"], line["role"], line["regime"], line["place"], line["replication"])
            if this != key:
                if key:
                    yield (*key[:4], *state)
                key, state = this, [line["vouched"] == "1", None]
            if line["called"]:
                state[1] = line["called"] == "1"
            elif line["low"]:
                inside = float(line["low"]) <= float(line["truth"]) <= float(line["high"])
                state[1] = inside if state[1] is None else state[1] and inside
        if key:
            yield (*key[:4], *state)


def simulated(folder):
    """(row, role, regime) -> place -> [tried, defined, hits, vouched]"""
    counts = {}
    for row, role, regime, place, vouched, hit in replications(os.path.join(folder, "draws.csv")):
        tally = counts.setdefault((row, role, regime), {}).setdefault(place, [0, 0, 0, 0])
        tally[0] += 1
        if hit is not None:
            tally[1] += 1
            tally[2] += hit
            tally[3] += vouched
    return counts


def exact(folder):
    """(row, regime) -> mean coverage over its shares and sizes, from the written ends of every interval"""
    sums = {}
    with open(os.path.join(folder, "exact.csv"), newline="") as lines:
        for line in csv.DictReader(lines):
            n, x, p = int(line["n"]), int(line["successes"]), float(line["p"])
            log = math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1)
            log += x * math.log(p) + (n - x) * math.log1p(-p)
            inside = float(line["low"]) <= p <= float(line["high"])
            places = sums.setdefault((line["row"], line["regime"]), {})
            places[n, p] = places.get((n, p), 0.0) + (math.exp(log) if inside else 0.0)
    return {key: sum(places.values()) / len(places) for key, places in sums.items()}


def delivered(places, state):
    """The share over places at which the audit vouches for its interval in at least half of the replications; over all where it does nowhere,
    and where nothing is promised."""
    vouched = [t for t in places.values() if t[1] > 0 and 2 * t[3] >= t[1]]
    of = list(places.values()) if state == "beyond" or not vouched else vouched
    hits, n = sum(t[2] for t in of), sum(t[1] for t in of)
    return (hits / n, *wilson(hits, n)) if n else None


def main(folder):
    with open(os.path.join(folder, "table.json")) as file:
        table = json.load(file)
    counts, sums, checked, differs = simulated(folder), exact(folder), 0, 0
    for line in table["lines"]:
        for regime, cell in zip(REGIMES, line["cells"]):
            row, found = line["row"], None
            if (row, regime) in sums:
                found = (sums[row, regime],) * 3
            elif (row, "promise", regime) in counts:
                found = delivered(counts[row, "promise", regime], cell["state"])
            share = cell.get("share") if cell["state"] != "measured" else None
            written = (share["share"], share["low"], share["high"]) if share else None
            same = (found is None) == (written is None) and all(
                abs(a - b) <= 1e-9 for a, b in zip(found or (), written or ()))
            checked, differs = checked + (found is not None), differs + (not same)
            if not same:
                print(f"{row} {regime}: table {written}, from the draws {found}: differs")
    print(f"{checked} numbers, {differs} differ")
    return 1 if differs or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)
