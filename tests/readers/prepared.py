# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of the demo day with labels that are hard to write, and what is known of it without our exporters.

usage: prepared.py PROGRAM FOLDER
Makes the day in FOLDER, where the tests beside this file take copies of it.
"""
import contextlib
import csv
import io
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from PIL import Image

FRAMES = 62  # of the 205, from the morning on
UNSURE = "unsure"

# What a person says: labels by frame; an empty list is `none`.
NONE = "imgs/2022-02-05T08:15:07_none.jpg"
BIRD = "imgs/2022-02-05T08:18:13_chickadee.jpg"
CORRECTED = "imgs/2022-02-05T08:18:17_chickadee.jpg"
ACCENT = "imgs/2022-02-05T08:18:22_chickadee.jpg"
SECOND_NONE = "imgs/2022-02-05T08:20:46_none.jpg"
BAR = "imgs/2022-02-05T08:36:41_chickadee.jpg"
SEMICOLON = "imgs/2022-02-05T08:36:45_chickadee.jpg"
QUOTED = "imgs/2022-02-05T08:36:53_chickadee.jpg"
FORMULA = "imgs/2022-02-05T09:02:09_magpie.jpg"
APOSTROPHE = "imgs/2022-02-05T09:02:13_magpie.jpg"
SCRIPT = "imgs/2022-02-05T09:02:21_magpie.jpg"
PAIR = "imgs/2022-02-05T09:13:32_chickadee_sparrow.jpg"
THREE = "imgs/2022-02-05T09:13:36_chickadee_sparrow.jpg"
DOUBT = "imgs/2022-02-05T09:34:42_sparrow.jpg"
SQUIRREL = "imgs/2022-02-05T09:52:23_squirrel.jpg"
LABELS = {
    NONE: [],
    BIRD: ["chickadee"],
    CORRECTED: ["magpie"],
    ACCENT: ["Grünfink"],
    SECOND_NONE: [],
    BAR: ["owl|barn"],
    SEMICOLON: ["tit; blue"],
    QUOTED: ['the "big" one'],
    FORMULA: ["=1+2"],
    APOSTROPHE: ["'quoted"],
    SCRIPT: ["青い鳥"],
    PAIR: ["chickadee", "sparrow"],
    THREE: ["chickadee", "squirrel", "Blåmeis"],
    DOUBT: UNSURE,
    SQUIRREL: ["squirrel"],
}
NOT_IN_WINDOWS_1252 = {SCRIPT}

# Flag and comment of frames.
MARKS = {
    BIRD: (True, "=HYPERLINK(1)"),
    PAIR: (False, 'two birds, "both" shy;\nthe second line'),
    NONE: (True, ""),
    SQUIRREL: (False, "'twas here"),
}
# Stored on its side: 640 x 480 pixels in the file, 480 x 640 as a person sees it.
TURNED = "imgs/2022-02-05T09:52:30_squirrel.jpg"
# Only the first half of the file is there; the camera said `none`.
DAMAGED = "imgs/2022-02-05T09:56:55_none.jpg"
VOCABULARY = ["chickadee", "magpie", "sparrow", "squirrel"]
SPECIES = {"chickadee": "Poecile atricapillus", "magpie": "Pica hudsonia", "sparrow": "Passer domesticus",
           "squirrel": "Sciurus carolinensis"}


class Program:
    """The program under test, with a home of its own."""

    def __init__(self, path, home):
        self.path = str(pathlib.Path(path).resolve())
        self.environment = dict(os.environ, TZ="UTC", LANG="C.UTF-8", QT_QPA_PLATFORM="offscreen", HOME=str(home))
        for name in ("DATA", "CONFIG", "CACHE"):
            self.environment[f"XDG_{name}_HOME"] = str(pathlib.Path(home) / name.lower())

    def run(self, *arguments, code=0):
        """Standard output and standard error."""
        done = subprocess.run([self.path, *map(str, arguments)], env=self.environment, capture_output=True, text=True,
                              encoding="utf-8", timeout=300, check=False)
        if done.returncode != code:
            raise AssertionError(f"birblens {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stderr}")
        return done.stdout, done.stderr


def camera_rows(day):
    """What Birb Cam's database says, by frame."""
    with contextlib.closing(sqlite3.connect(day / "model_results.db")) as database:
        rows = database.execute("SELECT file_name, utc_datetime, datetime, prediction, confidence FROM results"
                                " ORDER BY utc_datetime").fetchall()
    return {"imgs/" + name: {"utc": utc, "wall": wall, "labels": labels_of(said), "confidence": confidence}
            for name, utc, wall, said, confidence in rows}


def words(labels):
    """As the command line and frames.csv have labels."""
    return labels if labels == UNSURE else ",".join(labels) or "none"


def labels_of(text):
    return [] if text == "none" else text.split(",")


