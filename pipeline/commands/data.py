"""Commands about the data that the pipeline is given."""

from typing import Annotated

import typer

from pipeline.commands.terminal import Json, show
from pipeline.project import enter


def register(app: typer.Typer) -> None:
    """Add the commands to ``tinh``."""
    app.command()(baseline)


def baseline(
    write: Annotated[bool, typer.Option("--write", help="Make data/clean the baseline.")] = False,
    as_json: Json = False,
) -> None:
    """How far the cleaned rows have moved from data/baseline.json, which drift is measured against.

    After --write, the stage `validate` runs again.
    """
    enter()
    from dataclasses import asdict

    from pipeline import baseline as baselines

    now = baselines.current()
    moved = baselines.drift(now)
    if write:
        baselines.write(now)
    lines = [
        f"rows          {moved.rows} (baseline: {_shown(moved.rows_then)})",
        f"length_psi    {_shown(moved.length_psi)}",
        f"source_shift  {_shown(moved.source_shift)}",
    ]
    if write:
        lines.append(f"{baselines.BASELINE} is now what data/clean looks like")
    show({**asdict(moved), "written": write}, "\n".join(lines), as_json)


def _shown(figure: float | None) -> str:
    return "none" if figure is None else str(figure)
