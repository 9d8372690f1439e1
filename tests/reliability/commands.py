# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the commands that write, mostly in the moments when they do, and runs them again."""
import csv
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import day as days

EXPORTS = ["csv", "megadetector", "coco", "camtrap", "timelapse", "inaturalist", "xmp", "html", "training", "annotated",
           "film", "film gif", "film webp"]
# How often each is provoked.
WEIGHTS = {"label": 8, "label --from": 6, "classify --write": 3, "demo": 1, "explain": 2,
           **{f"export {name}": 2 for name in EXPORTS}, "export training": 4, "export camtrap": 3}
# Names of files while they are being written: gone after the next whole run.
TEMPORARY = re.compile(r"\.part|\.tmp|~$|\.[A-Za-z0-9]{6}$|^\.birblens-(?!export$|backups$|demo$)")


class Command:
    """One way to call the program: its arguments, where it writes, and what must be there when it has ended well."""

    def __init__(self, name, day, work, chance):
        self.name = name
        self.day = day
        self.out = work / "out"
        self.key = chance.choice(day.keys())
        self.labels = chance.choice(["chickadee", "magpie", "sparrow,squirrel", "none", "unsure"])
        self.table = work / "table.csv"
        if name == "label --from":
            self._write_table(chance)
        self.whole = chance.random() < 0.5  # half of the exports go over the files of an earlier run
        self.arguments = self._arguments()

    def _write_table(self, chance):
        with open(self.table, "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["frame", "true_label"])
            for key in self.day.keys():
                rows.writerow([key, chance.choice(["chickadee", "magpie", "sparrow", "none"])])

    def _arguments(self):
        folder, model, out = self.day.folder, self.day.model, self.out
        if self.name == "label":
            return ["label", folder, self.key, self.labels]
        if self.name == "label --from":
            return ["label", folder, "--from", self.table]
        if self.name == "classify --write":
            return ["classify", "--model", model, "--write", folder]
        if self.name == "demo":
            return ["demo", "--out", out / "demo"]
        if self.name == "explain":
            frames = [folder / key for key in self.day.keys()[:6]]
            return ["explain", "--model", model, "--class", "all", "--out", out, "--raw", out, *frames]
        words = self.name.split()[1:]
        arguments = ["export", words[0], folder, "--out", out]
        if words[0] in ("annotated", "film", "html"):
            arguments += ["--model", model]
        if len(words) > 1:
            arguments += ["--image", words[1]]
        if words[0] == "film":
            arguments += ["--gap", "86400"]  # the whole day is one visit: single frames make no film
        return arguments

    def watched(self):
        folders = [self.out, self.out.parent]
        folders += [self.day.folder / (days.STORE + suffix) for suffix in ("", "-wal", "-journal")]
        return folders + [path for path in self.out.glob("*") if path.is_dir()]

    def problems(self, ended):
        """After a kill: nothing half written under its own name; a package is whole or not there."""
        found = []
        for path in days.files_of(self.out):
            if path.name == "filler":  # see disk.fill()
                continue
            temporary = any(TEMPORARY.search(part) for part in path.relative_to(self.out).parts)
            if temporary and ended:
                found.append(f"left over after the next run: {path.relative_to(self.out)}")
            elif not temporary and not days.is_whole(path):
                found.append(f"cut off: {path.relative_to(self.out)}")
        return found + self._package_problems()

    def age_leftovers(self):
        """As if the next run came two minutes later: younger ones may belong to a program that is still at work."""
        before = time.time() - 120
        paths = [*self.out.rglob("*"), *self.out.parent.glob(".birblens-*")]
        for path in paths:
            if TEMPORARY.search(path.name):
                os.utime(path, (before, before))

    def missing_label(self):
        """The command ended well: its label is on disk."""
        wanted = {"none": (2, []), "unsure": (1, [])}.get(self.labels, (2, sorted(self.labels.split(","))))
        kind, labels = self.day.labels().get(self.key, (0, "[]"))
        if (kind, sorted(json.loads(labels))) != wanted:
            return [f"{self.key} was labelled {self.labels}, the store has {kind} {labels}"]
        return []

    def _package_problems(self):
        found = []
        package = self.out / "camtrap-dp"
        if package.is_dir():
            parts = ("datapackage.json", "deployments.csv", "media.csv", "observations.csv")
            found += [f"camtrap-dp lacks {name}" for name in parts if not (package / name).exists()]
        training = self.out / "training"
        if training.is_dir():
            if not (training / "labels.csv").exists():
                found.append("training lacks labels.csv")
            else:
                with open(training / "labels.csv", newline="") as file:
                    found += [f"training lacks {row['fname']}" for row in csv.DictReader(file)
                              if not (training / row["fname"]).exists()]
        demo = self.out / "demo"
        if demo.is_dir():
            if not (demo / days.CAMERA).exists():
                found.append("the demo day lacks its database")
            else:
                camera = sqlite3.connect(f"file:{demo / days.CAMERA}?mode=ro", uri=True)
                names = [row[0] for row in camera.execute("SELECT file_name FROM results")]
                camera.close()
                found += [f"the demo day lacks {name}" for name in names if not (demo / "imgs" / name).exists()]
                if len(names) < 200:
                    found.append(f"the demo day has only {len(names)} frames")
        return found


def change_of(paths):
    """What can be seen from outside of something being written there."""
    state = []
    for path in paths:
        try:
            status = path.stat()
            state.append((status.st_size, status.st_mtime_ns))
            if path.is_dir():
                state.append(tuple(sorted((entry.name, entry.stat().st_size) for entry in path.iterdir())))
        except OSError:
            state.append(None)
    return state


def kill_at(process, command, kind, chance, usual):
    """Waits for its moment; the exit code when the command was quicker."""
    end = time.monotonic() + 120
    if kind == "at any time":
        time.sleep(chance.uniform(0, usual))
    else:
        for _ in range(chance.randint(1, 6)):
            before = change_of(command.watched())
            while process.poll() is None and time.monotonic() < end and change_of(command.watched()) == before:
                time.sleep(0.0003)
        time.sleep(chance.uniform(0, 0.003))
    code = process.poll()
    process.send_signal(signal.SIGKILL)
    process.wait()
    return code


def provoke(program, template, work, notes, times, chance_of):
    day = days.Day(program, template, work / "day")
    usual = {}
    names, weights = zip(*WEIGHTS.items())
    while len(notes) < times:
        number = len(notes)
        chance = chance_of(number)
        if number % 25 == 0 or not day.folder.exists():
            day.reset()
            for frame in day.keys()[:4]:  # something to export
                program.run("label", day.folder, frame, "chickadee")
        name = chance.choices(names, weights)[0]
        command = Command(name, day, work, chance)
        shutil.rmtree(command.out, ignore_errors=True)
        command.out.mkdir()
        if name not in usual:  # once undisturbed: how long it takes
            begun = time.monotonic()
            run = program.run(*command.arguments)
            usual[name] = time.monotonic() - begun
            if run.returncode != 0:
                notes.note(kind=name, what=name, problems=[f"undisturbed it ends with {run.returncode}: {run.stderr.strip()}"])
                continue
            if not command.whole or name == "demo":
                shutil.rmtree(command.out)
                command.out.mkdir()
        elif command.whole and name.startswith("export"):
            program.run(*command.arguments)
        acknowledged = day.history()
        kind = chance.choices(["at a write", "at any time"], [0.7, 0.3])[0]
        process = program.start(*command.arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        code = kill_at(process, command, kind, chance, usual[name])
        problems = command.problems(ended=False)
        if code == 0 and name == "label":
            problems += command.missing_label()
        problems += day.problems(acknowledged)
        command.age_leftovers()
        again = program.run(*command.arguments)
        if again.returncode != 0:
            problems.append(f"run again it ends with {again.returncode}: {again.stderr.strip()}")
        problems += command.problems(ended=True)
        notes.note(kind=name, what=f"{name} killed {kind}", ended=code, acknowledged=len(acknowledged), problems=problems)
        if problems:
            shutil.copytree(work / "out", work / f"fault-{number}-out", dirs_exist_ok=True)
            shutil.copytree(day.folder, work / f"fault-{number}-day", dirs_exist_ok=True)
            day.reset()
