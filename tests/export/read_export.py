# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what an export wrote, with nothing of Birblens, and says what is wrong with it.

usage: read_export.py FORMAT PATH...
Exit code 0 and no output when the format's rules hold.
"""
import base64
import csv
import glob
import io
import json
import re
import sys
import urllib.parse
import xml.etree.ElementTree
from datetime import datetime

import numpy
from PIL import Image, ImageOps


def need(condition, message):
    if not condition:
        sys.exit(message)


def table(path, columns=None, encoding="utf-8"):
    """Rows of an RFC 4180 file as dictionaries; every row as long as the header."""
    with open(path, newline="", encoding=encoding) as file:
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
               "confidence", "true_label", "state", "event", "flagged", "comment", "time_source"]


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
        need(row["flagged"] in ("true", "false"), row["flagged"])
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
    need(float(data["info"]["format_version"]) >= 1.6, "format_version")
    need(set(data["classification_category_descriptions"]) == set(data["classification_categories"]), "descriptions")
    if "classifier" in data["info"]:
        datetime.strptime(data["info"]["classification_completion_time"], "%Y-%m-%d %H:%M:%S")
        need(0 < data["info"]["detector_metadata"]["typical_detection_threshold"] < 1, "detector_metadata")
        need(0 < data["info"]["classifier_metadata"]["typical_classification_threshold"] < 1, "classifier_metadata")
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
            need(len(found) <= 1, f"several classes in one detection: {found}")
            need(all(value == detection["conf"] for _, value in found), f"conf of {detection}")
        said = [detection["classifications"] for detection in image["detections"] if "classifications" in detection]
        values = [value for ((_, value),) in said]
        need(values == sorted(values, reverse=True), f"not descending: {said}")
        need(len({number for ((number, _),) in said}) == len(said), f"a class twice: {said}")


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
        need(isinstance(image["id"], int) and isinstance(image["width"], int), str(image))
        if image.get("corrupt"):
            need(image["failure"], f"no reason for {image['id']}")
        else:
            with Image.open(day + "/" + image["file_name"]) as picture:
                upright = ImageOps.exif_transpose(picture)
                need(upright.size == (image["width"], image["height"]), f"size of {image['id']}")
        datetime.strptime(image["datetime"], "%Y-%m-%d %H:%M:%S")
        need(image.get("flagged", True) is True and image.get("comment", "x"), str(image))
        need(isinstance(image["location"], str) and image["location"], "location")
        sequences.setdefault(image["seq_id"], []).append(image)
    for frames in sequences.values():
        frames.sort(key=lambda frame: frame["frame_num"])
        need(sorted(frame["datetime"] for frame in frames) == [frame["datetime"] for frame in frames], "order")
        for number, frame in enumerate(frames):
            need(frame["frame_num"] == number and frame["seq_num_frames"] == len(frames), str(frame))
    said = {}
    for annotation in data["annotations"]:
        need(annotation["image_id"] in images, f"no image {annotation['image_id']}")
        image = images[annotation["image_id"]]
        need(not image.get("corrupt"), f"said of a corrupt one: {annotation['image_id']}")
        need(isinstance(annotation["id"], int) and annotation["iscrowd"] == 0, str(annotation))
        if annotation["category_id"] == 0:
            need(annotation["bbox"] == [0, 0, 0, 0] and annotation["area"] == 0, str(annotation))
        else:
            need(annotation["bbox"] == [0, 0, image["width"], image["height"]], str(annotation))
            need(annotation["area"] == image["width"] * image["height"], str(annotation))
        need(annotation["category_id"] in categories, str(annotation))
        need(annotation["sequence_level_annotation"] is False, str(annotation))
        need(0 <= annotation.get("score", 1) <= 1, str(annotation))
        said.setdefault(annotation["image_id"], []).append(annotation["category_id"])
    need(len({annotation["id"] for annotation in data["annotations"]}) == len(data["annotations"]), "ids")
    for numbers in said.values():
        need(len(set(numbers)) == len(numbers), "a category twice on an image")
        need(0 not in numbers or len(numbers) == 1, "empty and something")


def read_camtrap(path):
    """https://camtrap-dp.tdwg.org, 1.0.2: the profile and the three table schemas."""
    with open(path + "/datapackage.json", encoding="utf-8") as file:
        package = json.load(file)
    for key in ("resources", "profile", "created", "contributors", "project", "spatial", "temporal", "taxonomic"):
        need(key in package, "no " + key)
    need("/camtrap-dp/1.0.2/" in package["profile"], package["profile"])
    need(re.fullmatch(r"[-a-z0-9._/]+", package["name"]), package["name"])
    need(package["contributors"] and all(who["title"] for who in package["contributors"]), "contributors")
    datetime.strptime(package["created"], "%Y-%m-%dT%H:%M:%SZ")
    for key in ("start", "end"):
        datetime.strptime(package["temporal"][key], "%Y-%m-%d")
    project = package["project"]
    need(project["samplingDesign"] == "opportunistic" and project["individualAnimals"] is False, str(project))
    need(project["captureMethod"] == ["activityDetection"], str(project))
    need(set(project["observationLevel"]) == {"media", "event"}, str(project))
    tables = {}
    for resource in package["resources"]:
        need(resource["profile"] == "tabular-data-resource", str(resource))
        need(resource["schema"].endswith(f"/1.0.2/{resource['name']}-table-schema.json"), str(resource))
        tables[resource["name"]] = table(f"{path}/{resource['path']}")
    need(set(tables) == {"deployments", "media", "observations"}, str(set(tables)))

    def moment(text):
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")

    deployments = {row["deploymentID"]: row for row in tables["deployments"]}
    for row in deployments.values():
        need(-90 <= float(row["latitude"]) <= 90 and -180 <= float(row["longitude"]) <= 180, str(row))
        need(moment(row["deploymentStart"]) <= moment(row["deploymentEnd"]), str(row))
        need(row["timestampIssues"] in ("true", "false"), str(row))
    media = {row["mediaID"]: row for row in tables["media"]}
    need(len(media) == len(tables["media"]), "a mediaID twice")
    for row in media.values():
        where = deployments[row["deploymentID"]]
        need(moment(where["deploymentStart"]) <= moment(row["timestamp"]) <= moment(where["deploymentEnd"]), str(row))
        need(row["filePath"][0] not in "./~" and ".." not in row["filePath"], row["filePath"])
        need(urllib.parse.unquote(row["filePath"]).endswith(row["fileName"]), row["filePath"])
        need(row["filePublic"] in ("true", "false") and row["fileMediatype"].startswith("image/"), str(row))
        need(row["captureMethod"] == "activityDetection", str(row))
        need(row["favorite"] in ("true", "false"), str(row))
    names = {taxon["scientificName"] for taxon in package["taxonomic"]}
    rows = tables["observations"]
    need(len(rows[0]) == 28 and len({row["observationID"] for row in rows}) == len(rows), "observationID")
    seen = set()
    for row in rows:
        need(row["deploymentID"] in deployments and row["eventID"], str(row))
        need(row["observationLevel"] == ("media" if row["mediaID"] else "event"), str(row))
        need(not row["mediaID"] or row["mediaID"] in media, str(row))
        need(moment(row["eventStart"]) <= moment(row["eventEnd"]), str(row))
        need(row["observationType"] in ("animal", "blank", "unknown", "unclassified"), str(row))
        need(row["scientificName"] == "" or row["scientificName"] in names, str(row))
        need(row["observationType"] == "animal" or not row["scientificName"] + row["observationTags"], str(row))
        need(row["classificationMethod"] in ("human", "machine", ""), str(row))
        if row["classificationProbability"]:
            need(row["classificationMethod"] == "machine", str(row))
            need(0 <= float(row["classificationProbability"]) <= 1, str(row))
        seen.add((row["observationLevel"], row["mediaID"] or row["eventID"]))
    need({key for level, key in seen if level == "media"} == set(media), "a medium without an observation")
    need({key for level, key in seen if level == "event"} == {row["eventID"] for row in rows}, "an event without one")
    need(names == {row["scientificName"] for row in rows} - {""}, "taxonomic")


