#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the networks and reference numbers that the tests read.

usage: make_fixtures.py OUTDIR        (Debian 12: python3-torch, python3-torchvision, python3-pil)

Nothing is made when OUTDIR/stamp already holds this script's hash and the library versions. Everything is seeded.
Written to OUTDIR, and listed with sizes, times and remarks in OUTDIR/manifest.json:

  NAME.pt           a TorchScript network, most of them with the extra file birblens.json
                    (NAME_scripted.pt, NAME_traced.pt and, in double precision, NAME_frozen.pt are the same network)
  NAME.ref.pt       for networks that can be explained: a TorchScript module whose buffers are
                      input             (1, 3, H, W)
                      logits            (1, C)
                      features          (n): what the last linear layer, or the convolution in its place, was given; of
                                        h x w cells their mean
                      L__PATH__act      (C, h, w): the output of the module PATH ('.' written '__'), when it is small
                      L__PATH__METHOD   (h, w): the map of class 1; METHOD is gradcam_signed, gradcam, hirescam, xgradcam,
                                        layercam, gradcampp (where no activation is negative), eigencam (where its sign
                                        is decided); at a few layers ablationcam, scorecam and occlusion as well
                    a module's second call has PATH__call2. Channels-last outputs are turned to (C, h, w).
  NAME.layers.json  every 4-D module output in execution order: name (a second call is "relu#2"), key (as in the buffers),
                    shape [C, H, W], type, channels_last, and operator: what computes it in a frozen network, if one does
  pil_resize.ref.pt, pil_resize.json    photographs as PIL and fastai's validation transforms resize them
  presize.ref.pt, presize.json          photographs resized and then sampled in float as fastai's batch transforms do
  pickle.pkl, state_dict.pth, empty.pt, text.pt, truncated.pt    files that are no networks

The references come from eager PyTorch and the formulas of the papers. A hook hands a clone of each module's output on and
keeps the original, so that an in-place operation that follows changes the clone and the kept activation stays what the
module computed.
"""
import contextlib
import copy
import hashlib
import json
import os
import pickle
import sys
import time
import warnings

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torch import nn
from torchvision.models import convnext, resnet
from torchvision.transforms import functional as F

SEED = 20210208
VOCABULARY = ["chickadee", "magpie", "sparrow", "squirrel"]
EXPLAINED_CLASS = 1
SMALL = 20000  # elements of an activation that is stored
OPERATORS = {"Conv2d": "conv2d", "BatchNorm2d": "batch_norm", "ReLU": "relu", "ReLU6": "hardtanh", "SiLU": "silu",
             "Hardswish": "hardswish", "Sigmoid": "sigmoid", "Hardsigmoid": "hardsigmoid", "GELU": "gelu",
             "MaxPool2d": "max_pool2d", "AvgPool2d": "avg_pool2d", "AdaptiveAvgPool2d": "adaptive_avg_pool2d",
             "LayerNorm": "layer_norm", "LayerNorm2d": "layer_norm", "Linear": "linear"}
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


# ---- networks ----------------------------------------------------------------------------------------------------


class NarrowResNet(resnet.ResNet):
    """A ResNet with stock names and a quarter of the channels: 3 MB where the stock one has 45."""

    def __init__(self, blocks=(2, 2, 2, 2), block=resnet.BasicBlock, classes=len(VOCABULARY)):
        super().__init__(block, list(blocks), num_classes=classes)
        self.fc = nn.Linear(128 * block.expansion, classes)

    def _make_layer(self, block, planes, *args, **kwargs):
        return super()._make_layer(block, planes // 4, *args, **kwargs)


class ConcatPool(nn.Module):
    def __init__(self):
        super().__init__()
        self.ap = nn.AdaptiveAvgPool2d(1)
        self.mp = nn.AdaptiveMaxPool2d(1)

    def forward(self, x):
        return torch.cat([self.mp(x), self.ap(x)], 1)


def fastai_layout():
    """The bird cam's own shape: a ResNet-34 body and fastai's head on concatenated max and mean pooling."""
    body = nn.Sequential(*list(torchvision.models.resnet34().children())[:-2])
    head = nn.Sequential(ConcatPool(), nn.Flatten(), nn.BatchNorm1d(1024), nn.Dropout(0.25),
                         nn.Linear(1024, 512, bias=False), nn.ReLU(inplace=True), nn.BatchNorm1d(512), nn.Dropout(0.5),
                         nn.Linear(512, len(VOCABULARY), bias=False))
    return nn.Sequential(body, head)


class NarrowVgg(nn.Module):
    """VGG-11 with batch normalisation and its names features / avgpool / classifier, an eighth of the channels."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width in (8, "pool", 16, "pool", 32, 32, "pool", 64, 64, "pool", 64, 64, "pool"):
            if width == "pool":
                layers.append(nn.MaxPool2d(2, 2))
            else:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                channels = width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(nn.Linear(64 * 49, 64), nn.ReLU(True), nn.Dropout(),
                                        nn.Linear(64, len(VOCABULARY)))

    def forward(self, x):
        x = self.features(x)
        x = self.avgpool(x)
        return self.classifier(torch.flatten(x, 1))


