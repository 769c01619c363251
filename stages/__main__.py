"""``python -m stages NAME --flag path …``: run one stage, witnessed.

    lock → params.yaml whole → versions → hash inputs → run into temporary outs
         → hash inputs again → move outs into place → hash outs → lineage/NAME.json → clear scratch

The flags are the stage's ``In`` and ``Out`` arguments (:mod:`stages.contract`). Exit codes: 0, or 1
with one line on stderr for whatever a user can cause, or 130 after Ctrl-C.
"""

import argparse
import datetime
import importlib
import inspect
import json
import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages import closure, contract, environment, params, processes, tracking, versions, witness
from stages.errors import InputError, TinhError

SCRATCH = Path(".tinh/scratch")
SEVERAL_PROCESSES = ("train",)  # stages that a launcher may start once for each device


def main(argv: list[str]) -> int:
    """Run the stage that ``argv`` names; returns the exit code."""
    try:
        stage = argv[0] if argv else ""
        room = contract.room_of(stage)
        if room not in params.ROOMS:
            raise InputError(f"no stage {stage!r}; there are: {', '.join(params.ROOMS)}")
        processes.die_with_parent()
        if room in SEVERAL_PROCESSES and not processes.launched():
            launcher = params.load()["compute"].launch
            if launcher:
                processes.launch(Path(launcher), argv)
        if room in SEVERAL_PROCESSES and processes.rank() > 0:
            follow(stage, room, argv[1:])
            return 0
        with processes.exclusive(stage):
            run_stage(stage, room, argv[1:])
    except TinhError as error:
        sys.stderr.write(f"{stage}: {error}\n" if stage else f"{error}\n")
        return 1
    except KeyboardInterrupt:
        kept = any((SCRATCH / stage).glob("*/*"))
        again = "run it again, and it goes on from what it kept" if kept else "run it again"
        sys.stderr.write(f"{stage}: interrupted; nothing was changed, {again}\n")
        return 130
    return 0


@dataclass(frozen=True)
class Job:
    """One run of a stage, ready: its function, what it is given, and what its result depends on.

    ``before`` are the inputs and the code as they were found; ``claimed`` the parameters and
    versions, ``hardware`` what else decides the last bits.
    """

    module: Any
    everything: Mapping[str, Any]
    inputs: Mapping[str, Path]
    outputs: Mapping[str, Path]
    arguments: Mapping[str, Any]
    sources: Sequence[Path]
    before: list[witness.Artifact]
    claimed: Mapping[str, Any]
    versions: Mapping[str, str]
    hardware: Mapping[str, Any]

    def events(self, outputs: Mapping[str, Path]) -> Any:
        """Call the stage with its ``outputs`` there; a generator's events, or None when done."""
        result = self.module.run(**self.inputs, **outputs, **self.arguments)
        return result if inspect.isgeneratorfunction(self.module.run) else None


def prepare(stage: str, room: str, argv: list[str]) -> Job:
    """Read the flags and params.yaml, check versions, hash inputs. Raises :class:`TinhError`."""
    everything = params.load()
    environment.apply(offline=everything["model"].source != "hub" or room != "base")
    module = importlib.import_module(f"stages.{room}.stage")
    declared = contract.declaration(module.run)
    inputs, outputs = parse(stage, declared, argv)
    used_versions = versions.require(module.LIBRARIES, everything["versions"])
    sections = {name: everything[name] for name in declared.sections}
    sources = [*inputs.values(), *sorted(closure.code_of(room))]
    before = [witness.artifact(path) for path in sources]
    compute = everything["compute"]
    recorded = {n: v for n, v in sections.items() if n not in ("compute", "tracking")}
    claimed = {**plain(recorded), "versions": used_versions}
    hardware = witness.hardware(compute.threads, compute.device)
    scratch = SCRATCH / stage / witness.input_digest(before, claimed, hardware)
    return Job(
        module=module,
        everything=everything,
        inputs=inputs,
        outputs=outputs,
        arguments={**sections, **dict.fromkeys(declared.scratch, scratch)},
        sources=sources,
        before=before,
        claimed=claimed,
        versions=used_versions,
        hardware=hardware,
    )


