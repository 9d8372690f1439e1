# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the window with SIGKILL while somebody labels by keyboard, mostly in the moments when it writes."""
import os
import shutil
import signal
import subprocess
import threading
import time

import day as days

SCREEN = "1280x800x24"
ROUNDS_PER_DAY = 20  # then the day is made anew: its history has grown, its frames are all labelled
# What is pressed, weighted: steps on, labels, marks, undo, and the trash.
KEYS = (["Return"] * 6 + ["x"] * 6 + ["1"] * 3 + ["2", "3", "0", "u", "Delete", "s"] + ["Right"] * 6
        + ["ctrl+z"] * 3 + ["ctrl+shift+z"] * 2 + ["ctrl+Delete"] * 2)


class Screen:
    """An X server without a monitor, with a window manager that gives the window its focus."""

    def __init__(self):
        reading, writing = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
                                       pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as told:
            self.number = int(told.readline())
        self.environment = dict(os.environ, DISPLAY=f":{self.number}")
        self.manager = subprocess.Popen(["openbox"], env=self.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait()

    def keys(self, names, pause):
        return subprocess.Popen(["xdotool", "key", "--clearmodifiers", "--delay", str(pause), *names],
                                env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait_for_window(self, process, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Birblens"], env=self.environment,
                                   capture_output=True, text=True, check=False)
            if found.stdout.strip():
                subprocess.run(["xdotool", "windowactivate", "--sync", found.stdout.split()[0]], env=self.environment,
                               capture_output=True, check=False, timeout=10)
                return True
            time.sleep(0.05)
        return False


class Watcher(threading.Thread):
    """Reads the history over and over, as another program may: what it has seen is on disk and must stay."""

    def __init__(self, day):
        super().__init__(daemon=True)
        self.day = day
        self.seen = []
        self.stop = threading.Event()

    def run(self):
        while not self.stop.is_set():
            try:
                self.seen = self.day.history() or self.seen
            except Exception:  # locked or half made just now: the next look tells
                pass
            time.sleep(0.01)

    def finish(self):
        self.stop.set()
        self.join()
        return self.seen


def _state(paths):
    state = []
    for path in paths:
        try:
            status = os.stat(path)
            state.append((status.st_size, status.st_mtime_ns))
        except OSError:
            state.append(None)
    return state


def wait_for_write(paths, seconds):
    """Until one of the files or folders changes; whether one did."""
    before = _state(paths)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if _state(paths) != before:
            return True
        time.sleep(0.0002)
    return False


def one_round(program, screen, day, chance):
    """Starts the window, presses keys, kills it. What was acknowledged, and how it was provoked."""
    watched = [day.folder / (days.STORE + suffix) for suffix in ("", "-wal", "-journal")] + [
        day.folder / "imgs", day.folder / days.CAMERA, day.folder / (days.CAMERA + "-journal")]
    arguments = [str(day.folder)]
    if chance.random() < 0.4:
        arguments += ["--model", str(day.model)]
    environment = dict(program.environment, DISPLAY=f":{screen.number}", QT_QPA_PLATFORM="xcb")
    watcher = Watcher(day)
    watcher.seen = day.history()
    process = subprocess.Popen([program.path, *arguments], env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    watcher.start()
    kind = chance.choices(["at a write", "at a write of the trash", "at any time", "while opening"],
                          [0.6, 0.1, 0.2, 0.1])[0]
    pressed = None
    try:
        if kind == "while opening":
            time.sleep(chance.uniform(0.05, 1.5))
        else:
            if not screen.wait_for_window(process, 30):
                return watcher.finish(), kind, ["the window did not open"]
            time.sleep(0.3)
            names = [chance.choice(KEYS) for _ in range(60)]
            if kind == "at a write of the trash":
                names = ["ctrl+Delete" if n % 3 == 0 else "ctrl+z" if n % 3 == 1 else "Right" for n in range(60)]
            pressed = screen.keys(names, chance.choice([15, 40, 90]))
            if kind == "at any time":
                time.sleep(chance.uniform(0.1, 2.0))
            else:
                for _ in range(chance.randint(1, 8)):
                    wait_for_write(watched, 3)
                time.sleep(chance.uniform(0, 0.004))
        died = process.poll()
        process.send_signal(signal.SIGKILL)
        process.wait()
        problems = [f"the window ended by itself with {died}"] if died is not None else []
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if pressed is not None:
            pressed.kill()
            pressed.wait()
    return watcher.finish(), kind, problems


def provoke(program, template, work, notes, times, chance_of):
    for tool in ("Xvfb", "openbox", "xdotool"):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is missing: apt-get install xvfb openbox xdotool")
    screen = Screen()
    day = days.Day(program, template, work / "day")
    try:
        while len(notes) < times:
            number = len(notes)
            if number % ROUNDS_PER_DAY == 0 or not day.folder.exists():
                day.reset()
            before = len(day.history())
            acknowledged, kind, problems = one_round(program, screen, day, chance_of(number))
            problems += day.problems(acknowledged)
            notes.note(kind=kind, what=f"window killed {kind}", acknowledged=len(acknowledged) - before,
                       problems=problems)
            if problems:
                shutil.copytree(day.folder, work / f"fault-{number}", dirs_exist_ok=True)
                day.reset()
    finally:
        screen.close()
