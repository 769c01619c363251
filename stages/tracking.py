"""Sends what a stage yields to a progress bar and to Weights & Biases. No stage knows of it.

One W&B run per tracked stage (:mod:`stages.wandb_run`), all runs of one pass through the DAG in one
group. Tracking never fails a stage.
"""

import contextlib
import datetime
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from stages.contract import Event, Measured, Progress, Scalars
from stages.wandb_run import Run, configuration
from stages.witness import Artifact

GROUP_VARIABLE = "TINH_RUN_GROUP"
METRICS = Path("metrics")
SHOWN = {  # scalars that the bar shows, and as what
    "loss": "loss",
    "eval_loss": "eval",
    "tokens_per_second": "tokens/s",
    "memory_mib": "MiB",
}
PLAIN_EVERY = 0.1  # on anything but a terminal: a line each tenth of the work


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

    def __init__(self, stage: str, params: Mapping[str, Any], inputs: Sequence[Artifact]) -> None:
        self.stage = stage
        self.settings = params["tracking"]
        self.inputs = [a for a in inputs if a.path.startswith("data/")]
        self.measured: dict[str, float] = {}
        self.run: Run | None = None
        if self.settings.mode != "off" and stage in (
            *self.settings.curves_of,
            self.settings.summary_after,
        ):
            config = configuration(params, inputs, _metrics())
            self.run = Run(self.settings, stage, run_group(), config)

    @property
    def identity(self) -> str | None:
        """The W&B run's id, None where there is none."""
        return None if self.run is None else self.run.identity

    def follow(self, events: Iterable[Event]) -> None:
        """Drain a stage's events to the bar and to W&B; keeps what was measured of speed."""
        bar = _Bar(self.stage)
        for event in events:
            if isinstance(event, Progress):
                bar.show(event)
            elif isinstance(event, Measured):
                self.measured.update(event.values)
            elif isinstance(event, Scalars):
                bar.note(event)
                if self.run is not None and self.stage in self.settings.curves_of:
                    self.run.log(event.values, event.step)
            elif self.run is not None:
                self.run.show(event, self.settings.table_rows)
        bar.close()

    def finish(
        self, metrics: Mapping[str, Any], attestation: str, outputs: Iterable[Artifact]
    ) -> None:
        """Send the stage's metrics (after the last stage: everyone's) and what proves them.

        ``attestation`` is the digest of the stage's statement.
        """
        if self.run is None:
            return
        sent = _metrics() if self.stage == self.settings.summary_after else dict(metrics)
        made = [a for a in outputs if a.path.startswith("data/")]
        # W&B keeps a curve's last value under its own name: what was measured has another.
        summary = {**sent, "measured": self.measured, "attestation": attestation}
        self.run.finish(summary, self.inputs, made)


def _metrics() -> dict[str, Any]:
    """Each stage's metrics as they stand in ``metrics/``, by stage."""
    found = {}
    for path in sorted(METRICS.glob("*.json")):
        with contextlib.suppress(OSError, ValueError):  # a half-written one tells nothing
            found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    return found


class _Bar:
    """A tqdm bar on a terminal; elsewhere a plain line for each tenth of the work."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.bar: Any = None
        self.shown = 0.0
        self.values: dict[str, str] = {}
        self.began: tuple[int, float] | None = None  # done then, at what time

    def show(self, event: Progress) -> None:
        if self.began is None:
            self.began = (event.done, time.monotonic())
        if sys.stderr.isatty():
            if self.bar is None:
                self.bar = tqdm(
                    total=event.total, initial=event.done, unit=f" {event.unit}", desc=self.stage
                )
            self.bar.set_postfix(self.values, refresh=False)
            self.bar.update(event.done - self.bar.n)
        elif event.done >= event.total or event.done / event.total >= self.shown + PLAIN_EVERY:
            self.shown = event.done / event.total
            parts = [f"{event.done:,} of {event.total:,} {event.unit}"]
            parts += [f"{name} {value}" for name, value in self.values.items()]
            sys.stderr.write(f"{self.stage}: {', '.join([*parts, *self.left(event)])}\n")

    def left(self, event: Progress) -> list[str]:
        """How long the rest will take at the pace so far."""
        done, at = self.began or (0, 0.0)
        if event.done <= done or event.done >= event.total:
            return []
        pace = (time.monotonic() - at) / (event.done - done)
        return [f"{datetime.timedelta(seconds=round(pace * (event.total - event.done)))} left"]

    def note(self, event: Scalars) -> None:
        for name, value in event.values.items():
            if name in SHOWN:
                self.values[SHOWN[name]] = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
