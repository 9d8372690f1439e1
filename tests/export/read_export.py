"""Reads what an export wrote, with nothing of Birblens, and says what is wrong with it.

usage: read_export.py FORMAT PATH...
Exit code 0 and no output when the format's rules hold.
"""
import csv
import re
import sys
from datetime import datetime


def need(condition, message):
    if not condition:
        sys.exit(message)


def table(path, columns=None):
    """Rows of an RFC 4180 file as dictionaries; every row as long as the header."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    header = rows[0]
    need(columns is None or header[: len(columns)] == columns, f"{path}: columns {header}")
    need(len(set(header)) == len(header), f"{path}: a column twice in {header}")
    for row in rows[1:]:
        need(len(row) == len(header), f"{path}: {len(row)} fields in {row}")
    return [dict(zip(header, row)) for row in rows[1:]]


def read_training(path):
    """fname,labels,is_valid as pandas and fastai's ColSplitter take it; no event on both sides."""
    rows = table(path + "/labels.csv", ["fname", "labels", "is_valid"])
    need(rows, "no rows")
    moments = []
    for row in rows:
        need(row["is_valid"] in ("True", "False"), f"is_valid of {row}")
        time = re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", row["fname"])
        moments.append((datetime.fromisoformat(time.group()), row["is_valid"]))
        with open(path + "/" + row["fname"], "rb") as file:
            need(file.read(2) == b"\xff\xd8", row["fname"] + " is no JPEG")
    moments.sort()
    for before, after in zip(moments, moments[1:]):
        if (after[0] - before[0]).total_seconds() < 30:
            need(before[1] == after[1], f"one event on both sides at {after[0]}")


CSV_COLUMNS = ["frame", "capture_time", "utc", "camera_prediction", "camera_confidence", "prediction",
               "confidence", "true_label", "state", "event"]


def read_csv(path):
    rows = table(path + "/frames.csv", CSV_COLUMNS)
    need(len({row["frame"] for row in rows}) == len(rows), "a frame twice")
    last = 0
    for row in sorted(rows, key=lambda row: row["capture_time"]):
        datetime.fromisoformat(row["capture_time"])
        if row["utc"]:
            datetime.strptime(row["utc"], "%Y-%m-%dT%H:%M:%SZ")
        need(row["state"] in ("unreviewed", "confirmed", "corrected", "unsure"), row["state"])
        need(bool(row["true_label"]) == (row["state"] in ("confirmed", "corrected")), str(row))
        need(int(row["event"]) - last in (0, 1), f"event {row['event']} after {last}")
        last = int(row["event"])
        for name, value in row.items():
            if value and (name.endswith("confidence") or name not in CSV_COLUMNS):
                need(0 <= float(value) <= 1, f"{name} {value}")


READERS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("read_")}

if __name__ == "__main__":
    READERS[sys.argv[1]](*sys.argv[2:])
