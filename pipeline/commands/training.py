"""Commands about training: where it starts, what it needs, whether this machine can do it."""

from typing import Annotated

import typer

from pipeline.commands.terminal import Json, show
from pipeline.project import enter

adapter = typer.Typer(help="Earlier adapters.")


def register(app: typer.Typer) -> None:
    """Add the commands to ``tinh``."""
    app.add_typer(adapter, name="adapter")


@adapter.command("fetch")
def adapter_fetch(
    revision: Annotated[str, typer.Argument(metavar="REV", help="Commit, branch or tag.")],
    as_json: Json = False,
) -> None:
    """Put an earlier revision's adapter into data/init, its attestation checked."""
    enter()
    from dataclasses import asdict

    from pipeline.adapter import fetch

    found = fetch(revision)
    show(
        asdict(found),
        f"data/init is the adapter of {found.commit[:12]}, attested by {found.attestation[:12]}; "
        "set train.init: data/init and run `dvc repro`",
        as_json,
    )