def read_timelapse(path, day):
    rows = table(path, ["File", "RelativePath", "DateTime", "DeleteFlag"])
    names = list(rows[0])
    need(names[-3:] == ["Flag", "Comment", "Note"], str(names))
    labels = names[4:-3]
    need(all(re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) and name != "none" for name in labels), str(labels))
    for row in rows:
        datetime.strptime(row["DateTime"], "%Y-%m-%d %H:%M:%S")
        need("/" not in row["RelativePath"] + row["File"], str(row))
        open("/".join([day, row["RelativePath"].replace("\\", "/"), row["File"]]), "rb").close()
        need(row["DeleteFlag"] == "false" and row["Flag"] in ("true", "false"), str(row))
        need(all(row[name] in ("true", "false") for name in labels), str(row))
        found = [name for name in labels if row[name] == "true"]
        if row["Note"].startswith("labels: "):
            words = [word.split("=")[0] for word in row["Note"][8:].split(", ")]
            need(set(words) == set(found), str(row))
        else:
            need(not found or row["Note"].startswith("machine: "), str(row))


def read_inaturalist(path, *names):
    rows = table(path, ["Taxon name", "Date observed", "Description", "Place name", "Latitude / y coord / northing",
                        "Longitude / x coord / easting", "Tags", "Geoprivacy"], "iso-8859-1")
    need([row["Taxon name"] for row in rows] == list(names), str([row["Taxon name"] for row in rows]))
    for row in rows:
        datetime.strptime(row["Date observed"], "%Y-%m-%d %H:%M:%S")
        need(row["Geoprivacy"] in ("open", "obscured", "private"), str(row))
        need(row["Taxon name"] and row["Tags"] and row["Tags"] != "none", str(row))
        for degrees, limit in ((row["Latitude / y coord / northing"], 90), (row["Longitude / x coord / easting"], 180)):
            need(degrees == "" or -limit <= float(degrees) <= limit, str(row))


