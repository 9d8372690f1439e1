# SPDX-License-Identifier: GPL-3.0-or-later
"""MegaDetector's own validator, pycocotools and frictionless on the exports of outside_exports.py.

usage: outside_validators.py FOLDER
"""
import collections
import contextlib
import io
import json
import shutil
import tempfile
import urllib.request

import frictionless
from megadetector.postprocessing.validate_batch_results import ValidateBatchResultsOptions, validate_batch_results
from PIL import Image, ImageOps
from pycocotools.coco import COCO

import camtrap_schema
from outside import need, report
from prepared import UNSURE


def megadetector(folder):
    options = ValidateBatchResultsOptions()
    options.check_image_existence = True
    options.relative_path_base = str(folder.day)
    options.return_data = True
    with contextlib.redirect_stdout(io.StringIO()):
        data = validate_batch_results(str(folder.exports / "megadetector.json"), options)
    found = data["validation_results"]
    need(not found["errors"] and not found["warnings"], f"{found['errors']} {found['warnings']}")
    wanted = collections.Counter(name for labels in folder.labels.values() if labels != UNSURE for name in labels)
    counts = {data["classification_categories"][number]: count
              for number, count in found["classification_category_id_to_count"].items()}
    need(counts == wanted, f"counts {counts} instead of {wanted}")
    return f"{len(data['images'])} images, no error, no warning"


def coco(folder):
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO(str(folder.exports / "coco_camera_traps.json"))
    names = {category["id"]: category["name"] for category in data.loadCats(data.getCatIds())}
    need(len(data.imgs) == len(folder.labels), f"{len(data.imgs)} images")
    for number, image in data.imgs.items():
        with Image.open(folder.day / image["file_name"]) as picture:
            need(ImageOps.exif_transpose(picture).size == (image["width"], image["height"]), image["file_name"])
        said = folder.labels[image["file_name"]]
        said = ["unknown"] if said == UNSURE else said or ["empty"]
        found = [names[one["category_id"]] for one in data.loadAnns(data.getAnnIds(imgIds=[number]))]
        need(sorted(found) == sorted(said), f"{image['file_name']}: {found} instead of {said}")
    (squirrel,) = data.getCatIds(catNms=["squirrel"])
    wanted = {frame for frame, said in folder.labels.items() if "squirrel" in said}
    need({data.imgs[one]["file_name"] for one in data.getImgIds(catIds=[squirrel])} == wanted, "squirrels")
    area = 480 * 640  # of every frame of the demo day
    need(len(data.getAnnIds(areaRng=[area - 1, area + 1])) == sum(name != "empty" for name in
         (names[one["category_id"]] for one in data.anns.values())), "areas")
    return f"{len(data.imgs)} images, {len(data.anns)} annotations"


def problems(result):
    return [f"{error.type}: {error.message}" for task in result.tasks for error in task.errors] + \
        [f"{error.type}: {error.message}" for error in result.errors]


def is_in_reach(address):
    try:
        with urllib.request.urlopen(address, timeout=10):
            return True
    except OSError:
        return False


def camtrap(folder):
    source = folder.exports / "camtrap-dp"
    descriptor = json.loads((source / "datapackage.json").read_text(encoding="utf-8"))
    rows = "its own profile and schemas"
    with tempfile.TemporaryDirectory() as work:
        package = shutil.copytree(source, work + "/package")
        if not is_in_reach(descriptor["profile"]):
            rows = "profile not in reach: the rules of tests/readers/camtrap_schema.py"
            del descriptor["profile"]
            for resource in descriptor["resources"]:
                resource["schema"] = camtrap_schema.table_schema(resource["name"])
        result = frictionless.Package.from_descriptor(descriptor, basepath=package).validate()
    need(result.valid, "; ".join(problems(result)[:3]))
    need([task.name for task in result.tasks] == ["deployments", "media", "observations"], "tables")
    need(result.tasks[1].stats["rows"] == len(folder.labels), f"{result.tasks[1].stats['rows']} media")
    return f"{sum(task.stats['rows'] for task in result.tasks)} rows valid ({rows})"


def table(*path):
    def check(folder):
        result = frictionless.Resource(path=str(folder.exports.joinpath(*path).relative_to(folder.path)),
                                       basepath=str(folder.path), encoding="utf-8").validate()
        need(result.valid, "; ".join(problems(result)[:3]))
        rows = result.tasks[0].stats["rows"]
        wanted = sum(labels != UNSURE for labels in folder.labels.values()) if path[0] == "training" else len(folder.labels)
        need(rows == wanted, f"{rows} rows instead of {wanted}")
        return f"{rows} rows valid"
    return check


if __name__ == "__main__":
    report([("megadetector", "megadetector", megadetector),
            ("pycocotools", "coco", coco),
            ("frictionless", "camtrap", camtrap),
            ("frictionless", "csv", table("frames.csv")),
            ("frictionless", "timelapse", table("timelapse.csv")),
            ("frictionless", "training", table("training", "labels.csv"))])
