#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes small networks of the kinds that people have, with what Python says of them.

usage: make_kinds.py OUTDIR        (Debian: python3-torch, python3-torchvision)

Writes OUTDIR/frame0.png ..., OUTDIR/NAME.pt and OUTDIR/list.json, which has for each NAME:

    logits   rows for the frames, computed by the module itself, in the training of none of its layers
    refused  a phrase of the sentence that refuses the network; then there is nothing else
    warned   a phrase of the warning that it opens with; absent where there is none
    layers   names that must be layers; absent names that must not be
    absent   see layers
    layer    with `map` and `hires`: Grad-CAM without ReLU and HiResCAM there, by hooks, of frame 0 and class 1
    without  false where no method that needs gradients works

Random weights; images of 96 x 96 are taken as they are.
"""
import collections
import contextlib
import copy
import io
import json
import math
import pathlib
import sys
import warnings
from typing import Dict, Optional, Tuple

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from torch import nn

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")
torch.set_num_threads(1)
OUT = pathlib.Path(sys.argv[1]).resolve()
SIZE, FRAMES = 96, 3
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
PIXELS = np.random.RandomState(5).randint(0, 256, (FRAMES, SIZE, SIZE, 3)).astype(np.uint8)
BYTES = torch.from_numpy(PIXELS).permute(0, 3, 1, 2).contiguous()
X = (BYTES.float() / 255 - MEAN) / STD
LIST = {}


def channels_of(tensor, last):
    return tensor[0].permute(2, 0, 1) if last else tensor[0]


def maps(net, layer, last):
    """Grad-CAM without ReLU and HiResCAM of frame 0, class 1, in double. @p last: the layer gives N x h x w x C."""
    net = copy.deepcopy(net).double()
    kept = {}
    handle = dict(net.named_modules())[layer].register_forward_hook(lambda m, i, o: kept.__setitem__("a", o))
    logits = net(X[:1].double().requires_grad_(True))
    handle.remove()
    g = channels_of(torch.autograd.grad(logits[0, 1], kept["a"])[0], last)
    a = channels_of(kept["a"].detach(), last)
    return {"layer": layer, "map": (g.mean((1, 2), keepdim=True) * a).sum(0).tolist(), "hires": (g * a).sum(0).tolist()}


def numbers_of(tensor):
    """None for what is not finite."""
    return [value if math.isfinite(value) else None for value in tensor.reshape(-1).double().tolist()]


def save(name, network, says=None, *, task="singlelabel", classes=4, **facts):
    """@p says: what the network's logits are, as a function of a normalised image; None: of no interest."""
    description = {"format": 1, "vocabulary": ["a", "b", "c", "d", "e", "f"][:classes], "task": task,
                   "input": {"height": SIZE, "width": SIZE, "resize": "squish"}}
    torch.jit.save(network, str(OUT / f"{name}.pt"), _extra_files={"birblens.json": json.dumps(description)})
    LIST[name] = facts
    if says:
        with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
            LIST[name]["logits"] = [numbers_of(says(x[None].clone())) for x in X]


def compiled(net, how, example=None, strict=True):
    if how == "scripted":
        return torch.jit.script(net)
    return torch.jit.trace(net, X[:1].clone() if example is None else example, check_trace=False, strict=strict)


def both(name, net, says=lambda net, x: net(x), *, layer=None, last=False, example=None, strict=True, **facts):
    """@p says: the logits that the network should be taken to give, of itself and an image."""
    net = net.eval()
    if layer:
        facts.update(maps(net, layer, last))
    for how in ("scripted", "traced"):
        with contextlib.redirect_stdout(io.StringIO()):
            network = compiled(net, how, example, strict)
        save(f"{name}_{how}", network, lambda x: says(net, x), **facts)


class Body(nn.Module):
    """Two convolutions with whatever norm; 16 x 24 x 24."""

    def __init__(self, norm=nn.BatchNorm2d):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, 2, 1)
        self.norm = norm(8)
        self.b = nn.Conv2d(8, 16, 3, 2, 1)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.b(self.relu(self.norm(self.a(x)))))


class Net(nn.Module):
    def __init__(self, classes=4, norm=nn.BatchNorm2d):
        super().__init__()
        self.body = Body(norm)
        self.fc = nn.Linear(16, classes)
        nn.init.normal_(self.fc.weight, 0, 2.0)

    def forward(self, x):
        return self.fc(self.body(x).mean((2, 3)))


