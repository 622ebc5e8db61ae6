#!/usr/bin/env python3
"""A verifier of one's own for candor: is the answer an anagram of the gold?

candor starts this program once for each answer, confined: no network, no writing outside a scratch folder, and no other file
to read than the system's, the ones named on its command line and the ones in the parameter `read`. Standard library only.

It gets one line of JSON on standard input:
    {"answer": "...", "gold": "...", "params": {...}}
The chain of thought is never in it. `params` is what the plan says in the verifier's parameter `params`.

It prints one line of JSON and ends with status 0:
    {"outcome": "correct" | "wrong" | "no_answer", "extracted": "what was read", "why": "the reason, in one line"}
Anything else counts as an error of the verifier, not as a wrong answer.
"""

import json
import sys


def letters(text, ignore_case):
    text = text.lower() if ignore_case else text
    return sorted(letter for letter in text if letter.isalnum())


def decide(answer, gold, params):
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    if not lines:
        return {"outcome": "no_answer", "why": "the answer is empty"}
    last = lines[-1].removeprefix("Answer:").strip()
    same = letters(last, params.get("ignore_case", True)) == letters(gold, params.get("ignore_case", True))
    why = "the letters are the same" if same else "the letters differ"
    return {"outcome": "correct" if same else "wrong", "extracted": last, "why": why}


if __name__ == "__main__":
    question = json.loads(sys.stdin.readline())
    print(json.dumps(decide(question["answer"], question["gold"], question["params"])))
