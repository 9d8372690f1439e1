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

    def check_windows_1252(self, table):
        """Saved as a document and again as a table; its letters that Windows-1252 has not are lost there, not here."""
        columns = self.header(table, ",", "utf-8")
        western = self.convert(self.convert(table, "ods", "document"), WINDOWS_1252, "western")
        self.assertEqual(self.header(western, ";", "cp1252"), columns)
        with self.assertRaises(UnicodeDecodeError):
            western.read_text(encoding="utf-8")
        lost = [frame.rsplit("/", maxsplit=1)[-1] for frame in NOT_IN_WINDOWS_1252]
        lines = western.read_bytes().splitlines(keepends=True)
        western.write_bytes(b"".join(line for line in lines if not any(name.encode() in line for name in lost)))
        known = {frame: labels for frame, labels in LABELS.items() if frame not in NOT_IN_WINDOWS_1252}
        self.assert_labels_come_back(western.rename(western.with_name("western.csv")), known)

    def test_frames_table(self):
        self.export("csv")
        table = self.out / "frames.csv"
        semicolons = self.convert(table, SEMICOLONS, "semicolons")
        self.assertEqual(self.header(semicolons, ";", "utf-8"), self.header(table, ",", "utf-8"))
        self.assert_labels_come_back(semicolons)
        self.check_windows_1252(table)

    def test_timelapse_table(self):
        self.export("timelapse")
        table = self.out / "timelapse.csv"
        tabs = self.convert(self.convert(table, "xlsx", "workbook"), UTF16_TABS, "tabs")
        self.assertEqual(self.header(tabs, "\t", "utf-16"), self.header(table, ",", "utf-8"))
        self.assert_labels_come_back(tabs)


if __name__ == "__main__":
    main()