# ---- where channels stand ------------------------------------------------------------------------------------------


class ConcatenatedLast(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, 8)
        self.left, self.right, self.both = nn.Linear(16, 16), nn.Linear(16, 8), nn.Linear(24, 24)
        self.fc = nn.Linear(24, 4)

    def forward(self, x):
        x = self.patches(x).permute(0, 2, 3, 1)
        x = x / torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        x = self.both(torch.cat([self.left(x), self.right(x)], -1))
        return self.fc(x.flatten(1, 2).mean(1))


class TransposedTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.mix, self.relu, self.fc = nn.Conv2d(3, 16, 8, 8), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4)

    def forward(self, x):
        return self.fc(self.relu(self.mix(self.patches(x).transpose(1, 2).transpose(2, 3))).mean((1, 2)))


class CutByReshape(nn.Module):
    """Patches by reshape, as einops writes it."""

    def __init__(self):
        super().__init__()
        self.embed, self.mix, self.fc = nn.Linear(192, 16), nn.Linear(16, 16), nn.Linear(16, 4)

    def forward(self, x):
        b, c, h, w = x.shape
        x = x.reshape(b, c, h // 8, 8, w // 8, 8).permute(0, 2, 4, 3, 5, 1).reshape(b, h // 8, w // 8, -1)
        return self.fc(self.mix(torch.relu(self.embed(x))).mean(1).mean(1))


def swin(window, depths=(2, 2), block=None, merging=None):
    options = {"block": block, "downsample_layer": merging} if block else {}
    net = torchvision.models.swin_transformer.SwinTransformer(
        patch_size=[4, 4], embed_dim=16, depths=list(depths), num_heads=[1, 2], window_size=[window, window], num_classes=4,
        **options)
    nn.init.normal_(net.head.weight, 0, 0.5)
    return net


def where_channels_stand():
    both("concatenated_last", ConcatenatedLast(), layer="both", last=True)
    both("transposed_twice", TransposedTwice(), layer="relu", last=True)
    both("cut_by_reshape", CutByReshape(), layer="mix", last=True)
    # Before the norm HiResCAM is zero but for rounding: a layer norm's gradient stands at right angles to its input.
    parts = torchvision.models.swin_transformer
    both("swin", swin(3), layer="norm", last=True)
    both("swin_padded", swin(5), layer="norm", last=True)
    both("swin_v2", swin(4, block=parts.SwinTransformerBlockV2, merging=parts.PatchMergingV2), layer="norm", last=True)


# ---- layers without a place ----------------------------------------------------------------------------------------


class PlacelessAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.softmax, self.fc = nn.Linear(768, 32), nn.Softmax(-1), nn.Linear(32, 4)

    def forward(self, x):
        b = x.shape[0]
        t = self.embed(x.reshape(b, 3, 6, 16, 6, 16).permute(0, 2, 4, 1, 3, 5).reshape(b, 36, 768))
        t = t.reshape(b, 36, 4, 8).transpose(1, 2)
        return self.fc((self.softmax(t @ t.transpose(-2, -1)) @ t).transpose(1, 2).reshape(b, 36, 32).mean(1))


class AttentionThenGrid(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.softmax = nn.Conv2d(3, 16, 8, 8), nn.Softmax(-1)
        self.last, self.fc = nn.Conv2d(16, 24, 3, 1, 1), nn.Linear(24, 4)

    def forward(self, x):
        x = self.patches(x)
        b, c, h, w = x.shape
        t = x.flatten(2).transpose(1, 2)
        t = t + self.softmax(t @ t.transpose(-2, -1)) @ t
        return self.fc(self.last(t.transpose(1, 2).reshape(b, c, h, w)).mean((2, 3)))


class NoLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3 * SIZE * SIZE, 8), nn.Linear(8, 4)

    def forward(self, x):
        return self.b(torch.relu(self.a(x.flatten(1))))


def layers_without_a_place():
    only = "occlusion only"
    both("attention_alone", PlacelessAttention(), warned=only, layers=[], absent=["softmax"])
    both("no_layer", NoLayer(), warned=only, layers=[])
    both("attention_then_grid", AttentionThenGrid(), layer="last", absent=["softmax"])
    vit = torchvision.models.vision_transformer.VisionTransformer(
        image_size=SIZE, patch_size=16, num_layers=2, num_heads=4, hidden_dim=32, mlp_dim=64, num_classes=4)
    nn.init.normal_(vit.heads.head.weight, 0, 0.5)
    both("vit", vit, layers=["conv_proj"], absent=["encoder.layers.encoder_layer_1.self_attention"])


# ---- quantised -----------------------------------------------------------------------------------------------------


class Quantisable(nn.Module):
    def __init__(self):
        super().__init__()
        self.quant, self.dequant = torch.quantization.QuantStub(), torch.quantization.DeQuantStub()
        self.a, self.b, self.relu = nn.Conv2d(3, 16, 3, 2, 1), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()
        self.head, self.fc = nn.Conv2d(32, 32, 1), nn.Linear(32, 4)

    def forward(self, x):
        x = self.relu(self.b(self.relu(self.a(self.quant(x)))))
        return self.fc(self.head(self.dequant(x)).mean([2, 3]))


class WhollyQuantisable(Quantisable):
    def forward(self, x):
        x = self.relu(self.b(self.relu(self.a(self.quant(x)))))
        return self.dequant(self.fc(self.head(x).mean([2, 3])))


def static(net, floating=()):
    net = net.eval()
    net.qconfig = torch.quantization.get_default_qconfig(torch.backends.quantized.engine)
    for part in floating:
        getattr(net, part).qconfig = None
    torch.quantization.prepare(net, inplace=True)
    net(X)
    return torch.quantization.convert(net, inplace=True)


def quantised():
    both("quantised", static(WhollyQuantisable()), without=False)
    both("quantised_body", static(Quantisable(), ("head", "fc")), layers=["a", "head"])
    both("quantised_dynamic", torch.quantization.quantize_dynamic(Net().eval(), {nn.Linear}, dtype=torch.qint8),
         layers=["body.b"], without=False)


# ---- one image, or so many -----------------------------------------------------------------------------------------


class OneImage(nn.Module):
    def __init__(self, way: str):
        super().__init__()
        self.way, self.body, self.fc = way, Body(), nn.Linear(16 * 24 * 24, 4)

    def forward(self, x):
        y = self.body(x)
        if self.way == "view":
            return self.fc(y.view(1, -1))
        if self.way == "flatten":
            return self.fc(y.flatten()[None])
        if self.way == "squeeze":
            return self.fc(y.squeeze(0).flatten().unsqueeze(0))
        if self.way == "first":
            return self.fc(y[0].reshape(-1)[None])
        return self.fc(y.flatten())


class SoMany(nn.Module):
    def __init__(self, count: int):
        super().__init__()
        self.count, self.body, self.fc = count, Body(), nn.Linear(16 * 24 * 24, 4)

    def forward(self, x):
        return self.fc(self.body(x).view(self.count, -1))


def one_image_or_so_many():
    for way in ("view", "flatten", "squeeze", "first", "vector"):
        both(f"one_image_{way}", OneImage(way), layer="body.b" if way != "vector" else None)
    for count in (2, 8):
        both(f"batch_of_{count}", SoMany(count), lambda net, x, c=count: net(x.repeat(c, 1, 1, 1))[:1],
             example=X[:1].repeat(count, 1, 1, 1))


# ---- norms, dropout, training --------------------------------------------------------------------------------------


class Dropping(nn.Module):
    def __init__(self, share):
        super().__init__()
        self.net, self.drop = Net(), nn.Dropout(share)

    def forward(self, x):
        return self.drop(self.net(x))


def norms_and_training():
    both("norm_without_statistics", Net(norm=lambda c: nn.BatchNorm2d(c, track_running_stats=False)), layer="body.norm")
    both("norm_of_instance", Net(norm=lambda c: nn.InstanceNorm2d(c, affine=True, track_running_stats=True)))
    both("norm_of_groups", Net(norm=lambda c: nn.GroupNorm(4, c)))
    nothing = Dropping(0.0).train()
    nothing.net.eval()
    save("drops_nothing", torch.jit.trace(nothing, X[:1]), nothing.net)
    half = Dropping(0.5).train()
    half.net.eval()
    save("drops_half", torch.jit.trace(half, X[:1], check_trace=False), half.net, warned="training mode")
    training = Net().train()
    nn.init.uniform_(training.body.norm.running_mean, -0.3, 0.3)
    nn.init.uniform_(training.body.norm.running_var, 0.6, 1.4)
    traced = torch.jit.trace(training, X[:1], check_trace=False)  # which moves the statistics once
    save("norm_in_training", traced, copy.deepcopy(training).eval(), warned="training mode")


# ---- what a forward takes and gives --------------------------------------------------------------------------------


class Answering(nn.Module):
    def __init__(self):
        super().__init__()
        self.net, self.auxiliary = Net(), nn.Linear(16, 4)

    def both(self, x):
        features = self.net.body(x)
        return features, self.net.fc(features.mean((2, 3))), self.auxiliary(features.mean((2, 3)))


class InDictionary(Answering):
    def forward(self, x):
        features, logits, _ = self.both(x)
        return {"features": features, "scores": logits}


class BesideAuxiliary(Answering):
    def forward(self, x):
        answer: Dict[str, torch.Tensor] = {}
        _, answer["out"], answer["aux"] = self.both(x)
        return answer


class InList(Answering):
    def forward(self, x):
        features, logits, _ = self.both(x)
        return [features, logits]


class InTuples(Answering):
    def forward(self, x):
        features, logits, _ = self.both(x)
        return features, (logits, features.mean((2, 3)))


Named = collections.namedtuple("Named", ["logits", "aux"])


class InNamedTuple(Answering):
    def forward(self, x):
        _, logits, auxiliary = self.both(x)
        return Named(logits, auxiliary)


class BesideNothing(Answering):
    def forward(self, x) -> Tuple[torch.Tensor, Optional[torch.Tensor]]:
        _, logits, auxiliary = self.both(x)
        other: Optional[torch.Tensor] = None
        if self.training:
            other = auxiliary
        return logits, other


class Talkative(Answering):
    def forward(self, x):
        if x.shape[2] > 3:
            warnings.warn("look")
        assert x.shape[1] == 3, "three channels"
        print("hello")
        return self.net(x)


class Optional3(Answering):
    def forward(self, x, mask: Optional[torch.Tensor] = None, doubled: bool = True, times: int = 3):
        if mask is not None:
            x = x * mask
        y = self.net(x)
        return y * float(times) if doubled else y


class InHalf(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.net, self.kind = Net().to(kind), kind

    def forward(self, x):
        return self.net(x.to(self.kind)).float()


class OfBytes(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()

    def forward(self, x):
        assert x.dtype == torch.uint8, "bytes are wanted"
        return self.net(x.float() / 255)


class OfBytesByTable(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()
        self.register_buffer("table", torch.linspace(-2, 2, 256))

    def forward(self, x):
        return self.net(self.table[x.long()])


def bytes_of(x):
    return ((x * STD + MEAN) * 255).round().clamp(0, 255).byte()


def what_goes_in_and_out():
    for name, kind, pick in (("in_dictionary", InDictionary, lambda o: o["scores"]),
                             ("beside_auxiliary", BesideAuxiliary, lambda o: o["out"]),
                             ("in_list", InList, lambda o: o[1]), ("in_tuples", InTuples, lambda o: o[1][0]),
                             ("in_named_tuple", InNamedTuple, lambda o: o[0]),
                             ("talkative", Talkative, lambda o: o),
                             ("optional_arguments", Optional3, lambda o: o)):
        both(name, kind(), lambda net, x, pick=pick: pick(net(x)), strict=False, layers=["net.body.b"])
    beside = BesideNothing().eval()
    save("beside_nothing", torch.jit.script(beside), lambda x: beside(x)[0], layers=["net.body.b"])
    for name, kind in (("bfloat16", torch.bfloat16), ("float16", torch.float16)):
        net = InHalf(kind).eval()
        plain = copy.deepcopy(net.net).float()
        save(f"inside_{name}", torch.jit.script(net), plain, layers=["net.body.b"], warned="half precision")
    for name, kind in (("bytes", OfBytes), ("bytes_by_table", OfBytesByTable)):
        both(f"of_{name}", kind(), lambda net, x: net(bytes_of(x)), example=BYTES[:1], layers=["net.body.b"])


# ---- probabilities, counts, numbers that are none ------------------------------------------------------------------


class Ending(nn.Module):
    def __init__(self, way: str):
        super().__init__()
        self.way, self.net, self.other, self.sigmoid = way, Net(), Net(), nn.Sigmoid()

    def forward(self, x):
        y = self.net(x)
        if self.way == "sigmoid":
            return self.sigmoid(y)
        if self.way == "softmax":
            return torch.softmax(y, 1)
        if self.way == "log_softmax":
            return F.log_softmax(y, dim=-1)
        if self.way == "by_hand":
            return 1 / (1 + torch.exp(-y))
        return (torch.softmax(y, 1) + torch.softmax(self.other(x), 1)) / 2


class Counting(nn.Module):
    """Four outputs; six of frames whose first pixel is as bright in red as can be."""

    def __init__(self):
        super().__init__()
        self.net = Net(6)

    def forward(self, x):
        y = self.net(x)
        return y if bool(x[0, 0, 0, 0] > 2.2) else y[:, :4]


class ForSomeInfinite(nn.Module):
    """Of the frames whose first pixel is bright in red."""

    def __init__(self):
        super().__init__()
        self.net = Net()

    def forward(self, x):
        y = self.net(x)
        return torch.where(x[:, 0, 0, 0].view(-1, 1) > 0.0, y / torch.zeros_like(y), y)


class Complaining(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()

    def forward(self, x):
        if x.shape[2] != 128:
            raise ValueError("this network wants 128 x 128 images")
        return self.net(x)


def numbers():
    for way, task in (("sigmoid", "multilabel"), ("softmax", "singlelabel"), ("log_softmax", "singlelabel")):
        both(f"ends_in_{way}", Ending(way), lambda net, x: net.net(x), task=task, layers=["net.body.b"])
    for way, task in (("by_hand", "multilabel"), ("two_together", "singlelabel")):
        both(f"ends_in_{way}", Ending(way), task=task, warned="probabilities", layers=["net.body.b"])
    save("three_outputs", torch.jit.script(Net(3).eval()), refused="3 outputs")
    save("five_outputs", torch.jit.script(Net(5).eval()), refused="5 outputs")
    both("for_some_infinite", ForSomeInfinite(), layers=["net.body.b"])
    save("complaining", torch.jit.script(Complaining().eval()), refused="this network wants 128 x 128 images")
    counting = Counting().eval()
    save("cut_short", torch.jit.script(counting), counting, layers=["net.body.b"])


# ---- writing in place ----------------------------------------------------------------------------------------------


class Writing(nn.Module):
    def __init__(self, way: str):
        super().__init__()
        self.way, self.a, self.b, self.relu = way, nn.Conv2d(3, 16, 3, 2, 1), nn.Conv2d(16, 16, 3, 2, 1), nn.ReLU(inplace=True)
        self.fc = nn.Linear(16, 4)

    def forward(self, x):
        if self.way == "image":
            x[:, 0] = x[:, 0] * 0.5 + 0.1
        y = self.a(x)
        if self.way == "slice":
            y[:, :8].mul_(2.0)
            y[:, 0] = 3.0
        if self.way == "view":
            z = y.flatten(2)
            z.add_(0.5)
        if self.way == "mask":
            y[y > 0.2] = 0.0
        if self.way == "alias":
            other = y
            y += 1
            other *= 2
        y = self.relu(self.b(self.relu(y)))
        if self.way == "parts":
            result = torch.zeros(y.shape)
            result[:, :8] = y[:, 8:]
            result[:, 8:] = y[:, :8]
            y = result
        return self.fc(y.mean((2, 3)))


def writing_in_place():
    for way in ("image", "slice", "view", "mask", "alias", "parts"):
        both(f"writes_{way}", Writing(way))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for i in range(FRAMES):
        Image.fromarray(PIXELS[i]).save(OUT / f"frame{i}.png")
    for number, part in enumerate((where_channels_stand, layers_without_a_place, quantised, one_image_or_so_many,
                                   norms_and_training, what_goes_in_and_out, numbers, writing_in_place)):
        torch.manual_seed(number)
        part()
    (OUT / "list.json").write_text(json.dumps(LIST))
    print(f"{len(LIST)} networks")


main()