def run_stage(stage: str, room: str, argv: list[str]) -> None:
    """Run one stage from its flags and write its attestation. Raises :class:`TinhError`."""
    started, clock = datetime.datetime.now(datetime.UTC), time.monotonic()
    job = prepare(stage, room, argv)
    with contract.placed(job.outputs) as partial:
        tracker = tracking.Tracker(stage, job.everything, job.before)
        events = job.events(partial)
        if events is not None:
            tracker.follow(events)
        require_declared_code(room)
        witness.require_unchanged(job.before, [witness.artifact(path) for path in job.sources])
    after = [witness.artifact(path) for path in job.outputs.values()]
    statement = witness.attestation(
        stage=stage,
        command=["python", "-m", "stages", stage, *argv],
        inputs=job.before,
        outputs=after,
        params=job.claimed,
        versions=job.versions,
        grade=job.module.GRADE,
        hardware=job.hardware,
        byproducts={
            "seconds": round(time.monotonic() - clock, 3),
            "peak_memory_mib": peak_memory_mib(),
            "wandb": tracker.identity,
            **tracker.measured,
        },
        started=started,
        finished=datetime.datetime.now(datetime.UTC),
    )
    witness.record(statement, stage)
    tracker.finish(metrics_of(job.outputs), witness.claim_digest(statement), after)
    contract.remove(SCRATCH / stage)


def follow(stage: str, room: str, argv: list[str]) -> None:
    """Compute beside process 0, which alone writes, shows and attests. Raises :class:`TinhError`.

    The stage itself keeps its hands off the outs in every process but the first.
    """
    job = prepare(stage, room, argv)
    for _ in job.events(job.outputs) or ():
        pass


def parse(
    stage: str, declared: contract.Declaration, argv: list[str]
) -> tuple[dict[str, Path], dict[str, Path]]:
    """The paths of a stage's inputs and outputs from its flags, each of them required."""
    parser = argparse.ArgumentParser(prog=f"python -m stages {stage}", allow_abbrev=False)
    for name in (*declared.inputs, *declared.outputs):
        parser.add_argument(f"--{name.replace('_', '-')}", type=Path, required=True, metavar="PATH")
    given = vars(parser.parse_args(argv))
    for name, path in given.items():
        if path.is_absolute() or ".." in path.parts:
            raise InputError(f"--{name} {path} leaves the project; give a path inside it")
    return (
        {name: given[name] for name in declared.inputs},
        {name: given[name] for name in declared.outputs},
    )


def require_declared_code(room: str) -> None:
    """Every module of ``stages`` that was loaded must be a declared dependency of the stage.

    The loader of params.yaml reads every room's schema; what those need is no dependency either.
    """
    schemas = (f"stages/{other}/params.py" for other in params.ROOMS)
    allowed = closure.code_of(room) | closure.reached(map(Path, schemas))
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not name.startswith("stages.") or name in closure.RUNNER or file is None:
            continue
        path = closure.module_file(name)
        if path is not None and path not in allowed and path.stat().st_size:
            raise RuntimeError(f"{name} was loaded but is no dependency of {room}")


def metrics_of(outputs: Mapping[str, Path]) -> dict[str, Any]:
    """The content of the stage's JSON metrics, by file stem."""
    files: Iterable[Path] = (p for p in outputs.values() if p.suffix == ".json")
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def plain(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Sections as JSON values."""
    return {
        name: value.model_dump(mode="json") if isinstance(value, params.Section) else value
        for name, value in sections.items()
    }


def peak_memory_mib() -> float:
    """Largest resident set of this process and of its largest child, MiB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round(max(own, children) / 1024, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
