#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exporter: what it writes, what it refuses and what it says. Needs torch and torchvision, not fastai."""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import textwrap
import types
import unittest
import warnings
from pathlib import Path
from unittest import mock

import torch
import torchvision
from torch import nn

HERE = Path(__file__).resolve().parent
EXPORTER = HERE.parents[1] / "packaging" / "export_model.py"
sys.path.insert(0, str(HERE))
import learner_standin as standin  # noqa: E402

spec = importlib.util.spec_from_file_location("export_model", EXPORTER)
export_model = importlib.util.module_from_spec(spec)
sys.modules["export_model"] = export_model
spec.loader.exec_module(export_model)


def read_bundle(path):
    extra = {"birblens.json": ""}
    network = torch.jit.load(str(path), _extra_files=extra)
    return network, json.loads(extra["birblens.json"])


def images(height, width, count=3):
    generator = torch.Generator().manual_seed(99)
    return [torch.randn(1, 3, height, width, generator=generator) for _ in range(count)]


MODULES = '''
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.conv = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(6, 3)
    def features(self, x):
        return self.drop(torch.relu(self.conv(x)))
    def forward(self, x):
        return self.fc(self.features(x).mean([2, 3]))

class Unscriptable(Net):
    def forward(self, *inputs):
        return super().forward(inputs[0])

class Branching(Net):  # the trace keeps the branch of the example image
    def forward(self, *inputs):
        y = Net.forward(self, inputs[0])
        return y if float(inputs[0].sum()) > 0 else y + 1

class Restless(Net):
    def forward(self, x):
        return Net.forward(self, x) + torch.rand(1)

class TwoAnswers(Net):
    def forward(self, x):
        return Net.forward(self, x), x

class Maps(Net):
    def forward(self, x):
        return self.features(x)

class Grey(Net):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3)

class Infinite(Net):
    def forward(self, x):
        return Net.forward(self, x) / 0.0

class Sigmoid(Net):
    def forward(self, x):
        return torch.sigmoid(self.fc(self.features(x).mean([2, 3])))

class Flat(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3 * 16 * 12, 3)
    def forward(self, x):
        return self.fc(torch.flatten(x, 1))

class OneAtATime(Net):
    def forward(self, x):
        x = self.features(x)
        return self.fc(x.view(1, 6, -1).mean(2))

def build(): return Net()
def unscriptable(): return Unscriptable()
def branching(): return Branching()
def restless(): return Restless()
def two_answers(): return TwoAnswers()
def maps(): return Maps()
def grey(): return Grey()
def infinite(): return Infinite()
def sigmoid(): return Sigmoid()
def flat(): return Flat()
def one_at_a_time(): return OneAtATime()
def half(): return Net().half()
def hooked():
    net = Net()
    net.conv.register_forward_hook(lambda module, inputs, output: output * 2)
    return net
def wrapped(): return nn.DataParallel(Net())
def number(): return 7
def fails(): raise ValueError("no weights here")
'''


class ForeignPath:
    """Pickled as a path of another system is: by its class's name and its parts."""

    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return getattr(pathlib, self.name), ("C:\\", "birds")


class ExporterTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.dir = Path(self.folder.name)
        self.out = self.dir / "bundle.pt"
        self.module_file = self.dir / "own_model.py"
        self.module_file.write_text(MODULES)
        self.addCleanup(sys.modules.pop, "own_model", None)
        before = list(sys.path)
        self.addCleanup(lambda: sys.path.__setitem__(slice(None), before))

    def run_exporter(self, *arguments, loader=None, out=True):
        arguments = [str(a) for a in arguments] + (["--out", str(self.out)] if out else [])
        stdout, stderr = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = export_model.main(arguments, **({"loader": loader} if loader else {}))
        self.stdout, self.stderr = stdout.getvalue(), stderr.getvalue()
        return code

    def export_ok(self, *arguments, **options):
        self.assertEqual(self.run_exporter(*arguments, **options), 0, self.stderr)
        return read_bundle(self.out)

    def assert_refused(self, code, *fragments, arguments, **options):
        """Refused with one sentence that has these fragments; no file is left."""
        self.assertEqual(self.run_exporter(*arguments, **options), code, self.stdout + self.stderr)
        lines = [line for line in self.stderr.splitlines() if "note:" not in line]
        self.assertEqual(len(lines), 1, self.stderr)
        self.assertTrue(lines[0].startswith("export_model.py: "), lines[0])
        for fragment in fragments:
            self.assertIn(fragment, lines[0])
        self.assertEqual(sorted(self.dir.glob("*.pt")), [])
        self.assertEqual(sorted(self.dir.glob(".birblens-*")), [])

    def pickled(self, thing, name="birds.pkl"):
        path = self.dir / name
        torch.save(thing, path)
        return path

    def own(self, function, *more):
        return [f"{self.module_file}:{function}", "--vocabulary", "a,b,c", "--size", "16x12", *more]

    def assert_same_numbers(self, network, original, height, width):
        original = original.eval()
        for x in images(height, width):
            with torch.no_grad():
                wanted = original(x)
                self.assertGreater(float(wanted.abs().max()), 1e-3)
                self.assertLess(float((network(x) - wanted).abs().max()), 1e-5)