def stored_labels(day):
    """What the store says that a person said, by frame; read by SQLite alone."""
    with contextlib.closing(sqlite3.connect(day / "birblens.db")) as store:
        rows = store.execute("SELECT frame, kind, labels FROM labels WHERE kind != 0").fetchall()
    return {frame: UNSURE if kind == 1 else json.loads(labels) for frame, kind, labels in rows}


def set_mark(day, frame, flagged, comment):
    with contextlib.closing(sqlite3.connect(day / "birblens.db")) as store, store:
        store.execute("INSERT OR REPLACE INTO marks(frame, flagged, comment) VALUES (?, ?, ?)", (frame, flagged, comment))


def take_back(program, day, frame):
    program.run("label", day, frame, "clear")


def make(program, folder):
    """The prepared day in `folder`/day, and `folder`/fresh: the same without any label."""
    shutil.rmtree(folder, ignore_errors=True)
    fresh, day = folder / "fresh", folder / "day"
    program.run("demo", "--out", fresh)
    frames = list(camera_rows(fresh))
    with contextlib.closing(sqlite3.connect(fresh / "model_results.db")) as database, database:
        for frame in frames[FRAMES:]:
            database.execute("DELETE FROM results WHERE file_name = ?", (frame.removeprefix("imgs/"),))
            (fresh / frame).unlink()
    with Image.open(fresh / TURNED) as picture:
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned clockwise
        # Counterclockwise in the file, so that a reader who heeds the tag sees the photograph upright.
        sideways = io.BytesIO()
        picture.transpose(Image.Transpose.ROTATE_90).save(sideways, "JPEG", quality=95, exif=exif)
    (fresh / TURNED).write_bytes(sideways.getvalue())
    whole = (fresh / DAMAGED).read_bytes()
    (fresh / DAMAGED).write_bytes(whole[:len(whole) // 2])
    shutil.copytree(fresh, day)
    # One by one only where it matters: starting the program is most of the time.
    table = folder / "labels.csv"
    with open(table, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["frame", "true_label"])
        rows.writerows([frame, words(labels)] for frame, labels in LABELS.items() if frame not in (PAIR, DOUBT))
    program.run("label", day, "--from", table)
    for frame in (PAIR, DOUBT):
        program.run("label", day, frame, words(LABELS[frame]))
    if stored_labels(day) != LABELS:
        raise AssertionError(f"the store holds {stored_labels(day)}")
    for frame, (flagged, comment) in MARKS.items():
        set_mark(day, frame, flagged, comment)
    program.run("classify", "--write", "--model", day / "demo_model.pt", day, code=1)  # 1: the damaged one
    (folder / "ready").touch()


class DayTest(unittest.TestCase):
    """Each test has a copy of the prepared day in a folder of its own."""

    program_path = None
    template = None
    kept = {}  # folders of exports, by test class and what was exported

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name).resolve()
        self.program = Program(self.program_path, self.work / "home")
        self.day = self.work / "day"
        shutil.copytree(self.template / "day", self.day)
        self.out = self.work / "out"

    def fresh_day(self, name="fresh"):
        return shutil.copytree(self.template / "fresh", self.work / name)

    def export(self, name, *options, code=0):
        """Exports into self.out; returns what --json says."""
        printed, _ = self.program.run("export", name, self.day, "--out", self.out, "--json", *options, code=code)
        return json.loads(printed, parse_constant=lambda word: self.fail(f"{word} is no JSON"))

    def export_once(self, name, *options, code=0):
        """As export(), of the day as it was prepared: tests of a class that ask for the same have it from the first one."""
        kept = self.kept.setdefault((type(self), name, *options), tempfile.TemporaryDirectory())
        folder = pathlib.Path(kept.name)
        if not (folder / "report.json").exists():
            report = self.export(name, *options, code=code)
            shutil.copytree(self.out, folder / "out")
            (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
        shutil.copytree(folder / "out", self.out, dirs_exist_ok=True)
        return json.loads((folder / "report.json").read_text(encoding="utf-8"))

    def assert_labels_come_back(self, table, wanted=None):
        """`label --from` into a day without labels gives it those of the prepared one."""
        fresh = self.fresh_day("fresh-" + table.name)
        said = self.program.run("label", fresh, "--from", table)
        self.assertEqual(stored_labels(fresh), LABELS if wanted is None else wanted, said)


def main():
    """For the tests beside this file: PROGRAM and the folder of the prepared day, then unittest's arguments."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} PROGRAM [PREPARED-DAY]")
    program = sys.argv.pop(1)
    prepared = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
    with tempfile.TemporaryDirectory() as folder:
        if prepared is None:
            prepared = pathlib.Path(folder) / "prepared"
            make(Program(program, pathlib.Path(folder) / "home"), prepared)
        DayTest.program_path = program
        DayTest.template = prepared.resolve()
        unittest.main()


if __name__ == "__main__":
    where = pathlib.Path(sys.argv[2]).resolve()
    make(Program(sys.argv[1], where.with_name(where.name + "-home")), where)
