#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""frames.csv, timelapse.csv and a training set's labels.csv, as pandas reads them, and what comes back from them."""
import csv

import pandas
from PIL import Image

from prepared import (ACCENT, DAMAGED, DOUBT, LABELS, MARKS, NONE, PAIR, SCRIPT, SQUIRREL, UNSURE, VOCABULARY, DayTest,
                      camera_rows, labels_of, main, words)


def guarded(text):
    """What a spreadsheet would take for a formula has an apostrophe before it."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") and text else text


class Frames(DayTest):
    def read(self, *options):
        self.assertEqual(self.export_once("csv", *options)["failures"], [])
        table = pandas.read_csv(self.out / "frames.csv", keep_default_na=False, encoding="utf-8")
        return table.set_index("frame")

    def test_pandas_reads_what_the_day_says(self):
        table = self.read()
        camera = camera_rows(self.day)
        self.assertEqual(sorted(table.index), sorted(camera))
        self.assertEqual(list(table.columns[-4:]), VOCABULARY)
        for frame, row in table.iterrows():
            said = camera[frame]
            self.assertEqual(row["capture_time"], said["wall"], frame)
            self.assertEqual(row["utc"], said["utc"] + "Z", frame)
            self.assertEqual(row["camera_prediction"], ",".join(said["labels"]) or "none", frame)
            self.assertAlmostEqual(float(row["camera_confidence"]), said["confidence"], delta=5.1e-7, msg=frame)
            wanted = LABELS.get(frame)
            label = "" if wanted in (None, UNSURE) else guarded(words(wanted))
            self.assertEqual(row["true_label"], label, frame)
            flagged, comment = MARKS.get(frame, (False, ""))
            self.assertEqual((bool(row["flagged"]), row["comment"]), (flagged, guarded(comment)), frame)
        self.assertEqual(table["flagged"].dtype, bool)
        states = {frame: row["state"] for frame, row in table.iterrows() if row["state"] != "unreviewed"}
        self.assertEqual(set(states), set(LABELS))
        self.assertEqual((states[NONE], states[ACCENT], states[DOUBT], states[SQUIRREL]),
                         ("confirmed", "corrected", "unsure", "confirmed"))

    def test_numbers_are_numbers(self):
        table = self.read().drop(DAMAGED)
        camera = camera_rows(self.day)
        chances = table[VOCABULARY].apply(pandas.to_numeric)
        self.assertTrue(((chances >= 0) & (chances <= 1)).all().all())
        # The model is the camera's: it says the same of pictures that are the same.
        for frame in (NONE, PAIR, SCRIPT):
            said = camera[frame]
            seen = [name for name in VOCABULARY if chances.loc[frame, name] >= 0.5]
            self.assertEqual(seen, said["labels"], frame)
            self.assertAlmostEqual(float(table.loc[frame, "confidence"]), said["confidence"], delta=2e-3, msg=frame)

    def test_visits_are_numbered_in_the_order_of_capture(self):
        table = self.read().sort_values("capture_time")
        times = pandas.to_datetime(table["capture_time"])
        begins = times.diff() >= pandas.Timedelta(seconds=30)
        self.assertEqual(list(table["event"]), list(begins.cumsum() + 1))

    def test_plain_text_is_as_it_was_typed(self):
        table = self.read("--plain")
        for frame, labels in LABELS.items():
            self.assertEqual(table.loc[frame, "true_label"], "" if labels == UNSURE else words(labels))
        for frame, (_, comment) in MARKS.items():
            self.assertEqual(table.loc[frame, "comment"], comment)

    def test_labels_come_back(self):
        self.export_once("csv")
        self.assert_labels_come_back(self.out / "frames.csv")


class Timelapse(DayTest):
    def read(self):
        self.export_once("timelapse")
        return pandas.read_csv(self.out / "timelapse.csv", keep_default_na=False, encoding="utf-8", dtype=str)

    def test_pandas_reads_what_the_day_says(self):
        table = self.read()
        camera = camera_rows(self.day)
        for _, row in table.iterrows():
            frame = row["RelativePath"].replace("\\", "/") + "/" + row["File"]
            said = camera.pop(frame)
            self.assertEqual(row["DateTime"], said["wall"].replace("T", " "), frame)
            self.assertEqual(row["DeleteFlag"], "false")
            flagged, comment = MARKS.get(frame, (False, ""))
            self.assertEqual((row["Flag"], row["Comment"]), (str(flagged).lower(), comment), frame)
            labels = LABELS.get(frame, said["labels"] if frame != DAMAGED else [])
            labels = [] if labels == UNSURE else labels
            for name in VOCABULARY:
                self.assertEqual(row[name], str(name in labels).lower(), f"{name} of {frame}")
            self.assertEqual(sum(row[name] == "true" for name in table.columns[4:-3]), len(labels), frame)
        self.assertEqual(camera, {})

    def test_labels_come_back_from_another_order_with_every_cell_quoted(self):
        table = self.read().iloc[::-1]
        saved = self.work / "saved.csv"
        # As Timelapse saves it: its own column in front, True and False with capitals.
        table.insert(0, "RootFolder", "day")
        for name in table.columns:
            table[name] = table[name].replace({"true": "True", "false": "False"})
        table.to_csv(saved, index=False, quoting=csv.QUOTE_ALL, encoding="utf-8-sig", lineterminator="\r\n")
        self.assert_labels_come_back(saved)

    def test_what_was_ticked_there_counts(self):
        """Labels of a person there: on a frame without one, another one, and one more beside it."""
        table = self.read()
        table["frame"] = "imgs/" + table["File"]
        table = table.set_index("frame", drop=True)
        new = "imgs/2022-02-05T10:38:53_none.jpg" if "imgs/2022-02-05T10:38:53_none.jpg" in table.index \
            else "imgs/2022-02-05T10:31:20_none.jpg"
        table.loc[new, ["sparrow", "Note"]] = ["true", ""]
        table.loc[SQUIRREL, ["squirrel", "magpie"]] = ["false", "true"]
        table.loc[PAIR, "squirrel"] = "true"
        wanted = dict(LABELS, **{new: ["sparrow"], SQUIRREL: ["magpie"], PAIR: ["chickadee", "sparrow", "squirrel"]})
        saved = self.work / "saved.csv"
        table.to_csv(saved, index=False, quoting=csv.QUOTE_ALL)
        self.assert_labels_come_back(saved, wanted)

    def test_labels_come_back_from_columns_of_choices_and_counts(self):
        """A template of somebody's own: one column of choices, one of counts."""
        saved = self.work / "own.csv"
        rows = [{"File": frame.removeprefix("imgs/"), "RelativePath": "imgs", "Species": "", "squirrel": "0"}
                for frame in camera_rows(self.day)]
        by_frame = {"imgs/" + row["File"]: row for row in rows}
        by_frame[NONE]["Species"] = "Empty"
        by_frame[ACCENT]["Species"] = "Grünfink"
        by_frame[PAIR]["Species"] = "Chickadee,Sparrow"
        by_frame[SQUIRREL]["squirrel"] = "2"
        pandas.DataFrame(rows).to_csv(saved, index=False)
        self.assert_labels_come_back(saved, {NONE: [], ACCENT: ["Grünfink"], PAIR: ["chickadee", "sparrow"],
                                             SQUIRREL: ["squirrel"]})


