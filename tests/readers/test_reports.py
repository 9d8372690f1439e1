#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as XML that needs nothing else, and what commands say with --json."""
import base64
import io
import json
import math
import xml.etree.ElementTree

from PIL import Image

from prepared import BIRD, CORRECTED, DAMAGED, LABELS, MARKS, SQUIRREL, UNSURE, VOCABULARY, DayTest, camera_rows, main

HTML = "{http://www.w3.org/1999/xhtml}"
PICTURE = "data:image/jpeg;base64,"


class Report(DayTest):
    def read(self, *options, code=0):
        self.export("html", *options, code=code)
        return xml.etree.ElementTree.parse(self.out / "report.html").getroot()

    def test_it_needs_nothing_from_elsewhere(self):
        root = self.read("--model", self.day / "demo_model.pt", "--place", "Garden & <Porch>", "--frame", BIRD, "--frame", CORRECTED)
        self.assertEqual(root.tag, HTML + "html")
        self.assertIn("Garden & <Porch>", root.findtext(f"{HTML}head/{HTML}title"))
        style = "".join(element.text for element in root.iter(HTML + "style"))
        self.assertNotIn("url(", style)
        self.assertNotIn("@import", style)
        for element in root.iter():
            self.assertNotIn(element.tag.removeprefix(HTML), ("script", "link", "iframe", "object", "embed", "base", "form"))
            for name, value in element.items():
                self.assertFalse(name.startswith("on"), name)
                if name.rsplit("}")[-1] in ("src", "href", "srcset", "data", "poster", "action"):
                    self.assertTrue(value.startswith((PICTURE, "#")), f"{name}={value[:60]}")
        images = list(root.iter(HTML + "img"))
        self.assertGreaterEqual(len(images), 2)  # the frame that is falsely a chickadee, and its overlay
        for image in images:
            with Image.open(io.BytesIO(base64.b64decode(image.get("src").removeprefix(PICTURE), validate=True))) as picture:
                picture.load()

    def test_it_says_what_the_day_says(self):
        root = self.read()
        numbers = {dt.text: dd.text for dt, dd in
                   ((div.find(HTML + "dt"), div.find(HTML + "dd")) for div in root.iter(HTML + "div"))
                   if dt is not None and dd is not None}
        self.assertEqual(numbers["frames"], str(len(camera_rows(self.day))))
        self.assertEqual(numbers["unsure"], "1")
        self.assertEqual(int(numbers["confirmed"]) + int(numbers["corrected"]),
                         sum(labels != UNSURE for labels in LABELS.values()))
        text = "".join(root.itertext())
        for _, comment in MARKS.values():
            self.assertIn(comment, text)
        for labels in LABELS.values():
            if labels != UNSURE and len(labels) == 1:
                self.assertIn(labels[0], text)


def strict(text):
    """JSON without NaN, and no name twice in one object."""
    def refuse(word):
        raise ValueError(f"{word} is no JSON")

    def unique(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError(f"a name twice: {pairs}")
        return dict(pairs)
    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


class Json(DayTest):
    def test_classify_says_which_frames_failed(self):
        printed, _ = self.program.run("classify", "--json", "--model", self.day / "demo_model.pt", self.day, code=1)
        rows = {row["frame"]: row for row in strict(printed)}
        camera = camera_rows(self.day)
        self.assertEqual(set(rows), set(camera))
        failed = [frame for frame, row in rows.items() if "failure" in row]
        self.assertEqual(failed, [DAMAGED])
        self.assertRegex(rows[DAMAGED]["failure"], "cut off")
        for frame, row in rows.items():
            if frame == DAMAGED:
                continue
            self.assertEqual([one["name"] for one in row["classes"]], VOCABULARY)
            for one in row["classes"]:
                # Sigmoid of the logit: the demo model is multi-label.
                self.assertAlmostEqual(one["probability"], 1 / (1 + math.exp(-one["logit"])), places=5)
            self.assertEqual(row["prediction"], [one["name"] for one in row["classes"] if one["probability"] >= 0.5])
            self.assertEqual(row["prediction"], camera[frame]["labels"], frame)

    def test_export_says_which_frames_failed(self):
        for format_name in ("annotated", "coco"):
            printed, _ = self.program.run("export", format_name, self.day, "--out", self.out / format_name, "--json", "--model",
                                          self.day / "demo_model.pt", "--frame", DAMAGED, "--frame", SQUIRREL, code=1)
            report = strict(printed)
            ((failure,), written) = report["failures"], report["written"]
            self.assertEqual((report["failed"], failure["frame"]), (1, DAMAGED))
            self.assertIn("cut off", failure["failure"])
            self.assertEqual(len(written), 1)


if __name__ == "__main__":
    main()
