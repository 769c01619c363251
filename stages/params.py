"""params.yaml, loaded strictly: no default, no coercion, no unknown key.

The whole file is checked before any stage runs, so that a typing mistake in the last section does
not cost an hour of the first. Sections that belong to one stage are described in that room's
``params.py``; those that several stages share are described here.

A schema refuses or accepts a value and never alters it, so this module cannot change the bytes of
an out; it is no dependency of any stage.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stages.errors import ParamsError

PARAMS = Path("params.yaml")
ROOMS = (
    "base", "ingest", "clean", "validate", "split",
    "tokenize", "train", "merge", "generate", "evaluate",
)  # fmt: skip
HEX40 = r"^[0-9a-f]{40}$"


class Section(BaseModel):
    """A section of params.yaml: every key required, none unknown, no type converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Build(Section):
    """Shape and training of the demo base (see ``stages/base/build.py``)."""

    vocab_size: Annotated[int, Field(ge=300)]
    hidden_size: Annotated[int, Field(ge=8)]
    layers: Annotated[int, Field(ge=1)]
    heads: Annotated[int, Field(ge=1)]
    kv_heads: Annotated[int, Field(ge=1)]
    intermediate_size: Annotated[int, Field(ge=8)]
    context: Annotated[int, Field(ge=16)]
    batch_tokens: Annotated[int, Field(ge=1)]
    steps: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[float, Field(gt=0)]
    warmup_steps: Annotated[int, Field(ge=0)]
    weight_decay: Annotated[float, Field(ge=0)]


class Local(Section):
    """A folder that holds a model and its tokenizer, and the digest it must have."""

    path: str
    digest: str


class Hub(Section):
    """A repository on the hub at an exact commit."""

    repo: str
    revision: str


class Model(Section):
    """Where the base model comes from; only the chosen source's section is used."""

    source: Literal["build", "local", "hub"]
    name: str
    licence: str
    build: Build
    local: Local
    hub: Hub


class Task(Section):
    """What is learned from the rows."""

    method: Literal["sft", "pretrain", "dpo", "grpo"]


class Prompt(Section):
    """How a conversation becomes text, in training and in generation alike."""

    template: Literal["tokenizer", "turns"]
    system: str


class Compute(Section):
    """Where and how stages run. Never part of an out's bytes or of a cache key."""

    device: Literal["auto", "cpu", "cuda"]
    threads: Annotated[int, Field(ge=1)]
    workers: Annotated[int, Field(ge=1)]
    dask_address: str
    shard_cache_gib: Annotated[int | float, Field(gt=0)]
    launch: str | None
    checkpoint_steps: Annotated[int, Field(ge=0)]
    checkpoints_kept: Annotated[int, Field(ge=1)]


class Tracking(Section):
    """Weights & Biases: which stages send curves, and after which stage all metrics follow.

    ``table_rows``: predictions that the table of ``evaluate`` shows.
    """

    mode: Literal["auto", "offline", "off"]
    project: str
    curves_of: list[str]
    table_rows: Annotated[int, Field(ge=0)]
    summary_after: str


Seed = Annotated[int, Field(ge=0, lt=2**32, strict=True)]
Versions = dict[str, str]

SHARED: Mapping[str, Any] = {
    "model": Model,
    "task": Task,
    "prompt": Prompt,
    "seed": Seed,
    "compute": Compute,
    "tracking": Tracking,
    "versions": Versions,
}


def schemas() -> dict[str, Any]:
    """Section name → type, for the whole file: the shared ones, then one per room."""
    rooms = [room for room in ROOMS if room != "base"]  # whose section is the shared `model`
    modules = {room: importlib.import_module(f"stages.{room}.params") for room in rooms}
    return {**SHARED, **{room: getattr(modules[room], room.capitalize()) for room in rooms}}


def load(path: Path = PARAMS) -> dict[str, Any]:
    """Read and check the whole file: section name → its checked value.

    Raises :class:`ParamsError` with the file, the first wrong key, its value and what is allowed.
    """
    return check(read(path), schemas(), path)


def read(path: Path) -> dict[str, Any]:
    """The file's plain YAML mapping. Raises :class:`ParamsError` if it is none."""
    try:
        # The reader that DVC uses: YAML 1.2 (3e-4 is a number), and a key that stands twice fails.
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(f"{path} does not exist here; run from the project's folder") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(document, dict):
        raise ParamsError(f"{path} must be a mapping of sections; it is {type(document).__name__}")
    return document


def check(document: Mapping[str, Any], schemas: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Check every section against its schema. Raises :class:`ParamsError` at the first fault."""
    for section in document:
        if section not in schemas:
            known = ", ".join(sorted(schemas))
            raise ParamsError(f"{path}: unknown section {section!r}; remove it (known: {known})")
    checked = {}
    for section, schema in schemas.items():
        if section not in document:
            raise ParamsError(f"{path}: section {section!r} is missing; add it (see profiles/)")
        try:
            checked[section] = TypeAdapter(schema).validate_python(document[section], strict=True)
        except ValidationError as error:
            raise ParamsError(f"{path}: {_first_fault(section, error)}") from None
    return checked


def _first_fault(section: str, error: ValidationError) -> str:
    fault = error.errors()[0]
    key = ".".join([section, *(str(part) for part in fault["loc"])])
    if fault["type"] == "missing":
        return f"{key} is missing; add it (see profiles/)"
    if fault["type"] == "extra_forbidden":
        return f"{key} is not a known key; remove it or correct its name"
    return f"{key} is {fault['input']!r}; {fault['msg'][0].lower()}{fault['msg'][1:]}"
