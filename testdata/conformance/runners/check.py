#!/usr/bin/env python3
"""Holds a parser in any language to the vectors.

    check.py [-v] reply|command PROGRAM [ARGUMENT...]

PROGRAM reads one input a line, in hexadecimal, and writes for each a line of JSON:

    {"values": [...]}                          what the input is, in the form of README.md
    {"values": [...], "incomplete": true}      and then it ends inside a value
    {"values": [...], "error": "", "offset": 4}  or a fault comes: its class and place,
                                               where the parser knows them

and "commands" in place of "values" for requests. A null may leave out its "wire", an
error its "s", and "string" stands for a simple or a bulk string: the parser does not
tell. PROGRAM is started again when it ends. It keeps its default limits, so vectors
with limits of their own are left out. -v names each vector that is not right.

A table tells the results ("no result": it waits for more, or ends). The exit status is
1 when none is right.
"""
import collections, json, os, subprocess, sys

OUTCOMES = ["right", "takes what is wrong", "refuses what is right", "no result", "differs"]


def vectors(kind):
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    for name in "vectors.json", "extended.json":
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            yield from (v for v in json.load(file) if v["kind"] == kind and "limits" not in v)


def wire(vector):
    parts = vector.get("wire_parts", [{"s": vector.get("wire", "")}])
    return b"".join((p.get("s", "") + p.get("repeat", "") * p.get("n", 0)).encode("latin-1") for p in parts)


def number(text):
    """The sign and the digits of an integer of any length."""
    digits = text.lstrip("+-").lstrip("0")
    return text.startswith("-") and digits != "", digits


def same(want, got):
    """Compares values in the fields that got has."""
    if got["t"] == "string":
        return want["t"] in ("simple", "bulk") and got["s"] == want["s"]
    if got["t"] != want["t"]:
        return False
    if got["t"] == "double":
        return str(float(want["d"])) == str(float(got["d"]))  # the sign of zero counts, and nan is nan
    if got["t"] == "bigint":
        return number(want["s"]) == number(got["s"])
    if "v" in got:
        return all_same(want["v"], got["v"])
    return all(want[field] == got[field] for field in got)


def all_same(want, got):
    return len(want) == len(got) and all(map(same, want, got))


def may_wait(wire, offset):
    """Whether the line with the fault has no end yet."""
    line = wire[offset:] if offset is not None else b"\n"
    return b"\r" not in line[:-1] and b"\n" not in line


def judge(vector, wire, got):
    if got is None:
        return "no result"
    want = vector["expect"]
    whole = all_same(want.get("values", []), got.get("values", [])) and want.get("commands", []) == got.get("commands", [])
    if "error" in want:
        if got.get("incomplete"):
            return "right" if whole and may_wait(wire, want.get("offset")) else "no result"
        if "error" not in got:
            return "takes what is wrong"
        told = [(want[f], got[f]) for f in ("error", "offset") if f in want and got.get(f, "") != ""]
        return "right" if whole and all(a == b for a, b in told) else "differs"
    if "error" in got:
        return "refuses what is right"
    if got.get("incomplete", False) != want.get("incomplete", False):
        return "no result" if got.get("incomplete") else "takes what is wrong"
    return "right" if whole else "differs"


class Program:
    def __init__(self, command):
        self.command, self.process = command, None

    def ask(self, wire):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.process.stdin.write(wire.hex().encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
        return json.loads(line) if line else None


def main():
    arguments = [a for a in sys.argv[1:] if a != "-v"]
    if len(arguments) < 2 or arguments[0] not in ("reply", "command"):
        sys.exit(__doc__)
    program = Program(arguments[1:])
    counts = {"all": collections.Counter()}
    for vector in vectors(arguments[0]):
        data = wire(vector)
        result = judge(vector, data, program.ask(data))
        counts.setdefault(vector["area"], collections.Counter())[result] += 1
        counts["all"][result] += 1
        if "-v" in sys.argv[1:] and result != "right":
            print(f'{result}: {vector["id"]} {data[:100]!r}')
    areas = list(counts)
    print("| | " + " | ".join(areas) + " |\n" + "|---" * (len(areas) + 1) + "|")
    for outcome in OUTCOMES:
        print(f"| {outcome} | " + " | ".join(f"{counts[area][outcome]}/{counts[area].total()}" for area in areas) + " |")
    sys.exit(counts["all"]["right"] == 0)


main()
