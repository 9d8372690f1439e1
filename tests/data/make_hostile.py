#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes models as somebody who means harm would, and a few that only look so.

usage: make_hostile.py OUTDIR        (Debian: python3-torch)

Writes OUTDIR/NAME.pt and OUTDIR/list.json: {NAME: a phrase of the sentence that refuses it, or "" where it opens}. Networks
named endless_* run until they are stopped. A model that reads or writes a file means OUTDIR/secret or OUTDIR/written; the
paths stand in its code, so OUTDIR must be absolute. No model of these is run here.
"""
import importlib.util
import json
import pathlib
import struct
import sys
import zipfile
import zlib

import torch
from torch import nn

sys.dont_write_bytecode = True
OUT = pathlib.Path(sys.argv[1]).resolve()
LIST = {}
METADATA = {"format": 1, "vocabulary": ["bird", "none"], "task": "singlelabel",
            "input": {"height": 32, "width": 32, "resize": "squish"}}
SECRET, WRITTEN = OUT / "secret", OUT / "written"


def save(name, network, phrase, metadata=None):
    torch.jit.save(network, str(OUT / f"{name}.pt"),
                   _extra_files={"birblens.json": json.dumps(metadata or METADATA)})
    LIST[name] = phrase


HEAD = """
import torch
from typing import List, Tuple, Dict
from torch import nn

class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2, 1)
        self.fc = nn.Linear(4, 2)
    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).mean((2, 3)))
"""


def script(name, phrase, code, *, inside="", before=""):
    """A scripted network: @p code is the body of forward after `y = self.body(x)`."""
    source = HEAD + before + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Body()
""" + inside + """
    def forward(self, x):
        y = self.body(x)
""" + "\n".join("        " + line for line in code.splitlines()) + "\n        return y\n"
    file = OUT / f"source_{name}.py"  # torch.jit.script reads the text of what it compiles
    file.write_text(source)
    specification = importlib.util.spec_from_file_location(f"source_{name}", file)
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    torch.manual_seed(1)
    save(name, torch.jit.script(module.Net().eval()), phrase)
    file.unlink()


def stateful(name, phrase, code):
    """A network whose part sets its state by a method of its own."""
    script(name, phrase, "y = y + self.part(y)", before="""
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.training = False
    @torch.jit.export
    def __getstate__(self):
        return self.training
    @torch.jit.export
    def __setstate__(self, state: bool):
        self.training = state
""" + "\n".join("        " + line for line in code.splitlines()) + """
    def forward(self, x):
        return x
""", inside="        self.part = Part()\n")


def rewrite(source, name, phrase, change, compression=zipfile.ZIP_STORED):
    """A copy of SOURCE.pt whose records go through change(record, bytes) -> bytes, None to leave it out."""
    with zipfile.ZipFile(OUT / f"{source}.pt") as old, zipfile.ZipFile(OUT / f"{name}.pt", "w", compression) as new:
        for entry in old.namelist():
            data = change(entry.split("/", 1)[1], old.read(entry))
            if data is not None:
                new.writestr(entry, data)
    LIST[name] = phrase


def text(source, name, phrase, before, after):
    """A copy whose code has AFTER in place of BEFORE; it must be there."""
    found = []

    def change(record, data):
        if record.startswith("code/") and record.endswith(".py") and before.encode() in data:
            found.append(record)
            return data.replace(before.encode(), after.encode())
        return data
    rewrite(source, name, phrase, change)
    assert found, (name, before)


def pickled(name, phrase, body):
    """A copy of plain.pt with another data.pkl."""
    rewrite("plain", name, phrase, lambda record, data: b"\x80\x02" + body + b"." if record == "data.pkl" else data)


