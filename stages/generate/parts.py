"""Answered batches on disk, so that a killed run goes on from what it has.

One JSON file a batch, written beside and moved into place, in the stage's scratch folder, which
belongs to exactly these inputs. A file that cannot be read, or is about other rows, counts as none.
"""

import dataclasses
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """Generated ids without what stopped them; ``finish_reason`` is ``stop`` or ``length``.

    ``reference_loss`` is the reference's mean negative log-likelihood, nats per token.
    """

    ids: list[int]
    finish_reason: str
    reference_loss: float


def read(folder: Path, number: int, row_ids: Sequence[str]) -> list[Answer] | None:
    """The answers of batch ``number`` to these rows; None when they are not there."""
    try:
        found = json.loads(_path(folder, number).read_text(encoding="utf-8"))
        if found["row_ids"] != list(row_ids):
            return None
        answers = [Answer(**answer) for answer in found["answers"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return answers if len(answers) == len(row_ids) else None


def write(folder: Path, number: int, row_ids: Sequence[str], answers: Sequence[Answer]) -> None:
    """Keep the answers of batch ``number``."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"row_ids": list(row_ids), "answers": [dataclasses.asdict(a) for a in answers]}
    path = _path(folder, number)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(kept), encoding="utf-8")
    beside.rename(path)


def _path(folder: Path, number: int) -> Path:
    return folder / f"batch-{number:06}.json"
