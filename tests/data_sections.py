"""Sections of the data stages for tests that do not test the shipped values."""

import copy
import inspect
from pathlib import Path

from stages.clean.params import FILTERS, NAMES, Clean
from stages.ingest.params import Ingest
from stages.params import Compute, read
from stages.split.params import Split
from stages.validate.params import Validate

CLEAN = {
    "rules": list(NAMES),
    "filters": list(FILTERS),
    "min_chars": 4,
    "max_chars": 2000,
    "repetition": {
        "min_words": 30,
        "lines": 0.75,
        "top_2gram": 0.45,
        "top_4gram": 0.6,
        "loop": 0.8,
    },
    "quality": {
        "min_words": 50,
        "min_word_length": 2.0,
        "max_word_length": 11.0,
        "min_letters": 0.4,
        "min_stop_words": 1,
        "stop_words": ["là", "và", "của", "một", "có", "không", "cho", "về", "năm"],
    },
    "languages": ["vi"],
    "language_min_words": 8,
    "language_confidence": 0.5,
    "near_duplicates": {"threshold": 0.8, "ngram": 5, "bands": 24, "rows": 5},
    "decontaminate": {"ngram": 13, "shortest": 8},
}
VALIDATE = {
    "identity": {"severity": "critical"},
    "chars": {"severity": "critical", "min": 4, "max": 2000},
    "leaks": {"severity": "critical", "patterns": {"email": r"[a-z0-9.]+@[a-z0-9-]+\.[a-z]+"}},
    "placeholders": {"severity": "warning", "patterns": {"template": r"\{\{ ?\w+ ?\}\}"}},
    "rows": {"severity": "warning", "min_share": 0.5},
    "vietnamese": {"severity": "warning", "min_share": 0.5},
    "balance": {"severity": "warning", "max_share": 1.0},
    "drift": {"severity": "warning", "max_length_psi": 1.0, "max_source_shift": 0.5},
}
SPLIT = {
    "test_share": 0.2,
    "valid_share": 0.2,
    "near_test": {"threshold": 0.6, "ngram": 5, "bands": 30, "rows": 4, "answer_words": 8},
}


def changed(section, **values):
    """A deep copy of a section with values replaced; nested keys as ``outer__inner``."""
    document = copy.deepcopy(section)
    for key, value in values.items():
        *outer, last = key.split("__")
        target = document
        for name in outer:
            target = target[name]
        target[last] = value
    return document


INGEST = {
    "shard_rows": 100,
    "max_record_bytes": 1000,
    "max_unpacked_bytes": 100_000,
    "subject_key": "",
    "sources": [],
}


def ingest(**values):
    return Ingest.model_validate(changed(INGEST, **values))


def clean(**values):
    return Clean.model_validate(changed(CLEAN, **values))


def validate(**values):
    return Validate.model_validate(changed(VALIDATE, **values))


def split(**values):
    return Split.model_validate(changed(SPLIT, **values))


def compute(**values):
    """The shipped section with one worker and a small cache, or as ``values`` say."""
    shipped = read(Path(__file__).parents[1] / "params.yaml")["compute"]
    return Compute.model_validate({**shipped, "workers": 1, "shard_cache_gib": 1, **values})


def run_stage(stage, **arguments):
    """Run a data stage to its end, whether or not it yields events or asks for workers."""
    if "compute" in inspect.signature(stage.run).parameters:
        arguments = {"compute": compute(), **arguments}
    for _ in stage.run(**arguments) or ():
        pass
