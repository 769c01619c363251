"""Sends what a stage yields to a progress bar and to Weights & Biases. No stage knows of it.

One W&B run per tracked stage, all runs of one pass through the DAG in one group. Offline (files
under ``.tinh/wandb``) unless ``WANDB_API_KEY`` is set. Whatever W&B does wrong becomes a warning:
tracking never fails a stage.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from stages.contract import Event, Progress, Scalars
from stages.witness import Artifact

FOLDER = Path(".tinh/wandb")
GROUP_VARIABLE = "TINH_RUN_GROUP"
METRICS = Path("metrics")
PLAIN_EVERY = 0.1  # on anything but a terminal: a line each tenth of the work

log = logging.getLogger("tinh.tracking")


def run_group() -> str:
    """The name that all stages of one pass through the DAG share.

    Given by the flow in ``TINH_RUN_GROUP``; under ``dvc repro`` made from the parent process,
    which is the same DVC for every stage.
    """
    given = os.environ.get(GROUP_VARIABLE)
    if given:
        return given
    parent = os.getppid()
    try:
        started = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        started = ""
    return "repro-" + hashlib.sha256(f"{parent}:{started}".encode()).hexdigest()[:12]


class Tracker:
    """Follows one stage's events; opens a W&B run only where params.yaml asks for one."""

    def __init__(self, stage: str, params: Mapping[str, Any], inputs: Iterable[Artifact]) -> None:
        self.stage = stage
        self.settings = params["tracking"]
        self.run: Any = None
        if self.settings.mode != "off" and stage in (
            *self.settings.curves_of,
            self.settings.summary_after,
        ):
            config = {
                name: value.model_dump(mode="json") if hasattr(value, "model_dump") else value
                for name, value in params.items()
            }
            config["inputs"] = {a.path: a.dvc_md5 for a in inputs if not a.path.endswith(".py")}
            self.run = self._safely(lambda: self._open(config))

    def follow(self, events: Iterable[Event]) -> None:
        """Drain a stage's events to the bar and to W&B."""
        bar = _Bar(self.stage)
        for event in events:
            if isinstance(event, Progress):
                bar.show(event)
            elif isinstance(event, Scalars):
                bar.note(event)
                if self.run is not None and self.stage in self.settings.curves_of:
                    values, step = dict(event.values), event.step
                    self._safely(lambda v=values, s=step: self.run.log(v, step=s))  # type: ignore[misc]
        bar.close()

    def finish(self, metrics: Mapping[str, Any]) -> str | None:
        """Send the stage's metrics (after the last stage: everyone's); returns the run's id."""
        if self.run is None:
            return None
        if self.stage == self.settings.summary_after:
            files = {p.stem: p for p in sorted(METRICS.glob("*.json"))}
            metrics = {name: json.loads(p.read_text(encoding="utf-8")) for name, p in files.items()}

        def close() -> str:
            self.run.summary.update(dict(metrics))
            self.run.finish()
            return str(self.run.id)

        identity: str | None = self._safely(close)
        return identity

    def _open(self, config: Mapping[str, Any]) -> Any:
        import wandb

        online = self.settings.mode == "auto" and bool(os.environ.get("WANDB_API_KEY"))
        FOLDER.mkdir(parents=True, exist_ok=True)
        return wandb.init(
            project=self.settings.project,
            group=run_group(),
            job_type=self.stage,
            name=self.stage,
            config=dict(config),
            dir=str(FOLDER.parent),
            mode="online" if online else "offline",
            settings=wandb.Settings(
                console="off", disable_git=True, save_code=False, silent=True, init_timeout=30
            ),
        )

    def _safely(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except Exception as error:  # a tracker's fault, whatever it is, must not cost a model
            log.warning("W&B: %s; the stage goes on without it", error)
            self.run = None
            return None


class _Bar:
    """A tqdm bar on a terminal; elsewhere a plain line for each tenth of the work."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.bar: Any = None
        self.shown = 0.0

    def show(self, event: Progress) -> None:
        if sys.stderr.isatty():
            if self.bar is None:
                self.bar = tqdm(total=event.total, unit=f" {event.unit}", desc=self.stage)
            self.bar.update(event.done - self.bar.n)
        elif event.done >= event.total or event.done / event.total >= self.shown + PLAIN_EVERY:
            self.shown = event.done / event.total
            sys.stderr.write(f"{self.stage}: {event.done:,} of {event.total:,} {event.unit}\n")

    def note(self, event: Scalars) -> None:
        if self.bar is not None:
            self.bar.set_postfix({name: f"{value:.3g}" for name, value in event.values.items()})

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