def read_xmp(path, rating, comment, *labels):
    spaces = {"x": "adobe:ns:meta/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
              "xmp": "http://ns.adobe.com/xap/1.0/", "dc": "http://purl.org/dc/elements/1.1/",
              "lr": "http://ns.adobe.com/lightroom/1.0/"}
    root = xml.etree.ElementTree.parse(path).getroot()
    need(root.tag == "{adobe:ns:meta/}xmpmeta", root.tag)
    about = root.find("rdf:RDF/rdf:Description", spaces)
    need(about.get("{%s}about" % spaces["rdf"]) == "", "rdf:about")
    words = [item.text for item in about.findall("dc:subject/rdf:Bag/rdf:li", spaces)]
    need(words == list(labels), f"dc:subject {words}")
    levels = [item.text.split("|") for item in about.findall("lr:hierarchicalSubject/rdf:Bag/rdf:li", spaces)]
    need([level[2] for level in levels] == words, f"lr:hierarchicalSubject {levels}")
    need(all(level[0] == "Birblens" and len(level) == 3 for level in levels), str(levels))
    given = about.get("{%s}Rating" % spaces["xmp"]) or about.findtext("xmp:Rating", "", spaces)
    need(given == rating, f"xmp:Rating {given}")
    texts = about.findall("dc:description/rdf:Alt/rdf:li", spaces)
    need([text.text for text in texts] == ([comment] if comment else []), "dc:description")
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    need(all(text.get(language) == "x-default" for text in texts), "dc:description without a language")


HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
DATA = "data:image/jpeg;base64,"


