"""Predictions files, read strictly, and the references of a row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from stages.errors import DataError


@dataclass(frozen=True)
class Prediction:
    """One line of a predictions file: the keys that scoring needs."""

    row_id: str
    task: str
    source: str
    line: int
    prompt: str
    reference: str
    output: str
    finish_reason: str
    reference_tokens: int
    reference_loss: float


def read(path: Path) -> list[Prediction]:
    """The lines of a predictions file, in order.

    Raises :class:`DataError` naming a line that is none, and for a file without lines.
    """
    names = [field.name for field in fields(Prediction)]
    found = []
    with path.open(encoding="utf-8", newline="\n") as file:  # texts may hold other line ends
        for number, line in enumerate(file, start=1):
            try:
                record = json.loads(line)
                found.append(Prediction(**{name: record[name] for name in names}))
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(
                    f"{path}:{number} is no prediction ({type(error).__name__}: {error}); "
                    "run `dvc repro -f generate@base generate@tuned`"
                ) from None
    if not found:
        raise DataError(f"{path} holds no predictions; raise split.test_share or add rows")
    return found


def references(predictions: Sequence[Prediction]) -> list[tuple[str, ...]]:
    """The references of each row: its own, then those of other test rows with the same prompt."""
    pooled: dict[str, dict[str, None]] = {}
    for row in predictions:
        pooled.setdefault(row.prompt, {})[row.reference] = None
    return [
        (row.reference, *(r for r in pooled[row.prompt] if r != row.reference))
        for row in predictions
    ]


def require_same_rows(first: Sequence[Prediction], second: Sequence[Prediction]) -> None:
    """Raise :class:`DataError` unless both answer the same rows, asked and expected the same."""

    def about(row: Prediction) -> tuple[str, str, str]:
        return row.row_id, row.prompt, row.reference

    if [about(row) for row in first] == [about(row) for row in second]:
        return
    ours, theirs = {about(row) for row in first}, {about(row) for row in second}
    odd = min(ours ^ theirs, default=("", "", ""))[0][:12]
    raise DataError(
        f"predictions of {len(first)} and {len(second)} rows are not about the same test rows "
        f"({len(ours & theirs)} in common{f', not row {odd}' if odd else ', in another order'}); "
        "run `dvc repro` so that both models answer the same test split"
    )
