"""The merged model and its card in one folder, as model hubs take them."""

import shutil
from pathlib import Path

from pipeline.report.card import card
from pipeline.report.content import Content
from stages import witness
from stages.errors import InputError, LineageError

MERGED = Path("data/merged")
CARD = "README.md"


def export(content: Content, folder: Path) -> list[str]:
    """Write ``folder``; returns the names of its files, sorted.

    Raises :class:`InputError` when it is there already or there is no model, and
    :class:`LineageError` when the model is not the one that its attestation, and so the card,
    speaks of.
    """
    if folder.exists():
        raise InputError(f"{folder} is there already; give a folder that is not")
    if not MERGED.is_dir():
        raise InputError(f"{MERGED} holds no model yet; run `dvc repro`")
    statement = content.statements.get("merge")
    attested = statement.subjects.get(MERGED.as_posix(), {}) if statement else {}
    merged = witness.artifact(MERGED)
    if merged.descriptors()[0]["digest"]["sha256"] != attested.get("sha256"):
        raise LineageError(f"{MERGED} is not what lineage/merge.json attests; run `dvc repro`")
    beside = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for name in merged.files:
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(MERGED / name, beside / name)
        (beside / CARD).write_text(card(content).content, encoding="utf-8")
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sorted([*merged.files, CARD])