def files_and_threads():
    read = f"torch.from_file('{SECRET}', False, 2)"
    write = f"torch.save(y, '{WRITTEN}')"
    script("from_file", "aten::from_file (code/", f"y = y + {read}")
    script("from_file_shared", "aten::from_file (code/", f"y = y + torch.from_file('{SECRET}', True, 2).zero_()")
    script("save", "aten::save (code/", write)
    script("in_branch", "aten::save (code/", f"if y.numel() < 0:\n    {write}")
    script("in_loop", "aten::from_file (code/", f"for i in range(2):\n    y = y + {read}")
    script("in_comprehension", "aten::from_file (code/",
           "z = [read(i) for i in range(2)]\ny = y + z[0]",
           before=f"def read(i: int):\n    return {read}\n")
    script("in_function", "aten::from_file (code/", "y = y + read()", before=f"def read():\n    return {read}\n")
    script("in_function_of_function", "aten::save (code/", "outer(y)",
           before=f"def inner(y):\n    {write}\ndef outer(y):\n    inner(y)\n")
    script("in_part_never_called", "aten::save (code/", "pass", before=f"""
class Part(nn.Module):
    def forward(self, y):
        {write}
        return y
""", inside="        self.part = Part()\n")
    script("in_exported_method", "aten::save (code/", "pass",
           inside=f"    @torch.jit.export\n    def other(self, y):\n        {write}\n")
    script("behind_interface", "aten::save (code/", "y = self.part.forward(y)", before=f"""
@torch.jit.interface
class Interface(nn.Module):
    def forward(self, y: torch.Tensor) -> torch.Tensor:
        pass
class Part(nn.Module):
    def forward(self, y: torch.Tensor) -> torch.Tensor:
        {write}
        return y
""", inside="        self.part = Part()\n    part: Interface\n")
    script("in_script_class", "aten::save (code/", "Writer(y)", before=f"""
@torch.jit.script
class Writer:
    def __init__(self, y):
        {write}
""")
    stateful("setstate_from_file", "aten::from_file (code/", f"self.training = bool({read}.sum() > 0)")
    stateful("setstate_save", "aten::save (code/", f"torch.save(torch.zeros(2), '{WRITTEN}')")
    script("fork", "prim::fork (code/", "y = torch.jit.wait(torch.jit.fork(twice, y))",
           before="def twice(y):\n    return y + y\n")
    script("pinned", "aten::pin_memory (code/", "y = y.pin_memory()")
    script("card", "aten::cuda (code/", "if y.numel() < 0:\n    y = y.cuda()")
    script("profiler", "profiler::_record_function_enter (code/",
           "y = y + torch.ops.profiler._record_function_enter('x')")
    script("shared_with_nothing", "aten::_reshape_alias (code/",
           "y = y + torch.ops.aten._reshape_alias(y, [1, 2], [100000, 100000]).sum()")
    script("other_storage", "aten::set_ (code/", "y.set_(x)")
    script("backward", "aten::backward (code/", "y.sum().backward()")


def computed_while_read():
    plain = "def forward(self: __torch__.source_plain.Net,\n    x: Tensor) -> Tensor:"
    read = f'torch.from_file("{SECRET}", False, 2)'
    text("plain", "in_default", "computes a default or constant", plain,
         plain.replace("x: Tensor)", f"x: Tensor,\n    z: Tensor={read})"))
    text("plain", "in_default_of_list", "computes a default or constant", plain,
         plain.replace("x: Tensor)", f"x: Tensor,\n    z: List[Tensor]=[{read}])"))
    text("plain", "in_constant", "computes a default or constant", "  training : bool\n",
         f"  training : bool\n  other : Final[Tensor] = {read}\n")
    text("plain", "in_named_tuple", "computes a default or constant", "class Net(Module):",
         f"class Pair(NamedTuple):\n  a : Tensor = {read}\nclass Net(Module):")
    text("plain", "large_default", "computes a default or constant", plain,
         plain.replace("x: Tensor)", "x: Tensor,\n    z: int=9 ** 999999999)"))


def from_elsewhere():
    text("plain", "operator_of_the_future", "the operator aten::of_the_future, which libtorch", "torch.relu(", "torch.of_the_future(")


def calls_without_end():
    chain = "\n".join(f"def f{i}(y):\n    return f{i - 1}(f{i - 1}(y))" for i in range(1, 60))
    script("doubled_60_times", "would never end", "y = f59(y)", before="def f0(y):\n    return y + 1\n" + chain + "\n")
    functions = "".join(f"def f{i}(y: Tensor) -> Tensor:\n  return __torch__.source_plain.f{i + 1}(y)\n" for i in range(20000))
    text("plain", "deep_chain", "call one another in a row", "class Net(Module):",
         functions + "def f20000(y: Tensor) -> Tensor:\n  return y\nclass Net(Module):")
    text("plain", "recursion", "", "class Net(Module):",
         "def again(y: Tensor) -> Tensor:\n  return __torch__.source_plain.again(y)\nclass Net(Module):")
    body = "    body = self.body\n"
    text("recursion", "recursion_called", "recursive", body,
         "    z = __torch__.source_plain.again(x)\n" + body)
    text("plain", "recursion_of_method", "recursive", body, "    z = (self).forward(x, )\n" + body)
    text("plain", "deep_brackets", "brackets in one another", body, "    z = " + "(" * 100000 + "x" + ")" * 100000 + "\n" + body)
    text("plain", "long_sum", "statement that is too long", body, "    z = x" + " + x" * 100000 + "\n" + body)
    text("plain", "long_negation", "statement that is too long", body, "    z = " + "-" * 100000 + "1\n" + body)
    text("plain", "deep_blocks", "blocks in one another", body,
         "".join("  " * i + "if True:\n" for i in range(2, 5000)) + "  " * 5000 + "pass\n" + body)
    text("plain", "many_branches", "branches in one another", body,
         "    if False:\n      pass\n" + "    elif False:\n      pass\n" * 50000 + body)


