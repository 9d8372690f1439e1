# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Birb Cam day that can be provoked, and what must be true of it whatever happened."""
import csv
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import xml.dom.minidom

FRAMES = 40
STORE = "birblens.db"
CAMERA = "model_results.db"
CAMERA_COLUMNS = "utc_datetime, datetime, file_name, prediction, confidence, inaturalist_id"


class Program:
    """The program under test, with a home of its own below the work folder."""

    def __init__(self, path, work):
        self.path = str(path)
        self.home = work / "home"
        self.environment = dict(os.environ, TZ="UTC", LANG="C.UTF-8", HOME=str(self.home), USER="tester")
        for name in ("DATA", "CONFIG", "CACHE"):
            self.environment[f"XDG_{name}_HOME"] = str(self.home / name.lower())
        self.environment.pop("WAYLAND_DISPLAY", None)

    @property
    def trash(self):
        return self.home / "data" / "Trash" / "files"

    def start(self, *arguments, **keywords):
        return subprocess.Popen([self.path, *map(str, arguments)], env=self.environment, **keywords)

    def run(self, *arguments):
        return subprocess.run([self.path, *map(str, arguments)], env=self.environment, capture_output=True, text=True,
                              errors="replace", timeout=600, check=False)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_template(program, work):
    """The demo day cut down to FRAMES frames; made once."""
    template = work / "template"
    if (template / "ready").exists():
        return template
    shutil.rmtree(template, ignore_errors=True)
    made = program.run("demo", "--out", template / "day")
    if made.returncode != 0:
        raise SystemExit(f"the demo day could not be written: {made.stderr}")
    day = template / "day"
    with sqlite3.connect(day / CAMERA) as camera:
        names = [row[0] for row in camera.execute("SELECT file_name FROM results ORDER BY utc_datetime")]
        # Animals and empty frames both, in the order of capture.
        kept = set(names[::max(1, len(names) // FRAMES)][:FRAMES])
        for name in names:
            if name not in kept:
                camera.execute("DELETE FROM results WHERE file_name = ?", (name,))
                (day / "imgs" / name).unlink()
    camera.close()
    (template / "ready").touch()
    return template


class Day:
    """A copy of the template in a folder of its own."""

    def __init__(self, program, template, folder):
        self.program = program
        self.template = template / "day"
        self.folder = folder
        self.model = self.template / "demo_model.pt"
        self.originals = {path.name: digest(path) for path in (self.template / "imgs").iterdir()}

    def reset(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.program.trash.parent, ignore_errors=True)
        shutil.copytree(self.template, self.folder)
        (self.folder / "demo_model.pt").unlink(missing_ok=True)

    def keys(self):
        return sorted("imgs/" + name for name in self.originals)

    def history(self):
        """Every change of a label that is in the store, oldest first; none while there is no store."""
        path = self.folder / STORE
        if not path.exists() or path.stat().st_size == 0:
            return []
        store = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=10)
        try:
            return store.execute("SELECT id, frame, kind_after, labels_after FROM label_history ORDER BY id").fetchall()
        except sqlite3.OperationalError as problem:
            if "no such table" in str(problem):
                return []  # killed before its first migration
            raise
        finally:
            store.close()

    # --- what must be true -----------------------------------------------------------------------------------------

    def problems(self, acknowledged):
        """Sentences about what is wrong. acknowledged: the history that somebody has seen on disk before."""
        found = []
        found += self._store_problems(acknowledged)
        found += self._camera_problems()
        found += self._picture_problems()
        # And the program itself: it opens the day, and says the same.
        exported = self.folder.parent / "export"
        shutil.rmtree(exported, ignore_errors=True)
        run = self.program.run("export", "csv", self.folder, "--out", exported)
        if run.returncode != 0:
            return found + [f"export csv ends with {run.returncode}: {run.stderr.strip()}"]
        found += self._export_problems(exported / "frames.csv")
        found += self._camera_labels(after_opening=True)
        found += [f"left over: {path.relative_to(self.folder)}" for path in self.folder.rglob("*")
                  if ".part" in path.name or ".damaged" in path.name]
        return found

    def _store_problems(self, acknowledged):
        path = self.folder / STORE
        if not path.exists() or path.stat().st_size == 0:
            return ["the store is gone"] if acknowledged else []
        found = []
        store = sqlite3.connect(path, timeout=10)
        verdict = store.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            found.append(f"the store is damaged: {verdict}")
        store.close()
        history = self.history()
        if history[:len(acknowledged)] != acknowledged:
            lost = [row for row in acknowledged if row not in history]
            found.append(f"acknowledged labels are lost: {lost}")
        last = {frame: (kind, labels) for _, frame, kind, labels in history}
        for frame, said in self.labels().items():
            if frame in last and last[frame] != said:
                found.append(f"{frame}: the label is {said}, its history ends with {last[frame]}")
        for frame in last:
            if frame not in self.labels():
                found.append(f"{frame} has a history and no label")
        return found

    def labels(self):
        path = self.folder / STORE
        if not path.exists() or path.stat().st_size == 0:
            return {}
        store = sqlite3.connect(path, timeout=10)
        try:
            return {frame: (kind, labels)
                    for frame, kind, labels in store.execute("SELECT frame, kind, labels FROM labels")}
        except sqlite3.OperationalError:
            return {}
        finally:
            store.close()

    def _camera_problems(self):
        found = []
        rows = {}
        for folder in (self.template, self.folder):
            camera = sqlite3.connect(folder / CAMERA, timeout=10)
            verdict = camera.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                found.append(f"the camera's database is damaged: {verdict}")
            rows[folder] = camera.execute(f"SELECT {CAMERA_COLUMNS} FROM results ORDER BY utc_datetime").fetchall()
            camera.close()
        if rows[self.template] != rows[self.folder]:
            found.append("another column than true_label was changed in the camera's database")
        return found

    def _camera_labels(self, after_opening):
        """Once the day has been opened again, Birb Cam's column says what our labels say."""
        camera = sqlite3.connect(self.folder / CAMERA, timeout=10)
        theirs = {"imgs/" + name: label for name, label in camera.execute("SELECT file_name, true_label FROM results")}
        camera.close()
        found = []
        for frame, (kind, labels) in self.labels().items():
            ours = (",".join(json.loads(labels)) or "none") if kind == 2 else None
            if after_opening and theirs.get(frame) != ours:
                found.append(f"{frame}: Birb Cam says {theirs.get(frame)}, we say {ours}")
        return found

    def _picture_problems(self):
        found = []
        trashed = {digest(path) for path in self.program.trash.iterdir()} if self.program.trash.is_dir() else set()
        for name, content in self.originals.items():
            path = self.folder / "imgs" / name
            if path.exists():
                if digest(path) != content:
                    found.append(f"{name} was modified")
            elif content not in trashed:
                found.append(f"{name} is neither in the day nor in the trash")
        return found

    def _export_problems(self, table):
        found = []
        with open(table, newline="", encoding="utf-8-sig") as file:
            rows = {row["frame"]: row for row in csv.DictReader(file)}
        for frame, (kind, labels) in self.labels().items():
            said = rows.get(frame, {}).get("true_label", "")
            wanted = (",".join(json.loads(labels)) or "none") if kind == 2 else ""
            if frame in rows and said != wanted:
                found.append(f"{frame}: export says {said!r}, the store says {wanted!r}")
        return found


# --- files that are whole --------------------------------------------------------------------------------------------


def _mp4_is_whole(data):
    at, kinds = 0, set()
    while at + 8 <= len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8:at + 16], "big")
        if size < 8:
            return False
        kinds.add(data[at + 4:at + 8])
        at += size
    return at == len(data) and b"moov" in kinds and b"mdat" in kinds


