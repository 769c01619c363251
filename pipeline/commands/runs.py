"""Commands that rebuild: now, and on a schedule."""

import os
import sys
from typing import Annotated

import typer

from pipeline.commands.terminal import FAILED, Json, show
from pipeline.project import enter
from stages.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the commands to ``tinh``."""
    app.command()(retrain)
    app.command()(serve)


def retrain(as_json: Json = False) -> int:
    """Rebuild what changed data, parameters or code made stale, now, as a Prefect flow."""
    enter()
    from dataclasses import asdict

    from pipeline import repro, server
    from stages import processes

    os.environ.update(server.settings())
    if server.URL_VARIABLE not in os.environ:
        # Nobody would see the flow run that finds nothing to do; spare the temporary server's 8 s.
        with processes.exclusive("retrain"):
            changed = repro.stale()
        if not changed:
            nothing = {"state": "NoChange", "message": "nothing changed", "steps": []}
            show(nothing, "NoChange", as_json)
            return 0
    from pipeline.retrain import now

    outcome = now()
    lines = [f"{step.fate:>8}  {step.stage}" for step in outcome.steps]
    show(asdict(outcome), "\n".join([*lines, outcome.state]), as_json)
    if outcome.failed:
        sys.stderr.write(f"tinh: {outcome.message}\n")
    return FAILED if outcome.failed else 0


def serve(
    cron: Annotated[str, typer.Option(help="When: '0 2 * * *' is each night at two.")] = "",
    interval: Annotated[float, typer.Option(help="Or each so many seconds.")] = 0.0,
    timezone: Annotated[str, typer.Option(help="Of --cron; this machine's by default.")] = "",
    port: Annotated[int, typer.Option(help="Of the server on loopback; 0 takes a free one.")] = 0,
) -> None:
    """Retrain on a schedule, on this machine, until Ctrl-C."""
    enter()
    if bool(cron) == bool(interval):
        raise InputError("give one of --cron '0 2 * * *' and --interval SECONDS")
    from pipeline import deploy, server

    os.environ.update(server.settings())
    zone = timezone or deploy.local_timezone()
    deploy.serve(deploy.cron(cron, zone) if cron else deploy.every(interval), port)
