#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""MegaDetector's JSON, COCO Camera Traps and Camtrap DP: by their published rules, and with the values of the day."""
import csv
import json
from datetime import datetime

from PIL import Image, ImageOps

import camtrap_schema
from prepared import (ACCENT, DAMAGED, DOUBT, LABELS, MARKS, NONE, SPECIES, TURNED, UNSURE, DayTest, camera_rows, main)


def said_of(day):
    """Labels by frame: a person's word before the camera's; None where a person was unsure, nothing of the damaged one."""
    said = {frame: row["labels"] for frame, row in camera_rows(day).items() if frame != DAMAGED}
    return {frame: None if labels == UNSURE else labels for frame, labels in {**said, **LABELS}.items()}


class MegaDetector(DayTest):
    def read(self):
        report = self.export_once("megadetector", code=1)  # 1: the damaged frame
        self.assertEqual([failure["frame"] for failure in report["failures"]], [DAMAGED])
        with open(self.out / "megadetector.json", encoding="utf-8") as file:
            return json.load(file, parse_constant=self.fail)

    def test_format_1_6(self):
        data = self.read()
        info = data["info"]
        self.assertEqual(info["format_version"], "1.6")
        self.assertTrue(info["detector"])
        for name in ("detection_completion_time", "classification_completion_time"):
            datetime.strptime(info[name], "%Y-%m-%d %H:%M:%S")
        # The lowest threshold of the demo model.
        self.assertEqual(info["detector_metadata"]["typical_detection_threshold"], 0.5)
        self.assertEqual(info["classifier_metadata"]["typical_classification_threshold"], 0.5)
        self.assertEqual(data["detection_categories"], {"1": "animal"})
        self.assertEqual(set(data["classification_category_descriptions"]), set(data["classification_categories"]))
        by_name = {name: data["classification_category_descriptions"][number]
                   for number, name in data["classification_categories"].items()}
        self.assertLessEqual(SPECIES.items(), by_name.items())

    def test_one_class_per_detection(self):
        data = self.read()
        names = data["classification_categories"]
        found = {}
        for image in data["images"]:
            frame = image["file"]
            self.assertNotIn(frame, found)
            if "failure" in image:
                self.assertEqual(frame, DAMAGED)
                self.assertIn("cut off", image["failure"])
                self.assertIsNone(image["detections"])
                continue
            found[frame] = []
            for detection in image["detections"]:
                self.assertEqual((detection["category"], detection["bbox"]), ("1", [0, 0, 1, 1]))
                self.assertIsInstance(detection["conf"], float)
                if LABELS.get(frame) == UNSURE:
                    self.assertNotIn("classifications", detection)
                    continue
                ((number, confidence),) = detection["classifications"]
                self.assertEqual(confidence, detection["conf"])
                found[frame].append(names[number])
                if frame in LABELS:
                    self.assertEqual(confidence, 1)
                else:
                    self.assertTrue(0.5 <= confidence <= 1, f"{frame}: {confidence}")
        wanted = {frame: sorted(labels or []) for frame, labels in said_of(self.day).items()}
        self.assertEqual({frame: sorted(labels) for frame, labels in found.items()}, wanted)

    def test_labels_come_back(self):
        self.read()
        self.assert_labels_come_back(self.out / "megadetector.json")


class Coco(DayTest):
    def read(self):
        self.export_once("coco", code=1)
        with open(self.out / "coco_camera_traps.json", encoding="utf-8") as file:
            return json.load(file, parse_constant=self.fail)

    def test_images_are_as_a_person_sees_them(self):
        data = self.read()
        self.assertEqual([image["id"] for image in data["images"]], list(range(1, len(data["images"]) + 1)))
        camera = camera_rows(self.day)
        self.assertEqual({image["file_name"] for image in data["images"]}, set(camera))
        for image in data["images"]:
            frame = image["file_name"]
            with Image.open(self.day / frame) as picture:
                if frame == TURNED:
                    self.assertEqual(picture.size, (640, 480))
                self.assertEqual((image["width"], image["height"]), ImageOps.exif_transpose(picture).size if frame != DAMAGED
                                 else picture.size, frame)
            self.assertEqual(image["datetime"], camera[frame]["wall"].replace("T", " "))
            flagged, comment = MARKS.get(frame, (False, ""))
            self.assertEqual((image.get("flagged", False), image.get("comment", "")), (flagged, comment))
            self.assertEqual(image.get("corrupt", False), frame == DAMAGED)

    def test_annotations_are_the_labels(self):
        data = self.read()
        names = {category["id"]: category["name"] for category in data["categories"]}
        self.assertEqual(names[0], "empty")
        images = {image["id"]: image for image in data["images"]}
        self.assertEqual(len({annotation["id"] for annotation in data["annotations"]}), len(data["annotations"]))
        found = {}
        for annotation in data["annotations"]:
            image = images[annotation["image_id"]]
            name = names[annotation["category_id"]]
            found.setdefault(image["file_name"], []).append(name)
            self.assertEqual("score" in annotation, image["file_name"] not in LABELS)
            self.assertEqual(annotation["iscrowd"], 0)
            width, height = (0, 0) if name == "empty" else (image["width"], image["height"])
            self.assertEqual(annotation["area"], width * height)
            self.assertEqual(annotation.get("bbox", [0, 0, 0, 0]), [0, 0, width, height])
        wanted = {frame: ["unknown"] if labels is None else labels or ["empty"]
                  for frame, labels in said_of(self.day).items()}
        self.assertEqual({frame: sorted(labels) for frame, labels in found.items()},
                         {frame: sorted(labels) for frame, labels in wanted.items()})


