"""Writes the report: ``data/report/index.html`` and the model card ``data/report/README.md``."""

import os
from pathlib import Path

from pipeline.report import card, examples, page, predictions
from pipeline.report.content import Content

FOLDER = Path("data/report")
PAGE = FOLDER / "index.html"
CARD = FOLDER / "README.md"


def write(content: Content) -> list[Path]:
    """Write both files, each in one piece; returns their paths."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    groups, unread = examples.collect()
    _write(PAGE, page.html(content, predictions.collect(), groups, unread))
    _write(CARD, card.card(content).content)
    return [PAGE, CARD]


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.rename(path)
