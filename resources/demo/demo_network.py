# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo network and what the scripts beside it share: layout, input, frames, scores."""
import csv
import json
from pathlib import Path

import numpy
import torch
from PIL import Image
from torch import nn

VOCABULARY = ["chickadee", "magpie", "sparrow", "squirrel"]
HEIGHT, WIDTH = 320, 240
MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]


class BasicBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        else:
            self.downsample = nn.Sequential()

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y + self.downsample(x))


class AdaptiveConcatPool2d(nn.Module):
    def __init__(self):
        super().__init__()
        self.ap = nn.AdaptiveAvgPool2d(1)
        self.mp = nn.AdaptiveMaxPool2d(1)

    def forward(self, x):
        return torch.cat([self.mp(x), self.ap(x)], 1)


def demo_network(width: int = 16) -> nn.Sequential:
    """A ResNet-34 with a quarter of the channels and the head of fastai's cnn_learner."""
    body = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width),
            nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    inputs = width
    for stage, blocks in enumerate([3, 4, 6, 3]):
        outputs = width << stage
        layer = []
        for block in range(blocks):
            layer.append(BasicBlock(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
            inputs = outputs
        body.append(nn.Sequential(*layer))
    head = nn.Sequential(
        AdaptiveConcatPool2d(), nn.Flatten(), nn.BatchNorm1d(2 * inputs), nn.Dropout(0.25),
        nn.Linear(2 * inputs, 128, bias=False), nn.ReLU(inplace=True), nn.BatchNorm1d(128),
        nn.Dropout(0.5), nn.Linear(128, len(VOCABULARY), bias=False))
    network = nn.Sequential(nn.Sequential(*body), head)
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
    nn.init.normal_(head[-1].weight, std=0.01)
    for module in network.modules():
        if isinstance(module, BasicBlock):
            nn.init.zeros_(module.bn2.weight)
    return network


def read_table(folder: Path) -> list:
    """The rows of labels.csv: (file name, list of labels)."""
    with open(folder / "labels.csv", newline="") as file:
        return [(row["fname"], [x for x in row["labels"].split(",") if x])
                for row in csv.DictReader(file)]


def read_frames(folder: Path):
    """All frames of a folder as uint8 (N, 3, 320, 240), their truth as float (N, 4), the names."""
    rows = read_table(folder)
    frames = torch.empty(len(rows), 3, HEIGHT, WIDTH, dtype=torch.uint8)
    truth = torch.zeros(len(rows), len(VOCABULARY))
    for i, (name, labels) in enumerate(rows):
        with Image.open(folder / name) as image:
            small = image.convert("RGB").resize((WIDTH, HEIGHT), Image.BILINEAR)
        frames[i] = torch.from_numpy(numpy.asarray(small).transpose(2, 0, 1).copy())
        for label in labels:
            truth[i, VOCABULARY.index(label)] = 1
    return frames, truth, [name for name, _ in rows]


def read_animals(folder: Path) -> dict:
    """For each frame the animals: (index in the vocabulary, x, y, width, height), input pixels."""
    animals = {}
    with open(folder / "regions.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["what"] in VOCABULARY:
                box = [int(row[k]) // 2 for k in ("x", "y", "width", "height")]
                animals.setdefault(row["fname"], []).append((VOCABULARY.index(row["what"]), *box))
    return animals


def normalised(frames: torch.Tensor) -> torch.Tensor:
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    std = torch.tensor(STD).view(1, 3, 1, 1)
    return (frames.float() / 255 - mean) / std


@torch.no_grad()
def logits_of(network, frames: torch.Tensor) -> torch.Tensor:
    network.eval()
    return torch.cat([network(normalised(frames[i:i + 32])) for i in range(0, len(frames), 32)])


def scores(logits: torch.Tensor, truth: torch.Tensor) -> dict:
    """Exact subset accuracy, per-class precision and recall, and the two kinds of frames."""
    predicted = logits > 0
    real = truth > 0.5
    exact = (predicted == real).all(1)
    empty = ~real.any(1)

    def share(part, whole):
        return round(float(part) / float(whole), 4) if float(whole) else None

    result = {
        "frames": len(truth),
        "exact": share(exact.sum(), len(truth)),
        "animal_frames": int((~empty).sum()),
        "animal_frames_right": share(exact[~empty].sum(), (~empty).sum()),
        "empty_frames": int(empty.sum()),
        "empty_frames_with_a_false_positive": int(predicted[empty].any(1).sum()),
        "classes": {},
    }
    for c, name in enumerate(VOCABULARY):
        hit = (predicted[:, c] & real[:, c]).sum()
        result["classes"][name] = {
            "precision": share(hit, predicted[:, c].sum()),
            "recall": share(hit, real[:, c].sum()),
            "false_positives": int((predicted[:, c] & ~real[:, c]).sum()),
            "false_positives_on_empty_frames": int((predicted[:, c] & empty).sum()),
        }
    return result


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
