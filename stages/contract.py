"""A stage's signature is its declaration.

::

    def run(*, splits: In, tokenizer: In, tokens: Out, prompt: Prompt, tokenize: Tokenize) -> None
               └── read ──────────────┘  └ written ┘  └── sections of params.yaml ──────┘

``In`` and ``Out`` arguments become required flags of ``python -m stages NAME``; every other
argument receives the section of ``params.yaml`` that has its name. So a stage cannot read what it
does not name, and ``tests/test_contract.py`` can hold ``dvc.yaml`` to it.

An ``Out`` is given as a temporary sibling (``data/tokens.partial``); the runner moves it into
place only when the stage has succeeded. A stage that fails leaves nothing behind.

A ``Scratch`` argument is a folder outside the outs for finished parts of a stage's work
(``.tinh/scratch/STAGE/KEY``). KEY stands for all that decides the result, so a killed run goes on
from its own parts and never picks up those of other inputs. It goes when the stage has succeeded.

A stage may be a generator that yields :data:`Event` values. The runner shows and
tracks them; no stage knows a tracker.
"""

import inspect
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

PARTIAL = ".partial"

In = Annotated[Path, "in"]
Out = Annotated[Path, "out"]
Scratch = Annotated[Path, "scratch"]


@dataclass(frozen=True)
class Scalars:
    """Values of one optimizer step or pass, for curves: ``{"loss": 1.25}`` at ``step`` (from 1)."""

    step: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` units of work, e.g. ``Progress(512, 2048, "rows")``."""

    done: int
    total: int
    unit: str


@dataclass(frozen=True)
class Table:
    """Rows for a tracker to show: one tuple a row, as long as ``columns``."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]


@dataclass(frozen=True)
class Measured:
    """What merely happened, by name (``tokens_per_second``): by-products of the attestation."""

    values: Mapping[str, float]


Event = Scalars | Progress | Table | Measured


@dataclass(frozen=True)
class Declaration:
    """What a stage reads and writes, as its signature says it; names in signature order."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    scratch: tuple[str, ...]
    sections: Mapping[str, Any]


def declaration(run: Callable[..., Any]) -> Declaration:
    """Read a stage's declaration from the signature of its ``run``."""
    hints = get_type_hints(run, include_extras=True)
    names = list(inspect.signature(run).parameters)
    return Declaration(
        inputs=tuple(n for n in names if hints[n] == In),
        outputs=tuple(n for n in names if hints[n] == Out),
        scratch=tuple(n for n in names if hints[n] == Scratch),
        sections={n: hints[n] for n in names if hints[n] not in (In, Out, Scratch)},
    )


def room_of(stage: str) -> str:
    """The room that computes a stage: ``generate@base`` → ``generate``."""
    return stage.partition("@")[0]


@contextmanager
def placed(outputs: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """Give temporary siblings of ``outputs``; move them into place on success, else remove them.

    Leftovers of a killed run are cleared first. A move replaces what stands there, one out after
    the other: DVC trusts none of them before the stage has exited with 0.
    """
    partial = {name: path.with_name(path.name + PARTIAL) for name, path in outputs.items()}
    for path in partial.values():
        remove(path)
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield partial
        for name, path in outputs.items():
            remove(path)
            partial[name].rename(path)
    finally:
        for path in partial.values():
            remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder with all it holds; nothing there is no error."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
