"""``dvc.yaml`` → ordered stages. The DAG is defined there and nowhere else.

::

    raw ──> ingest ──rows──> clean ──clean──> split …        an edge wherever one stage's dependency
                                                             lies in, or holds, another stage's out

DVC's own resolver reads the file (``foreach``, ``vars`` and ``${…}`` mean what DVC says they
mean); about 0.3 s, of which 0.2 s is its import. What follows is pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.project import DAG
from stages.errors import InputError


@dataclass(frozen=True)
class Stage:
    """One stage: its command, and the paths it reads and writes, relative to the project.

    ``outs`` are all that it writes; those that are ``metrics`` or ``plots`` are named there too.
    ``params`` are the keys of ``params.yaml`` that it depends on (``train``, ``versions.torch``).
    """

    name: str
    cmd: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    params: tuple[str, ...] = ()


def load(root: Path = Path(), rev: str | None = None) -> list[Stage]:
    """The stages of a project, or of one of its git revisions, each after all that it needs.

    Raises :class:`InputError` when ``dvc.yaml`` is missing, not valid, or has a cycle.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import SCMError

    try:
        # The project's own folder, as the stages see it: links in it are resolved once, here.
        with Repo(str(root.resolve()), rev=rev) as repo:
            found = _stages(repo)
    except (DvcException, SCMError) as error:
        raise InputError(f"DVC cannot read {DAG} or dvc.lock: {_whole(error)}") from None
    if not found:
        raise InputError(f"{DAG} defines no stage; run this in a Tinh project")
    return ordered(found)


def _whole(error: BaseException) -> str:
    """An error of DVC with its causes: the outer one often says only that something failed."""
    found: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        if str(cause) not in found:
            found.append(str(cause))
        cause = cause.__cause__
    return ": ".join(found)


def _stages(repo: Any) -> list[Stage]:
    from dvc.dependency.param import ParamsDependency
    from dvc.stage import PipelineStage

    found = []
    for stage in repo.index.stages:
        if not isinstance(stage, PipelineStage) or stage.path_in_repo != str(DAG):
            continue  # a .dvc file: data that is tracked, no step; or another project's
        keys = [d for d in stage.deps if isinstance(d, ParamsDependency)]
        command = stage.cmd if isinstance(stage.cmd, list) else [stage.cmd]
        found.append(
            Stage(
                name=stage.name,
                cmd="\n".join(command),
                deps=tuple(_path(d) for d in stage.deps if d not in keys),
                outs=tuple(_path(out) for out in stage.outs),
                metrics=tuple(_path(out) for out in stage.outs if out.metric),
                plots=tuple(_path(out) for out in stage.outs if out.plot),
                params=tuple(p for d in keys for p in d.params),
            )
        )
    return found


def _path(out: Any) -> str:
    """As the file has it: what DVC shows is relative to the working folder."""
    return PurePosixPath(out.def_path).as_posix()


def ordered(stages: Iterable[Stage]) -> list[Stage]:
    """The stages so that each comes after those that write what it reads.

    Among those that are ready, the order of the file. Raises :class:`InputError` for a cycle.
    """
    waiting = list(stages)
    needs = {s.name: {u.name for u in upstream(s, waiting)} for s in waiting}
    done: list[Stage] = []
    while waiting:
        have = {stage.name for stage in done}
        ready = next((s for s in waiting if needs[s.name] <= have), None)
        if ready is None:
            names = ", ".join(stage.name for stage in waiting)
            raise InputError(f"dvc.yaml: these stages need each other: {names}; break the cycle")
        waiting.remove(ready)
        done.append(ready)
    return done


def upstream(stage: Stage, stages: Sequence[Stage]) -> list[Stage]:
    """The stages that write something ``stage`` reads, in the order given."""
    return [s for s in stages if any(overlap(d, out) for d in stage.deps for out in s.outs)]


def writer(path: str, stages: Iterable[Stage]) -> Stage | None:
    """The stage among whose outs ``path`` is, or lies; None for a source."""
    return next((s for s in stages if any(inside(path, out) for out in s.outs)), None)


def inside(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` itself or lies in it."""
    return PurePosixPath(path).is_relative_to(PurePosixPath(folder))


def overlap(one: str, other: str) -> bool:
    """Whether one of the two paths is, or lies in, the other."""
    return inside(one, other) or inside(other, one)
