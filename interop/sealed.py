#!/usr/bin/env python3
"""Examines a sealed report of candor: digests, canonical form, inclusion proofs, order of the leaves, the list of runs, the body against its seal.

    interop/sealed.py FILE [--vkey KEYFILE]
Written from docs/formats/sealed.md alone; shares no code with candor. Signatures are NOT checked here: `candor record verify` and interop/goverify do that.
Exit 5 where something does not fit, with each thing named. Standard library only."""
import argparse, base64, hashlib, json, sys

# -- file
sha = lambda data: hashlib.sha256(data).digest()
tagged = lambda tag, data: sha(sha(tag.encode()) * 2 + data).hex()
canonical = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def unbase64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 in another spelling")
    return data

def root_of(index, size, leaf, proof):
    """RFC 9162, 2.1.3.2: the root that a proof leads to; None where it has another length."""
    at, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            node = sha(b"\x01" + sibling + node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = sha(b"\x01" + node + sibling)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None

def head_of(entry):
    """What an entry says, and the digests that it commits to."""
    start = len(entry) - 1 - 36 * entry[-1]
    head = json.loads(entry[:start])
    if canonical(head) != entry[:start]:
        raise ValueError("a head that is not canonical")
    return head, [entry[start + 32 * i:start + 32 * (i + 1)].hex() for i in range(entry[-1])]

def examine(data, find):
    """Findings about a file; returns what it says, or None where it is no sealed report."""
    if len(data) > 5_000_000:
        return find("file: more than 5,000,000 bytes")
    file = json.loads(data)
    if canonical(file) != data or set(file) != {"sealed", "body", "leaves", "checkpoint", "vkey"} or file["sealed"] != 1:
        return find("file: not the canonical JSON of a sealed report")
    body, origin, size, root = file["body"], *file["checkpoint"].split("\n")[:3]
    leaves, before = [], -1
    for carried in file["leaves"]:
        index, entry = carried["index"], unbase64(carried["entry"])
        found = index < int(size) and root_of(index, int(size), sha(b"\0" + entry), [unbase64(one) for one in carried["proof"]])
        if found != unbase64(root) or index <= before:
            find(f"leaf {index}: its proof does not lead to the root of the checkpoint, or it is out of order")
        before = index
        leaves.append((index, *head_of(entry)))
    plan = tagged("candor plan 1", body["plan"]["text"].encode())
    salted = sha(bytes.fromhex(body["plan"]["salt"]) + b"plan\n" + body["plan"]["text"].encode()).hex()
    plans = [(index, digests) for index, head, digests in leaves if head["kind"] == "plan" and head["about"]["plan"] == plan]
    steps = sum(head["kind"] == "run" for _, head, _ in leaves)
    seals = [(index, head["about"]) for index, head, _ in leaves if head["kind"] == "seal"]
    runs, ends = {}, {}
    for index, head, _ in leaves:
        about = head["about"]
        if head["kind"] == "run":
            known = runs.setdefault(about["run"], {"run": about["run"], "number": about["number"], "leaves": []})
            begins = about["step"] == "begun"
            if about["plan"] != plan or known["number"] != about["number"] or begins != (not known["leaves"]) or not plans or index < plans[0][0]:
                find(f"leaf {index}: a step of run {about['run']} that does not follow: other plan, other number, before its plan, or no beginning")
            known["leaves"].append(index)
            if about["step"] == "ended":
                ends[about["run"]] = about
    if [run["number"] for run in runs.values()] != list(range(1, len(runs) + 1)):
        find("runs: their numbers have a gap: one is left out")
    if len(plans) != 1 or plans[0][1] != [salted]:
        find("plan: no single leaf that commits to this text with this salt")
    if len(seals) != 1 or len(leaves) != steps + 2:
        return find("leaves: expected one plan, the steps of its runs and one seal, found others")
    (index, seal), told = seals[0], [{"run": run["run"], "leaves": run["leaves"]} for run in runs.values()]
    expected = {"body": tagged("candor sealed body 1", canonical(body)), "plan": plan, "plan_leaf": plans[0][0] if plans else None, "run": body["run"], "runs": told, "size": index}
    for name in expected:
        if seal[name] != expected[name] or index != leaves[-1][0]:
            find(f"leaf {index}: seal: {name}: the leaf commits to {str(seal[name])[:80]}, the file has {str(expected[name])[:80]}")
    if [{name: run[name] for name in ("run", "number", "leaves")} for run in body["runs"]] != list(runs.values()):
        find("runs: the list is not what the leaves tell")
    for run in body["runs"]:
        end = ends.get(run["run"])
        if "numbers" in run and (end is None or tagged("candor numbers 1", canonical(run["numbers"])) != end["numbers"]):
            find(f"run {run['run']}: its leaf commits to other numbers")
    end = ends.get(body["run"], {})
    for name in ("report", "derived"):
        if sha(body[name].encode()).hex() != end.get(name):
            find(f"run {body['run']}: {name}: its leaf commits to other bytes")
    print(f"{origin}: {len(leaves)} leaves proved under {size}; {len(runs)} runs, {len(ends)} ended; NOT checked here: signatures, and what came after the seal")
    return {**body, "report": json.loads(body["report"]), "derived": json.loads(body["derived"])}

def examined(data, findings):
    """What a file says, None where it is of another form; what does not fit goes into findings."""
    try:
        return examine(data, findings.append)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        findings.append(f"file: not of the form of a sealed report: {type(error).__name__}: {error}")

if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file"), options.add_argument("--vkey")
    asked, findings = options.parse_args(), []
    data = open(asked.file, "rb").read()
    says = examined(data, findings)
    if says and asked.vkey and json.loads(data)["vkey"] != open(asked.vkey).read().strip():
        findings.append("vkey: another key than the one that was given")
    print(*("FAIL  " + finding for finding in findings), sep="\n", end="\n" if findings else "")
    sys.exit(5 if findings else 0)