class FastaiLearner(ExporterTest):
    def test_everything_is_read_from_the_learner(self):
        learner = standin.birdcam_learner()
        network, metadata = self.export_ok(self.pickled(learner))
        self.assertEqual(metadata["format"], 1)
        self.assertEqual(metadata["name"], "birds")
        self.assertEqual(metadata["vocabulary"], ["chickadee", "magpie", "sparrow", "squirrel"])
        self.assertEqual(metadata["task"], "multilabel")
        self.assertEqual(metadata["thresholds"], 0.4)
        self.assertEqual(metadata["input"], {"height": 64, "width": 48, "resize": "crop", "mean": [0.485, 0.456, 0.406],
                                             "std": [0.229, 0.224, 0.225]})
        self.assertEqual(metadata["default_layer"], "0.3")
        self.assertIn("birds.pkl", metadata["provenance"])
        self.assertIn("scripted", metadata["provenance"])
        self.assertNotIn(str(self.dir), metadata["provenance"])
        self.assertIn("0.2.0.conv", dict(network.named_modules()))
        self.assertFalse(network.training)
        self.assert_same_numbers(network, learner.model, 64, 48)
        self.assertIn("scripted", self.stdout)
        self.assertIn("64x48 (height x width), crop", self.stdout)

    def test_loader_is_injectable(self):
        seen = []

        def loader(path):
            seen.append(path)
            return standin.birdcam_learner()

        (self.dir / "other.pkl").write_bytes(b"x")
        _, metadata = self.export_ok(self.dir / "other.pkl", loader=loader)
        self.assertEqual(seen, [self.dir / "other.pkl"])
        self.assertEqual(metadata["name"], "other")

    def test_single_label_loss(self):
        _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(loss=standin.CrossEntropyLossFlat())))
        self.assertEqual(metadata["task"], "singlelabel")
        self.assertEqual(metadata["thresholds"], 0.5)

    def test_plain_torch_losses(self):
        for loss, task in ((nn.BCEWithLogitsLoss(), "multilabel"), (nn.CrossEntropyLoss(), "singlelabel")):
            _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(loss=loss)), "--force")
            self.assertEqual(metadata["task"], task)

    def test_loss_that_says_nothing(self):
        _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(loss=nn.MSELoss())), "--task", "multilabel")
        self.assertEqual(metadata["task"], "multilabel")
        self.assertIn("the loss MSELoss does not say", self.stderr)

    def test_resize_methods(self):
        for resize, wanted in ((standin.Resize((40, 56), "squish"), {"height": 40, "width": 56, "resize": "squish"}),
                               (standin.Resize(48, "pad"), {"height": 48, "width": 48, "resize": "pad", "pad_mode": "reflection"}),
                               (standin.Resize(48, "pad", "zeros"), {"height": 48, "width": 48, "resize": "pad", "pad_mode": "zeros"})):
            _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(item=[resize])), "--force")
            for key, value in wanted.items():
                self.assertEqual(metadata["input"][key], value)
            self.assertEqual("pad_mode" in metadata["input"], wanted["resize"] == "pad")

    def presized(self, item, *batch, options=()):
        _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(item=item, batch=batch)), "--force", *options)
        return metadata["input"]

    def test_presizing_in_both_forms(self):
        square = standin.RandomResizedCropGPU((64, 48), ratio=(1, 1))
        for item, batch, resize, wanted in (
                ([standin.Resize(96)], [standin.Flip((64, 48))], "crop", {"height": 96, "width": 96}),
                ([standin.Resize((96, 72), "squish")], [standin.Flip(), square], "squish",
                 {"height": 96, "width": 72, "ratio": [1, 1]}),
                ([], [standin.Flip((64, 48))], "squish", {}),
                ([], [standin.Flip(), square], "squish", {"ratio": [1, 1]}),
                ([], [standin.RandomResizedCropGPU((64, 48), valid_scale=0.875)], "squish",
                 {"ratio": [3 / 4, 4 / 3], "scale": 0.875}),
                # The size stays, but the middle square is stretched over it.
                ([standin.Resize((64, 48))], [square], "crop", {"height": 64, "width": 48, "ratio": [1, 1]})):
            read = self.presized(item, *batch)
            self.assertEqual(read["presize"], wanted)
            self.assertEqual((read["height"], read["width"], read["resize"]), (64, 48, resize))
            self.assertNotIn("differ", self.stderr)
        self.assertIn("64x48 (height x width), sampled from 64x48, crop", self.stdout)

    def test_batch_step_that_changes_nothing(self):
        for transform in (standin.Flip((64, 48)), standin.RandomResizedCropGPU((64, 48))):
            self.assertNotIn("presize", self.presized([standin.Resize((64, 48))], transform))

    def test_batch_step_without_a_size(self):
        """fastai averages the pixels of what is more than twice as high as wide."""
        for height, wanted in ((96, None), (97, {"height": 97, "width": 48})):
            read = self.presized([standin.Resize((height, 48))], standin.Flip())
            self.assertEqual((read["height"], read["width"], read.get("presize")), (height, 48, wanted))

    def test_presizing_that_a_bundle_cannot_say(self):
        read = self.presized([standin.Resize(96)], standin.Flip((64, 48)), standin.RandomResizedCropGPU((32, 24)))
        self.assertEqual((read["height"], read["width"], read["presize"]), (64, 48, {"height": 96, "width": 96}))
        self.assertIn("resizes the batch twice, to 64x48 and then to 32x24", self.stderr)
        self.presized([standin.Resize(96)], standin.Flip((64, 48), mode="bicubic"))
        self.assertIn("by bicubic sampling", self.stderr)
        self.presized([standin.Resize(96)], standin.Flip((64, 48), align_corners=False))
        self.assertIn("without aligned corners", self.stderr)

    def test_size_by_hand_is_one_step(self):
        read = self.presized([standin.Resize(96)], standin.Flip((64, 48)), options=["--size", "32x24"])
        self.assertEqual((read["height"], read["width"], read["resize"]), (32, 24, "crop"))
        self.assertNotIn("presize", read)
        self.assertIn("resizes in two steps", self.stderr)

    def test_random_resized_crop_is_noted(self):
        _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(item=[standin.RandomResizedCrop((64, 48))])))
        self.assertEqual((metadata["input"]["height"], metadata["input"]["width"]), (64, 48))
        self.assertEqual(metadata["input"]["resize"], "squish")
        self.assertIn("RandomResizedCrop", self.stderr)

    def test_learner_that_does_not_normalise(self):
        _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(batch=[standin.IntToFloatTensor()])))
        self.assertEqual(metadata["input"]["mean"], [0, 0, 0])
        self.assertEqual(metadata["input"]["std"], [1, 1, 1])
        self.assertIn("does not normalise", self.stderr)

    def test_vocabulary_of_inputs_and_targets(self):
        _, metadata = self.export_ok(self.pickled(standin.birdcam_learner(vocab=[["x"], ["a", "b", "c", 4]])))
        self.assertEqual(metadata["vocabulary"], ["a", "b", "c", "4"])

    def test_options_override_the_learner(self):
        _, metadata = self.export_ok(
            self.pickled(standin.birdcam_learner()), "--size", "48x64", "--resize", "pad", "--vocabulary", "w,x,y,z", "--task",
            "singlelabel", "--threshold", "0.5,0.6,0.7,0.8", "--name", "my birds", "--mean", "0,0,0", "--std", "1,2,3",
            "--default-layer", "0.2.0.bn")
        self.assertEqual(metadata["name"], "my birds")
        self.assertEqual(metadata["vocabulary"], ["w", "x", "y", "z"])
        self.assertEqual(metadata["task"], "singlelabel")
        self.assertEqual(metadata["thresholds"], [0.5, 0.6, 0.7, 0.8])
        self.assertEqual(metadata["input"], {"height": 48, "width": 64, "resize": "pad", "mean": [0, 0, 0], "std": [1, 2, 3],
                                             "pad_mode": "zeros"})
        self.assertEqual(metadata["default_layer"], "0.2.0.bn")

    def test_fastai_flatten_is_scripted_as_torchs(self):
        flatten = type("Flatten", (nn.Module,), {"__module__": "fastai.layers", "full": False,
                                                 "forward": lambda self, *inputs: inputs[0].view(inputs[0].size(0), -1)})
        model = standin.birdcam_network(flatten=flatten)
        with torch.no_grad():
            x = images(64, 48)[0]
            wanted = model.eval()(x)
        (self.dir / "l.pkl").write_bytes(b"x")
        network, metadata = self.export_ok(self.dir / "l.pkl", loader=lambda _: standin.birdcam_learner(model=model))
        self.assertIn("scripted", metadata["provenance"])
        self.assertLess(float((network(x) - wanted).abs().max()), 1e-5)

    def test_functions_of_the_notebook_are_not_needed(self):
        learner = standin.birdcam_learner()
        path = self.dir / "notebook.pkl"
        code = textwrap.dedent("""
            import sys, torch
            sys.path.insert(0, sys.argv[1])
            import learner_standin
            def get_labels(path): return path.name.split("_")
            learner = learner_standin.birdcam_learner()
            learner.dls.get_y = get_labels
            torch.save(learner, sys.argv[2])
        """)
        subprocess.run([sys.executable, "-B", "-c", code, str(HERE), str(path)], check=True)
        network, metadata = self.export_ok(path)
        self.assertEqual(metadata["vocabulary"][0], "chickadee")
        self.assert_same_numbers(network, learner.model, 64, 48)

    def test_plain_pickle_protocol(self):
        path = self.dir / "plain.pkl"
        path.write_bytes(pickle.dumps(standin.birdcam_learner()))
        _, metadata = self.export_ok(path)
        self.assertEqual(metadata["default_layer"], "0.3")

    def test_pickled_network(self):
        _, metadata = self.export_ok(self.pickled(standin.birdcam_network()), "--vocabulary", "a,b,c,d", "--size", "32x24")
        self.assertEqual(metadata["task"], "singlelabel")
        self.assertIn("no --mean and --std given", self.stderr)

    def test_pickled_network_without_anything_else(self):
        path = self.pickled(standin.birdcam_network(), "net.pth")
        self.assert_refused(2, f"the network in '{path}' says neither its classes nor its input size",
                            f"export_model.py {path} --vocabulary A,B,C --size HEIGHTxWIDTH", arguments=[path])

    def test_pickled_network_of_a_class_that_is_not_here(self):
        script = self.dir / "training.py"
        script.write_text("import torch\nclass Net(torch.nn.Linear): pass\ntorch.save(Net(2, 2), 'net.pth')\n")
        subprocess.run([sys.executable, script.name], cwd=self.dir, check=True)
        self.addCleanup(lambda: vars(sys.modules["__main__"]).pop("Net", None))
        self.assert_refused(3, "a class that only the program that wrote it has (Net)", "file.py:function",
                            arguments=[self.dir / "net.pth"])

    def test_weights_alone(self):
        """By the name of what they are, with a command that works once the names of the classes are in it."""
        state = torchvision.models.resnet18(num_classes=3).state_dict()
        path = self.pickled(state, "birds.pth")
        with mock.patch.object(export_model, "torchvision_network_of", lambda weights: "resnet18"):
            self.assert_refused(3, f"'{path}' holds only the weights of a network, torchvision's resnet18",
                                f"export_model.py resnet18 --weights {path} --vocabulary A,B,C --size HEIGHTxWIDTH",
                                "its 3 classes", arguments=[path])
        with mock.patch.object(export_model, "torchvision_network_of", lambda weights: None):
            self.assert_refused(3, "holds only the weights of a network; give the network too", "file.py:function",
                                arguments=[path])
        self.export_ok("resnet18", "--weights", path, "--vocabulary", "a,b,c", "--size", "64x48")

    def test_whose_weights(self):
        found = export_model.torchvision_network_of(torchvision.models.resnet18().state_dict())
        self.assertEqual(found, "resnet18" if torch.__version__ >= "2" else None)
        self.assertIsNone(export_model.torchvision_network_of({"a": torch.zeros(1)}))

    def test_weights_of_a_learner(self):
        state = standin.birdcam_network().state_dict()
        for kept in (state, {"model": state, "opt": {"state": []}}):
            self.assert_refused(3, "holds a learner's weights (learn.save), not the learner",
                                "learn.load('stage'); learn.export('stage.pkl')", arguments=[self.pickled(kept, "stage.pth")])
        own = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).state_dict()  # "0.weight": no body and head
        self.assert_refused(3, "holds only the weights of a network; give the network too", arguments=[self.pickled(own, "own.pth")])

    def test_learner_of_another_system(self):
        """The paths in it are of a class that cannot be made here; Python 3.13 has it in another module."""
        foreign = "PosixPath" if os.name == "nt" else "WindowsPath"
        before = getattr(pathlib, foreign), sys.modules.get("pathlib._local")
        for module in ("pathlib", "pathlib._local"):
            learner = standin.birdcam_learner()
            learner.path = ForeignPath(foreign)
            with mock.patch.dict(sys.modules, {module: sys.modules.get(module, pathlib)}), \
                    mock.patch.object(getattr(pathlib, foreign), "__module__", module):
                path = self.pickled(learner)
            with self.assertRaises((NotImplementedError, ImportError)):
                export_model.unpickle(path)
            _, metadata = self.export_ok(path, "--force")
            self.assertEqual(metadata["input"]["height"], 64)
            self.assertEqual((getattr(pathlib, foreign), sys.modules.get("pathlib._local")), before)

    def test_regression_learner(self):
        for loss in (nn.MSELoss(), nn.L1Loss(), nn.SmoothL1Loss(), nn.HuberLoss()):
            learner = standin.birdcam_learner(loss=standin.BaseLoss(loss), vocab=None)
            self.assert_refused(3, "is a regression learner", type(loss).__name__, "Birblens shows classifiers only",
                                arguments=[self.pickled(learner), "--vocabulary", "a,b,c,d"])

    def test_learner_of_another_fastai(self):
        path = self.dir / "old.pkl"
        path.write_bytes(b"\x80\x04cfastcore.dispatch\nTypeDispatch\n.")
        package = types.ModuleType("fastcore")
        package.__spec__ = importlib.machinery.ModuleSpec("fastcore", None, is_package=True)
        package.__path__ = []
        with mock.patch.dict(sys.modules, {"fastcore": package}):
            self.assert_refused(3, "another version of fastai", "'fastcore.dispatch'", arguments=[path])

    def test_warnings_that_nobody_can_act_on(self):
        path = self.pickled(standin.birdcam_learner())

        def loader(path):
            warnings.warn("`torch.jit.load` is deprecated. Please switch to `torch.export`.", FutureWarning)
            warnings.warn("`torch.jit.load` is not supported in Python 3.14+ and may break.", FutureWarning)
            return export_model.load_learner(path)

        with warnings.catch_warnings(record=True) as seen, contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("always")
            self.assertEqual(export_model.main([str(path), "--out", str(self.out)], loader=loader), 0)
        self.assertEqual([str(w.message) for w in seen if "torch.jit" in str(w.message)],
                         ["`torch.jit.load` is not supported in Python 3.14+ and may break."])

    def test_without_fastai_the_sentence_says_where_to_run_it(self):
        path = self.dir / "real.pkl"
        path.write_bytes(b"\x80\x04cfastai.learner\nLearner\n.")
        with mock.patch.dict(sys.modules, {"fastai": None}):
            self.assert_refused(3, f"'{path}' is a fastai learner and fastai is not installed here", "run this script where",
                                arguments=[path])

    def test_other_missing_module(self):
        path = self.dir / "real.pkl"
        path.write_bytes(b"\x80\x04cbird_tools_of_mine\nLearner\n.")
        self.assert_refused(3, "needs the Python module 'bird_tools_of_mine'", arguments=[path])

    def test_not_a_learner(self):
        self.assert_refused(3, "holds a dict, not a fastai learner", "learn.export()", arguments=[self.pickled({"a": 1})])
        self.assert_refused(3, "holds a list, not a fastai learner", "learn.export()", arguments=[self.pickled([1])])

    def test_damaged_and_empty_files(self):
        damaged, empty = self.dir / "damaged.pkl", self.dir / "empty.pkl"
        damaged.write_bytes(b"this is no pickle")
        empty.write_bytes(b"")
        self.assert_refused(3, "cannot be read as a fastai learner", arguments=[damaged])
        self.assert_refused(3, "is empty", arguments=[empty])

    def test_probability_loss_is_refused(self):
        self.assert_refused(3, "BCELoss", "export the logits", arguments=[self.pickled(standin.birdcam_learner(loss=nn.BCELoss()))])

    def test_unknown_resize_method(self):
        learner = standin.birdcam_learner(item=[standin.Resize(64, "twist")])
        self.assert_refused(3, "resizes by 'twist'", "--resize", arguments=[self.pickled(learner)])

    def test_learner_without_size(self):
        self.assert_refused(2, "does not say its input size", "--size", arguments=[self.pickled(standin.birdcam_learner(item=[]))])

    def test_vocabulary_of_the_wrong_length(self):
        self.assert_refused(3, "the vocabulary has 3 names", "4 classes", arguments=[
            self.pickled(standin.birdcam_learner(vocab=["a", "b", "c"]))])


