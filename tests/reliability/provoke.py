#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills Birblens and fills its disk, and says what was lost. Not part of the test command: it takes the better part of an hour.

usage: provoke.py window   --program build/release/birblens --work DIR [--times 300] [--seed 1]
       provoke.py commands --program build/release/birblens --work DIR [--times 300] [--seed 1]
       provoke.py disk     --program build/release/birblens --work DIR
       provoke.py summary  --work DIR

`window` needs Xvfb, openbox and xdotool; `disk` needs root, because it mounts small file systems in memory. A run that was
stopped goes on where it was: DIR holds a journal for each kind. docs/RELIABILITY.md has the figures of the last runs.
"""
import argparse
import pathlib
import random
import sys

import commands
import day
import disk
import journal
import window


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["window", "commands", "disk", "summary"])
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if options.what == "summary":
        for name in ("window", "commands", "disk"):
            if (work / f"{name}.jsonl").exists():
                print(f"{name}\n\n{journal.Journal(work / f'{name}.jsonl').summary()}\n")
        return 0
    if options.program is None:
        parser.error("--program is needed")
    program = day.Program(options.program.resolve(), work / options.what)
    program.home.mkdir(parents=True, exist_ok=True)
    template = day.make_template(program, work)
    notes = journal.Journal(work / f"{options.what}.jsonl")
    provoke = {"window": window.provoke, "commands": commands.provoke, "disk": disk.provoke}[options.what]
    # A generator of its own for each round: a run that goes on does what one without a break would have done.
    provoke(program, template, work / options.what, notes, options.times,
            lambda number: random.Random(f"{options.seed} {number}"))
    print("\n" + notes.summary())
    return 1 if any(entry.get("problems") for entry in notes.rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
