#!/usr/bin/env python3
"""Asks DuckDB, Polars and ClickHouse (chdb, in process) the same questions of an export and shows whether their answers are equal; candor's own index too, where its
answers are given. Shares no code with candor.

    candor trace export --parquet EXPORT
    python3 interop/parquet.py EXPORT [--index "candor trace query --json --rows 100000"]

Needs duckdb, polars and chdb from the Python package index. Exit 1 where two answers differ."""
import argparse, hashlib, json, math, pathlib, shlex, subprocess, sys

# One text for all: what every engine calls SQL.
QUESTIONS = [
    ("calls", "SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids, COUNT(DISTINCT unit) AS units FROM traces"),
    ("calls by model and verdict", "SELECT model, outcome, COUNT(*) AS n FROM traces GROUP BY model, outcome"),
    ("calls by arm and cue", "SELECT arm, cue, COUNT(*) AS n, MIN(sample) AS low, MAX(sample) AS high FROM traces GROUP BY arm, cue"),
    ("what kinds of chains", "SELECT reasoning, COUNT(*) AS n FROM traces GROUP BY reasoning"),
    ("tokens and cost", "SELECT model, SUM(tokens_input) AS asked, SUM(tokens_output) AS answered, SUM(tokens_reasoning) AS thought,"
     " SUM(cost_micro) AS cost, COUNT(cost_micro) AS priced FROM traces GROUP BY model"),
    ("answers that are the right one", "SELECT stratum, COUNT(*) AS n FROM traces WHERE answer = gold GROUP BY stratum"),
    ("accuracy with Wilson's interval", "SELECT model, arm, n, k, (k / n + 1.9207294103470792 / n) / (1 + 3.8414588206941584 / n)"
     " - 1.959963984540054 / (1 + 3.8414588206941584 / n) * SQRT(k / n * (1 - k / n) / n + 0.9603647051735396 / n / n) AS low FROM"
     " (SELECT model, arm, CAST(COUNT(*) AS DOUBLE) AS n, CAST(SUM(CASE WHEN outcome = 'correct' THEN 1 ELSE 0 END) AS DOUBLE) AS k FROM traces"
     " WHERE outcome IS NOT NULL GROUP BY model, arm) AS counted"),
    ("questions by length of their name", "SELECT LENGTH(unit) AS length, COUNT(*) AS n FROM traces WHERE unit < 'a' GROUP BY LENGTH(unit)"),
]
# The index has a function of its own for what the others are given a formula for.
OWN = {"accuracy with Wilson's interval": "SELECT model, arm, COUNT(*) AS n, SUM(outcome = 'correct') AS k,"
       " wilson_low(SUM(outcome = 'correct'), COUNT(*)) AS low FROM traces WHERE outcome IS NOT NULL GROUP BY model, arm"}
# What the index keeps elsewhere, or spells otherwise.
FILES = [
    ("right and wrong", "SELECT is_correct, planted, COUNT(*) AS n FROM traces GROUP BY is_correct, planted"),
    ("scores", "SELECT COUNT(score) AS n, MIN(score) AS low, MAX(score) AS high FROM traces"),
    ("why models stopped", "SELECT finish, COUNT(*) AS n FROM traces GROUP BY finish"),
    ("parts", "SELECT COUNT(part_trace) AS rest, COUNT(part_request) AS request, COUNT(part_tools) AS tools, COUNT(part_reasoning) AS chains,"
     " COUNT(part_output) AS output, COUNT(part_verdict) AS verdicts, COUNT(part_label) AS labels FROM traces"),
    ("words in what callers got", "SELECT COUNT(*) AS n FROM traces WHERE part_output LIKE '%answer%'"),
]
# Points in time are the one thing that each engine spells its own way.
TIMES = {"duckdb": "epoch_ms(called_at)", "polars": None, "clickhouse": "toUnixTimestamp64Milli(toDateTime64(called_at, 3))"}