class Torchvision(ExporterTest):
    def test_weights_file(self):
        torch.manual_seed(8)
        original = torchvision.models.resnet18(num_classes=5)
        weights = self.dir / "birds.pth"
        torch.save(original.state_dict(), weights)
        (self.dir / "labels.txt").write_text("wren\nrobin\n\nblue jay\nsquirrel\ncat\n")
        network, metadata = self.export_ok("resnet18", "--weights", weights, "--vocabulary", self.dir / "labels.txt", "--size",
                                           "64x48", "--task", "multilabel")
        self.assertEqual(metadata["vocabulary"], ["wren", "robin", "blue jay", "squirrel", "cat"])
        self.assertEqual(metadata["default_layer"], "layer4")
        self.assertEqual(metadata["name"], "birds")
        self.assertEqual(metadata["task"], "multilabel")
        self.assertEqual(metadata["input"]["mean"], [0.485, 0.456, 0.406])
        self.assertIn("birds.pth", metadata["provenance"])
        self.assertIn("layer4.1.conv2", dict(network.named_modules()))
        self.assert_same_numbers(network, original, 64, 48)

    def test_checkpoint_of_a_parallel_training(self):
        torch.manual_seed(8)
        original = torchvision.models.squeezenet1_1(num_classes=3)
        weights = self.dir / "c.pth"
        torch.save({"epoch": 3, "state_dict": {"module." + k: v for k, v in original.state_dict().items()}}, weights)
        network, metadata = self.export_ok("squeezenet1_1", "--weights", weights, "--vocabulary", "a,b,c", "--size", "64x64")
        self.assertEqual(metadata["default_layer"], "classifier.2")
        self.assert_same_numbers(network, original, 64, 64)

    def test_random_weights_are_seeded(self):
        first, metadata = self.export_ok("mobilenet_v2", "--seed", "4", "--vocabulary", "a,b", "--size", "64x64")
        self.assertEqual(metadata["default_layer"], "features.18")
        self.assertIn("random weights (seed 4)", metadata["provenance"])
        second, _ = self.export_ok("mobilenet_v2", "--seed", "4", "--vocabulary", "a,b", "--size", "64x64", "--force")
        x = images(64, 64)[0]
        self.assertTrue(torch.equal(first(x), second(x)))

    def test_default_layer_where_channels_come_last(self):
        _, metadata = self.export_ok("convnext_tiny", "--seed", "1", "--vocabulary", "a,b", "--size", "64x64")
        self.assertEqual(metadata["default_layer"], "features.7")

    def test_auxiliary_outputs_are_traced(self):
        _, metadata = self.export_ok("googlenet", "--seed", "1", "--vocabulary", "a,b", "--size", "64x64")
        self.assertIn("traced (scripted, it returns more than the logits)", metadata["provenance"])
        self.assertIn("traced", self.stdout)

    def test_published_weights_bring_their_labels(self):
        weights_class = torchvision.models.SqueezeNet1_1_Weights
        torch.manual_seed(2)
        state = torchvision.models.squeezenet1_1().state_dict()
        with mock.patch.object(weights_class, "get_state_dict", return_value=state, create=True):
            _, metadata = self.export_ok("squeezenet1_1", "--weights", "IMAGENET1K_V1", "--size", "64x64")
        self.assertEqual(len(metadata["vocabulary"]), 1000)
        self.assertEqual(metadata["task"], "singlelabel")
        self.assertEqual(metadata["input"]["resize"], "crop")
        self.assertIn("IMAGENET1K_V1", metadata["provenance"])
        self.assertIn("middle 224 of 256", self.stderr)

    def test_published_weights_without_connection(self):
        with mock.patch.object(torchvision.models.SqueezeNet1_1_Weights, "get_state_dict", side_effect=OSError("no route"),
                               create=True):
            self.assert_refused(3, "could not be fetched", "--weights FILE", arguments=["squeezenet1_1", "--weights", "DEFAULT"])

    def test_refusals(self):
        other = self.dir / "other.pth"
        torch.save(torchvision.models.resnet18(num_classes=2).state_dict(), other)
        text = self.dir / "text.pth"
        text.write_text("weights")
        tensors = self.dir / "list.pth"
        torch.save([torch.zeros(1)], tensors)
        self.assert_refused(2, "'resnet1' is neither a file nor a torchvision network", "resnet18", arguments=["resnet1"])
        self.assert_refused(2, "'zzzz' is neither a file nor a torchvision network", "file.py:function", arguments=["zzzz"])
        self.assert_refused(2, "torchvision's resnet18 needs weights", "--seed", arguments=["resnet18"])
        self.assert_refused(2, "needs --vocabulary", arguments=["resnet18", "--seed", "1"])
        self.assert_refused(2, "nor a published set", "IMAGENET1K_V1", arguments=["resnet18", "--weights", "IMAGENET9"])
        self.assert_refused(2, "there is no file", "check the path", arguments=["resnet18", "--weights", self.dir / "gone.pth"])
        self.assert_refused(3, "cannot be read as weights", arguments=["resnet18", "--weights", text])
        self.assert_refused(3, "holds no weights by name", arguments=["resnet18", "--weights", tensors])
        self.assert_refused(3, "do not fit torchvision's resnet34 with 2 classes", "file.py:function",
                            arguments=["resnet34", "--weights", other, "--vocabulary", "a,b"])
        self.assert_refused(2, "2 classes without names", "--vocabulary", arguments=["resnet18", "--weights", other, "--size", "64x64"])


