#!/usr/bin/env python3
"""Reads a journal of candor as docs/formats/journal.md describes it, sharing no code with candor.

    python3 interop/journal.py FOLDER

Prints the numbers of its records and the SHA-256 of their payloads one after the other; names damage and ends with exit code 5. It changes nothing. Standard library only."""
import hashlib, pathlib, re, struct, sys

HEADER, HEAD, MARK_BYTES, MOST = 120, 36, 56, 64 << 20


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def marks_behind(data, at, nonce, number):
    """The first mark of this segment from `at` on that is whole by itself: (offset, number, hash)."""
    while (at := data.find(nonce[:16], at + HEAD)) >= 0:
        at -= HEAD
        word, stated, payload = data[at : at + 4], data[at + 4 : at + HEAD], data[at + HEAD : at + HEAD + MARK_BYTES]
        if len(payload) == MARK_BYTES and word == struct.pack("<I", 1 << 31 | MARK_BYTES) and stated == sha(payload[24:], word, sha(payload)):
            (said,) = struct.unpack("<Q", payload[16:24])
            if said >= number:
                return at, said, stated
        at += 1
    return None


def read(folder):
    """Yields ("record", number, payload), ("damage", path, offset, number, until) and at the end perhaps ("torn", path, offset)."""
    names = sorted(path.name for path in pathlib.Path(folder).iterdir() if re.fullmatch(r"\d{16,20}\.segment", path.name))
    starts = sorted(int(name.split(".")[0]) for name in names)
    expected = None  # the number and the hash that the next segment has to follow
    for start, following in zip(starts, starts[1:] + [None]):
        path = pathlib.Path(folder) / f"{start:016}.segment"
        data = path.read_bytes()
        first, nonce, previous, digest = struct.unpack("<Q32s32s32s", data[16:HEADER]) if len(data) >= HEADER else (None,) * 4
        if data[:16] != b"candor-j\1\0\0\0\0\0\0\0" or first != start or digest != sha(data[: HEADER - 32]):
            yield "damage", path, 0, start, following
            expected = None
            continue
        if expected and expected != (first, previous):
            yield "damage", path, 0, start, start
        number, chain, at = first, digest, HEADER
        while at < len(data):
            word, stated = data[at : at + 4], data[at + 4 : at + HEAD]
            length = struct.unpack("<I", word)[0] if len(word) == 4 else 0
            mark, length = length >> 31, length & 0x7FFFFFFF
            payload = data[at + HEAD : at + HEAD + length]
            whole = len(stated) == 32 and len(payload) == length and length <= (MARK_BYTES if mark else MOST) and stated == sha(chain, word, sha(payload))
            if whole and mark:
                whole = payload == nonce[:16] + struct.pack("<Q", number) + chain
            if whole:
                if not mark:
                    yield "record", number, payload
                    number += 1
                chain, at = stated, at + HEAD + length
                continue
            found = marks_behind(data, at, nonce, number)
            if found is None and following is None:
                yield "torn", path, at
                return
            yield "damage", path, at, number, found[1] if found else following
            if found is None:
                number = None
                break
            at, number, chain = found[0] + HEAD + MARK_BYTES, found[1], found[2]
        if number is not None and following is not None and number < following:
            yield "damage", path, at, number, following
            number = None
        expected = None if number is None else (number, chain)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    numbers, digest, damaged = [], hashlib.sha256(), 0
    for kind, *what in read(sys.argv[1]):
        if kind == "record":
            numbers.append(what[0])
            digest.update(what[1])
        elif kind == "damage":
            damaged += 1
            path, offset, number, until = what
            print(f"{path}: byte {offset}: record {number}: damaged, goes on with record {until}")
        else:
            print(f"{what[0]}: byte {what[1]}: torn tail")
    first, end = (numbers[0], numbers[-1] + 1) if numbers else (0, 0)
    print(f"records {first} to {end}, SHA-256 of their payloads {digest.hexdigest()}")
    sys.exit(5 if damaged else 0)


if __name__ == "__main__":
    main()
