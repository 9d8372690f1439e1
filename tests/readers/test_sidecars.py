#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Side-car files as exiftool and exiv2 read them: our words, and whatever another program had put there."""
import json
import subprocess

from prepared import (BAR, BIRD, DAMAGED, DOUBT, LABELS, MARKS, NONE, PAIR, SQUIRREL, UNSURE, DayTest, camera_rows, main,
                      take_back)

# The camera saw nothing here: without a label there is nothing to say.
QUIET = "imgs/2022-02-05T10:31:18_none.jpg"

# What another program may have written, in a namespace that nobody knows and with all of RDF's forms.
FOREIGN = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:odd="http://example.org/odd/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
  odd:Mood="quiet &amp; grey" photoshop:SidecarForExtension="JPG">
 <odd:Places><rdf:Seq><rdf:li>feeder</rdf:li><rdf:li>fence</rdf:li></rdf:Seq></odd:Places>
 <odd:Person rdf:parseType="Resource"><odd:Name>Ágnes</odd:Name><odd:Role>owner</odd:Role></odd:Person>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>
"""
FOREIGN_TAGS = ["-XMP-dc:Subject=Garden", "-XMP-dc:Subject=Winter", "-XMP-lr:HierarchicalSubject=Places|Garden", "-XMP-xmp:Rating=3",
                "-XMP-crs:Exposure2012=+0.35", "-XMP-crs:HasSettings=True", "-XMP-xmp:Label=Red",
                "-XMP-xmpMM:History=[{Action=saved,InstanceID=xmp.iid:1,When=2022:02:05 09:00:00,SoftwareAgent=Somebody}]"]


def tool(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True, encoding="utf-8").stdout


def by_exiftool(path):
    """Properties with their structures; not those of the file and of the toolkit that wrote last."""
    (found,) = json.loads(tool("exiftool", "-j", "-struct", "-G1", "-charset", "filename=utf8", path))
    return {name: value for name, value in found.items()
            if name.startswith("XMP-") and name != "XMP-x:XMPToolkit"}


def as_list(value):
    return [str(one) for one in (value if isinstance(value, list) else [] if value is None else [value])]


def by_exiv2(path):
    """Lines of key and value; a list has a line for each item."""
    found = {}
    for line in tool("exiv2", "-PXkt", "pr", path).splitlines():
        key, _, value = line.partition(" ")
        found.setdefault(key, []).append(value.strip())
    return found


class SideCars(DayTest):
    def side_car(self, frame):
        return self.day / (frame + ".xmp")

    def foreign(self, frame):
        path = self.side_car(frame)
        path.write_text(FOREIGN, encoding="utf-8")
        tool("exiftool", "-q", "-overwrite_original", *FOREIGN_TAGS, path)
        return path

    def words_of(self, frame):
        """Keywords, and those with levels."""
        labels = LABELS.get(frame, camera_rows(self.day)[frame]["labels"])
        if labels == UNSURE:
            labels = ["unknown"]
        labels = [name.replace("|", "/") for name in labels]
        who = "confirmed" if frame in LABELS else "predicted"
        return labels, [f"Birblens|{who}|{name}" for name in labels]

    def without_ours(self, found, frame):
        """What is left of exiftool's properties without our words and our own namespace."""
        words, levels = self.words_of(frame)
        left = {}
        for name, value in found.items():
            if name == "XMP-dc:Subject":
                value = [one for one in as_list(value) if one not in words]
            elif name == "XMP-lr:HierarchicalSubject":
                value = [one for one in as_list(value) if one not in levels]
            if value != [] and not name.startswith("XMP-birblens:"):
                left[name] = value
        return left

    def as_lists(self, found):
        return {name: as_list(value) if name in ("XMP-dc:Subject", "XMP-lr:HierarchicalSubject") else value
                for name, value in found.items()}

    def test_words_lie_beside_the_pictures(self):
        self.export("xmp")
        for frame in camera_rows(self.day):
            path = self.side_car(frame)
            words, levels = self.words_of(frame)
            flagged, comment = MARKS.get(frame, (False, ""))
            if frame == DAMAGED or not words and not flagged and not comment:
                self.assertFalse(path.exists(), frame)
                continue
            found = by_exiftool(path) if frame in LABELS else None
            if found is None:
                self.assertTrue(path.exists(), frame)
                continue
            self.assertEqual(as_list(found.get("XMP-dc:Subject")), words, frame)
            self.assertEqual(as_list(found.get("XMP-lr:HierarchicalSubject")), levels, frame)
            self.assertEqual(found.get("XMP-xmp:Rating"), 5 if flagged else None, frame)
            self.assertEqual(found.get("XMP-dc:Description", ""), comment, frame)
        self.assertEqual(list(self.out.glob("**/*.xmp")), [])
        # Nothing of it is a frame.
        self.assertEqual(len(self.export("csv")["written"]), 1)
        self.assertEqual((self.out / "frames.csv").read_text(encoding="utf-8").count("imgs/"), len(camera_rows(self.day)))

    def test_exiv2_reads_the_same(self):
        self.export("xmp")
        found = by_exiv2(self.side_car(PAIR))
        self.assertEqual(found["Xmp.dc.subject"], ["chickadee, sparrow"])
        self.assertEqual(found["Xmp.lr.hierarchicalSubject"], ["Birblens|confirmed|chickadee, Birblens|confirmed|sparrow"])
        self.assertTrue(found["Xmp.dc.description"][0].startswith('lang="x-default" two birds, "both" shy;'))
        self.assertEqual(by_exiv2(self.side_car(BIRD))["Xmp.xmp.Rating"], ["5"])
        self.assertEqual(by_exiv2(self.side_car(BAR))["Xmp.dc.subject"], ["owl/barn"])
        self.assertEqual(by_exiv2(self.side_car(DOUBT))["Xmp.dc.subject"], ["unknown"])

    def test_another_programs_properties_stay(self):
        for frame in (PAIR, BIRD):  # BIRD is flagged: the other program's rating stands
            path = self.foreign(frame)
            before = by_exiftool(path)
            self.assertEqual((before["XMP-odd:Mood"], before["XMP-xmp:Rating"]), ("quiet & grey", 3))
            self.export("xmp")
            after = by_exiftool(path)
            words, levels = self.words_of(frame)
            self.assertEqual(as_list(after["XMP-dc:Subject"]), ["Garden", "Winter", *words])
            self.assertEqual(as_list(after["XMP-lr:HierarchicalSubject"]), ["Places|Garden", *levels])
            self.assertEqual(after.pop("XMP-dc:Description", ""), MARKS[frame][1])
            self.assertEqual(self.without_ours(after, frame), self.as_lists(before))
            self.assertEqual(len(by_exiv2(path)["Xmp.xmpMM.History[1]/stEvt:softwareAgent"]), 1)

    def test_exporting_again_changes_nothing(self):
        self.foreign(PAIR)
        self.export("xmp")
        before = {path: path.read_bytes() for path in self.day.glob("imgs/*.xmp")}
        self.assertIn(self.side_car(PAIR), before)
        self.assertEqual(self.export("xmp")["written"], [])
        self.assertEqual({path: path.read_bytes() for path in self.day.glob("imgs/*.xmp")}, before)

    def test_a_label_taken_back_takes_our_words_away(self):
        self.program.run("label", self.day, QUIET, "owl")
        path = self.foreign(QUIET)
        before = by_exiftool(path)
        self.export("xmp")
        self.assertEqual(as_list(by_exiftool(path)["XMP-dc:Subject"]), ["Garden", "Winter", "owl"])
        take_back(self.program, self.day, QUIET)
        self.export("xmp")
        self.assertEqual(by_exiftool(path), before)

    def test_another_label_takes_the_place_of_the_first(self):
        self.export("xmp")
        self.program.run("label", self.day, SQUIRREL, "magpie")
        self.export("xmp")
        self.assertEqual(as_list(by_exiftool(self.side_car(SQUIRREL))["XMP-dc:Subject"]), ["magpie"])

    def test_a_side_car_that_holds_nothing_else_goes(self):
        self.program.run("label", self.day, QUIET, "owl")
        self.export("xmp")
        self.assertEqual(as_list(by_exiftool(self.side_car(QUIET))["XMP-dc:Subject"]), ["owl"])
        take_back(self.program, self.day, QUIET)
        self.export("xmp")
        self.assertFalse(self.side_car(QUIET).exists())
        self.assertTrue(self.side_car(NONE).exists())  # flagged: that is still to be said

    def test_what_is_no_side_car_stays_as_it_is(self):
        path = self.side_car(SQUIRREL)
        path.write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF", encoding="utf-8")
        before = path.read_bytes()
        report = self.export("xmp", code=1)
        self.assertEqual([failure["frame"] for failure in report["failures"]], [SQUIRREL])
        self.assertEqual(path.read_bytes(), before)


if __name__ == "__main__":
    main()