class Camtrap(DayTest):
    def read(self):
        self.export_once("camtrap", "--latitude", "47.5", "--longitude", "-122.25", "--place", "Garden")
        folder = self.out / "camtrap-dp"
        with open(folder / "datapackage.json", encoding="utf-8") as file:
            package = json.load(file, parse_constant=self.fail)
        tables = {}
        for resource in package["resources"]:
            self.assertIn(f"/1.0.2/{resource['name']}-table-schema.json", resource["schema"])
            with open(folder / resource["path"], newline="", encoding=resource["encoding"]) as file:
                tables[resource["name"]] = list(csv.DictReader(file, strict=True))
        return package, tables

    def check_field(self, where, field, text):
        rules = field.get("constraints", {})
        if not text:
            self.assertFalse(rules.get("required"), where)
            return
        if field["type"] in ("number", "integer"):
            value = int(text) if field["type"] == "integer" else float(text)
            self.assertTrue(rules.get("minimum", value) <= value <= rules.get("maximum", value), f"{where}: {text}")
        elif field["type"] == "boolean":
            self.assertIn(text, ("true", "false"), where)
        elif field["type"] == "datetime":
            datetime.strptime(text, field["format"])
        self.assertIn(text, rules.get("enum", [text]), where)
        if "pattern" in rules:
            self.assertRegex(text, rules["pattern"], where)

    def test_tables_are_as_the_schemas_say(self):
        _, tables = self.read()
        self.assertEqual(list(tables), list(camtrap_schema.TABLES))
        for name, rows in tables.items():
            fields = camtrap_schema.TABLES[name]
            self.assertEqual(list(rows[0]), list(fields))
            primary, foreign = camtrap_schema.KEYS[name]
            self.assertEqual(len({row[primary] for row in rows}), len(rows))
            for row in rows:
                for field, rules in fields.items():
                    self.check_field(f"{name}.{field} of {row[primary]}", rules, row[field])
                for field, table in foreign:
                    known = {other[camtrap_schema.KEYS[table][0]] for other in tables[table]}
                    self.assertTrue(row[field] in known or field == "mediaID" and not row[field], str(row))

    def test_values_are_the_days(self):
        package, tables = self.read()
        camera = camera_rows(self.day)
        (deployment,) = tables["deployments"]
        self.assertEqual((float(deployment["latitude"]), float(deployment["longitude"])), (47.5, -122.25))
        self.assertEqual(deployment["locationName"], "Garden")
        self.assertEqual(deployment["timestampIssues"], "false")  # Birb Cam's database knows UTC
        walls = [row["wall"] for row in camera.values()]
        self.assertEqual(deployment["deploymentStart"], min(walls) + "-07:00")
        self.assertEqual(deployment["deploymentEnd"], max(walls) + "-07:00")
        self.assertEqual({row["filePath"] for row in tables["media"]}, set(camera))
        for row in tables["media"]:
            frame = row["filePath"]
            moment = datetime.strptime(row["timestamp"], "%Y-%m-%dT%H:%M:%S%z")
            self.assertEqual(moment, datetime.fromisoformat(camera[frame]["utc"] + "+00:00"), frame)
            flagged, comment = MARKS.get(frame, (False, ""))
            self.assertEqual((row["favorite"], row["mediaComments"]), (str(flagged).lower(), comment))
        self.assertEqual({taxon["scientificName"] for taxon in package["taxonomic"]}, set(SPECIES.values()))

        media = {row["mediaID"]: row["filePath"] for row in tables["media"]}
        found = {}
        for row in tables["observations"]:
            if row["observationLevel"] == "media":
                found.setdefault(media[row["mediaID"]], []).append(row)
        said = said_of(self.day)
        for frame, rows in found.items():
            if frame == DAMAGED:
                continue
            labels = said[frame]
            if not labels:
                self.assertEqual([row["observationType"] for row in rows], ["unknown" if labels is None else "blank"], frame)
            else:
                # A bar separates tags.
                tags = sorted("label:" + name.replace("|", "/") for name in labels)
                self.assertEqual(sorted(row["observationTags"] for row in rows), tags)
                self.assertEqual(sorted(row["scientificName"] for row in rows), sorted(SPECIES.get(name, "") for name in labels))
            self.assertEqual({row["classificationMethod"] for row in rows}, {"human" if frame in LABELS else "machine"}, frame)
        self.assertEqual(set(found), set(camera))
        for frame in (NONE, ACCENT, DOUBT):
            self.assertEqual([row["classificationProbability"] for row in found[frame]], [""])


if __name__ == "__main__":
    main()
