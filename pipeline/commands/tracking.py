"""``tinh wandb``: upload what was tracked offline."""

import sys

import typer

from pipeline.commands.terminal import FAILED, Json, show
from pipeline.project import enter

wandb = typer.Typer(help="Weights & Biases runs that were made offline.")


def register(app: typer.Typer) -> None:
    """Add the group to ``tinh``."""
    app.add_typer(wandb, name="wandb")


@wandb.command("sync")
def wandb_sync(as_json: Json = False) -> int:
    """Upload offline runs; what cannot be sent stays and can be sent later."""
    enter()
    from dataclasses import asdict

    from pipeline import wandb_sync as sync
    from stages import params

    files = sync.pending()  # before the check: a run begun after it is not among them
    settings = params.load()["tracking"]
    sync.require_idle([*settings.curves_of, settings.summary_after])
    found = sync.upload(files)
    lines = [f"uploaded  {name}" for name in found.uploaded]
    lines += [f"waiting   {name}" for name in found.waiting]
    show(asdict(found), "\n".join(lines) or "no offline run to upload", as_json)
    if found.waiting:
        sys.stderr.write(
            f"tinh: {len(found.waiting)} of {len(files)} runs not uploaded: {found.fault}; they "
            "stay in .tinh/wandb: set WANDB_API_KEY, look at the network, and run it again\n"
        )
    return FAILED if found.waiting else 0
