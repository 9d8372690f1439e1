#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where does the demo model look when it is wrong? Grad-CAM (mean gradients, ReLU, layer 0.7) for
every false positive on an empty frame of the demo day, held against what the renderer knows.

  explain_false_positives.py --day DIR [--model demo_model.pt] [--figures DIR]

Prints one line per false positive and adds the result to accuracy.json. A map counts as lying on an
object when its peak is inside the object's box, widened by one cell of the grid. As a measure of
chance, the share of the box area in the frame is printed, too."""
import argparse
import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy
import torch
from PIL import Image

from demo_network import VOCABULARY, demo_network, logits_of, normalised, read_frames, write_json

FRAME_WIDTH, FRAME_HEIGHT = 480, 640
STRIDE = 64  # of layer 0.7, in pixels of the frame


def regions_of(folder: Path) -> dict:
    regions = defaultdict(list)
    with open(folder / "regions.csv", newline="") as file:
        for row in csv.DictReader(file):
            regions[row["fname"]].append(
                (row["what"], *(int(row[k]) for k in ("x", "y", "width", "height"))))
    return regions


def grad_cam(network, frame, wanted: int):
    kept = network[0](normalised(frame[None])).detach().requires_grad_(True)
    logit = network[1](kept)[0, wanted]
    gradient, = torch.autograd.grad(logit, kept)
    weights = gradient.mean((2, 3), keepdim=True)
    return torch.relu((weights * kept).sum(1))[0].detach().numpy(), float(logit)


def peak_of(cam) -> tuple:
    """In pixels of the frame. Cell i of a padded, strided network is centred at stride * i."""
    row, column = numpy.unravel_index(int(cam.argmax()), cam.shape)
    return column * STRIDE, row * STRIDE


def lies_in(point, box, margin=STRIDE // 2) -> bool:
    x, y, width, height = box
    return (x - margin <= point[0] <= x + width + margin
            and y - margin <= point[1] <= y + height + margin)


def covered(boxes, margin=STRIDE // 2) -> float:
    mask = numpy.zeros((FRAME_HEIGHT, FRAME_WIDTH), bool)
    for x, y, width, height in boxes:
        mask[max(0, y - margin):y + height + margin, max(0, x - margin):x + width + margin] = True
    return float(mask.mean())


def save_figure(path: Path, image: Image.Image, cam) -> None:
    heat = Image.fromarray((255 * cam / max(cam.max(), 1e-6)).astype("uint8"))
    grown = heat.resize((cam.shape[1] * STRIDE, cam.shape[0] * STRIDE), Image.BILINEAR)
    placed = Image.new("L", image.size)
    placed.paste(grown, (-STRIDE // 2, -STRIDE // 2))
    red = Image.new("RGB", image.size, (255, 60, 0))
    both = Image.composite(red, image, placed.point(lambda v: int(v * 0.6)))
    pair = Image.new("RGB", (2 * image.width, image.height))
    pair.paste(image, (0, 0))
    pair.paste(both, (image.width, 0))
    pair.save(path)


def main() -> None:
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=here / "demo_model.pt")
    parser.add_argument("--figures", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(2)

    scripted = torch.jit.load(str(options.model))
    network = demo_network()
    network.load_state_dict(scripted.state_dict())
    network.eval().requires_grad_(False)
    frames, truth, names = read_frames(options.day)
    logits = logits_of(network, frames)
    regions = regions_of(options.day)
    if options.figures:
        options.figures.mkdir(parents=True, exist_ok=True)

    on = Counter()
    positives, objects, chance = 0, 0, []
    for i, name in enumerate(names):
        if truth[i].any():
            continue
        for c in torch.nonzero(logits[i] > 0).flatten().tolist():
            cam, logit = grad_cam(network, frames[i], c)
            peak = peak_of(cam)
            found = sorted({what for what, *box in regions[name] if lies_in(peak, box)})
            positives += 1
            objects += bool(found)
            chance.append(covered([box for _, *box in regions[name]]))
            on.update(found or ["nothing known"])
            print(f"{name} {VOCABULARY[c]} logit {logit:.2f}: peak {peak}, "
                  f"{', '.join(found) or 'nothing known'}")
            if options.figures:
                with Image.open(options.day / name) as image:
                    save_figure(options.figures / f"{name[:-4]}_{VOCABULARY[c]}.png",
                                image.convert("RGB"), cam)
    result = {
        "false_positives_explained": positives,
        "peak_on_a_known_object": objects,
        "share": round(objects / positives, 4) if positives else None,
        "share_expected_by_area": round(float(numpy.mean(chance)), 4) if chance else None,
        "objects": dict(on.most_common()),
    }
    print(json.dumps(result, indent=2))
    accuracy = options.model.parent / "accuracy.json"
    written = json.loads(accuracy.read_text()) if accuracy.exists() else {}
    written["grad_cam"] = result
    write_json(accuracy, written)


if __name__ == "__main__":
    main()
