# SPDX-License-Identifier: GPL-3.0-or-later
"""For the readers that packaging/test-readers runs: a line per reader and export, and whether one failed."""
import importlib.metadata
import json
import pathlib
import sys
import traceback


class Folder:
    """What outside_exports.py made."""

    def __init__(self, path):
        self.path = pathlib.Path(path).resolve()
        self.day = self.path / "day"
        self.exports = self.path / "next"
        self.labels = json.loads((self.path / "labels.json").read_text(encoding="utf-8"))


def need(condition, sentence):
    if not condition:
        raise AssertionError(sentence)


def report(checks):
    """checks: (reader, export, function); a function says what it saw, or raises. Exits with 1 if one does."""
    failed = False
    folder = Folder(sys.argv[1])
    for reader, export, check in checks:
        try:
            verdict = check(folder)
        except Exception as problem:  # whatever a reader that is not ours throws
            traceback.print_exc()
            failed = True
            verdict = "FAILED: " + str(problem).split("\n", maxsplit=1)[0]
        print(f"{reader + ' ' + importlib.metadata.version(reader):24} {export:14} {verdict}", flush=True)
    sys.exit(1 if failed else 0)
