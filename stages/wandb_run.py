"""One Weights & Biases run for one stage: configuration, curves, and at the end what it made.

Online when ``tracking.mode`` is ``auto`` and ``WANDB_API_KEY`` is set, else files under
``.tinh/wandb`` that ``tinh wandb sync`` uploads. Whatever W&B does wrong becomes one warning, and
the stage goes on without it. Artifacts carry digests and the list of files, never the data; the
only rows that leave the machine are the predictions in a table, ``tracking.table_rows`` of them.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from stages import witness
from stages.contract import Table
from stages.params import Tracking
from stages.witness import Artifact

FOLDER = Path(".tinh/wandb")
OWN_FOLDERS = {"WANDB_CACHE_DIR": "cache", "WANDB_DATA_DIR": "data"}  # else in the user's home
INIT_SECONDS, FINISH_SECONDS = 30, 60
MODELS = ("data/base", "data/adapter", "data/merged", "data/init")
COUNTS = ("ingest", "clean", "split", "tokenize")  # metrics that tell what was trained on

log = logging.getLogger("tinh.tracking")


def configuration(
    params: Mapping[str, Any], inputs: Iterable[Artifact], metrics: Mapping[str, Any]
) -> dict[str, Any]:
    """What W&B is told at the start: params.yaml, digests of data, base and code, row counts."""
    found = list(inputs)
    code = [a for a in found if a.path.startswith("stages/")]
    listing = "".join(f"{a.path} {digest(a)}\n" for a in code)
    return {
        **{
            name: value.model_dump(mode="json") if hasattr(value, "model_dump") else value
            for name, value in params.items()
        },
        "inputs": {a.path: digest(a) for a in found if a not in code},
        "code": hashlib.sha256(listing.encode()).hexdigest(),
        "counts": {
            stage: {k: v for k, v in metrics[stage].items() if isinstance(v, int)}
            for stage in COUNTS
            if stage in metrics
        },
        "git": witness.git_state(),
    }


def digest(artifact: Artifact) -> str:
    """SHA-256 of an artifact, as its attestation has it."""
    sha256: str = artifact.descriptors()[0]["digest"]["sha256"]
    return sha256


class Run:
    """A W&B run that cannot harm: after its first fault it does nothing more."""

    def __init__(self, settings: Tracking, stage: str, group: str, config: dict[str, Any]) -> None:
        self._faulty = False
        self._run: Any = self._safely(lambda: _open(settings, stage, group, config))
        self.identity: str | None = None if self._run is None else str(self._run.id)

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Add a point to each curve."""
        self._safely(lambda: self._run.log(dict(values), step=step))

    def show(self, table: Table, most: int) -> None:
        """Add a table, its first ``most`` rows; none of it where that is 0."""
        if most:
            self._safely(lambda: self._run.log({table.name: _table(table, most)}))

    def finish(
        self, summary: Mapping[str, Any], read: Iterable[Artifact], made: Iterable[Artifact]
    ) -> None:
        """Link the run to what it read and made, by digest; send the summary; close the run."""
        self._safely(lambda: _link(self._run, read, made))
        self._safely(lambda: self._run.summary.update(dict(summary)))
        self._safely(lambda: self._run.finish())

    def _safely(self, action: Callable[[], Any]) -> Any:
        if self._faulty:
            return None
        try:
            return action()
        except Exception as error:  # a tracker's fault, whatever it is, must not cost a model
            log.warning("W&B: %s; the stage goes on without it", " ".join(str(error).split()))
            self._faulty = True
            return None


def _open(settings: Tracking, stage: str, group: str, config: dict[str, Any]) -> Any:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for variable, name in OWN_FOLDERS.items():
        os.environ.setdefault(variable, str((FOLDER / name).resolve()))
    import wandb

    online = settings.mode == "auto" and bool(os.environ.get("WANDB_API_KEY"))
    return wandb.init(
        project=settings.project,
        group=group,
        job_type=stage,
        name=stage,
        config=config,
        dir=str(FOLDER.parent),
        mode="online" if online else "offline",
        settings=wandb.Settings(
            console="off",
            disable_git=True,
            save_code=False,
            silent=True,
            init_timeout=INIT_SECONDS,
            finish_timeout=FINISH_SECONDS,
        ),
    )


def _table(table: Table, most: int) -> Any:
    import wandb

    return wandb.Table(columns=list(table.columns), data=[list(r) for r in table.rows[:most]])


def _link(run: Any, read: Iterable[Artifact], made: Iterable[Artifact]) -> None:
    if not run.offline:  # where use_artifact raises
        for artifact in read:
            run.use_artifact(manifest(artifact))
    for artifact in made:
        run.log_artifact(manifest(artifact))


def manifest(artifact: Artifact) -> Any:
    """A W&B artifact with the digests of ``artifact`` and of each of its files, and no data."""
    import wandb

    found = wandb.Artifact(
        artifact.path.replace("/", "-").replace("@", "-"),
        type="model" if artifact.path.startswith(MODELS) else "dataset",
        metadata={"path": artifact.path, "sha256": digest(artifact), "dvc_md5": artifact.dvc_md5},
    )
    with found.new_file("sha256sum.txt") as file:
        file.writelines(f"{d.sha256}  {name}\n" for name, d in sorted(artifact.files.items()))
    return found