def read_html(path, title, pictures, *texts):
    """Well-formed, nothing from elsewhere, no script, every picture whole and described."""
    root = xml.etree.ElementTree.parse(path).getroot()
    need(root.tag == HTML + "html" and root.get("lang") == "en", root.tag)
    need(root.findtext(f"{HTML}head/{HTML}title") == title, "title")
    need([h.text for h in root.iter(HTML + "h1")] == [title], "h1")
    style = root.findtext(f"{HTML}head/{HTML}style")
    for part in ("prefers-color-scheme: dark", "@media print"):
        need(part in style, part)
    need("url(" not in style and "@import" not in style, "style")
    images = list(root.iter(HTML + "img"))
    need(len(images) == int(pictures), f"{len(images)} pictures")
    for element in root.iter():
        need(element.tag.split("}")[1] not in ("script", "link", "iframe", "object", "a"), element.tag)
        for name, value in element.items():
            need(not name.startswith("on"), name)
            need("//" not in value or value.startswith(DATA), f"{name} {value[:60]}")
    for image in images:
        need(image.get("alt").strip(), "a picture without a text")
        need(image.get("src").startswith(DATA), image.get("src")[:40])
        with Image.open(io.BytesIO(base64.b64decode(image.get("src")[len(DATA):]))) as picture:
            picture.load()
            need(picture.size == (int(image.get("width")), int(image.get("height"))), str(picture.size))
            need(picture.height <= 480, str(picture.size))
    for head in root.iter(HTML + "th"):
        need(head.get("scope") in ("col", "row") and "".join(head.itertext()), "a header without a scope")
    for row in root.iter(HTML + "tr"):
        need(len(row) == 9, f"{len(row)} cells")
    for drawing in root.iter(SVG + "svg"):
        if drawing.get("aria-hidden") == "true":
            continue
        need(drawing.get("role") == "img" and drawing.get("aria-label"), "a plot without a text")
        need(len(drawing.findall(SVG + "text")) > 3, "a plot without words")
    said = ["".join(element.itertext()).strip() for element in root.iter()]
    for text in texts:
        need(any(text in part for part in said), "nowhere: " + text)


def difference(picture, part, photo):
    """Mean over a part of a film's picture of how far it is from the photograph, in grey levels."""
    x, y, width, height = (int(number) for number in part.split(","))
    seen = numpy.asarray(picture.crop((x, y, x + width, y + height)), float)
    with Image.open(photo) as original:
        scaled = original.convert("RGB").resize((width, height), Image.BILINEAR)
    return abs(seen - numpy.asarray(scaled, float)).mean()


def read_film(path, milliseconds, size, photo, overlay, *frames):
    """A picture per frame, each for so long; the frame in one part, its overlay in the other."""
    if "*" in path:
        pictures = [Image.open(name).convert("RGB") for name in sorted(glob.glob(path))]
    else:
        with Image.open(path) as film:
            need(film.info["loop"] == 0, "it ends")
            pictures = []
            for number in range(film.n_frames):
                film.seek(number)
                film.load()
                need(film.info["duration"] == int(milliseconds), f"{film.info['duration']} ms")
                pictures.append(film.convert("RGB"))
    need(len(pictures) == len(frames), f"{len(pictures)} pictures")
    for picture, frame in zip(pictures, frames):
        need("%dx%d" % picture.size == size, str(picture.size))
        others = [difference(picture, photo, other) for other in frames if other != frame]
        own = difference(picture, photo, frame)
        need(own < 12 and own < min(others) / 2, f"{frame}: {own} {others}")
        if overlay:
            need(difference(picture, overlay, frame) > 20, f"{frame}: no overlay")
        # Words over the photograph and under it: not one colour.
        x, y, width, height = (int(number) for number in photo.split(","))
        for top, bottom in ((0, y), (y + height, picture.height)):
            strip = numpy.asarray(picture.crop((x, top, x + width, bottom)).convert("L"), float)
            need(strip.max() - strip.min() > 80, f"{frame}: no words from {top} to {bottom}")


READERS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("read_")}

if __name__ == "__main__":
    READERS[sys.argv[1]](*sys.argv[2:])
