#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole demo day, labelled, and every export of it, for readers that packaging/test-readers installs.

usage: outside_exports.py PROGRAM FOLDER
Makes FOLDER/day, FOLDER/labels.json (what a person said, by frame) and the exports in FOLDER/next.
"""
import csv
import json
import pathlib
import shutil
import sys

from prepared import LABELS, MARKS, Program, camera_rows, set_mark, stored_labels, words

FORMATS = ("csv", "timelapse", "megadetector", "coco", "camtrap", "training", "inaturalist", "html")


def main(program_path, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    program = Program(program_path, folder / "home")
    day = folder / "day"
    program.run("demo", "--out", day)
    # Every frame as the camera saw it, and between them labels that are hard to write.
    labels = {**{frame: row["labels"] for frame, row in camera_rows(day).items()}, **LABELS}
    with open(folder / "labels.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["frame", "true_label"])
        rows.writerows([frame, words(said)] for frame, said in labels.items())
    program.run("label", day, "--from", folder / "labels.csv")
    if stored_labels(day) != labels:
        sys.exit("outside_exports.py: the labels are not those of the table")
    for frame, (flagged, comment) in MARKS.items():
        set_mark(day, frame, flagged, comment)
    program.run("classify", "--write", "--model", day / "demo_model.pt", day)
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    for name in FORMATS:
        where = ["--latitude", "47.5", "--longitude", "-122.25"] if name in ("camtrap", "inaturalist") else []
        program.run("export", name, day, "--out", folder / "next", *where)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]).resolve())
