"""Is what lies here what the attested runs made? All is hashed again; nothing is believed.

::

      on disk ──1── dvc.lock ──2── a statement's claim ──3── upstream statements' subjects
                                        └──4── sources on disk (data, code, params.yaml)

==========  ================================================================================
executed    the stage's current statement (``lineage/``) covers these very bytes
restored    another attested run does (``.tinh/attestations``, git): DVC brought its result back
unattested  no statement has these bytes, or only from other inputs: ``dvc commit``, a forgery
mismatch    something on disk is not what the run wrote or read; the file is named
missing     an artifact is not there, or ``dvc.lock`` does not know the stage
==========  ================================================================================

Artifacts are compared by SHA-256; MD5, by which ``dvc.lock`` speaks, is not trusted alone.
Cost: one pass over all artifacts, about 0.4 GB/s.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import dag
from pipeline.audit import attestations, lock
from pipeline.audit.attestations import Digests, Evidence, Statement
from pipeline.dag import Stage
from stages import witness
from stages.errors import InputError
from stages.params import PARAMS, read
from stages.witness import Artifact

EXECUTED, RESTORED = "executed", "restored"
UNATTESTED, MISMATCH, MISSING = "unattested", "mismatch", "missing"
PROVED = (EXECUTED, RESTORED)


@dataclass(frozen=True)
class Verdict:
    """What can be said of one stage, why, and the statement that covers it, if any does."""

    stage: str
    verdict: str
    detail: str
    statement: Statement | None

    @property
    def proved(self) -> bool:
        """Whether an attested run made exactly what lies here."""
        return self.verdict in PROVED

    def document(self) -> dict[str, Any]:
        """The verdict as JSON."""
        found = self.statement
        return {
            "stage": self.stage,
            "verdict": self.verdict,
            "detail": self.detail,
            "attestation": found.digest if found else None,
            "found_in": found.place if found else None,
            "commit": found.commit if found else None,
            "dirty": found.dirty if found else None,
            "grade": found.grade if found else None,
        }


class Project:
    """A project's working tree as it lies: hashes each path once."""

    def __init__(self) -> None:
        self.stages = dag.load()
        self.lock = lock.read()
        self.evidence = Evidence()
        self.params = read(PARAMS) if PARAMS.is_file() else {}
        self._artifacts: dict[str, Artifact | None] = {}

    def artifact(self, path: str) -> Artifact | None:
        """What lies at ``path``, hashed; None when nothing does."""
        if path not in self._artifacts:
            try:
                self._artifacts[path] = witness.artifact(Path(path))
            except InputError:
                self._artifacts[path] = None
        return self._artifacts[path]


def verify(project: Project) -> list[Verdict]:
    """The verdict on every stage of ``dvc.yaml``, in its order."""
    found: dict[str, Verdict] = {}
    for stage in project.stages:
        found[stage.name] = _judge(project, stage, found)
    return list(found.values())


def up_to(project: Project, last: str) -> list[Verdict]:
    """The verdicts on the stage ``last`` and all that it was made from, in order."""
    wanted = {last}
    for stage in reversed(project.stages):
        if stage.name in wanted:
            wanted |= {above.name for above in dag.upstream(stage, project.stages)}
    found: dict[str, Verdict] = {}
    for stage in project.stages:
        if stage.name in wanted:
            found[stage.name] = _judge(project, stage, found)
    return list(found.values())


def _judge(project: Project, stage: Stage, found: Mapping[str, Verdict]) -> Verdict:
    entry = project.lock.get(stage.name)
    statement, verdict, detail = None, MISSING, _absent(project, stage, entry)
    if not detail and entry is not None:
        statement, verdict, detail = _covered(project, stage, entry)
    if statement is not None:
        broken = _chain(project.stages, stage, statement, found)
        broken = broken or _stale(project, stage, statement)
        verdict, detail = (MISMATCH, broken) if broken else (verdict, detail)
    return Verdict(stage.name, verdict, detail, statement)


def _absent(project: Project, stage: Stage, entry: lock.Entry | None) -> str:
    if entry is None:
        return "dvc.lock has no such stage; run `dvc repro`"
    gone = [path for path in stage.outs if project.artifact(path) is None]
    if gone:
        return f"{', '.join(gone)} is not there; run `dvc checkout` or `dvc repro`"
    return ""