def _csv_is_whole(data):
    if not data.endswith(b"\n"):
        return False
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    return len({len(row) for row in rows if row}) <= 1


def _npy_is_whole(data):
    if not data.startswith(b"\x93NUMPY"):
        return False
    header = int.from_bytes(data[8:10], "little")
    shape = eval(data[10:10 + header].decode(), {"__builtins__": {}})["shape"]  # the literal that NumPy writes
    count = 1
    for size in shape:
        count *= size
    return len(data) == 10 + header + 4 * count


def is_whole(path):
    """False when a file of a known kind ends too early; the marker of an export folder may be of any length."""
    data = path.read_bytes()
    kind = path.suffix.lower()
    try:
        if kind == ".png":
            return data.endswith(b"IEND\xae\x42\x60\x82")
        if kind in (".jpg", ".jpeg"):
            return data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")
        if kind == ".json":
            json.loads(data)
        elif kind == ".csv":
            return _csv_is_whole(data)
        elif kind == ".html":
            return data.rstrip().endswith(b"</html>")
        elif kind == ".xmp":
            xml.dom.minidom.parseString(data)
        elif kind == ".mp4":
            return _mp4_is_whole(data)
        elif kind == ".gif":
            return data.startswith(b"GIF8") and data.endswith(b";")
        elif kind == ".webp":
            return data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") + 8 == len(data)
        elif kind == ".npy":
            return _npy_is_whole(data)
        elif kind == ".db":
            database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            try:
                return database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            finally:
                database.close()
        elif kind == ".pt":
            return data.startswith(b"PK\x03\x04")
    except (ValueError, UnicodeDecodeError, sqlite3.Error, SyntaxError, xml.parsers.expat.ExpatError):
        return False
    return True


def files_of(folder):
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())
