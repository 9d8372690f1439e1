# SPDX-License-Identifier: GPL-3.0-or-later
"""Learners of today's fastai, through the exporter and the program: do logits and maps stay what they were?

usage: todays_learners.py PROGRAM FOLDER [NAME...]     (packaging/test-exporter runs it; NAME: only these learners)

Each learner is trained for 20 seconds on frames of the demo day and exported. The program classifies and explains
frames of three shapes; the same comes from the learner: the input from fastai's validation pipeline, the map from hooks, by
the article's formula (no ReLU), for the class of the largest logit. Exit code 1 if one differs by more than the limits.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import numpy as np
import timm
import torch
import torchvision
from fastai import __version__ as fastai_version
from fastai.callback.core import Callback, CancelFitException
from fastai.vision.all import (CategoryBlock, DataBlock, ImageBlock, IndexSplitter, MultiCategoryBlock, Normalize,
                               PadMode, Resize, ResizeMethod, aug_transforms, cnn_learner, imagenet_stats, models,
                               vision_learner)
from PIL import Image, __version__ as pillow_version

EXPORTER = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "export_model.py"
LOGIT_LIMIT = 1e-4  # of the largest logit's size
MAP_LIMIT = 1e-3  # of the map's peak
SECONDS = 20  # of training; more would tell no more about the exporter

torch.set_num_threads(os.cpu_count())


def presizing(**options):
    return [*aug_transforms(**options), Normalize.from_stats(*imagenet_stats)]


def batch():
    return presizing()


# name: (learner, architecture, multi-label, item transforms, batch transforms)
LEARNERS = {
    "resnet34 320x240": (vision_learner, models.resnet34, True, [Resize((320, 240))], batch()),
    "resnet18 padded": (cnn_learner, models.resnet18, False,
                        [Resize((240, 256), ResizeMethod.Pad, pad_mode=PadMode.Reflection)], batch()),
    "mobilenetv3 squished": (vision_learner, "mobilenetv3_small_100", True, [Resize((256, 192), ResizeMethod.Squish)], batch()),
    "convnext_atto": (vision_learner, "convnext_atto", False, [Resize(224)], batch()),
    "narrow": (vision_learner, models.resnet18, True, [Resize((320, 128))], batch()),
    "presized": (vision_learner, models.resnet18, True, [Resize(460)], presizing(size=224)),
    "presized, min_scale": (vision_learner, models.resnet18, False, [Resize((460, 345))], presizing(size=224, min_scale=0.75)),
    "presized by padding": (vision_learner, models.resnet18, True, [Resize(460, ResizeMethod.Pad, pad_mode=PadMode.Zeros)],
                            presizing(size=(224, 160))),
    "no item transform": (vision_learner, models.resnet18, True, [], presizing(size=224)),
    "none, min_scale": (vision_learner, models.resnet18, True, [], presizing(size=(192, 224), min_scale=0.75)),
}


class StopInTime(Callback):
    def before_fit(self):
        self.end = time.monotonic() + SECONDS

    def after_batch(self):
        if time.monotonic() > self.end:
            raise CancelFitException()


def first_label_of(path):
    return path.stem.split("_")[1]


def labels_of(path):
    return [label for label in path.stem.split("_")[1:] if label != "none"]


def trained(name, frames):
    make, architecture, several, item, in_batch = LEARNERS[name]
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    block = DataBlock(blocks=(ImageBlock, MultiCategoryBlock if several else CategoryBlock), get_items=lambda _: frames,
                      get_y=labels_of if several else first_label_of, splitter=IndexSplitter(range(8)), item_tfms=item,
                      batch_tfms=in_batch)
    learner = make(block.dataloaders(None, bs=8, num_workers=0), architecture, pretrained=False)
    with learner.no_bar(), learner.no_logging():
        learner.fit(1, 1e-3, cbs=StopInTime())
    return learner


def output_of(command):
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        said = result.stderr.strip().splitlines()
        raise RuntimeError(said[-1] if said else f"{command[0]} ends with exit code {result.returncode}")
    return result.stdout, result.stderr


def own_map(learner, layer, x):
    """(logits, class, map): what the learner itself says of an input."""
    kept = {}

    def keep(_module, _inputs, output):
        kept["activation"] = output.as_subclass(torch.Tensor).clone()  # what follows may work in place
        kept["activation"].retain_grad()
        return kept["activation"]

    network = learner.model.eval()
    handle = network.get_submodule(layer).register_forward_hook(keep)
    logits = network(x).as_subclass(torch.Tensor)[0]
    best = int(logits.argmax())
    logits[best].backward()
    handle.remove()
    activation, gradient = kept["activation"].detach()[0], kept["activation"].grad[0]
    return logits.detach().numpy(), best, (gradient.mean((1, 2), keepdim=True) * activation).sum(0).numpy()


def row_of(rows, frame):
    return next(row for row in rows if pathlib.Path(row["frame"]).name == frame.name)


def compare(name, program, folder, frames, shown):
    """A row of the table, and whether it is within the limits."""
    learner = trained(name, frames)
    stem = folder / name.replace(", ", "-").replace(" ", "-")
    learner.export(stem.with_suffix(".pkl"))
    _, said = output_of([sys.executable, EXPORTER, stem.with_suffix(".pkl"), "--out", stem.with_suffix(".pt"), "--force"])
    notes = [line for line in said.splitlines() if line.strip()]
    classified = json.loads(output_of([program, "classify", "--json", "--model", stem.with_suffix(".pt"), shown[0].parent])[0])
    explained = json.loads(output_of([program, "explain", "--json", "--model", stem.with_suffix(".pt"), "--class", "all", "--layer",
                                      "last", "--method", "gradcam-signed", "--raw", stem, *shown])[0])
    vocabulary = list(learner.dls.vocab)
    logit_error = map_error = 0.0
    for frame in shown:
        x = learner.dls.test_dl([frame], bs=1, num_workers=0).one_batch()[0].as_subclass(torch.Tensor)
        seen, found = row_of(explained, frame), row_of(classified, frame)
        own_logits, best, wanted = own_map(learner, seen["maps"][0]["layer"], x)
        for row in seen, found:
            logits = {entry["name"]: entry["logit"] for entry in row["classes"]}
            ours = np.array([logits[label] for label in vocabulary])
            logit_error = max(logit_error, np.abs(ours - own_logits).max() / np.abs(own_logits).max())
        raw = np.load(next(entry["raw"] for entry in seen["maps"] if entry["class"] == vocabulary[best]))
        if raw.shape != wanted.shape:
            raise RuntimeError(f"the map has the shape {raw.shape}, the learner's {wanted.shape}")
        map_error = max(map_error, np.abs(raw - wanted).max() / np.abs(wanted).max())
    verdict = "" if logit_error <= LOGIT_LIMIT and map_error <= MAP_LIMIT else "DIFFERS"
    row = f"{name:22} {'x'.join(map(str, x.shape[2:])):9} {logit_error:9.1e} {map_error:9.1e}  {verdict}"
    return "\n".join([row.rstrip(), *("    " + note for note in notes)]), not verdict


def frames_to_show(frames, folder):
    """The camera's shape, landscape, and a narrow one, without loss, in a folder of their own."""
    folder.mkdir()
    boxes = {"camera.png": (0, 0, 480, 640), "wide.png": (0, 150, 480, 421), "narrow.png": (101, 0, 434, 640)}
    for number, (name, box) in enumerate(boxes.items()):
        Image.open(frames[40 * number]).crop(box).save(folder / name)
    return [folder / name for name in boxes]


def main(program, folder, names):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ.update({f"XDG_{kind}_HOME": str(folder / "home") for kind in ("DATA", "CONFIG", "CACHE")})
    output_of([program, "demo", "--out", folder / "demo"])
    frames = sorted((folder / "demo" / "imgs").glob("*.jpg"))
    shown = frames_to_show(frames, folder / "shown")
    random.Random(1).shuffle(frames)
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, fastai {fastai_version}, timm {timm.__version__}, "
          f"Pillow {pillow_version}")
    print(f"{'learner':22} {'input':9} {'logits':>9} {'map':>9}  (largest differences; of the size, of the peak)", flush=True)
    passed = True
    for name in names or LEARNERS:
        try:
            row, fine = compare(name, program, folder, frames, shown)
        except RuntimeError as problem:
            row, fine = f"{name:22} FAILED: {problem}", False
        print(row, flush=True)
        passed = passed and fine
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]))
