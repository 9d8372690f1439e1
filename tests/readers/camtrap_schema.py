# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of Camtrap DP 1.0.2 (https://camtrap-dp.tdwg.org/data): fields in order, types, what is required, choices.

The standard's own schemas lie in the web, where a test cannot go.
"""
import copy

REQUIRED = {"required": True}
MOMENT = {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"}
WORD = {"type": "string"}
TRUTH = {"type": "boolean"}


def number(low=None, high=None, kind="number"):
    limits = {name: value for name, value in (("minimum", low), ("maximum", high)) if value is not None}
    return {"type": kind, "constraints": limits}


def must(field, **constraints):
    return dict(field, constraints={**field.get("constraints", {}), **REQUIRED, **constraints})


def one_of(*choices):
    return {"type": "string", "constraints": {"enum": list(choices)}}


UNIQUE = {"unique": True}
TABLES = {
    "deployments": {
        "deploymentID": must(WORD, **UNIQUE), "locationID": WORD, "locationName": WORD, "latitude": must(number(-90, 90)),
        "longitude": must(number(-180, 180)), "coordinateUncertainty": number(1, kind="integer"),
        "deploymentStart": must(MOMENT), "deploymentEnd": must(MOMENT), "setupBy": WORD, "cameraID": WORD,
        "cameraModel": WORD, "cameraDelay": number(0, kind="integer"), "cameraHeight": number(0),
        "cameraDepth": number(0), "cameraTilt": number(-90, 90, "integer"), "cameraHeading": number(0, 360, "integer"),
        "detectionDistance": number(0), "timestampIssues": TRUTH, "baitUse": TRUTH,
        "featureType": one_of("roadPaved", "roadDirt", "trailHiking", "trailGame", "roadUnderpass", "roadOverpass",
                              "roadBridge", "culvert", "burrow", "nestSite", "carcass", "waterSource", "fruitingTree"),
        "habitat": WORD, "deploymentGroups": WORD, "deploymentTags": WORD, "deploymentComments": WORD},
    "media": {
        "mediaID": must(WORD, **UNIQUE), "deploymentID": must(WORD), "captureMethod": one_of("activityDetection", "timeLapse"),
        "timestamp": must(MOMENT), "filePath": must({"type": "string", "constraints": {"pattern": r"(?=^[^./~])(^((?!\.{2}).)*$).*$"}}),
        "filePublic": must(TRUTH), "fileName": WORD,
        "fileMediatype": must({"type": "string", "constraints": {"pattern": "^(image|video|audio)/.*$"}}),
        "exifData": {"type": "object"}, "favorite": TRUTH, "mediaComments": WORD},
    "observations": {
        "observationID": must(WORD, **UNIQUE), "deploymentID": must(WORD), "mediaID": WORD, "eventID": WORD,
        "eventStart": must(MOMENT), "eventEnd": must(MOMENT), "observationLevel": must(one_of("media", "event")),
        "observationType": must(one_of("animal", "human", "vehicle", "blank", "unknown", "unclassified")),
        "cameraSetupType": one_of("setup", "calibration"), "scientificName": WORD, "count": number(1, kind="integer"),
        "lifeStage": one_of("adult", "subadult", "juvenile"), "sex": one_of("female", "male"), "behavior": WORD,
        "individualID": WORD, "individualPositionRadius": number(0), "individualPositionAngle": number(-90, 90),
        "individualSpeed": number(0), "bboxX": number(0, 1), "bboxY": number(0, 1), "bboxWidth": number(1e-15, 1),
        "bboxHeight": number(1e-15, 1), "classificationMethod": one_of("human", "machine"), "classifiedBy": WORD,
        "classificationTimestamp": MOMENT, "classificationProbability": number(0, 1), "observationTags": WORD,
        "observationComments": WORD},
}
KEYS = {
    "deployments": ("deploymentID", []),
    "media": ("mediaID", [("deploymentID", "deployments")]),
    "observations": ("observationID", [("deploymentID", "deployments"), ("mediaID", "media")]),
}


def table_schema(name):
    """As Table Schema has it, with the keys between the tables."""
    primary, foreign = KEYS[name]
    return {"fields": [dict(copy.deepcopy(field), name=field_name) for field_name, field in TABLES[name].items()],
            "missingValues": [""], "primaryKey": primary,
            "foreignKeys": [{"fields": field, "reference": {"resource": table, "fields": KEYS[table][0]}}
                            for field, table in foreign]}
