# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the disk run full under every exporter and under labels: what is written is whole, and the program says why not."""
import contextlib
import os
import random
import shutil
import subprocess
import time

import commands
import day as days
import window

SIZES = [0.0, 0.1, 0.35, 0.6, 0.85, 0.97]  # of what the export needs


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system in memory with room for size bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    size = max(4096 * 4, size)  # one page for the root folder, and something to be full of
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, leave=0):
    """A file that takes all that is left but for the whole pages in leave bytes."""
    path = folder / "filler"
    with open(path, "ab", buffering=0) as file:
        block = b"\0" * 4096
        try:
            while True:
                file.write(block)
        except OSError:
            pass
        file.truncate(max(0, file.seek(0, os.SEEK_END) // 4096 - leave // 4096) * 4096)
    return path


def _contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in days.files_of(folder) if path.name != "filler"}


def _verdict(run, command):
    """What is wrong with a command that had no room."""
    problems = command.problems(ended=False)
    if run.returncode == 0:
        problems.append("ended with 0 on a full disk")
    if run.returncode < 0:
        problems.append(f"died of signal {-run.returncode}")
    if not run.stderr.strip():
        problems.append("standard error is empty")
    return problems


def exporter_rounds(program, day, work, notes):
    done = {entry["what"] for entry in notes.rounds}
    for name in [f"export {export}" for export in commands.EXPORTS] + ["explain", "demo"]:
        # What it needs, undisturbed.
        command = commands.Command(name, day, work, random.Random(1))
        shutil.rmtree(command.out, ignore_errors=True)
        command.out.mkdir(parents=True)
        run = program.run(*command.arguments)
        needed = sum(-(-path.stat().st_size // 4096) * 4096 for path in days.files_of(command.out))
        if run.returncode != 0:
            notes.note(kind=name, what=f"{name}, with room", problems=[f"it ends with {run.returncode}: {run.stderr}"])
            continue
        shutil.rmtree(command.out)
        for part in SIZES:
            what = f"{name}, room for {part:.0%}"
            if what in done:
                continue
            with small_disk(command.out, needed + 262144):
                fill(command.out, int(needed * part))
                run = program.run(*command.arguments)
                problems = _verdict(run, command)
            notes.note(kind=name, what=what, said=run.stderr.strip()[-300:], problems=problems)
        # Over the files of an earlier export: those stay.
        what = f"{name}, again on a full disk"
        if what in done or name == "demo":
            continue
        with small_disk(command.out, needed * 3 + 65536):
            program.run(*command.arguments)
            before = _contents(command.out)
            fill(command.out)
            for label in ("magpie", "none"):  # so that the tables would be others
                program.run("label", day.folder, day.keys()[7], label)
            run = program.run(*command.arguments)
            after = _contents(command.out)
            problems = [f"{path} of the earlier run was spoilt" for path, content in before.items()
                        if after.get(path) != content and not days.is_whole(command.out / path)]
            if run.returncode < 0:
                problems.append(f"died of signal {-run.returncode}")
            if run.returncode != 0 and not run.stderr.strip():
                problems.append("standard error is empty")
        notes.note(kind=name, what=what, said=run.stderr.strip()[-300:], problems=problems)


def label_rounds(program, template, work, notes):
    """The day itself is on the full disk."""
    done = {entry["what"] for entry in notes.rounds}
    for name in ("label", "label --from", "classify --write"):
        what = f"{name} in a day on a full disk"
        if what in done:
            continue
        disk = work / "disk"
        size = sum(path.stat().st_size for path in days.files_of(template / "day")) + 2_000_000
        with small_disk(disk, size):
            day = days.Day(program, template, disk / "day")
            day.reset()
            problems = []
            for frame in day.keys()[:3]:
                problems += [run.stderr for run in [program.run("label", day.folder, frame, "magpie")] if run.returncode]
            seen = day.history()
            filler = fill(disk)
            command = commands.Command(name, day, work, random.Random(5))
            run = program.run(*command.arguments)
            if run.returncode == 0:
                # A log with room left takes it all the same; then it must be there.
                problems += command.missing_label() if name == "label" else []
            elif not run.stderr.strip():
                problems.append("standard error is empty")
            filler.unlink()
            problems += day.problems(seen)
            again = program.run(*command.arguments)
            if again.returncode != 0:
                problems.append(f"with room again it ends with {again.returncode}: {again.stderr}")
        notes.note(kind=name, what=what, ended=run.returncode, said=run.stderr.strip()[-300:], problems=problems)


def window_round(program, template, work, notes):
    """Labels by keyboard while there is no room, then with room again."""
    what = "labels by keyboard in a day on a full disk"
    if what in {entry["what"] for entry in notes.rounds} or shutil.which("xdotool") is None:
        return
    disk = work / "disk"
    size = sum(path.stat().st_size for path in days.files_of(template / "day")) + 2_000_000
    screen = window.Screen()
    with small_disk(disk, size):
        day = days.Day(program, template, disk / "day")
        day.reset()
        environment = dict(program.environment, DISPLAY=f":{screen.number}", QT_QPA_PLATFORM="xcb")
        process = subprocess.Popen([program.path, str(day.folder)], env=environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        problems = [] if screen.wait_for_window(process, 30) else ["the window did not open"]
        time.sleep(1)
        screen.keys(["Return", "x"] * 3, 60).wait()
        time.sleep(0.5)
        seen = day.history()
        if len(seen) != 6:
            problems.append(f"{len(seen)} of 6 labels are on disk while there is room")
        filler = fill(disk)
        for _ in range(20):  # its log may still have room: until it is used up
            screen.keys(["Return", "x"] * 5, 30).wait()
        time.sleep(0.5)
        subprocess.run(["import", "-window", "root", str(work / "full-disk.png")], env=screen.environment, check=False)
        if process.poll() is not None:
            problems.append(f"the window ended with {process.returncode}")
        full = day.history()
        if full[:6] != seen:
            problems.append("earlier labels were lost")
        filler.unlink()
        screen.keys(["Home", "1"], 100).wait()
        time.sleep(1)
        if process.poll() is None and len(day.history()) <= len(full):
            problems.append("with room again a label is not on disk")
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        problems += day.problems(full)
    screen.close()
    notes.note(kind="window", what=what, acknowledged=len(full), problems=problems)


def output_rounds(program, day, notes):
    """Standard output on a full disk, closed, or read by somebody who has seen enough."""
    model = str(day.model)
    frame = str(day.folder / day.keys()[0])
    done = {entry["what"] for entry in notes.rounds}
    calls = {"layers": ["layers", "--model", model], "classify": ["classify", "--model", model, str(day.folder)],
             "classify --json": ["classify", "--json", "--model", model, str(day.folder)],
             "explain": ["explain", "--model", model, frame], "doctor": ["doctor"], "--help": ["--help"],
             "--version": ["--version"], "export csv": ["export", "csv", str(day.folder), "--out", str(day.folder.parent / "o")]}
    for name, arguments in calls.items():
        what = f"{name} > a full disk"
        if what not in done:
            with open("/dev/full", "w") as full:
                run = subprocess.run([program.path, *arguments], env=program.environment, stdout=full,
                                     stderr=subprocess.PIPE, text=True, check=False, timeout=300)
            problems = []
            if run.returncode == 0:
                problems.append("ended with 0")
            if not run.stderr.strip():
                problems.append("standard error is empty")
            notes.note(kind="standard output", what=what, said=run.stderr.strip()[-200:], problems=problems)
        what = f"{name} | head -c 1"
        if what not in done:
            reading, writing = os.pipe()
            os.close(reading)
            run = subprocess.run([program.path, *arguments], env=program.environment, stdout=writing,
                                 stderr=subprocess.PIPE, text=True, check=False, timeout=300)
            os.close(writing)
            problems = [f"a closed pipe is complained about: {run.stderr.strip()}"] if run.stderr.strip() else []
            notes.note(kind="standard output", what=what, ended=run.returncode, problems=problems)


def provoke(program, template, work, notes, _times, _chance_of):
    if os.geteuid() != 0:
        raise SystemExit("Only root can mount a small file system: run this as root.")
    day = days.Day(program, template, work / "day")
    day.reset()
    for frame, label in zip(day.keys()[:6], ["chickadee", "magpie", "sparrow", "squirrel", "none", "chickadee"]):
        program.run("label", day.folder, frame, label)
    output_rounds(program, day, notes)
    label_rounds(program, template, work, notes)
    exporter_rounds(program, day, work, notes)
    window_round(program, template, work, notes)
