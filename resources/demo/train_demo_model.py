#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the demo model on rendered frames and writes demo_model.pt and accuracy.json.

  train_demo_model.py --training DIR --held-out DIR --day DIR [--out DIR]

The folders are made by birblens_demo_frames; README.md beside this file has all commands."""
import argparse
import json
import time
from pathlib import Path

import torch
from torch import nn

from demo_network import (HEIGHT, MEAN, STD, VOCABULARY, WIDTH, demo_network, logits_of,
                          normalised, read_animals, read_frames, scores, write_json)

SEED = 34
CUT = 128  # side of the squares of the first part of the training


def cut_out(frames, chosen, names, animals):
    """A square of each chosen frame: around one of its animals, or anywhere when it is empty."""
    squares, truth = [], torch.zeros(len(chosen), len(VOCABULARY))
    for row, i in enumerate(chosen.tolist()):
        present = animals.get(names[i], [])
        left, top = ((torch.rand(2) * torch.tensor([WIDTH - CUT, HEIGHT - CUT])).int().tolist())
        if present:
            _, x, y, width, height = present[int(torch.randint(len(present), (1,)))]
            jitter = (torch.rand(2) * 64 - 32).int().tolist()
            left = min(max(x + width // 2 - CUT // 2 + jitter[0], 0), WIDTH - CUT)
            top = min(max(y + height // 2 - CUT // 2 + jitter[1], 0), HEIGHT - CUT)
        squares.append(frames[i, :, top:top + CUT, left:left + CUT])
        for kind, x, y, width, height in present:
            seen = max(0, min(x + width, left + CUT) - max(x, left)) \
                * max(0, min(y + height, top + CUT) - max(y, top))
            if seen > 0.35 * width * height:
                truth[row, kind] = 1
    return torch.stack(squares), truth


def augmented(x):
    count = len(x)
    flip = torch.rand(count) < 0.5
    x[flip] = x[flip].flip(3)
    x = x * (1 + 0.15 * (2 * torch.rand(count, 1, 1, 1) - 1)) \
        + 0.2 * (2 * torch.rand(count, 1, 1, 1) - 1)
    return x.contiguous(memory_format=torch.channels_last)


def train(network, batch_of, count: int, epochs: int, rate: float, name: str, batch: int = 16):
    """`batch_of` gives frames (uint8) and truth for chosen indices."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate / 10, weight_decay=0.02)
    steps = count // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=epochs * steps,
                                                   pct_start=0.2)
    loss_of = nn.BCEWithLogitsLoss()
    start = time.time()
    network.train()
    for epoch in range(epochs):
        order = torch.randperm(count)
        total = 0.0
        for step in range(steps):
            x, truth = batch_of(order[step * batch:(step + 1) * batch])
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(network(augmented(normalised(x))), truth)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"{name}, epoch {epoch + 1}/{epochs}: loss {total / steps:.4f}, "
              f"{time.time() - start:.0f} s", flush=True)


def save(network, path: Path, provenance: str) -> None:
    bundle = {
        "format": 1, "name": "birblens-demo", "vocabulary": VOCABULARY, "task": "multilabel",
        "thresholds": 0.5, "default_layer": "0.7",
        "input": {"height": HEIGHT, "width": WIDTH, "resize": "crop", "mean": MEAN, "std": STD},
        "provenance": provenance,
    }
    torch.jit.save(torch.jit.script(network), str(path),
                   _extra_files={"birblens.json": json.dumps(bundle)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--training", type=Path, required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--day", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--square-epochs", type=int, default=7)
    parser.add_argument("--frame-epochs", type=int, default=4)
    parser.add_argument("--start-from", type=Path, help="go on with the weights of this model")
    parser.add_argument("--frame-rate", type=float, default=2e-3, help="largest learning rate of the frame epochs")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    frames, truth, names = read_frames(options.training)
    animals = read_animals(options.training)
    torch.manual_seed(SEED)
    network = demo_network().to(memory_format=torch.channels_last)
    if options.start_from:
        network.load_state_dict(torch.jit.load(str(options.start_from)).state_dict())
    # First what animals look like, on squares around them; then whole frames and only their labels.
    if options.square_epochs:
        train(network, lambda chosen: cut_out(frames, chosen, names, animals), len(frames),
              options.square_epochs, 4e-3, "squares")
    train(network, lambda chosen: (frames[chosen], truth[chosen]), len(frames),
          options.frame_epochs, options.frame_rate, "frames")
    network = network.to(memory_format=torch.contiguous_format).eval()
    result = {"training_frames": len(frames), "square_epochs": options.square_epochs,
              "frame_epochs": options.frame_epochs, "seed": SEED,
              "frame_rate": options.frame_rate,
              "started_from_earlier_weights": bool(options.start_from)}
    for key, folder in (("held_out", options.held_out), ("demo_day", options.day)):
        checked, real, _ = read_frames(folder)
        result[key] = scores(logits_of(network, checked), real)
    save(network, options.out / "demo_model.pt",
         f"Trained by resources/demo/train_demo_model.py on {len(frames)} rendered frames "
         "(birblens_demo_frames); narrow ResNet-34, fastai's head. No photographs were used.")
    write_json(options.out / "accuracy.json", result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
