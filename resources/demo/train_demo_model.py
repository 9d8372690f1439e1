#!/usr/bin/env python3
"""Trains the demo model on rendered frames and writes demo_model.pt and accuracy.json.

  train_demo_model.py --training DIR --held-out DIR --day DIR [--out DIR] [--epochs N]

The folders are made by birblens_demo_frames; README.md beside this file has all commands."""
import argparse
import json
import time
from pathlib import Path

import torch
from torch import nn

from demo_network import (HEIGHT, MEAN, STD, VOCABULARY, WIDTH, demo_network, logits_of,
                          normalised, read_frames, scores, write_json)

SEED = 34


def train(frames, truth, epochs: int, batch: int = 16):
    torch.manual_seed(SEED)
    network = demo_network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.02)
    steps = len(frames) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=epochs * steps,
                                                   pct_start=0.3)
    loss_of = nn.BCEWithLogitsLoss()
    start = time.time()
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(frames))
        total = 0.0
        for step in range(steps):
            chosen = order[step * batch:(step + 1) * batch]
            x = normalised(frames[chosen])
            flip = torch.rand(batch) < 0.5
            x[flip] = x[flip].flip(3)
            x = x * (1 + 0.15 * (2 * torch.rand(batch, 1, 1, 1) - 1)) \
                + 0.2 * (2 * torch.rand(batch, 1, 1, 1) - 1)
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(network(x), truth[chosen])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / steps:.4f}, "
              f"{time.time() - start:.0f} s", flush=True)
    return network.eval()


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
    parser.add_argument("--epochs", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(2)

    frames, truth, _ = read_frames(options.training)
    network = train(frames, truth, options.epochs)
    result = {"training_frames": len(frames), "epochs": options.epochs, "seed": SEED}
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
