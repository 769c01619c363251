"""``tinh audit``: what made the model, and what became of a row."""

import sys
from typing import Annotated

import typer

from pipeline.commands.terminal import FAILED, Json, show
from pipeline.project import enter
from stages.errors import InputError

audit = typer.Typer(help="What made the model, and what became of a row.")


def register(app: typer.Typer) -> None:
    """Add the group to ``tinh``."""
    app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(as_json: Json = False) -> int:
    """Hash every artifact again and compare it with dvc.lock and the attestations."""
    enter()
    from pipeline.audit import verify

    verdicts = verify.verify(verify.Project())
    proved = all(verdict.proved for verdict in verdicts)
    document = {"proved": proved, "stages": [verdict.document() for verdict in verdicts]}
    show(document, verify.text(verdicts), as_json)
    bad = next((v for v in verdicts if not v.proved), None)
    if bad is not None:
        sys.stderr.write(f"tinh: {bad.stage} is {bad.verdict}: {bad.detail}\n")
    return 0 if proved else FAILED


@audit.command("model")
def audit_model(as_json: Json = False) -> int:
    """From the merged model back to files, rows, code, parameters and versions."""
    enter()
    from pipeline.audit import model, verify

    document = model.trace(verify.Project())
    show(document, model.text(document), as_json)
    bad = next((s for s in document["stages"] if s["verdict"] not in verify.PROVED), None)
    if bad is not None:
        sys.stderr.write(f"tinh: {bad['stage']} is {bad['verdict']}: {bad['detail']}\n")
    return 0 if bad is None else FAILED


@audit.command("row")
def audit_row(
    text: Annotated[str, typer.Option(help="Words of the row, or all of it.")] = "",
    row_id: Annotated[str, typer.Option("--id", help="Its row_id, or the first digits.")] = "",
    at: Annotated[str, typer.Option(help="FILE:LINE in data/raw, rejected ones too.")] = "",
    as_json: Json = False,
) -> None:
    """What became of a row at each stage, and whether the model was trained on it."""
    enter()
    if sum(map(bool, (text, row_id, at))) != 1:
        raise InputError("give one of --text, --id and --at")
    from pipeline.audit import row, verify

    places = row.by_text(text) if text else row.by_id(row_id) if row_id else row.by_position(at)
    records, about = row.fates(places), row.model(verify.Project())
    show(row.document(records, about), row.text(records, about), as_json)


@audit.command("labels")
def audit_labels(
    row_id: Annotated[str, typer.Option("--id", help="The row's id, or its first digits.")],
    as_json: Json = False,
) -> None:
    """One row as it is trained on, token by token: what is learned, and what is context."""
    enter()
    from pipeline.audit import labels

    found = labels.of(row_id)
    show(labels.document(found), labels.text(found, colour=sys.stdout.isatty()), as_json)