def small_convnext():
    settings = [convnext.CNBlockConfig(12, 24, 1), convnext.CNBlockConfig(24, 48, 2), convnext.CNBlockConfig(48, None, 1)]
    net = torchvision.models.ConvNeXt(settings, num_classes=len(VOCABULARY))
    for module in net.modules():
        if isinstance(module, convnext.CNBlock):  # 1e-6 when untrained: the block would not matter
            nn.init.uniform_(module.layer_scale, 0.3, 0.7)
    return net


class Tiny(nn.Module):
    """For checking by hand. A0 is red, A1 is green minus blue, each at every second pixel from the first: 8 x 6 cells.
    logits = [mean A0, 2 mean A0 - 3 mean A1 + 0.5], so class 1 has the map (2 A0 - 3 A1) / 48."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, stride=2, padding=1, bias=False)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2, 2)
        with torch.no_grad():
            self.conv.weight.zero_()
            self.conv.weight[0, 0, 1, 1] = 1.0
            self.conv.weight[1, 1, 1, 1] = 1.0
            self.conv.weight[1, 2, 1, 1] = -1.0
            self.fc.weight.copy_(torch.tensor([[1.0, 0.0], [2.0, -3.0]]))
            self.fc.bias.copy_(torch.tensor([0.0, 0.5]))

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.conv(x)), 1))


class SmallNet(nn.Module):
    """Two convolutions and a linear layer."""

    def __init__(self, channels=3):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 8, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.fc = nn.Linear(12, len(VOCABULARY))

    def forward(self, x):
        x = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        return self.fc(x.mean([2, 3]))


class SharedRelu(nn.Module):
    """One in-place ReLU module that is called twice."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.bn2 = nn.BatchNorm2d(12)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(12, len(VOCABULARY))

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        return self.fc(x.mean([2, 3]))


class MapOutput(nn.Module):
    """Answers with a map, as a segmentation network does."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, len(VOCABULARY), 1)

    def forward(self, x):
        return self.conv2(torch.relu(self.conv1(x)))


class TupleOutput(nn.Module):
    """Answers with the logits and something else, as networks with auxiliary heads do."""

    def __init__(self):
        super().__init__()
        self.net = SmallNet()
        self.aux = nn.Linear(3, 2)

    def forward(self, x):
        return self.net(x), self.aux(x.mean([2, 3]))


class TwoHeads(nn.Module):
    """The logits of the mean and of the largest value, added: no single linear layer is the last one."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.mean = nn.Linear(12, len(VOCABULARY))
        self.largest = nn.Linear(12, len(VOCABULARY))

    def forward(self, x):
        x = self.conv2(torch.relu(self.conv1(x)))
        return self.mean(x.mean([2, 3])) + self.largest(x.amax([2, 3]))


# ---- weights, references, files ----------------------------------------------------------------------------------


