# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/MANUAL.md's lines for fastai, word for word, on the training set of outside_exports.py, and an epoch with it.

usage: outside_fastai.py FOLDER
"""
import math
import os
import pathlib
import re

from fastai.vision.all import *  # noqa: F403  # the lines are those of somebody who has done this

from outside import need, report
from prepared import UNSURE

MANUAL = pathlib.Path(__file__).resolve().parents[2] / "docs" / "MANUAL.md"


def lines_of_manual():
    found = [code for code in re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
             if "DataBlock(" in code]
    need(len(found) == 1, "docs/MANUAL.md has not one snippet with a DataBlock")
    return found[0]


def training(folder):
    os.chdir(folder.path)
    names = dict(globals())
    exec(lines_of_manual(), names)  # defines table and block
    table = names["table"]
    # Small pictures, so that an epoch takes seconds.
    loaders = names["block"].new(item_tfms=Resize(64)).dataloaders(table, bs=16, num_workers=0)
    said = [labels for labels in folder.labels.values() if labels != UNSURE]
    need(len(table) == len(said), f"{len(table)} rows instead of {len(said)}")
    need(set(loaders.vocab) == {name for labels in said for name in labels}, f"vocabulary {loaders.vocab}")
    need(len(loaders.valid_ds) == table["is_valid"].sum() > 0, f"{len(loaders.valid_ds)} pictures to validate with")
    seen = []
    for data in (loaders.train_ds, loaders.valid_ds):
        seen += [sorted(loaders.vocab[int(number)] for number in target.nonzero().flatten()) for _, target in data]
    need(sorted(seen) == sorted(sorted(labels) for labels in said), "the labels are not those of the day")
    for loader in (loaders.train, loaders.valid):
        pictures, targets = loader.one_batch()
        need(pictures.shape[1:] == (3, 64, 64) and targets.shape == (len(pictures), loaders.c), str(pictures.shape))
    network = nn.Sequential(nn.AdaptiveAvgPool2d(4), Flatten(), nn.Linear(48, loaders.c))
    learner = Learner(loaders, network, loss_func=BCEWithLogitsLossFlat(), metrics=accuracy_multi)
    with learner.no_bar(), learner.no_logging():
        learner.fit(1)
    need(all(math.isfinite(value) for value in learner.recorder.values[-1]), f"losses {learner.recorder.values[-1]}")
    return f"{len(loaders.train_ds)} + {len(loaders.valid_ds)} pictures, {loaders.c} labels, an epoch"


if __name__ == "__main__":
    report([("fastai", "training", training)])