class OwnFunction(ExporterTest):
    def original(self):
        spec = importlib.util.spec_from_file_location("own_model_again", self.module_file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def test_function(self):
        network, metadata = self.export_ok(*self.own("build"), "--mean", "0.5,0.5,0.5", "--std", "0.25,0.25,0.25")
        self.assertEqual(metadata["name"], "own_model")
        self.assertEqual(metadata["task"], "singlelabel")
        self.assertEqual(metadata["default_layer"], "drop")
        self.assertEqual(metadata["input"], {"height": 16, "width": 12, "resize": "crop", "mean": [0.5] * 3, "std": [0.25] * 3})
        self.assertIn("own_model.py:build", metadata["provenance"])
        self.assertIn("scripted", metadata["provenance"])
        self.assert_same_numbers(network, self.original().build(), 16, 12)

    def test_trace_where_scripting_stops(self):
        network, metadata = self.export_ok(*self.own("unscriptable"))
        self.assertIn("traced (scripting stops at: ", metadata["provenance"])
        self.assertIn("traced (scripting stops at: ", self.stdout)
        self.assertIn("conv", dict(network.named_modules()))
        self.assert_same_numbers(network, self.original().build(), 16, 12)

    def test_forward_hooks_are_kept(self):
        network, _ = self.export_ok(*self.own("hooked"))
        self.assert_same_numbers(network, self.original().hooked(), 16, 12)

    def test_trace_on_request(self):
        _, metadata = self.export_ok(*self.own("build"), "--trace")
        self.assertIn("traced (--trace was given)", metadata["provenance"])

    def test_half_precision_becomes_single(self):
        network, _ = self.export_ok(*self.own("half"))
        self.assertEqual({p.dtype for p in network.parameters()}, {torch.float32})
        self.assert_same_numbers(network, self.original().half().float(), 16, 12)

    def test_data_parallel_is_unwrapped(self):
        network, metadata = self.export_ok(*self.own("wrapped"))
        self.assertEqual(metadata["default_layer"], "drop")
        self.assert_same_numbers(network, self.original().build(), 16, 12)

    def test_differing_trace_is_refused(self):
        self.assert_refused(3, "the traced network differs from", "1e-05 is allowed", "nothing was written",
                            arguments=self.own("branching"))

    def test_differing_script_is_refused_and_an_old_bundle_stays(self):
        self.out.write_bytes(b"older bundle")
        with mock.patch.object(export_model, "compare", return_value=2e-5):
            self.assertEqual(self.run_exporter(*self.own("build"), "--force"), 3)
        self.assertIn("the scripted network differs from", self.stderr)
        self.assertIn("--trace", self.stderr)
        self.assertEqual(self.out.read_bytes(), b"older bundle")
        self.assertEqual(sorted(p.name for p in self.dir.glob("*.pt")), ["bundle.pt"])
        self.assertEqual(sorted(self.dir.glob(".birblens-*")), [])

    def test_comparison_finds_differences(self):
        x = images(4, 4)
        wanted = [t.mean([2, 3]) for t in x]
        self.assertEqual(export_model.compare(lambda t: t.mean([2, 3]), x, wanted), 0.0)
        self.assertAlmostEqual(export_model.compare(lambda t: t.mean([2, 3]) + 0.5, x, wanted), 0.5, places=5)
        self.assertEqual(export_model.compare(lambda t: t.mean([2, 3])[:, :2], x, wanted), float("inf"))
        self.assertEqual(export_model.compare(lambda t: t.mean([2, 3]) * float("nan"), x, wanted), float("inf"))

    def test_unsuitable_networks(self):
        for function, fragment in (("restless", "answers the same image differently each time"),
                                   ("two_answers", "returns a tuple of 2 for one image"),
                                   ("maps", "returns a tensor of shape 1x6x8x6"),
                                   ("grey", "cannot take one 16x12 colour image"),
                                   ("infinite", "values that are not finite"),
                                   ("number", "number() in '"),
                                   ("fails", "stops with ValueError: no weights here")):
            with self.subTest(function):
                self.assert_refused(3, fragment, arguments=self.own(function))
        self.assert_refused(3, "cannot take one 20x20 colour image", "check --size",
                            arguments=[f"{self.module_file}:flat", "--vocabulary", "a,b,c", "--size", "20x20"])

    def test_notes(self):
        _, metadata = self.export_ok(*self.own("flat"))
        self.assertIsNone(metadata["default_layer"])
        self.assertIn("can classify with this network, not explain it", self.stderr)
        self.export_ok(*self.own("sigmoid"), "--force")
        self.assertIn("every output lies between 0 and 1", self.stderr)
        self.export_ok(*self.own("one_at_a_time"), "--force")
        self.assertIn("takes one image at a time only", self.stderr)
        self.export_ok(f"{self.module_file}:build", "--vocabulary", "a,b,none", "--size", "16x12", "--force")
        self.assertIn("the vocabulary has 'none'", self.stderr)

    def test_default_layer_by_name(self):
        _, metadata = self.export_ok(*self.own("build"), "--default-layer", "conv")
        self.assertEqual(metadata["default_layer"], "conv")
        self.assert_refused_keeping_file(2, "--default-layer 'convv' is no layer with a grid", "did you mean conv",
                                         arguments=self.own("build", "--force", "--default-layer", "convv"))

    def assert_refused_keeping_file(self, code, *fragments, arguments):
        before = self.out.read_bytes()
        self.assertEqual(self.run_exporter(*arguments), code)
        for fragment in fragments:
            self.assertIn(fragment, self.stderr)
        self.assertEqual(self.out.read_bytes(), before)

    def test_existing_file_is_kept_without_force(self):
        self.out.write_bytes(b"older bundle")
        self.assert_refused_keeping_file(2, f"'{self.out}' exists", "--force", arguments=self.own("build"))
        network, _ = self.export_ok(*self.own("build"), "--force")
        self.assert_same_numbers(network, self.original().build(), 16, 12)

    def test_file_can_be_read_by_others(self):
        self.export_ok(*self.own("build"))
        umask = os.umask(0)
        os.umask(umask)
        self.assertEqual(self.out.stat().st_mode & 0o777, 0o666 & ~umask)

    def test_wrong_command_lines(self):
        build = f"{self.module_file}:build"
        script = self.dir / "script.pt"
        torch.jit.save(torch.jit.script(nn.ReLU()), str(script))
        cases = (([], "SOURCE"),
                 ([build, "--vocabulary", "a,b,c"], "does not say its input size; give --size"),
                 ([build, "--size", "16x12"], "3 classes without names"),
                 ([build, "--size", "16"], "'16' is no size"),
                 ([build, "--size", "0x12"], "'0x12' is no size"),
                 ([build, "--mean", "1,2"], "has 2 numbers; give three"),
                 ([build, "--std", "1,0,1"], "not above 0"),
                 ([build, "--std", "1,x,1"], "is no list of numbers"),
                 ([build, "--threshold", "1.5"], "is no probability"),
                 ([build, "--vocabulary", "a,,c"], "has an empty name"),
                 (self.own("build", "--threshold", "0.5,0.6"), "--threshold has 2 numbers for 3 classes"),
                 ([build, "--resize", "twist"], "--resize"),
                 ([build, "--weights", "x"], "--weights belongs to a torchvision name"),
                 ([f"{self.module_file}:nothing"], "has no function 'nothing'; it has build"),
                 ([self.module_file], "needs the name of its function"),
                 ([f"{self.dir}/gone.py:build"], "there is no file"),
                 ([f"{self.dir}/gone.pkl"], "there is no file"),
                 ([self.dir], "is a folder"))
        script.rename(self.dir / "script.torchscript")
        for arguments, fragment in cases:
            with self.subTest(fragment):
                self.assert_refused(2, fragment, arguments=arguments)
        self.assert_refused(3, "'a' twice", arguments=[build, "--vocabulary", "a,b,a", "--size", "16x12"])
        self.assert_refused(3, "is a TorchScript file already", arguments=[self.dir / "script.torchscript"])
        broken = self.dir / "broken.py"
        broken.write_text("import a_module_that_is_not_there\n")
        self.assert_refused(3, "stops with ModuleNotFoundError", arguments=[f"{broken}:build"])

    def test_places_that_cannot_be_written(self):
        self.assertEqual(self.run_exporter(*self.own("build"), "--out", self.dir, out=False), 2)
        self.assertIn("is a folder", self.stderr)
        self.assertEqual(self.run_exporter(*self.own("build"), "--out", self.dir / "none" / "x.pt", out=False), 2)
        self.assertIn("does not exist", self.stderr)


class CommandLine(ExporterTest):
    def call(self, *arguments):
        return subprocess.run([sys.executable, "-B", str(EXPORTER), *map(str, arguments)], cwd=self.dir, capture_output=True,
                              text=True, env={**os.environ, "PYTHONPATH": str(HERE)}, check=False)

    def test_help_names_every_option(self):
        result = self.call("--help")
        self.assertEqual(result.returncode, 0)
        for option in ("--out", "--force", "--name", "--weights", "--seed", "--vocabulary", "--size", "--resize", "--mean",
                       "--std", "--task", "--threshold", "--default-layer", "--trace", "examples:", "exit codes:"):
            self.assertIn(option, result.stdout)

    def test_whole_program(self):
        self.pickled(standin.birdcam_learner())
        result = self.call("birds.pkl")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("wrote birds.pt", result.stdout)
        _, metadata = read_bundle(self.dir / "birds.pt")
        self.assertEqual(metadata["thresholds"], 0.4)
        self.assertEqual(self.call("birds.pkl").returncode, 2)


if __name__ == "__main__":
    unittest.main()