def prepared(build, size, seed, batches=3, channels=3):
    """A seeded network whose batch normalisation has seen random images, in evaluation mode."""
    torch.manual_seed(SEED + seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torchvision's talk of weights and initialisation
        net = build()
    norms = [m for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None  # the plain mean over all batches
        nn.init.uniform_(norm.weight, 0.6, 1.4)
        nn.init.normal_(norm.bias, 0.0, 0.2)
    if norms:
        net.train()
        with torch.no_grad():
            for _ in range(batches):
                net(torch.randn(4, channels, *size))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    return net.eval()


def writes_channels_last(module, inputs, output):
    if getattr(output, "channels_last", False):
        return True
    kind = type(module).__name__
    if kind == "Permute":
        return list(module.dims) == [0, 2, 3, 1]
    if kind == "Linear" or (kind == "LayerNorm" and len(module.normalized_shape) == 1):
        return True
    first = inputs[0] if inputs else None
    return isinstance(first, torch.Tensor) and getattr(first, "channels_last", False) and first.shape == output.shape


def gradient_maps(a, g):
    """The methods that need the activation a and the gradient g only, both (C, h, w)."""
    def weighted(weights):
        return np.tensordot(weights, a, 1)

    sums = a.sum((1, 2))
    maps = {
        "gradcam_signed": weighted(g.mean((1, 2))),
        "gradcam": np.maximum(weighted(g.mean((1, 2))), 0),  # arXiv:1610.02391
        "hirescam": (g * a).sum(0),  # arXiv:2011.08891
        "layercam": np.maximum((np.maximum(g, 0) * a).sum(0), 0),  # doi:10.1109/TIP.2021.3089943
        # arXiv:2008.02312, equation 8
        "xgradcam": weighted([(ak / total * gk).sum() if total else 0 for ak, gk, total in zip(a, g, sums)]),
    }
    if a.min() >= 0:
        # arXiv:1710.11063, equations 13 and 19, for Y = exp(y): its derivatives are exp(y) times g, g^2, g^3. Without
        # exp(y), which all weights have in common.
        below = 2 * g**2 + sums[:, None, None] * g**3
        alpha = np.divide(g**2, below, out=np.zeros_like(g), where=g > 0)
        maps["gradcampp"] = np.maximum(weighted((alpha * np.maximum(g, 0)).sum((1, 2))), 0)
    eigen = eigencam(a, maps["hirescam"])
    if eigen is not None:
        maps["eigencam"] = eigen
    return maps


def eigencam(a, evidence):
    """arXiv:2008.00299: cells x channels times its first right singular vector, with the sign that correlates with the
    evidence; without any, with a positive sum. None where rounding would decide."""
    cells = a.reshape(len(a), -1).T
    if cells.size > 5 * SMALL:
        return None  # slow
    _, values, vectors = np.linalg.svd(cells, full_matrices=False)
    if len(values) > 1 and values[1] > 0.999 * values[0]:
        return None
    projection = (cells @ vectors[0]).reshape(a.shape[1:])
    if evidence.size == 1 or not evidence.any():
        return projection * np.sign(projection.sum())
    if np.abs(evidence).max() < 1e-12 or projection.std() < 1e-9 * np.abs(projection).max():
        return None
    agreement = np.corrcoef(projection.ravel(), evidence.ravel())[0, 1]
    return None if abs(agreement) < 1e-6 else projection * np.sign(agreement)


def network_maps(net, x, name, call, a, channels_last):
    """The methods that ask the network, one question at a time. a: (C, h, w), what call number call of module name gives."""
    def logit(image):
        with torch.no_grad():
            return net(image)[0, EXPLAINED_CLASS].item()

    def logit_without(channel):
        calls = 0

        def hook(module, inputs, output):
            nonlocal calls
            calls += 1
            if calls != call:
                return None
            changed = output.clone()
            changed.select(3 if channels_last else 1, channel).zero_()
            return changed
        handle = dict(net.named_modules())[name].register_forward_hook(hook)
        try:
            return logit(x.clone())
        finally:
            handle.remove()

    def logit_through(channel):
        if channel.min() == channel.max():
            return logit(torch.zeros_like(x))  # stretching may put rounding into a constant, scaling would blow it up
        mask = nn.functional.interpolate(channel[None, None], x.shape[2:], mode="bilinear", align_corners=False)
        mask = mask - mask.min()
        return logit(x * (mask / mask.max()))

    def covered(cell, cells, length):
        """The two cells' length around a cell's middle, to the nearest pixel."""
        size = length / cells
        middle = (cell + 0.5) * size
        return slice(max(0, int(np.floor(middle - size + 0.5))), min(length, int(np.floor(middle + size + 0.5))))

    y = logit(x.clone())
    drops = torch.tensor([y - logit_without(k) for k in range(len(a))], dtype=a.dtype)
    scores = torch.softmax(torch.tensor([logit_through(channel) for channel in a], dtype=a.dtype), 0)
    height, width = x.shape[2:]
    rows, columns = min(16, a.shape[1]), min(16, a.shape[2])
    losses = torch.zeros(rows, columns, dtype=a.dtype)
    for row in range(rows):
        for column in range(columns):
            image = x.clone()
            image[:, :, covered(row, rows, height), covered(column, columns, width)] = 0
            losses[row, column] = y - logit(image)
    return {"ablationcam": torch.einsum("k,khw->hw", drops / abs(y), a).clamp(min=0),
            "scorecam": torch.einsum("k,khw->hw", scores, a).clamp(min=0),
            "occlusion": losses}


def name_operators(layers):
    """Freezing folds a batch normalisation into the convolution that it follows: the convolution's own output is gone. Not
    so in DenseNet's layers, which torch 1.13 leaves alone for the lists that they append to."""
    for layer, following in zip(layers, layers[1:] + [{"type": None}]):
        folds = layer["type"] == "Conv2d" and following["type"] == "BatchNorm2d" and "denselayer" not in layer["name"]
        if folds:
            following["operator"] = "conv2d"
        layer.setdefault("operator", None if folds else OPERATORS.get(layer["type"]))


def references(net, x, asked=()):
    """(buffers, layers): the reference numbers of one network for one image, from hooks. Layers in asked: also by the
    methods that ask the network.

    In double precision: in single precision a deep network's own rounding puts some ReLU on the other side of its
    kink, and maps of two correct implementations then differ by a percent.
    """
    image, net, x = x, copy.deepcopy(net).double(), x.double()
    calls, counts, handles = [], {}, []

    def watch(name, module):
        def hook(module, inputs, output):
            if not isinstance(output, torch.Tensor) or output.ndim != 4:
                return None
            counts[name] = counts.get(name, 0) + 1
            last = writes_channels_last(module, inputs, output)
            output.retain_grad()
            calls.append((name, counts[name], type(module).__name__, last, output))
            handed_on = output.clone()
            handed_on.channels_last = last
            return handed_on
        handles.append(module.register_forward_hook(hook))

    given = []

    def gather(module, inputs):
        given.append(inputs[0].detach())

    for name, module in net.named_modules():
        if name:
            watch(name, module)
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            handles.append(module.register_forward_pre_hook(gather))
    logits = net(x.clone().requires_grad_(True))
    for handle in handles:
        handle.remove()
    logits[0, EXPLAINED_CLASS].backward()

    buffers, layers = {"input": image, "logits": logits.detach()}, []
    last = given[-1][0]
    buffers["features"] = last.mean((1, 2)) if last.ndim == 3 else last
    for name, call, kind, last, output in calls:
        path = name.replace(".", "__") + (f"__call{call}" if call > 1 else "")
        title = name + (f"#{call}" if call > 1 else "")
        gradient = torch.zeros_like(output) if output.grad is None else output.grad
        a, g = output.detach()[0], gradient[0]
        if last:
            a, g = a.permute(2, 0, 1), g.permute(2, 0, 1)
        if a.numel() <= SMALL:
            buffers[f"L__{path}__act"] = a
        for method, values in gradient_maps(a.numpy(), g.numpy()).items():
            buffers[f"L__{path}__{method}"] = torch.from_numpy(values)
        if title in asked:
            for method, values in network_maps(net, x, name, call, a, last).items():
                buffers[f"L__{path}__{method}"] = values
        layers.append({"name": title, "key": path, "shape": list(a.shape), "type": kind, "channels_last": last})
    name_operators(layers)
    return buffers, layers


class Holder(nn.Module):
    """Carries tensors into C++ by named_buffers()."""

    def __init__(self, tensors):
        super().__init__()
        for name, tensor in tensors.items():
            self.register_buffer(name, tensor.detach().contiguous().clone())

    def forward(self, x):
        return x


class Writer:
    def __init__(self, folder):
        self.folder = folder
        self.manifest = []
        self.started = time.perf_counter()

    def path(self, name):
        return os.path.join(self.folder, name)

    def note(self, name, what):
        now = time.perf_counter()
        size = os.path.getsize(self.path(name)) if os.path.exists(self.path(name)) else 0
        self.manifest.append({"file": name, "bytes": size, "seconds": round(now - self.started, 2), "what": what})
        self.started = now

    def json(self, name, value):
        with open(self.path(name), "w", encoding="utf-8") as stream:
            json.dump(value, stream, indent=1)

    def tensors(self, name, tensors):
        torch.jit.save(torch.jit.script(Holder(tensors)), self.path(name))

    def network(self, name, script, size, what, layer=None, vocabulary=None, metadata=True):
        vocabulary = vocabulary or VOCABULARY
        extra = {"birblens.json": json.dumps({
            "format": 1, "name": name, "vocabulary": vocabulary, "task": "multilabel", "thresholds": 0.5,
            "input": {"height": size[0], "width": size[1], "resize": "crop", "mean": MEAN, "std": STD},
            "default_layer": layer, "provenance": "random weights, for tests"})} if metadata else {}
        torch.jit.save(script, self.path(name + ".pt"), _extra_files=extra)
        self.note(name + ".pt", what)

    def reference(self, name, buffers, layers):
        self.tensors(name + ".ref.pt", buffers)
        self.json(name + ".layers.json", layers)
        self.note(name + ".ref.pt", f"{len(layers)} layers")


def image_input(size, seed):
    return torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(SEED + seed))


def scripted(net):
    return torch.jit.script(net).eval()


def traced(net, x, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.trace(net, x, **options)


def frozen(net):
    """In double precision: the weights that freezing folds together keep all their digits."""
    return torch.jit.freeze(scripted(copy.deepcopy(net).double()))


def make_networks(out):
    def stock(name, build, size, seed, layer, kinds, what, asked=()):
        net, x = prepared(build, size, seed), image_input(size, seed)
        out.reference(name, *references(net, x, asked))
        for kind in kinds.split():
            script = {"scripted": scripted, "traced": lambda n: traced(n, x), "frozen": frozen}[kind](net)
            title = name if kinds == kind else f"{name}_{kind}"
            out.network(title, script, size, f"{what}, {kind}", None if kind == "frozen" else layer)

    models, classes = torchvision.models, len(VOCABULARY)
    stock("resnet18", lambda: models.resnet18(num_classes=classes), (96, 64), 1, "layer4", "scripted traced",
          "torchvision's ResNet-18")
    stock("resnet34_fastai", fastai_layout, (320, 240), 2, "0.7", "scripted",
          "fastai's cnn_learner(resnet34) layout, the bird cam's own")
    stock("bottleneck", lambda: NarrowResNet((2, 1, 1, 1), resnet.Bottleneck), (96, 64), 10, "layer4",
          "scripted traced frozen", "ResNet-50's layout, narrow and short", ["layer4.0.bn3"])
    stock("mobilenet_v2", lambda: models.mobilenet_v2(num_classes=classes), (64, 48), 3, "features.18",
          "scripted traced frozen", "torchvision's MobileNetV2")
    stock("mobilenet_v3", lambda: models.mobilenet_v3_small(num_classes=classes), (96, 64), 11, "features.12",
          "scripted frozen", "torchvision's MobileNetV3, small")
    stock("efficientnet_b0", lambda: models.efficientnet_b0(num_classes=classes), (128, 96), 12, "features.8",
          "scripted traced frozen", "torchvision's EfficientNet-B0", ["features.1.0.block.1.avgpool"])
    stock("densenet121", lambda: models.densenet121(num_classes=classes), (96, 96), 4, "features.norm5",
          "scripted traced frozen", "torchvision's DenseNet-121")
    stock("squeezenet1_1", lambda: models.squeezenet1_1(num_classes=classes), (96, 96), 5, "classifier.2",
          "scripted traced frozen", "torchvision's SqueezeNet 1.1")
    stock("vgg11_bn", NarrowVgg, (96, 96), 6, "features.28", "scripted traced frozen", "VGG-11's layout, narrow",
          ["features.27"])
    stock("convnext", small_convnext, (96, 96), 7, "features.5", "scripted traced frozen",
          "torchvision's ConvNeXt, three small stages", ["features.5", "features.5.0.block.3"])
    stock("shared_relu", SharedRelu, (64, 48), 8, "bn2", "scripted", SharedRelu.__doc__, ["bn2", "relu", "relu#2"])
    stock("two_heads", TwoHeads, (64, 48), 13, "conv2", "scripted", TwoHeads.__doc__)

    tiny, x = Tiny().eval(), torch.arange(3 * 16 * 12).float().view(1, 3, 16, 12)
    x = (x * 7 % 13) / 6 - 1
    out.network("tiny", scripted(tiny), (16, 12), Tiny.__doc__, "conv", VOCABULARY[:2])
    out.reference("tiny", *references(tiny, x, ["conv"]))


def make_variants(out):
    """One narrow ResNet-18 in the shapes people save networks in."""
    size, layer = (96, 64), "layer4"
    net, x = prepared(NarrowResNet, size, 20), image_input(size, 20)
    buffers, layers = references(net, x)
    out.network("frozen", torch.jit.freeze(scripted(net)), size, "narrow ResNet-18, scripted and frozen: no names", None)
    out.reference("frozen", buffers, layers)
    out.network("bare", scripted(net), size, "narrow ResNet-18 without birblens.json", metadata=False)
    out.reference("bare", buffers, layers)
    out.network("wrong_vocabulary", scripted(net), size, "three names for four logits", layer, VOCABULARY[:3])

    half = copy.deepcopy(net).half()
    out.network("half", scripted(half), size, "narrow ResNet-18 in half precision", layer)
    out.reference("half", *references(copy.deepcopy(half).float(), x))

    training = copy.deepcopy(net).train()
    out.network("traced_training", traced(copy.deepcopy(training), x, check_trace=False), size,
                "narrow ResNet-18 traced in training mode", layer)
    out.reference("traced_training", *references(training, x))

    with open(out.path("bare.pt"), "rb") as stream:
        whole = stream.read()
    with open(out.path("truncated.pt"), "wb") as stream:
        stream.write(whole[:len(whole) * 6 // 10])
    out.note("truncated.pt", "the first 60 % of bare.pt")
    torch.save(net.state_dict(), out.path("state_dict.pth"))
    out.note("state_dict.pth", "weights without a network")

    try:
        optimised = torch.jit.optimize_for_inference(scripted(net))
        torch.jit.save(optimised, out.path("optimized.pt"))
        remark = "narrow ResNet-18 after optimize_for_inference; torch.jit.load: "
        try:
            torch.jit.load(out.path("optimized.pt"))
            remark += "works"
        except RuntimeError as error:
            remark += str(error).strip().splitlines()[0]
    except RuntimeError as error:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(out.path("optimized.pt"))
        remark = "not made, optimize_for_inference cannot be saved: " + str(error).strip().splitlines()[0]
    out.note("optimized.pt", remark)


def make_unusable(out):
    small = (64, 48)
    out.network("wrong_channels", scripted(prepared(lambda: SmallNet(1), small, 30, channels=1)), small,
                "takes grey images, one channel", "conv2")
    out.network("not_classifier", scripted(prepared(MapOutput, small, 31)), small, MapOutput.__doc__, "conv1")
    out.network("tuple_output", scripted(prepared(TupleOutput, small, 32)), small, TupleOutput.__doc__, "net.conv2")
    with open(out.path("pickle.pkl"), "wb") as stream:
        pickle.dump({"vocabulary": VOCABULARY}, stream)
    out.note("pickle.pkl", "a Python pickle of a dictionary")
    with open(out.path("empty.pt"), "wb"):
        pass
    out.note("empty.pt", "no bytes")
    with open(out.path("text.pt"), "w", encoding="utf-8") as stream:
        stream.write("This is not a network.\n" * 40)
    out.note("text.pt", "text")


# ---- resizing ----------------------------------------------------------------------------------------------------


def photograph(height, width, seed):
    """A smooth scene with edges and sensor noise, uint8."""
    random = np.random.RandomState(SEED % 100000 + seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    image = np.empty((height, width, 3))
    for channel in range(3):
        waves = sum(random.uniform(10, 40) * np.sin(x / random.uniform(5, 60) + y / random.uniform(5, 60) + random.uniform(0, 6))
                    for _ in range(4))
        image[:, :, channel] = 120 + waves
    image[height // 3:height // 2, width // 4:width // 2] += random.uniform(-80, 80, 3)
    image += random.normal(0, 6, image.shape)
    return np.clip(np.floor(image + 0.5), 0, 255).astype(np.uint8)


def validation_box(width, height, target_w, target_h, method):
    """The part of the frame that fastai 2's Resize looks at on validation: (x, y, w, h), in frame pixels; outside the frame
    for pad. All in double precision, int() cuts towards zero:

        squish: (0, 0, width, height)
        m = width / target_w  or  height / target_h: crop takes the smaller, pad the larger; on a tie the second
        w = int(m * target_w), h = int(m * target_h)
        x = int(0.5 * (width - w)), y = int(0.5 * (height - h))       (crop: >= 0; pad: <= 0)
    """
    if method == "squish":
        return 0, 0, width, height
    across, down = width / target_w, height / target_h
    first = across > down if method == "pad" else across < down
    m = across if first else down
    w, h = int(m * target_w), int(m * target_h)
    return int(0.5 * (width - w)), int(0.5 * (height - h)), w, h


PAD_MODES = {"zeros": "constant", "border": "edge", "reflection": "reflect"}


def resized(image, target_w, target_h, method, pad_mode="zeros"):
    """fastai 2's Resize on validation, in PIL, and its geometry. The frame is first cut to the box where any corner of it lies
    inside, then padded where any lies outside: left -x, top -y, right max(w - width + x, 0), bottom max(h - height + y, 0).
    A box one pixel larger than the frame starts at 0 (0.5 cuts to 0), so nothing is padded and the frame is stretched.
    Then PIL's antialiased bilinear to the target."""
    width, height = image.size
    x, y, w, h = validation_box(width, height, target_w, target_h, method)
    if x >= 0 or y >= 0:
        left, top = max(x, 0), max(y, 0)
        image = image.crop((left, top, min(left + w, width), min(top + h, height)))
    if x < 0 or y < 0:
        pad_left, pad_top = max(-x, 0), max(-y, 0)
        pad_right, pad_bottom = max(w - width - pad_left, 0), max(h - height - pad_top, 0)
        image = F.pad(image, [pad_left, pad_top, pad_right, pad_bottom], padding_mode=PAD_MODES[pad_mode])
    geometry = {"offset_x": x, "offset_y": y, "box_w": w, "box_h": h, "canvas_w": image.size[0], "canvas_h": image.size[1],
                "resized_w": target_w, "resized_h": target_h}
    return image.resize((target_w, target_h), Image.BILINEAR), geometry


def make_resize(out):
    target_w, target_h = 240, 320
    # heights and widths: the bird cam's; odd; tiny (enlarged); landscape; one column short of the target's shape
    sizes = [(640, 480), (481, 333), (100, 37), (270, 480), (640, 479), (333, 250)]
    tensors, listing = {}, []
    for index, (height, width) in enumerate(sizes):
        pixels = photograph(height, width, index)
        tensors[f"img{index}"] = torch.from_numpy(pixels)
        for method, pad_mode in (("squish", None), ("crop", None), ("pad", "zeros"), ("pad", "border"), ("pad", "reflection")):
            result, geometry = resized(Image.fromarray(pixels), target_w, target_h, method, pad_mode or "zeros")
            key = f"img{index}_{method}" + (f"_{pad_mode}" if pad_mode not in (None, "zeros") else "")
            tensors[key] = torch.from_numpy(np.array(result))
            listing.append({"key": key, "img": f"img{index}", "image_w": width, "image_h": height, "method": method,
                            "pad_mode": pad_mode, **geometry})
    out.tensors("pil_resize.ref.pt", tensors)
    out.json("pil_resize.json", listing)
    out.note("pil_resize.ref.pt", f"{len(sizes)} photographs at {target_h}x{target_w} (height x width)")


def sampled(image, target_h, target_w, ratio=None, scale=1.0):
    """fastai 2's RandomResizedCropGPU on validation (with neither ratio nor scale, AffineCoordTfm with a size), for an image
    1 x 3 x H x W of 0..1:

        w / h < ratio[0]: h = int(w / ratio[0]);  w / h > ratio[1]: w = int(h * ratio[1])
        h = int(h * scale), w = int(w * scale), cut out at ((H - h) // 2, (W - w) // 2)
        d = min(h / target_w, w / 2) / 2;  d > 1: averaged to floor(h / d) x floor(w / d)      (width and 2: fastai's own rule)
        bilinear; the outermost pixels' centres on the outermost pixels' centres (align_corners)
    """
    height, width = image.shape[2:]
    h, w = height, width
    if ratio and width / height < ratio[0]:
        h = int(width / ratio[0])
    elif ratio and width / height > ratio[1]:
        w = int(height * ratio[1])
    h, w = int(h * scale), int(w * scale)
    top, left = (height - h) // 2, (width - w) // 2
    image = image[:, :, top:top + h, left:left + w]
    d = min(h / target_w, w / 2) / 2
    if d > 1:
        image = nn.functional.interpolate(image, scale_factor=1 / d, mode="area", recompute_scale_factor=True)
    rows, columns = torch.meshgrid(torch.linspace(-1, 1, target_h), torch.linspace(-1, 1, target_w), indexing="ij")
    grid = torch.stack([columns, rows], -1).unsqueeze(0)
    return nn.functional.grid_sample(image, grid, mode="bilinear", padding_mode="reflection", align_corners=True)


def make_presize(out):
    square, wide = [1.0, 1.0], [3 / 4, 4 / 3]
    # height, width of the frame; how it is resized; presizing, with its height and width or without; height, width of the input
    cases = [(640, 480, "crop", {"height": 460, "width": 460}, 224, 224),
             (640, 480, "crop", {"height": 460, "width": 460, "ratio": square}, 224, 224),
             (640, 480, "squish", {"height": 460, "width": 346, "ratio": square}, 224, 224),
             (480, 640, "squish", {"ratio": square}, 64, 64),
             (640, 480, "squish", {}, 128, 96),
             (481, 333, "squish", {}, 160, 111),
             (481, 333, "pad", {"height": 300, "width": 401, "ratio": wide}, 224, 160),
             (270, 480, "squish", {"ratio": wide}, 97, 130),
             (333, 250, "squish", {"ratio": wide, "scale": 0.875}, 96, 128),
             (100, 37, "squish", {"height": 50, "width": 90}, 128, 96)]
    tensors, listing = {}, []
    for index, (height, width, resize, presize, target_h, target_w) in enumerate(cases):
        frame = Image.fromarray(photograph(height, width, index))
        first = frame
        if "height" in presize:
            first, _ = resized(frame, presize["width"], presize["height"], resize, "reflection")
        image = torch.from_numpy(np.array(first)).permute(2, 0, 1).unsqueeze(0).float().div(255)
        result = sampled(image, target_h, target_w, presize.get("ratio"), presize.get("scale", 1.0))
        tensors[f"frame{index}"] = torch.from_numpy(np.array(frame))
        tensors[f"input{index}"] = (result - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
        listing.append({"vocabulary": ["bird"], "input": {
            "height": target_h, "width": target_w, "resize": resize, "pad_mode": "reflection", "mean": MEAN, "std": STD,
            "presize": presize}})
    out.tensors("presize.ref.pt", tensors)
    out.json("presize.json", listing)
    out.note("presize.ref.pt", f"{len(cases)} photographs")


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    with open(__file__, "rb") as stream:
        script = hashlib.sha256(stream.read()).hexdigest()
    stamp = f"{script} torch {torch.__version__} torchvision {torchvision.__version__} PIL {PIL.__version__}\n"
    stamp_file = os.path.join(folder, "stamp")
    if os.path.exists(stamp_file):
        with open(stamp_file, encoding="utf-8") as stream:
            if stream.read() == stamp:
                print(f"{folder}: nothing to do")
                return
        os.unlink(stamp_file)
    torch.set_num_threads(1)  # more gain nothing on inputs this small, and wait for each other on a busy machine
    started = time.perf_counter()
    out = Writer(folder)
    make_networks(out)
    make_variants(out)
    make_unusable(out)
    make_resize(out)
    make_presize(out)
    out.json("manifest.json", out.manifest)
    with open(stamp_file, "w", encoding="utf-8") as stream:
        stream.write(stamp)
    total = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
    print(f"{folder}: {len(out.manifest)} files made, {total / 1e6:.0f} MB, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
