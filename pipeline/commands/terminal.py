"""What all commands share: exit codes, ``--json``, and one document on stdout."""

import json
from typing import Annotated, Any

import typer

FAILED = 1
INTERRUPTED = 130
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def show(document: Any, text: str, as_json: bool) -> None:
    """Write a report to stdout: ``document`` as JSON, or ``text``."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False) if as_json else text)
