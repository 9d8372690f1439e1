# SPDX-License-Identifier: GPL-3.0-or-later
"""What was provoked and what came of it, a line of JSON each, so that a run can be stopped and gone on with."""
import json
import time


class Journal:
    def __init__(self, path):
        self.path = path
        self.rounds = []
        if path.exists():
            for line in path.read_text().splitlines():
                try:
                    self.rounds.append(json.loads(line))
                except ValueError:
                    pass  # the line that was being written when the run was stopped
            path.write_text("".join(json.dumps(entry) + "\n" for entry in self.rounds))

    def __len__(self):
        return len(self.rounds)

    def note(self, **entry):
        entry["time"] = time.strftime("%Y-%m-%dT%H:%M:%S")
        self.rounds.append(entry)
        with open(self.path, "a") as file:
            file.write(json.dumps(entry) + "\n")
        wrong = entry.get("problems", [])
        print(f"{len(self.rounds):4d}  {entry.get('what', '')}: {'fine' if not wrong else '; '.join(wrong)}", flush=True)

    def summary(self):
        """Counts per kind of provocation, as a Markdown table."""
        kinds = {}
        for entry in self.rounds:
            kind = kinds.setdefault(entry.get("kind", entry.get("what", "")), [0, 0, 0])
            kind[0] += 1
            kind[1] += entry.get("acknowledged", 0)
            kind[2] += bool(entry.get("problems"))
        lines = ["| provocation | times | labels acknowledged before it | with a fault |", "| --- | --: | --: | --: |"]
        lines += [f"| {name} | {times} | {labels} | {wrong} |" for name, (times, labels, wrong) in sorted(kinds.items())]
        return "\n".join(lines)