def _covered(
    project: Project, stage: Stage, entry: lock.Entry
) -> tuple[Statement | None, str, str]:
    """The statement that has these bytes from these inputs, and the verdict that follows."""
    outs = [a for path in stage.outs if (a := project.artifact(path)) is not None]
    for out in outs:
        if entry.outs.get(out.path) != out.dvc_md5:
            said = (s.subjects for s in project.evidence.of(stage.name))
            name = _changed_file(out, entry.outs.get(out.path), said)
            remedy = "run `dvc checkout && git checkout metrics`, or `dvc repro`"
            return None, MISMATCH, f"{name} is not what dvc.lock says; {remedy}"
    here = {d["name"]: d["digest"]["sha256"] for out in outs for d in out.descriptors()}
    same = None
    for statement in project.evidence.of(stage.name):
        if {n: d["sha256"] for n, d in statement.subjects.items()} != here:
            continue
        if not differences(stage, statement, entry):
            if statement.place == attestations.LINEAGE:
                return statement, EXECUTED, ""
            return statement, RESTORED, f"attested in {statement.place}, not in lineage"
        same = same or statement
    remedy = f"run `dvc repro --force --single-item {stage.name}`"
    if same is None:
        return None, UNATTESTED, f"no attestation has these bytes; {remedy}"
    other = ", ".join(differences(stage, same, entry))
    return None, UNATTESTED, f"these bytes are attested, but from another {other}; {remedy}"


def _changed_file(here: Artifact, md5: str | None, known: Iterable[Mapping[str, Digests]]) -> str:
    """The first file of an artifact that is not what made up ``md5``, going by what is attested.

    The artifact itself when it is a file, or no statement knows it.
    """
    mine = {f"{here.path}/{n}".rstrip("/"): d.sha256 for n, d in here.files.items()}
    for digests in known:
        if attestations.dvc_md5(here.path, digests) != md5:
            continue
        attested = attestations.files_of(digests)
        attested = {n: d for n, d in attested.items() if dag.inside(n, here.path)}
        for name in sorted({*attested, *mine}):
            if attested.get(name) != mine.get(name):
                return name
    return here.path


def differences(stage: Stage, statement: Statement, entry: lock.Entry) -> list[str]:
    """In what the run that a statement attests differs from the one ``dvc.lock`` speaks of.

    Only what the stage declares now counts: DVC leaves in its lock what a stage depended on once.
    """
    words = shlex.split(entry.cmd)
    # `exec` and the interpreter's name are the shell's; what runs begins at `-m`.
    command = words[words.index("-m") :] if "-m" in words else words
    found = [] if list(statement.command[1:]) == command else ["command"]
    for path in stage.deps:
        if attestations.dvc_md5(path, statement.dependencies) != entry.deps.get(path):
            found.append(path)
    for key in stage.params:
        if lock.value(statement.params, key) != entry.params.get(key):
            found.append(f"{lock.PARAMS}:{key}")
    return found


def _chain(
    stages: Sequence[Stage], stage: Stage, statement: Statement, found: Mapping[str, Verdict]
) -> str:
    """Which file the stage read otherwise than an upstream stage is attested to have written."""
    read_files = attestations.files_of(statement.dependencies)
    for above in dag.upstream(stage, stages):
        verdict = found[above.name]
        if verdict.statement is None:
            continue  # the verdict on that stage says it already
        wrote = attestations.files_of(verdict.statement.subjects)
        for path in (p for p in stage.deps if any(dag.overlap(p, out) for out in above.outs)):
            inside = {n: d for n, d in wrote.items() if dag.inside(n, path)}
            mine = {
                n: d
                for n, d in read_files.items()
                if dag.inside(n, path) and any(dag.inside(n, out) for out in above.outs)
            }
            for name in sorted({*inside, *mine}):
                if inside.get(name) != mine.get(name):
                    return f"read another {name} than {above.name} wrote; run `dvc repro`"
    return ""


def _stale(project: Project, stage: Stage, statement: Statement) -> str:
    """The first source, command or parameter that is no longer what the stage ran with; or ""."""
    entry = project.lock[stage.name]
    if stage.cmd != entry.cmd:
        return "dvc.yaml's command is not the one that ran; run `dvc repro`"
    for path in stage.deps:
        if dag.writer(path, project.stages) is not None:
            continue
        here = project.artifact(path)
        if here is None:
            return f"{path}, which the stage read, is not there"
        if here.dvc_md5 != entry.deps.get(path):
            name = _changed_file(here, entry.deps.get(path), [statement.dependencies])
            return f"{name} is not what the stage read; run `dvc repro`"
    for key in stage.params:
        if lock.value(project.params, key) != entry.params.get(key):
            return f"{lock.PARAMS}: {key} is not what the stage ran with; run `dvc repro`"
    return ""


def text(verdicts: Sequence[Verdict]) -> str:
    """A line a stage."""
    width = max((len(v.stage) for v in verdicts), default=0)
    lines = [f"{v.stage:<{width}}  {v.verdict:<10}  {v.detail}".rstrip() for v in verdicts]
    bad = sum(not v.proved for v in verdicts)
    total = f"{len(verdicts)} stages, {f'{bad} not proved' if bad else 'all proved'}"
    return "\n".join([*lines, total])