def endless():
    script("endless_loop", "stopped", "i = 0\nwhile i >= 0:\n    i = 1 - i")
    script("endless_tensors", "stopped", "while bool(y.sum() > -1e30):\n    y = y + 1")
    script("endless_in_function", "stopped", "y = run(y)",
           before="def run(y):\n    i = 0\n    while i >= 0:\n        i = 1 - i\n    return y\n")
    script("endless_in_loop", "stopped", "for i in range(9000000000000):\n    for j in range(9000000000000):\n        y = y * 1.0")
    script("endless_calls", "stopped", "y = f4(y)", before="def f0(y):\n    return y * 1.0\n" + "".join(
        f"def f{i}(y):\n    for i in range(100000):\n        y = f{i - 1}(y)\n    return y\n" for i in range(1, 5)))
    stateful("endless_setstate", "stopped", "i = 0\nwhile i >= 0:\n    i = 1 - i")


def memory():
    script("huge_tensor", "more than the memory", "y = y + torch.zeros(1000000000000).sum()")
    script("huge_in_steps", "more than the memory",
           "z: List[torch.Tensor] = []\nfor i in range(1000000):\n    z.append(torch.empty(300000000 + i))\ny = y + z[0][0] * 0")
    script("huge_expanded", "more than the memory", "y = y + torch.zeros(1).expand(1000000000000).clone().sum()")
    stateful("setstate_huge", "more than the memory", "self.training = bool(torch.zeros(1000000000000).sum() > 0)")


