"""Reads what an export wrote, with nothing of Birblens, and says what is wrong with it.

usage: read_export.py FORMAT PATH...
Exit code 0 and no output when the format's rules hold.
"""
import csv
import json
import re
import sys
from datetime import datetime

from PIL import Image


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


def read_megadetector(path):
    """https://lila.science/megadetector-output-format"""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    need(isinstance(data["info"]["format_version"], str), "format_version is no string")
    need(1 <= float(data["info"]["format_version"]) < 2, "format_version")
    datetime.strptime(data["info"]["detection_completion_time"], "%Y-%m-%d %H:%M:%S")
    for key in ("detection_categories", "classification_categories"):
        for number, name in data[key].items():
            need(number == str(int(number)) and int(number) >= 0, f"{key}: {number}")
            need(name.strip() and name != "none", f"{key}: {name!r}")
    need("animal" in data["detection_categories"].values(), "no category animal")
    need(len({image["file"] for image in data["images"]}) == len(data["images"]), "a file twice")
    for image in data["images"]:
        need(not image["file"].startswith("/") and "\\" not in image["file"], image["file"])
        if image.get("failure") is not None:
            need(isinstance(image["failure"], str) and image["detections"] is None, str(image))
            continue
        for detection in image["detections"]:
            need(detection["category"] in data["detection_categories"], str(detection))
            need(isinstance(detection["conf"], float) and 0 <= detection["conf"] <= 1, str(detection))
            x, y, width, height = detection["bbox"]
            need(min(x, y, width, height) >= 0 and x + width <= 1 and y + height <= 1, str(detection))
            found = detection.get("classifications", [])
            need(all(number in data["classification_categories"] for number, _ in found), str(found))
            values = [confidence for _, confidence in found]
            need(values == sorted(values, reverse=True), f"not descending: {found}")
            need(all(0 <= value <= 1 for value in values), str(found))


def read_coco(path, day):
    """https://lila.science/coco-camera-traps"""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    for key in ("version", "description", "year", "contributor", "date_created"):
        need(data["info"][key], "info." + key)
    categories = {category["id"]: category["name"] for category in data["categories"]}
    need(categories[0] == "empty", "category 0 is " + categories[0])
    need(len(set(categories.values())) == len(data["categories"]), "a category twice")
    need("none" not in categories.values(), "none became a category")
    images = {image["id"]: image for image in data["images"]}
    need(len(images) == len(data["images"]), "an image id twice")
    sequences = {}
    for image in data["images"]:
        with Image.open(day + "/" + image["file_name"]) as picture:
            need(picture.size == (image["width"], image["height"]), f"size of {image['id']}")
        datetime.strptime(image["datetime"], "%Y-%m-%d %H:%M:%S")
        need(isinstance(image["location"], str) and image["location"], "location")
        sequences.setdefault(image["seq_id"], []).append(image)
    for frames in sequences.values():
        frames.sort(key=lambda frame: frame["frame_num"])
        need(sorted(frame["datetime"] for frame in frames) == [frame["datetime"] for frame in frames], "order")
        for number, frame in enumerate(frames, 1):
            need(frame["frame_num"] == number and frame["seq_num_frames"] == len(frames), str(frame))
    said = {}
    for annotation in data["annotations"]:
        need(annotation["image_id"] in images, "no image " + annotation["image_id"])
        need(annotation["category_id"] in categories, str(annotation))
        need(annotation["sequence_level_annotation"] is False, str(annotation))
        need(0 <= annotation.get("score", 1) <= 1, str(annotation))
        said.setdefault(annotation["image_id"], []).append(annotation["category_id"])
    need(len({annotation["id"] for annotation in data["annotations"]}) == len(data["annotations"]), "ids")
    for numbers in said.values():
        need(len(set(numbers)) == len(numbers), "a category twice on an image")
        need(0 not in numbers or len(numbers) == 1, "empty and something")


READERS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("read_")}

if __name__ == "__main__":
    READERS[sys.argv[1]](*sys.argv[2:])
