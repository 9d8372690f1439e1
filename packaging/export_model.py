#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a trained classifier into a Birblens bundle: one TorchScript file that carries its own description.

Runs where the network was made (Python 3.8 or later with torch 1.13 or later; fastai for a learner, torchvision for a
torchvision name). The bundle holds the network in evaluation mode and an extra file `birblens.json`: vocabulary, task,
thresholds, how a frame becomes the network's input, and the layer to explain first.
"""

import argparse
import contextlib
import dataclasses
import datetime
import difflib
import hashlib
import importlib
import importlib.util
import inspect
import json
import math
import os
import pathlib
import pickle
import re
import sys
import tempfile
import textwrap
import warnings
import zipfile
from pathlib import Path
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit(f"export_model.py: {sys.executable} has no torch. Run this with the Python that the network was trained "
             "with, or install torch (on Debian: apt-get install python3-torch python3-torchvision).")

FORMAT = 1
METADATA_FILE = "birblens.json"
LARGEST_DIFFERENCE = 1e-5
IMAGENET_MEAN = [0.485, 0.456, 0.406]
IMAGENET_STD = [0.229, 0.224, 0.225]
RESIZE_METHODS = ("squish", "crop", "pad")
TASKS = ("multilabel", "singlelabel")

EXAMPLES = """\
examples:
  A fastai learner (learn.export('birds.pkl')); everything is read from it:
    export_model.py birds.pkl --out birds.pt

  The same when size or labels must be said by hand:
    export_model.py birds.pkl --size 320x240 --resize crop --vocabulary chickadee,magpie,sparrow,squirrel

  A torchvision network with your own weights, labels one per line in a file:
    export_model.py resnet34 --weights birds.pth --vocabulary labels.txt --task multilabel --size 320x240

  A torchvision network with its published weights (needs a connection once):
    export_model.py mobilenet_v2 --weights IMAGENET1K_V1 --out imagenet.pt

  Anything else: a Python file with a function that takes nothing and returns the nn.Module:
    export_model.py my_model.py:build --vocabulary a,b,c --size 224x224 --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5

SOURCE is run or unpickled: export only files that you trust.

exit codes: 0 done; 2 the command line is wrong; 3 the model cannot be used (nothing is written).
"""


class ExportError(Exception):
    """One sentence for the person: what was found, where, and what to do. `code` is the exit code."""

    code = 3


class UsageError(ExportError):
    code = 2


@dataclasses.dataclass
class Source:
    """A network and what its origin says about itself; None where the origin says nothing."""

    model: nn.Module
    where: str
    name: str
    vocabulary: Optional[List[str]] = None
    task: Optional[str] = None
    thresholds: Any = None
    size: Optional[Tuple[int, int]] = None  # height, width
    resize: Optional[str] = None
    presize: Optional[dict] = None  # as the bundle has it
    pad_mode: Optional[str] = None
    mean: Optional[List[float]] = None
    std: Optional[List[float]] = None
    provenance: str = ""
    notes: List[str] = dataclasses.field(default_factory=list)


def first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0].strip() if text else type(error).__name__


def fingerprint(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()[:16]


def plural(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}{'es' if thing.endswith('s') else 's'}"


# ---- sources -----------------------------------------------------------------------------------------------------


def torch_load(path: Path, weights_only: bool) -> Any:
    if "weights_only" in inspect.signature(torch.load).parameters:
        return torch.load(path, map_location="cpu", weights_only=weights_only)
    return torch.load(path, map_location="cpu")


def unpickle(path: Path) -> Any:
    """torch.save's format (what `learn.export` writes), else a plain pickle."""
    try:
        return torch_load(path, weights_only=False)
    except (pickle.UnpicklingError, RuntimeError):
        if zipfile.is_zipfile(path):
            raise
        with open(path, "rb") as stream:
            return pickle.load(stream)


