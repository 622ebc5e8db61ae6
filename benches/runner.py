#!/usr/bin/env python3
"""20,000 trivial questions, 64 on their way, against the scripted upstream: candor's whole run (plan, ledger, verifiers, audit, report), and the same questions through
Inspect AI and promptfoo where they are installed. Samples in a second of wall time, processor time and peak memory of the client with its children.

  benches/runner.py [--questions 20000] [--connections 64] [--candor PATH] [--inspect PYTHON] [--promptfoo COMMAND]

PYTHON is one that can import inspect_ai and openai; COMMAND starts promptfoo. Both are left out where they are not named."""
import argparse, json, os, pathlib, re, shutil, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def questions(count):
    for at in range(count):
        a, b = at % 97, at % 89
        right, wrong = str(a + b), str(a + b + 1)
        options = [right, wrong] if at % 2 == 0 else [wrong, right]
        yield {"id": f"q{at}", "question": f"What is {a} + {b}? (number {at})", "options": options, "answer": right}


def prompt(one):
    letters = "\n".join(f"({letter}) {text}" for letter, text in zip("AB", one["options"]))
    return f'{one["question"]}\n\n{letters}\n\nAnswer with the letter of one option on the last line, as "Answer: X".'


def measured(name, command, work, environment, count):
    """Runs it; children that were waited for count with it."""
    log = open(work / f"{name}.log", "wb")
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=work, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    if status != 0:
        sys.exit(f"{name}: exit status {status}\n{(work / f'{name}.log').read_text(errors='replace')[-2000:]}")
    cpu = used.ru_utime + used.ru_stime
    print(f"{name:<22} {count / wall:>9,.0f} samples/s {1000 * cpu / count:>8.3f} ms CPU a sample {used.ru_maxrss / 1000:>8,.0f} MB peak {wall:>8.1f} s", flush=True)


def with_candor(asked, work, url, items):
    (work / "task.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    (work / "candor.toml").write_text(f'[providers.bench]\nbase = "{url}"\n')
    command = [asked.candor, "audit", "run", "compute", "--on", "bench:m", "--task", "task.jsonl", "--repeat", "1", "--max-connections", str(asked.connections), "--quiet"]
    measured("candor", command, work, {}, len(items))
    found = re.search(r"([\d.]+) \[", (work / "candor.log").read_text())
    print(f"  accuracy {found.group(1) if found else '?'} %, planned 50")


def with_inspect(asked, work, url, items):
    (work / "inspect_task.py").write_text("""import json
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import answer
from inspect_ai.solver import generate
@task
def bench():
    lines = [json.loads(line) for line in open("inspect.jsonl")]
    return Task(dataset=[Sample(id=l["id"], input=l["prompt"], target=l["letter"]) for l in lines], solver=generate(), scorer=answer("letter"))
""")
    (work / "inspect.jsonl").write_text(
        "".join(json.dumps({"id": i["id"], "prompt": prompt(i), "letter": "AB"[i["options"].index(i["answer"])]}) + "\n" for i in items))
    command = [asked.inspect, "-m", "inspect_ai", "eval", "inspect_task.py", "--model", "openai-api/bench/m", "--max-connections", str(asked.connections),
               "--max-samples", str(asked.connections), "--display", "none", "--log-dir", "logs"]
    measured("Inspect AI", command, work, {"BENCH_API_KEY": "k", "BENCH_BASE_URL": url}, len(items))


def with_promptfoo(asked, work, url, items):
    config = {
        "prompts": ["{{prompt}}"],
        "providers": [{"id": "openai:chat:m", "config": {"apiBaseUrl": url, "apiKey": "k"}}],
        "evaluateOptions": {"maxConcurrency": asked.connections, "cache": False},
        "tests": [{"vars": {"prompt": prompt(i)}, "assert": [{"type": "contains", "value": "Answer: " + "AB"[i["options"].index(i["answer"])]}]} for i in items],
    }
    (work / "promptfoo.json").write_text(json.dumps(config))
    command = [*asked.promptfoo.split(), "eval", "-c", "promptfoo.json", "--no-cache", "--no-table", "--no-progress-bar", "-j", str(asked.connections), "-o", "out.json"]
    quiet = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_CONFIG_DIR": str(work / "promptfoo"), "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0"}
    measured("promptfoo", command, work, quiet, len(items))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--questions", type=int, default=20000)
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--candor", default=str(ROOT / "target/release/candor"))
    options.add_argument("--inspect")
    options.add_argument("--promptfoo")
    asked = options.parse_args()
    subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "candor-testkit", "--example", "upstream"], cwd=ROOT, check=True)
    upstream = subprocess.Popen([ROOT / "target/release/examples/upstream"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = upstream.stdout.readline().strip()
    work = pathlib.Path(tempfile.mkdtemp(prefix="candor-runner-"))
    items = list(questions(asked.questions))
    try:
        for run, wanted in ((with_candor, True), (with_inspect, asked.inspect), (with_promptfoo, asked.promptfoo)):
            if wanted:
                run(asked, work, url, items)
    finally:
        upstream.stdin.close()
        _, _, used = os.wait4(upstream.pid, 0)
        shutil.rmtree(work, ignore_errors=True)
    print(f"the upstream itself used {used.ru_utime + used.ru_stime:.1f} s of processor time")


if __name__ == "__main__":
    main()
