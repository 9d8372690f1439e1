#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables that LibreOffice opened and saved, in other encodings, with other separators, as workbooks: labels come back."""
import csv
import os
import subprocess

from prepared import LABELS, NOT_IN_WINDOWS_1252, DayTest, main

# Of LibreOffice's filter for text: separator, quote, character set, first row.
COMMAS = "Text - txt - csv (StarCalc):44,34,76,1"
SEMICOLONS = "csv:Text - txt - csv (StarCalc):59,34,76,1"
UTF16_TABS = "csv:Text - txt - csv (StarCalc):9,34,65535,1"
WINDOWS_1252 = "csv:Text - txt - csv (StarCalc):59,34,1,1"


class LibreOffice(DayTest):
    def convert(self, source, target, folder):
        """What LibreOffice saves of a file as `target`, a file type and its filter."""
        environment = dict(os.environ, HOME=str(self.work), LANG="C.UTF-8")
        into = self.work / folder
        done = subprocess.run(["soffice", f"-env:UserInstallation=file://{self.work}/office", "--headless",
                               *([f"--infilter={COMMAS}"] if source.suffix == ".csv" else []),
                               "--convert-to", target, "--outdir", into, source],
                              env=environment, capture_output=True, text=True, timeout=120, check=True)
        saved = into / (source.stem + "." + target.split(":")[0])
        self.assertTrue(saved.exists(), done.stdout + done.stderr)
        return saved

    def header(self, path, separator, encoding):
        with open(path, newline="", encoding=encoding) as file:
            return next(csv.reader(file, delimiter=separator))

    def check(self, name):
        self.export(name)
        ours = self.out / ("frames.csv" if name == "csv" else "timelapse.csv")
        columns = self.header(ours, ",", "utf-8")

        semicolons = self.convert(ours, SEMICOLONS, "semicolons")
        self.assertEqual(self.header(semicolons, ";", "utf-8"), columns)
        self.assert_labels_come_back(semicolons)

        workbook = self.convert(ours, "xlsx", "workbook")
        tabs = self.convert(workbook, UTF16_TABS, "tabs")
        self.assertEqual(self.header(tabs, "\t", "utf-16"), columns)
        self.assert_labels_come_back(tabs.rename(tabs.with_name("tabs.csv")))

        document = self.convert(ours, "ods", "document")
        western = self.convert(document, WINDOWS_1252, "western")
        self.assertEqual(self.header(western, ";", "cp1252"), columns)
        with self.assertRaises(UnicodeDecodeError):
            western.read_text(encoding="utf-8")
        return western.rename(western.with_name("western.csv"))

    def western_labels(self):
        return {frame: labels for frame, labels in LABELS.items() if frame not in NOT_IN_WINDOWS_1252}

    def test_frames_table(self):
        western = self.check("csv")
        # What that encoding has no letters for is lost there, not here.
        lines = western.read_text(encoding="cp1252").splitlines(keepends=True)
        known = [line for line in lines if not any(frame in line for frame in NOT_IN_WINDOWS_1252)]
        western.write_bytes("".join(known).encode("cp1252"))
        self.assert_labels_come_back(western, self.western_labels())

    def test_timelapse_table(self):
        western = self.check("timelapse")
        lines = western.read_text(encoding="cp1252").splitlines(keepends=True)
        lost = [frame.removeprefix("imgs/") for frame in NOT_IN_WINDOWS_1252]
        western.write_bytes("".join(line for line in lines if not any(name in line for name in lost)).encode("cp1252"))
        self.assert_labels_come_back(western, self.western_labels())


if __name__ == "__main__":
    main()