def stand_in_for_training_code(name: str) -> Callable:
    """A learner refers by name to functions of the notebook that trained it (get_y, ...); none is needed here."""

    def not_needed(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError(f"{name} belongs to the notebook that trained the learner")

    not_needed.__name__ = not_needed.__qualname__ = name
    return not_needed


@contextlib.contextmanager
def paths_of_other_systems() -> Iterator[None]:
    """A learner holds the path of its data. Windows cannot make Linux's class of paths and the other way round, so this
    system's own stands in; no path is followed. Python 3.13 pickles those classes under another module's name."""
    foreign = "PosixPath" if os.name == "nt" else "WindowsPath"
    local = sys.modules.get("pathlib._local")
    before = [(module, getattr(module, foreign)) for module in {pathlib, local or pathlib}]
    sys.modules["pathlib._local"] = local or pathlib
    for module, _ in before:
        setattr(module, foreign, type(Path()))
    try:
        yield
    finally:
        for module, value in before:
            setattr(module, foreign, value)
        if local is None:
            del sys.modules["pathlib._local"]


def load_learner(path: Path) -> Any:
    """Reads a fastai `.pkl`; functions of the training notebook that are missing here are replaced by empty ones."""
    main_module = sys.modules["__main__"]
    replaced: List[str] = []
    for _ in range(100):
        try:
            with paths_of_other_systems():
                return unpickle(path)
        except AttributeError as error:
            missing = re.search(r"Can't get attribute '(\w+)' on <module '__main__'", str(error))
            if not missing or hasattr(main_module, missing.group(1)):
                raise
            replaced.append(missing.group(1))
            setattr(main_module, missing.group(1), stand_in_for_training_code(missing.group(1)))
        except (pickle.UnpicklingError, TypeError):
            if not replaced:
                raise
            raise ExportError(f"'{path}' holds an object of a class that only the program that wrote it has ({replaced[-1]}); save "
                              "the weights there with torch.save(model.state_dict(), FILE), and give file.py:function, a function "
                              "that builds the network and loads them") from None
    raise ExportError(f"'{path}' refers to more than 100 functions of its training notebook; "
                      "export the learner again from a notebook that imports them from a module")


def transforms_of(dls: Any, stage: str) -> List[Any]:
    """The transforms of `after_item` or `after_batch`, from the validation loader where there is one."""
    for holder in (getattr(dls, "valid", None), dls):
        pipeline = getattr(holder, stage, None)
        if pipeline is not None:
            return list(getattr(pipeline, "fs", pipeline))
    return []


def class_names(value: Any) -> set:
    return {base.__name__ for base in type(value).__mro__}


def plain_vocabulary(vocabulary: Any) -> List[str]:
    """fastai gives a list of labels, or one such list per part of the data (then the target's is the last)."""
    items = list(vocabulary)
    nested = [item for item in items if not isinstance(item, str) and hasattr(item, "__iter__")]
    return [str(item) for item in (nested[-1] if nested else items)]


def height_width(size: Any, order: str) -> Tuple[int, int]:
    if isinstance(size, int):
        return size, size
    first, second = (int(value) for value in size)
    return (first, second) if order == "hw" else (second, first)


def channel_values(value: Any) -> List[float]:
    return [round(float(v), 6) for v in torch.as_tensor(value).detach().float().cpu().flatten()]


def task_of_loss(loss: Any) -> Tuple[Optional[str], Optional[float], List[str]]:
    """(task, threshold, notes) from what the loss does to logits, else from its class."""
    names = class_names(loss) | class_names(getattr(loss, "func", None))
    threshold = getattr(loss, "thresh", None)
    threshold = None if threshold is None else float(threshold)
    if names & {"BCELoss", "BCELossFlat"}:
        raise ExportError("the learner was trained with BCELoss, so its network ends in a sigmoid, and a probability "
                          "cannot be explained well; remove the sigmoid and export the logits (file.py:function)")
    activation = getattr(loss, "activation", None)
    if callable(activation):
        logits = torch.tensor([[-1.0, 0.5, 2.0]])
        with contextlib.suppress(Exception):
            result = torch.as_tensor(activation(logits))
            if torch.allclose(result, torch.sigmoid(logits), atol=1e-6):
                return "multilabel", threshold, []
            if torch.allclose(result, torch.softmax(logits, 1), atol=1e-6):
                return "singlelabel", threshold, []
    if any(name.startswith("BCEWithLogits") for name in names):
        return "multilabel", threshold, []
    if any("CrossEntropy" in name or name.startswith("FocalLoss") for name in names):
        return "singlelabel", threshold, []
    return None, threshold, [f"the loss {type(loss).__name__} does not say whether classes exclude each other"]


def is_whole(size: Tuple[int, int], crop: dict) -> bool:
    low, high = crop.get("ratio", (0.0, math.inf))
    return low <= size[1] / size[0] <= high and "scale" not in crop


def read_batch_step(source: Source, transform: Any) -> None:
    """A batch transform samples its size in float from what the item transforms leave: fastai's presizing."""
    before, crop = source.size, {}
    size = before if getattr(transform, "size", None) is None else height_width(transform.size, "hw")
    if size is None:
        return
    if "RandomResizedCropGPU" in class_names(transform):
        crop["ratio"] = [float(value) for value in transform.ratio]
        if transform.valid_scale != 1:
            crop["scale"] = float(transform.valid_scale)
    # What is more than twice as high as wide is averaged by fastai even where its size stays.
    if size == before and is_whole(before, crop) and size[0] <= 2 * size[1]:
        return
    if source.presize is not None:
        source.notes.append("the learner resizes the batch twice, to {}x{} and then to {}x{}; the bundle leaves the second out and "
                            "its probabilities differ".format(*before, *size))
        return
    mode = getattr(transform, "mode", "bilinear")
    if mode != "bilinear" or not getattr(transform, "align_corners", True):
        source.notes.append(f"the learner resizes the batch by {mode} sampling{'' if mode != 'bilinear' else ' without aligned corners'}"
                            "; the bundle samples bilinear with aligned corners, so probabilities differ a little")
    source.presize = {**({} if before is None else {"height": before[0], "width": before[1]}), **crop}
    source.size = size
    source.resize = source.resize or "squish"


def read_geometry(source: Source, dls: Any) -> None:
    """Size, resize method and normalisation of the validation transforms."""
    for transform in transforms_of(dls, "after_item"):
        names = class_names(transform)
        if "Resize" in names:
            # fastai takes (height, width) and keeps it as (width, height), the order of PIL.
            source.size = height_width(transform.size, "wh")
            source.resize = str(getattr(transform, "method", "crop")).lower()
            if source.resize == "pad":
                source.pad_mode = str(getattr(transform, "pad_mode", "reflection")).lower()
        elif "RandomResizedCrop" in names:
            source.size, source.resize = height_width(transform.size, "wh"), "squish"
            source.notes.append("the learner validates with RandomResizedCrop, which stretches the frame and cuts its "
                                "border off; the bundle stretches the whole frame (squish), so probabilities differ a little")
        elif "CropPad" in names or "RandomCrop" in names:
            source.notes.append(f"the learner cuts frames without resizing ({type(transform).__name__}), which a bundle "
                                "cannot say; check the predictions, or set --size and --resize")
    for transform in transforms_of(dls, "after_batch"):
        names = class_names(transform)
        if "Normalize" in names:
            source.mean, source.std = channel_values(transform.mean), channel_values(transform.std)
        elif names & {"AffineCoordTfm", "RandomResizedCropGPU"}:
            read_batch_step(source, transform)
    if source.mean is None:
        source.mean, source.std = [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]
        source.notes.append("the learner does not normalise: mean 0 and standard deviation 1 are written")


def weights_in(value: Any) -> Optional[dict]:
    """A state_dict, which some programs wrap in a dictionary of their own."""
    for key in ("state_dict", "model", "model_state_dict"):
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            value = value[key]
    if not isinstance(value, dict) or not value or not all(torch.is_tensor(v) for v in value.values()):
        return None
    if all(key.startswith("module.") for key in value):  # of a parallel training
        value = {key[len("module."):]: tensor for key, tensor in value.items()}
    return value


def torchvision_network_of(weights: dict) -> Optional[str]:
    """The torchvision network whose parameters have the names of these weights. On PyTorch's device without memory, which
    1.13 does not have for whole networks, trying all of them takes seconds."""
    with contextlib.suppress(Exception):
        models = importlib.import_module("torchvision").models
        for name in models.list_models(module=models):
            with contextlib.suppress(Exception), warnings.catch_warnings(), torch.device("meta"):
                warnings.simplefilter("ignore")  # about how weights would be initialised
                if getattr(models, name)(weights=None).state_dict().keys() == weights.keys():
                    return name
    return None


def what_weights_need(path: Path, value: dict, weights: dict) -> str:
    """The sentence about a file that holds weights without their network."""
    of_body_and_head = {key.split(".")[0] for key in weights} == {"0", "1"} and all(key.count(".") > 1 for key in weights)
    if {"model", "opt"} <= value.keys() or of_body_and_head:
        return (f"'{path}' holds a learner's weights (learn.save), not the learner; where it was trained, write all of it with "
                f"learn.load('{path.stem}'); learn.export('{path.stem}.pkl'), and give that .pkl")
    name = torchvision_network_of(weights)
    if name is None:
        return (f"'{path}' holds only the weights of a network; give the network too: export_model.py NAME --weights {path} "
                "--vocabulary A,B,C --size HEIGHTxWIDTH for torchvision's network NAME, else file.py:function, a function "
                "that builds the network and loads them")
    return (f"'{path}' holds only the weights of a network, torchvision's {name}; give: export_model.py {name} "
            f"--weights {path} --vocabulary A,B,C --size HEIGHTxWIDTH, with its {plural(classes_in(weights) or 0, 'class')} in the "
            "order of the outputs")


def refuse_regression(where: str, learner: Any, vocabulary: Any) -> None:
    loss = getattr(learner, "loss_func", None)
    name = type(getattr(loss, "func", None) or loss).__name__
    if not vocabulary and re.match(r"MSE|L1|SmoothL1|Huber", name):
        raise ExportError(f"{where} is a regression learner (its loss is {name}): its network answers with measurements, not with "
                          "classes, and Birblens shows classifiers only; give a learner trained with CategoryBlock or "
                          "MultiCategoryBlock")


def from_learner(path: Path, loader: Callable[[Path], Any]) -> Source:
    where = f"'{path}'"
    try:
        learner = loader(path)
    except ExportError:
        raise
    except ModuleNotFoundError as error:
        module = (error.name or "").split(".")[0]
        if module in ("fastai", "fastcore", "fasttransform", "fastprogress"):
            if importlib.util.find_spec(module):
                raise ExportError(f"{where} was written with another version of fastai than the one here (it wants '{error.name}'); "
                                  "run this script where the learner was trained, or install that version of fastai") from None
            raise ExportError(f"{where} is a fastai learner and fastai is not installed here; run this script where the "
                              "learner was trained (or after 'pip install fastai') and bring the .pt file it writes") from None
        raise ExportError(f"{where} needs the Python module '{module}', which is not installed here; run this script where "
                          "the learner was trained") from None
    except Exception as error:  # whatever unpickling somebody's file raises
        raise ExportError(f"{where} cannot be read as a fastai learner ({type(error).__name__}: {first_line(error)}); "
                          "write it again with learn.export(), where it was trained") from None
    versions = [f"torch {torch.__version__}"]
    with contextlib.suppress(ImportError):
        versions.insert(0, f"fastai {importlib.import_module('fastai').__version__}")
    provenance = f"{path.name} (sha256 {fingerprint(path)}), {', '.join(versions)}"
    if isinstance(learner, nn.Module):
        return Source(learner, f"the network in {where}", path.stem, provenance="network " + provenance)
    weights = weights_in(learner)
    if weights is not None:
        raise ExportError(what_weights_need(path, learner, weights))
    if not isinstance(getattr(learner, "model", None), nn.Module) or not hasattr(learner, "dls"):
        raise ExportError(f"{where} holds a {type(learner).__name__}, not a fastai learner (it has no model and dls); write "
                          "it with learn.export()")
    source = Source(learner.model, where, path.stem, provenance="fastai learner " + provenance)
    vocabulary = getattr(learner.dls, "vocab", None)
    if vocabulary is not None:
        source.vocabulary = plain_vocabulary(vocabulary)
    refuse_regression(where, learner, source.vocabulary)
    source.task, source.thresholds, notes = task_of_loss(getattr(learner, "loss_func", None))
    source.notes += notes
    read_geometry(source, learner.dls)
    return source


def read_weights(path: Path) -> dict:
    where = f"'{path}'"
    if is_torchscript(path):
        raise ExportError(f"{where} is a TorchScript file, not weights; open it in Birblens as it is")
    try:
        state = torch_load(path, weights_only=True)
    except Exception as error:  # torch reports damaged files by many classes
        raise ExportError(f"{where} cannot be read as weights ({type(error).__name__}: {first_line(error)}); save them with "
                          "torch.save(model.state_dict(), FILE)") from None
    weights = weights_in(state)
    if weights is None:
        raise ExportError(f"{where} holds no weights by name; save them with torch.save(model.state_dict(), FILE)")
    return {key: value.float() if value.is_floating_point() else value for key, value in weights.items()}


def classes_in(state: dict) -> Optional[int]:
    """The number of classes: the output size of the last matrix or convolution in a state_dict."""
    weights = [value for value in state.values() if value.ndim in (2, 4)]
    return int(weights[-1].shape[0]) if weights else None


def is_torchscript(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any("/code/" in name for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def torchvision_builder(name: str) -> Tuple[Callable, Any]:
    try:
        models = importlib.import_module("torchvision").models
    except ImportError:
        raise ExportError(f"'{name}' would be a torchvision network and torchvision is not installed here; install it, or "
                          "give file.py:function") from None
    known = models.list_models(module=models)
    if name not in known:
        near = difflib.get_close_matches(name, known, 3)
        hint = f"did you mean {' or '.join(near)}?" if near else "give a .pkl, a torchvision name such as resnet34, or file.py:function"
        raise UsageError(f"SOURCE '{name}' is neither a file nor a torchvision network; {hint}")
    return getattr(models, name), models


def from_torchvision(name: str, weights: Optional[str], seed: Optional[int], classes: Optional[int]) -> Source:
    build, models = torchvision_builder(name)
    torchvision = importlib.import_module("torchvision")
    versions = f"torchvision {torchvision.__version__}, torch {torch.__version__}"
    where = f"torchvision's {name}"
    if weights is None and seed is None:
        raise UsageError(f"{where} needs weights: give --weights FILE, --weights NAME (such as IMAGENET1K_V1), or --seed N "
                         "for random ones")
    if weights is None:
        torch.manual_seed(seed)
        if classes is None:
            raise UsageError(f"{where} with random weights needs --vocabulary to know its classes")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = build(weights=None, num_classes=classes)
        return Source(model, where, name, mean=IMAGENET_MEAN, std=IMAGENET_STD,
                      provenance=f"{where}, random weights (seed {seed}), {versions}")
    if Path(weights).is_file():
        state = read_weights(Path(weights))
        count = classes_in(state)
        extra = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        try:
            model = build(weights=None, num_classes=count, **extra)
            model.load_state_dict(state)
        except Exception as error:  # shapes and names that do not fit
            reason = " ".join(str(error).split())[:200]
            raise ExportError(f"the weights in '{weights}' do not fit {where} with {plural(count or 0, 'class')} ({reason}); "
                              "give the network's name as it was trained, or file.py:function for a changed network") from None
        return Source(model, f"{where} with '{weights}'", Path(weights).stem, mean=IMAGENET_MEAN, std=IMAGENET_STD,
                      provenance=f"{where}, weights {Path(weights).name} (sha256 {fingerprint(Path(weights))}), {versions}")
    if os.sep in weights or Path(weights).suffix in (".pt", ".pth", ".bin", ".pkl"):
        raise UsageError(f"there is no file '{weights}' to take weights from; check the path")
    try:
        entry = models.get_model_weights(name)[weights.rpartition(".")[2]]
    except KeyError:
        published = ", ".join(models.get_model_weights(name).__members__)
        raise UsageError(f"--weights '{weights}' is neither a file nor a published set of {where}; give a file or one of: "
                         f"{published}") from None
    try:
        model = build(weights=entry)
    except Exception as error:  # no connection, no space, a changed checksum
        raise ExportError(f"the weights {entry} of {where} could not be fetched ({type(error).__name__}: {first_line(error)}); "
                          "try again with a connection, or give --weights FILE") from None
    preset = entry.transforms()
    edge, larger = int(preset.crop_size[0]), int(preset.resize_size[0])
    source = Source(model, where, name, vocabulary=[str(c) for c in entry.meta["categories"]], task="singlelabel",
                    size=(edge, edge), resize="crop", mean=[float(v) for v in preset.mean],
                    std=[float(v) for v in preset.std], provenance=f"{where}, weights {entry}, {versions}")
    if larger != edge:
        source.notes.append(f"these weights were measured on the middle {edge} of {larger} pixels; the bundle shows the "
                            "network the whole shorter side, so probabilities differ a little")
    return source


def from_function(spec: str) -> Source:
    file_name, _, function_name = spec.rpartition(":")
    path = Path(file_name)
    if not path.is_file():
        raise UsageError(f"there is no file '{path}' to take '{function_name}' from; check the path before the colon")
    module_spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(module_spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules.setdefault(path.stem, module)
    try:
        module_spec.loader.exec_module(module)
    except Exception as error:  # it is somebody's program
        raise ExportError(f"'{path}' stops with {type(error).__name__}: {first_line(error)}; mend it or run this script where it "
                          "runs") from None
    build = getattr(module, function_name, None)
    if not callable(build):
        names = [n for n, v in vars(module).items() if inspect.isfunction(v) and v.__module__ == module.__name__]
        offer = f"; it has {', '.join(names)}" if names else ""
        raise UsageError(f"'{path}' has no function '{function_name}'{offer}; give file.py:function")
    try:
        model = build()
    except Exception as error:
        raise ExportError(f"{function_name}() in '{path}' stops with {type(error).__name__}: {first_line(error)}; it must take "
                          "nothing and return the network") from None
    if not isinstance(model, nn.Module):
        raise ExportError(f"{function_name}() in '{path}' returns a {type(model).__name__}; it must return a torch nn.Module")
    return Source(model, f"'{spec}'", path.stem,
                  provenance=f"{path.name}:{function_name} (sha256 {fingerprint(path)}), torch {torch.__version__}")


def open_source(options: argparse.Namespace, loader: Callable[[Path], Any]) -> Source:
    given = options.source
    if re.search(r"\.py:\w+$", given):
        if options.weights:
            raise UsageError("--weights belongs to a torchvision name; let the function load its own weights")
        return from_function(given)
    path = Path(given)
    if path.suffix == ".py":
        raise UsageError(f"'{given}' needs the name of its function: give {given}:build")
    if path.is_dir():
        raise UsageError(f"'{given}' is a folder; give the learner's .pkl file inside it")
    if path.is_file():
        if options.weights:
            raise UsageError(f"--weights belongs to a torchvision name, and '{given}' is a file that holds its own")
        if path.stat().st_size == 0:
            raise ExportError(f"'{given}' is empty; copy it again")
        if is_torchscript(path):
            raise ExportError(f"'{given}' is a TorchScript file already; open it in Birblens and give vocabulary and size there")
        return from_learner(path, loader)
    if os.sep in given or path.suffix:
        raise UsageError(f"there is no file '{given}'; check the path")
    classes = len(options.vocabulary) if options.vocabulary else None
    return from_torchvision(given, options.weights, options.seed, classes)


# ---- the network -------------------------------------------------------------------------------------------------


def ready(model: nn.Module) -> nn.Module:
    """In evaluation mode, on the CPU, in float32, without gradients. fastai's Flatten becomes torch's: it does the same
    and can be scripted."""
    if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        model = model.module
    model = model.eval().cpu().float().requires_grad_(False)
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if type(child).__name__ == "Flatten" and type(child).__module__.startswith("fastai") \
                    and not getattr(child, "full", False):
                setattr(parent, name, nn.Flatten())
    return model.eval()


def random_inputs(size: Tuple[int, int], batches: Sequence[int] = (1, 1, 1, 1)) -> List[torch.Tensor]:
    generator = torch.Generator().manual_seed(20210208)
    return [torch.randn(batch, 3, *size, generator=generator) * (1.0 + 0.5 * i) for i, batch in enumerate(batches)]


def logits_of(model: Callable, x: torch.Tensor) -> Any:
    with torch.no_grad():
        result = model(x.clone())
    return result.as_subclass(torch.Tensor) if isinstance(result, torch.Tensor) else result


def describe(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return "a tensor of shape " + "x".join(str(n) for n in value.shape)
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def run_eager(source: Source, inputs: List[torch.Tensor]) -> List[torch.Tensor]:
    """The original's logits; refuses what is no deterministic image classifier."""
    size = "{}x{}".format(*inputs[0].shape[2:])
    expected = []
    for x in inputs:
        try:
            result = logits_of(source.model, x)
            again = logits_of(source.model, x)
        except Exception as error:
            reason = first_line(error)
            hint = "check --size"
            if re.search(r"channels|\[\d+, 1,", reason):
                hint = "Birblens gives it colour images, three channels"
            raise ExportError(f"{source.where} cannot take one {size} colour image ({reason}); {hint}") from None
        if not isinstance(result, torch.Tensor) or result.ndim != 2 or result.shape[0] != x.shape[0]:
            raise ExportError(f"{source.where} returns {describe(result)} for one image, not one number per class; wrap it so "
                              "that it returns only the logits")
        if not torch.isfinite(result).all():
            raise ExportError(f"{source.where} returns values that are not finite; check its weights")
        if not torch.equal(result, again):
            raise ExportError(f"{source.where} answers the same image differently each time; something in it stays random in "
                              "evaluation mode (a dropout with training=True?), remove it")
        expected.append(result)
    return expected


def find_layers(model: nn.Module, x: torch.Tensor) -> List[Tuple[str, nn.Module, torch.Tensor]]:
    """Every 4-D output of a named module, in execution order."""
    calls, handles = [], []
    for name, module in model.named_modules():
        def keep(_module: nn.Module, _inputs: Any, output: Any, name: str = name, module: nn.Module = module) -> None:
            if isinstance(output, torch.Tensor) and output.ndim == 4:
                calls.append((name, module, output))
        if name:
            handles.append(module.register_forward_hook(keep))
    try:
        with torch.no_grad():
            model(x)
    finally:
        for handle in handles:
            handle.remove()
    return calls


def pick_default_layer(calls: List[Tuple[str, nn.Module, torch.Tensor]]) -> Optional[str]:
    """The last output that is larger than 1x1. Several modules may hand out that very tensor (the last ReLU, its block,
    its stage, the body): the outermost that stays on one grid is the stage, which is what is wanted. Adaptive pooling is
    passed over, because its grid is not the image's."""
    usable = [(name, module, output) for name, module, output in calls
              if max(output.shape[2:]) > 1 and not type(module).__name__.startswith("Adaptive")]
    if not usable:
        return None
    last = usable[-1][2]
    grid = last.shape[2:]
    same = [name for name, _, output in reversed(usable) if output is last]

    def stays_on_grid(name: str) -> bool:  # height and width come second and third where channels are last
        return all(grid in (output.shape[2:], output.shape[1:3]) for inner, _, output in usable
                   if inner == name or inner.startswith(name + "."))

    return min([name for name in same if stays_on_grid(name)] or same, key=lambda name: name.count("."))


def compile_network(model: nn.Module, example: torch.Tensor, only_trace: bool) -> Tuple[Any, str, str]:
    """(TorchScript module, "scripted" or "traced", why not scripted)."""
    why = "--trace was given"
    if not only_trace:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                scripted = torch.jit.script(model).eval()
                result = logits_of(scripted, example)
            if isinstance(result, torch.Tensor):
                return scripted, "scripted", ""
            why = "scripted, it returns more than the logits"
        except Exception as error:
            why = "scripting stops at: " + first_line(error)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            return torch.jit.trace(model, example, check_trace=False).eval(), "traced", why
    except Exception as error:
        raise ExportError(f"the network can be neither scripted nor traced ({first_line(error)}); write its forward() with "
                          "tensors only") from None


def compare(saved: Any, inputs: List[torch.Tensor], expected: List[torch.Tensor]) -> float:
    """The largest difference between the saved network and the original; infinite where the shapes differ."""
    worst = 0.0
    for x, wanted in zip(inputs, expected):
        for _ in range(2):  # the second run is the optimised one
            result = logits_of(saved, x)
            if not isinstance(result, torch.Tensor) or result.shape != wanted.shape:
                return float("inf")
            difference = float((result - wanted).abs().max())
            worst = max(worst, difference if math.isfinite(difference) else float("inf"))
    return worst


# ---- the bundle --------------------------------------------------------------------------------------------------


def settle(source: Source, options: argparse.Namespace) -> dict:
    """The metadata but for default_layer: what was given on the command line, else what the source says."""
    notes = source.notes
    vocabulary = options.vocabulary or source.vocabulary
    size = options.size or source.size
    if size is None:
        if not source.where.startswith("torchvision"):
            if vocabulary is None:
                raise UsageError(f"{source.where} says neither its classes nor its input size; give both: export_model.py "
                                 f"{options.source} --vocabulary A,B,C --size HEIGHTxWIDTH")
            raise UsageError(f"{source.where} does not say its input size; give --size HEIGHTxWIDTH")
        size = (224, 224)
        notes.append("no --size given: 224x224 is written")
    resize = options.resize or source.resize or "crop"
    if resize not in RESIZE_METHODS:
        raise ExportError(f"{source.where} resizes by '{resize}', which Birblens does not know; give --resize "
                          "squish, crop or pad")
    presize = source.presize
    if presize is not None and (options.size or options.resize):
        presize = None
        notes.append("the learner resizes in two steps; with --size or --resize the bundle resizes in one, as you say")
    mean, std = options.mean or source.mean, options.std or source.std
    if mean is None or std is None:
        mean, std = mean or IMAGENET_MEAN, std or IMAGENET_STD
        notes.append("no --mean and --std given: ImageNet's are written")
    if len(mean) != 3 or len(std) != 3:
        raise ExportError(f"{source.where} normalises {plural(len(mean), 'channel')}; Birblens gives it colour images, three channels")
    task = options.task or source.task
    if task is None:
        task = "singlelabel"
        notes.append("no --task given: singlelabel (one class per frame, softmax) is written")
    thresholds = options.threshold if options.threshold is not None else source.thresholds
    record = {"height": size[0], "width": size[1], "resize": resize, "mean": mean, "std": std}
    if resize == "pad":
        record["pad_mode"] = (source.pad_mode if source.resize == "pad" else None) or "zeros"
    if presize is not None:
        record["presize"] = presize
    return {"format": FORMAT, "name": options.name or source.name, "vocabulary": vocabulary, "task": task,
            "thresholds": 0.5 if thresholds is None else thresholds, "input": record}


def check_vocabulary(metadata: dict, outputs: int, source: Source) -> None:
    vocabulary = metadata["vocabulary"]
    if not vocabulary:
        raise UsageError(f"{source.where} has {plural(outputs, 'class')} without names; give --vocabulary a,b,c or a file "
                         "with one name per line")
    if len(vocabulary) != outputs:
        raise ExportError(f"the vocabulary has {plural(len(vocabulary), 'name')} and {source.where} has "
                          f"{plural(outputs, 'class')}; give --vocabulary in the order of the network's outputs")
    if len(set(vocabulary)) != len(vocabulary):
        double = next(name for name in vocabulary if vocabulary.count(name) > 1)
        raise ExportError(f"the vocabulary has '{double}' twice; give --vocabulary with one name per class")
    thresholds = metadata["thresholds"]
    if isinstance(thresholds, list) and len(thresholds) != outputs:
        raise UsageError(f"--threshold has {plural(len(thresholds), 'number')} for {plural(outputs, 'class')}; give one number, "
                         "or one per class")
    if any("," in name for name in vocabulary):
        source.notes.append("a name in the vocabulary has a comma in it, which Birb Cam uses between labels")
    if "none" in vocabulary:
        source.notes.append("the vocabulary has 'none', the word for a frame without animals")


def default_layer(source: Source, x: torch.Tensor, wanted: Optional[str]) -> Optional[str]:
    calls = find_layers(source.model, x)
    names = [name for name, _, _ in calls]
    if wanted:
        if re.sub(r"#\d+$", "", wanted) not in names:
            near = difflib.get_close_matches(wanted, names, 3, 0.3) or names[-3:]
            offer = f"did you mean {', '.join(near)}?" if near else "the network has none"
            raise UsageError(f"--default-layer '{wanted}' is no layer with a grid in {source.where}; {offer}")
        return wanted
    found = pick_default_layer(calls)
    if found is None:
        source.notes.append("no layer has a grid larger than 1x1: Birblens can classify with this network, not explain it")
    return found


def looks_like_probabilities(outputs: List[torch.Tensor]) -> bool:
    values = torch.cat(outputs)
    return bool((values >= 0).all() and (values <= 1).all())


def export(source: Source, options: argparse.Namespace) -> Tuple[Path, dict, str, float]:
    metadata = settle(source, options)
    size = (metadata["input"]["height"], metadata["input"]["width"])
    target = Path(options.out or re.sub(r"[^\w.+-]", "_", metadata["name"]) + ".pt")
    if target.is_dir():
        raise UsageError(f"--out '{target}' is a folder; give the name of the file to write")
    if target.exists() and not options.force:
        raise UsageError(f"'{target}' exists; give --force to replace it, or another --out")
    if not target.resolve().parent.is_dir():
        raise UsageError(f"the folder of --out '{target}' does not exist; make it first")

    inputs = random_inputs(size)
    source.model.eval().cpu().float()
    expected = run_eager(source, inputs)
    source.model = ready(source.model)
    check_vocabulary(metadata, expected[0].shape[1], source)
    if looks_like_probabilities(expected):
        source.notes.append("every output lies between 0 and 1: if the network ends in a sigmoid or softmax, remove it, "
                            "because Birblens explains logits")
    metadata["default_layer"] = default_layer(source, inputs[0], options.default_layer)
    network, kind, why = compile_network(source.model, inputs[0], options.trace)
    layer = re.sub(r"#\d+$", "", metadata["default_layer"] or "")
    if layer and layer not in dict(network.named_modules()):
        raise ExportError(f"the layer '{layer}' has no name left in the {kind} network; give another --default-layer")
    metadata["provenance"] = "{}, {}{}, {}".format(
        source.provenance, kind, f" ({why})" if why else "",
        datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"))

    handle, temporary = tempfile.mkstemp(prefix=".birblens-", suffix=".pt", dir=target.resolve().parent)
    os.close(handle)
    try:
        torch.jit.save(network, temporary, _extra_files={METADATA_FILE: json.dumps(metadata, indent=1, ensure_ascii=False)})
        saved = torch.jit.load(temporary, map_location="cpu")
        difference = compare(saved, inputs, expected)
        if difference > LARGEST_DIFFERENCE:
            advice = "its forward() depends on the values it sees, which a trace cannot follow; make it scriptable" \
                if kind == "traced" else "try --trace"
            raise ExportError(f"the {kind} network differs from {source.where} by {difference:.3g} where {LARGEST_DIFFERENCE:g} is "
                              f"allowed, so nothing was written; {advice}")
        pair = random_inputs(size, (2,))[0]
        try:
            together = torch.cat([logits_of(source.model, pair[i:i + 1]) for i in range(2)])
            alone = not torch.allclose(logits_of(saved, pair), together, atol=1e-3)
        except Exception:  # shapes fixed to one image
            alone = True
        if alone:
            source.notes.append("the saved network takes one image at a time only; classifying a day is slower")
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except OSError as error:
        raise ExportError(f"'{target}' cannot be written ({error.strerror or first_line(error)}); choose another --out") from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
    return target, metadata, kind + (f" ({why})" if why else ""), difference


# ---- command line ------------------------------------------------------------------------------------------------


def parse_size(text: str) -> Tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text.strip())
    if not match or not all(1 <= int(n) <= 8192 for n in match.groups()):
        raise argparse.ArgumentTypeError(f"'{text}' is no size; give HEIGHTxWIDTH in pixels, such as 320x240")
    return int(match.group(1)), int(match.group(2))


def parse_numbers(text: str) -> List[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of numbers; separate them by commas") from None


def parse_channels(text: str) -> List[float]:
    numbers = parse_numbers(text)
    if len(numbers) != 3:
        raise argparse.ArgumentTypeError(f"'{text}' has {plural(len(numbers), 'number')}; give three, for red, green and blue")
    return numbers


def parse_deviations(text: str) -> List[float]:
    numbers = parse_channels(text)
    if min(numbers) <= 0:
        raise argparse.ArgumentTypeError(f"'{text}' has a deviation that is not above 0; a frame would be divided by it")
    return numbers


def parse_threshold(text: str) -> Any:
    numbers = parse_numbers(text)
    if not all(0 < number < 1 for number in numbers):
        raise argparse.ArgumentTypeError(f"'{text}' is no probability; give numbers between 0 and 1")
    return numbers[0] if len(numbers) == 1 else numbers


def parse_vocabulary(text: str) -> List[str]:
    try:
        is_file = Path(text).is_file()
    except OSError:  # a list too long for a file name
        is_file = False
    if is_file:
        try:
            content = Path(text).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise argparse.ArgumentTypeError(f"'{text}' is no UTF-8 text; write one name per line") from None
        names = content.splitlines() if "\n" in content.strip() else content.split(",")
    else:
        names = text.split(",")
    names = [name.strip() for name in names]
    names = [name for name in names if name] if is_file else names
    if not names or not all(names):
        raise argparse.ArgumentTypeError(f"'{text}' has an empty name; give a,b,c or a file with one name per line")
    return names


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        raise UsageError(message + "; see --help")


def make_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="export_model.py", formatter_class=argparse.RawDescriptionHelpFormatter,
                    description=textwrap.fill(
                        "Turn a trained classifier into a Birblens bundle: one TorchScript file with its vocabulary, input "
                        "size, resizing and normalisation inside. The saved network is compared with the original on random "
                        f"images and refused when an output differs by more than {LARGEST_DIFFERENCE:g}.", 100),
                    epilog=EXAMPLES)
    parser.add_argument("source", metavar="SOURCE", help="a fastai learner (.pkl), the name of a torchvision network, or "
                                                         "file.py:function")
    parser.add_argument("--out", metavar="FILE", help="the bundle to write (default: the name with .pt, in this folder)")
    parser.add_argument("--force", action="store_true", help="replace FILE when it exists")
    parser.add_argument("--name", help="the model's name in Birblens (default: from SOURCE)")
    parser.add_argument("--weights", metavar="FILE|NAME", help="weights of a torchvision network: a state_dict file, or a "
                                                               "published set such as IMAGENET1K_V1")
    parser.add_argument("--seed", type=int, metavar="N", help="random weights for a torchvision network, for trying things out")
    parser.add_argument("--vocabulary", type=parse_vocabulary, metavar="A,B,C|FILE",
                        help="the classes in the order of the outputs, or a file with one per line")
    parser.add_argument("--size", type=parse_size, metavar="HxW", help="input height and width in pixels, such as 320x240")
    parser.add_argument("--resize", choices=RESIZE_METHODS, help="how a frame of another shape becomes the input: stretched, "
                                                                 "its middle cut out, or with borders")
    parser.add_argument("--mean", type=parse_channels, metavar="R,G,B", help="mean per channel, of values from 0 to 1")
    parser.add_argument("--std", type=parse_deviations, metavar="R,G,B", help="standard deviation per channel")
    parser.add_argument("--task", choices=TASKS, help="multilabel: sigmoid, any number of classes per frame; singlelabel: "
                                                      "softmax, one")
    parser.add_argument("--threshold", type=parse_threshold, metavar="P|P,P,..",
                        help="a class is predicted above this probability; one number, or one per class (default: 0.5)")
    parser.add_argument("--default-layer", metavar="NAME", help="the layer to explain first (default: the last one whose grid "
                                                                "is larger than 1x1)")
    parser.add_argument("--trace", action="store_true", help="trace the network without trying to script it")
    return parser


def first_step(shape: dict) -> str:
    presize = shape.get("presize")
    if presize is None:
        return shape["resize"]
    if "height" not in presize:
        return "sampled from the whole frame"
    return f"sampled from {presize['height']}x{presize['width']}, {shape['resize']}"


def run(arguments: Sequence[str], loader: Callable[[Path], Any], say: Callable[[str], None]) -> None:
    options = make_parser().parse_args(arguments)
    source = open_source(options, loader)
    target, metadata, kind, difference = export(source, options)
    task = {"multilabel": "any number per frame", "singlelabel": "one per frame"}[metadata["task"]]
    shape = metadata["input"]
    for note in source.notes:
        say("note: " + note)
    print(f"wrote {target} ({target.stat().st_size / 1e6:.1f} MB)")
    print(f"  network: {kind}; largest difference to the original {difference:.2g}")
    print(f"  classes: {len(metadata['vocabulary'])}, {task}: {', '.join(metadata['vocabulary'][:8])}"
          + (", ..." if len(metadata["vocabulary"]) > 8 else ""))
    print(f"  input:   {shape['height']}x{shape['width']} (height x width), {first_step(shape)}")
    print(f"  layer:   {metadata['default_layer'] or 'none with a grid'}")


def main(arguments: Optional[Sequence[str]] = None, loader: Callable[[Path], Any] = load_learner) -> int:
    def say(text: str) -> None:
        print(f"export_model.py: {text}", file=sys.stderr)

    try:
        with warnings.catch_warnings():
            # PyTorch 2 says of every torch.jit function that it is deprecated. A bundle is TorchScript, so nobody who exports
            # one can do anything about it.
            warnings.filterwarnings("ignore", message=r"`torch\.jit\.\w+` is deprecated")
            run(sys.argv[1:] if arguments is None else arguments, loader, say)
        return 0
    except ExportError as error:
        say(str(error))
        return error.code
    except KeyboardInterrupt:
        say("stopped; nothing was written")
        return 3


if __name__ == "__main__":
    sys.exit(main())