class Training(DayTest):
    def label_everything(self):
        """All frames as the camera sees them, so that several visits show the same."""
        table = self.work / "all.csv"
        rows = [(frame, words(said["labels"])) for frame, said in camera_rows(self.day).items() if frame != DAMAGED]
        pandas.DataFrame(rows, columns=["frame", "true_label"]).to_csv(table, index=False)
        self.day = self.fresh_day("all")
        self.program.run("label", self.day, "--from", table)
        return dict(rows)

    def read(self):
        """As docs/MANUAL.md has it for fastai."""
        return pandas.read_csv(self.out / "training" / "labels.csv", keep_default_na=False)

    def test_every_row_is_a_picture_with_its_labels(self):
        self.export("training")
        table = self.read()
        self.assertEqual(table.isna().sum().sum(), 0)
        wanted = sorted(",".join(labels) for labels in LABELS.values() if labels != UNSURE)
        self.assertEqual(sorted(table["labels"]), wanted)
        listed = set(table["fname"])
        self.assertEqual(listed, {path.name for path in (self.out / "training").glob("*.jpg")})
        for name in listed:
            with Image.open(self.out / "training" / name) as picture:
                picture.load()
                self.assertEqual(picture.format, "JPEG")

    def test_the_model_is_validated_with_nothing_it_cannot_learn(self):
        wanted = self.label_everything()
        self.export("training")
        table = self.read()
        self.assertEqual(table["is_valid"].dtype, bool)
        self.assertEqual(len(table), len(wanted))
        self.assertTrue(table["is_valid"].any())
        sides = {side: {label for cell in rows["labels"] for label in labels_of(cell or "none")}
                 for side, rows in table.groupby("is_valid")}
        self.assertLessEqual(sides[True], sides[False])
        self.assertEqual(sides[False], set(VOCABULARY))
        # No visit is on both sides.
        moments = pandas.DataFrame({"time": pandas.to_datetime(table["fname"].str[-23:-4]), "valid": table["is_valid"]})
        moments = moments.sort_values("time")
        visit = (moments["time"].diff() >= pandas.Timedelta(seconds=30)).cumsum()
        self.assertTrue((moments.groupby(visit)["valid"].nunique() == 1).all())

    def test_labels_come_back(self):
        self.export("training")
        wanted = {frame: labels for frame, labels in LABELS.items() if labels != UNSURE}
        self.assert_labels_come_back(self.out / "training" / "labels.csv", wanted)


if __name__ == "__main__":
    main()
