#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a Birb Cam day as large as real ones get, out of a small one.

usage: make_big_day.py SOURCE OUT [--frames 110000] [--seed 1]

SOURCE is a Birb Cam folder with pictures (`birblens demo --out SOURCE`). OUT gets `imgs/` with that many files, hard links
to SOURCE's pictures (so the disk holds them once, but every name is decoded for itself), and `model_results.db` with a row
for each. Frames come a second apart in bursts of 5 to 120, as when the wind blows, with minutes between bursts, over several
days; about one frame in 200 has an animal. Everything is seeded: the same arguments give the same day.
"""
import argparse
import datetime
import os
import pathlib
import random
import sqlite3
import sys

SCHEMA = """CREATE TABLE results(utc_datetime TEXT NOT NULL PRIMARY KEY, datetime TEXT NOT NULL, file_name TEXT NOT NULL,
    prediction TEXT NOT NULL, confidence REAL NOT NULL, true_label TEXT, inaturalist_id INTEGER)"""
UTC_OFFSET = datetime.timedelta(hours=7)


def moments(count, seed):
    """Capture times: bursts of one frame a second between 7 and 18 o'clock."""
    source = random.Random(seed)
    now = datetime.datetime(2021, 1, 11, 7, 0, 0)
    made = 0
    while made < count:
        for _ in range(min(source.randint(5, 120), count - made)):
            yield now
            now += datetime.timedelta(seconds=1)
            made += 1
        now += datetime.timedelta(seconds=source.randint(31, 240) if source.random() < 0.3 else source.randint(2, 30))
        if now.hour >= 18:
            now = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time(7))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--frames", type=int, default=110_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with sqlite3.connect(f"file:{options.source / 'model_results.db'}?mode=ro", uri=True) as known:
        rows = known.execute("SELECT file_name, prediction, confidence FROM results ORDER BY utc_datetime").fetchall()
    rows = [row for row in rows if (options.source / "imgs" / row[0]).is_file()]
    empty = [row for row in rows if row[1] == "none"]
    animals = [row for row in rows if row[1] != "none"]
    if not empty or not animals:
        sys.exit(f"{options.source} has no empty frames or no animals: write one with birblens demo --out")
    images = options.out / "imgs"
    images.mkdir(parents=True)
    source = random.Random(options.seed)
    database = sqlite3.connect(options.out / "model_results.db")
    database.execute(SCHEMA)
    for time in moments(options.frames, options.seed):
        name, prediction, confidence = source.choice(animals if source.random() < 0.005 else empty)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S")
        file_name = f"{stamp}_{prediction.replace(',', '_')}.jpg"
        os.link(options.source / "imgs" / name, images / file_name)
        utc = (time + UTC_OFFSET).strftime("%Y-%m-%dT%H:%M:%S")
        database.execute("INSERT INTO results VALUES(?, ?, ?, ?, ?, NULL, NULL)",
                         (utc, stamp, file_name, prediction, confidence))
    database.commit()
    database.close()


if __name__ == "__main__":
    main()
