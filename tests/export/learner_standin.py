# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects with the attributes of a fastai 2 learner, for testing the exporter where fastai is not installed.

The class names are fastai's, because the exporter knows transforms and losses by them; sizes are kept as fastai keeps them:
Resize as (width, height), batch transforms as (height, width).
"""
import torch
from torch import nn


class Pipeline:
    def __init__(self, *transforms):
        self.fs = list(transforms)


class ToTensor:
    pass


class IntToFloatTensor:
    div = 255.0


class Resize:
    def __init__(self, size, method="crop", pad_mode="reflection"):
        height, width = (size, size) if isinstance(size, int) else size
        self.size = (width, height)
        self.method = method
        self.pad_mode = pad_mode


class RandomResizedCrop:
    def __init__(self, size):
        self.size = (size[1], size[0])


class AffineCoordTfm:
    def __init__(self, size=None, mode="bilinear", align_corners=True):
        self.size = size
        self.mode = mode
        self.align_corners = align_corners


class Flip(AffineCoordTfm):
    pass


class RandomResizedCropGPU:
    mode = "bilinear"

    def __init__(self, size, ratio=(3 / 4, 4 / 3), valid_scale=1.0):
        self.size = (size, size) if isinstance(size, int) else size
        self.ratio = ratio
        self.valid_scale = valid_scale


class Normalize:
    def __init__(self, mean, std):
        self.mean = torch.tensor(mean).view(1, 3, 1, 1)
        self.std = torch.tensor(std).view(1, 3, 1, 1)


class BCEWithLogitsLossFlat:
    def __init__(self, thresh=0.5):
        self.thresh = thresh
        self.func = nn.BCEWithLogitsLoss()

    def activation(self, x):
        return torch.sigmoid(x)


class BaseLoss:
    """What fastai's MSELossFlat and L1LossFlat, which are functions, return."""

    def __init__(self, func):
        self.func = func

    def activation(self, x):
        return x


class CrossEntropyLossFlat:
    def __init__(self):
        self.func = nn.CrossEntropyLoss()

    def activation(self, x):
        return torch.softmax(x, -1)


class DataLoaders:
    def __init__(self, vocab, item, batch):
        self.vocab = vocab
        self.after_item = Pipeline(*item)
        self.after_batch = Pipeline(*batch)


class Learner:
    def __init__(self, model, dls, loss_func):
        self.model = model
        self.dls = dls
        self.loss_func = loss_func


class ConcatPool(nn.Module):
    def __init__(self):
        super().__init__()
        self.ap = nn.AdaptiveAvgPool2d(1)
        self.mp = nn.AdaptiveMaxPool2d(1)

    def forward(self, x):
        return torch.cat([self.mp(x), self.ap(x)], 1)


class Block(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, 3, stride=2, padding=1)
        self.bn = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.bn(self.conv(x)))


def birdcam_network(classes=4, flatten=nn.Flatten):
    """fastai's layout in small: Sequential(body, head); the body's last stage is '0.3'."""
    torch.manual_seed(3)
    body = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.Sequential(Block(8, 12)),
                         nn.Sequential(Block(12, 16)))
    head = nn.Sequential(ConcatPool(), flatten(), nn.BatchNorm1d(32), nn.Dropout(0.25), nn.Linear(32, classes))
    net = nn.Sequential(body, head)
    net.train()
    with torch.no_grad():
        for _ in range(3):
            net(torch.randn(4, 3, 24, 16))
    return net  # in training mode, as a learner leaves it


def birdcam_learner(**changes):
    parts = {"model": birdcam_network(), "vocab": ["chickadee", "magpie", "sparrow", "squirrel"],
             "item": [Resize((64, 48)), ToTensor()],
             "batch": [IntToFloatTensor(), Flip(), Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])],
             "loss": BCEWithLogitsLossFlat(0.4)}
    parts.update(changes)
    return Learner(parts["model"], DataLoaders(parts["vocab"], parts["item"], parts["batch"]), parts["loss"])