def duckdb(files):
    import duckdb
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW traces AS SELECT * FROM read_parquet({files!r}, hive_partitioning = false)")

    def ask(sql):
        found = connection.execute(sql)
        return [dict(zip([column[0] for column in found.description], row)) for row in found.fetchall()]
    return ask


def polars(files):
    import polars
    context = polars.SQLContext(traces=polars.scan_parquet(files, hive_partitioning=False))

    def ask(sql):
        if "called_ms" in sql:
            times = polars.scan_parquet(files, hive_partitioning=False).select(polars.col("called_at").dt.epoch("ms").alias("t"))
            return times.select(n=polars.col("t").count(), low=polars.col("t").min(), high=polars.col("t").max()).collect().to_dicts()
        return context.execute(sql, eager=True).to_dicts()
    return ask


def clickhouse(export):
    import chdb

    def ask(sql):
        table = f"file('{export}/*/traces.parquet', Parquet)"
        settings = " SETTINGS output_format_json_quote_64bit_integers = 0, use_hive_partitioning = 0"
        found = chdb.query(sql.replace("FROM traces", f"FROM {table}") + settings, "JSON")
        return json.loads(str(found))["data"]
    return ask


def index(command):
    def ask(sql):
        # What was erased stays a row there, and is none of the export.
        sql = sql.replace("FROM traces", "FROM (SELECT * FROM traces WHERE unreadable IS NULL) AS traces")
        ran = subprocess.run([*shlex.split(command), sql], capture_output=True, text=True)
        if ran.returncode:
            sys.exit(f"{command}: {ran.stderr.strip()}")
        found = json.loads(ran.stdout)
        return [dict(zip(found["columns"], row)) for row in found["rows"]]
    return ask


def same(value):
    """A value as all of them mean it: whole numbers and truth as numbers, the rest to nine digits."""
    if isinstance(value, (bool, int)):
        return int(value)
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return int(number) if number == math.floor(number) and abs(number) < 2**53 else float(f"{number:.9g}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("export", type=pathlib.Path)
    arguments.add_argument("--index", help="a command that takes SQL and prints JSON")
    given = arguments.parse_args()
    manifest = json.loads((given.export / "manifest.json").read_text())
    files = []
    for listed in manifest["files"]:
        path = given.export / listed["path"]
        if hashlib.sha256(path.read_bytes()).hexdigest() != listed["sha256"]:
            sys.exit(f"{path}: not the file that the manifest names")
        files.append(str(path.resolve()))
    engines = {"duckdb": duckdb(files), "polars": polars(files), "clickhouse": clickhouse(given.export.resolve())}
    differ = 0
    for name, sql, everybody in (
        [(name, sql, True) for name, sql in QUESTIONS] + [(name, sql, False) for name, sql in FILES]
        + [("first and last call", "SELECT COUNT(called_ms) AS n, MIN(called_ms) AS low, MAX(called_ms) AS high FROM traces", False)]
    ):
        asked = dict(engines, **({"candor": index(given.index)} if everybody and given.index else {}))
        answers = {}
        for engine, ask in asked.items():
            text = OWN.get(name, sql) if engine == "candor" else sql
            text = text.replace("called_ms", TIMES[engine]) if TIMES.get(engine) else text
            rows = [{key: same(value) for key, value in row.items()} for row in ask(text)]
            answers[engine] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
        first = answers["duckdb"]
        others = [engine for engine, rows in answers.items() if rows != first]
        differ += bool(others)
        print(f"{name:36} {len(first):5} rows  {', '.join(answers)}: " + ("equal" if not others else f"DIFFER: {', '.join(others)}"))
        for engine in others:
            print(f"  duckdb {first[:5]}\n  {engine} {answers[engine][:5]}")
    print(f"{manifest['traces']} traces in {len(files)} files; {differ} answers differ")
    sys.exit(1 if differ or engines["duckdb"]("SELECT COUNT(*) AS n FROM traces")[0]["n"] != manifest["traces"] else 0)


main()