def archives():
    def resized(record, data):
        return data[:-4] if record == "data/0" else data
    rewrite("plain", "short_record", "its record has", resized)

    def larger(old, new):
        def change(record, data):
            if record == "data.pkl":
                assert old in data
                return data.replace(old, new, 1)
            return data
        return change
    weight = b"".join(b"K" + bytes([n]) for n in (4, 3, 3, 3))  # the convolution's sizes
    rewrite("plain", "outside_storage", "reaches outside its storage", larger(weight, b"K\x04K\x03K\x03K\xff"))
    rewrite("plain", "far_outside_storage", "reaches outside its storage",
            larger(weight, b"K\x04K\x03K\x03\x8a\x08" + struct.pack("<q", 2**62)))
    rewrite("plain", "negative_size", "no usable sizes", larger(weight, b"K\x04K\x03K\x03J\xff\xff\xff\xff"))
    rewrite("plain", "no_constants", "checkpoint", lambda r, d: None if r == "constants.pkl" else d)
    rewrite("plain", "no_code", "", lambda r, d: None if r.startswith("code/") else d)
    LIST["no_code"] = "libtorch cannot load the file (Unknown type name"
    rewrite("plain", "version_of_the_future", "a version that this libtorch does not read",
            lambda r, d: b"999999" if r in ("version", ".data/version") else d)
    rewrite("plain", "version_in_words", "a version that this libtorch does not read",
            lambda r, d: b"three" if r in ("version", ".data/version") else d)
    rewrite("plain", "large_description", "larger than 16 megabytes",
            lambda r, d: b" " * 20000000 if r == "extra/birblens.json" else d, zipfile.ZIP_DEFLATED)
    rewrite("plain", "packed_again", "", lambda r, d: d, zipfile.ZIP_DEFLATED)

    plain = (OUT / "plain.pt").read_bytes()
    with zipfile.ZipFile(OUT / "plain.pt") as archive:
        first = archive.namelist()[0].split("/")[0]
    with open(OUT / "twice.pt", "wb") as file:
        file.write(plain)
    with zipfile.ZipFile(OUT / "twice.pt", "a") as archive:
        archive.writestr(f"{first}/CODE/__torch__/source_plain.py", "x")
    LIST["twice"] = "twice"
    with open(OUT / "outside.pt", "wb") as file:
        file.write(plain)
    with zipfile.ZipFile(OUT / "outside.pt", "a") as archive:
        archive.writestr("../../elsewhere", "x")
    LIST["outside"] = "lies outside its folder"

    # The table of contents says 100 gigabytes of a record of a few bytes.
    with zipfile.ZipFile(OUT / "lies.pt", "w") as archive:
        archive.writestr("lies/data.pkl", zlib.compress(b"x" * 1000))
    data = bytearray((OUT / "lies.pt").read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 10:at + 12] = struct.pack("<H", 8)  # deflated
    data[at + 24:at + 28] = struct.pack("<I", 0xfffffffe)
    (OUT / "lies.pt").write_bytes(data)
    LIST["lies"] = "larger than what is stored of it can become"
    with zipfile.ZipFile(OUT / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(3):
            with archive.open(f"bomb/data/{i}", "w") as record:
                for _ in range(200):
                    record.write(bytes(1 << 20))
        archive.writestr("bomb/data.pkl", b"\x80\x02N.")
        archive.writestr("bomb/constants.pkl", b"\x80\x02).")
        archive.writestr("bomb/version", "3")
    LIST["bomb"] = "it holds no network"

    pickled("pickle_of_python", "names posix.system", b"cposix\nsystem\nX\x02\x00\x00\x00id\x85R")
    pickled("pickle_of_reader", "names torch._utils._rebuild_sparse_tensor", b"ctorch._utils\n_rebuild_sparse_tensor\n)R")
    pickled("pickle_nested", "deep in one another", b"N" + b"\x85" * 1000000)
    pickled("pickle_nested_lists", "deep in one another",
            b"]" + b"".join(b"r" + struct.pack("<I", i) + b"](j" + struct.pack("<I", i) + b"e" for i in range(100000)))
    pickled("pickle_underflow", "more values than it has", b"Ns")
    pickled("pickle_half_pair", "a key without a value", b"}(Nu")
    pickled("pickle_numbered_wildly", "numbers its values wildly", b"Nr\xff\xff\xff\xff")
    pickled("pickle_cut_off", "is cut off", b"X\xff\xff\xff\xff")
    pickled("pickle_of_text", "it holds no network", b"X\x02\x00\x00\x00id")
    pickled("pickle_forged_call", "calls what is no function", b"K\x00)R")
    pickled("unknown_class", "TestClass", b"c__torch__.torch.classes._test\nTestClass\n)\x81}b")
    # The part "body" as an object of the class of its own convolution.
    rewrite("plain", "another_class", "does not fit it", larger(
        b"c__torch__.source_plain\nBody\n", b"c__torch__.torch.nn.modules.linear\nLinear\n"))


def harmless():
    script("prints_and_warns", "", "print('a secret')\nwarnings.warn('look')", before="import warnings\n")
    script("in_place", "", "y.add_(1).relu_()\ny[:, 0] = 3.0")
    script("counts", "gives other logits", "self.calls += 1\ny = y + self.calls", inside="        self.calls = 0\n")
    script("random", "", "torch.manual_seed(3)\ny = y + torch.rand(1) * 0")
    script("text_inside", "", "if len('birds'.upper() + str(y.size(1))) < 0:\n    raise ValueError('no birds')")
    script("dictionary_inside", "", "d: Dict[str, torch.Tensor] = {}\nd['y'] = y\ny = d['y']")
    stateful("setstate_harmless", "", "z = torch.zeros(2)")

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, 2, 1)
            self.scale = nn.Parameter(torch.ones(1, 1, 1, 1).expand(1, 4, 16, 16))
            self.fc, self.other = nn.Linear(4, 2), nn.Linear(4, 2)
            self.other.weight = self.fc.weight

        def forward(self, x):
            y = (torch.relu(self.conv(x)) * self.scale).mean((2, 3))
            return self.fc(y) + self.other(y)
    torch.manual_seed(1)
    save("expanded_and_tied", torch.jit.trace(Tied().eval(), torch.zeros(1, 3, 32, 32)), "")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    SECRET.write_bytes(struct.pack("<2f", 1234.5, 1234.5))
    script("plain", "", "pass")
    files_and_threads()
    computed_while_read()
    from_elsewhere()
    calls_without_end()
    endless()
    memory()
    archives()
    harmless()
    (OUT / "list.json").write_text(json.dumps(LIST, indent=1))
    print(len(LIST), "models")


main()
