"""From the merged model back to the files, rows, code, parameters and versions that made it.

::

    data/merged ── merge ── data/adapter ── train ── data/tokens ── tokenize ── … ── data/raw/*
                     └───── data/base ───── base ─── data/pretrain/*

Each step is taken through the attestation that covers it (:mod:`pipeline.audit.verify`): what a
stage read is what its statement says it read, and what that was made of is the next statement's to
say. Row counts are shown only where the metrics file is the attested one.
"""

import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import dag
from pipeline.audit import attestations
from pipeline.audit.attestations import Statement
from pipeline.audit.verify import Project, Verdict, up_to
from pipeline.dag import Stage
from stages.errors import LineageError

MERGED, BASE, CODE = "data/merged", "data/base", "stages"
WIDTH = 100
SHORT = 12  # hex digits of a digest in text; --json has all
# Figures that tell how many rows went through: metrics file's stem → its keys.
ROW_COUNTS: Mapping[str, Sequence[str]] = {
    "ingest": ("records", "rows", "rejected"),
    "clean": ("rows_in", "rows_out"),
    "split": ("train", "valid", "test"),
    "tokenize": ("rows", "tokens", "supervised_tokens"),
    "train": ("tokens", "supervised_tokens"),
}


def trace(project: Project, path: str = MERGED) -> dict[str, Any]:
    """The provenance of a model as JSON: the stages that made it, the last first.

    Raises :class:`LineageError` when there is no such model, or no attested run made it.
    """
    maker = dag.writer(path, project.stages)
    if maker is None:
        raise LineageError(f"no stage of dvc.yaml writes {path}")
    verdicts = up_to(project, maker.name)
    last = verdicts[-1]
    if last.statement is None:
        raise LineageError(f"{path}: {last.stage} is {last.verdict}: {last.detail}")
    by_name = {stage.name: stage for stage in project.stages}
    steps = [_step(project, by_name[v.stage], v) for v in reversed(verdicts)]
    sources = {
        name: digest
        for verdict in verdicts
        if verdict.statement is not None
        for name, digest in _sources(project, verdict.statement).items()
    }
    return {
        "model": {"path": path, "sha256": last.statement.subjects[path]["sha256"]},
        "proved": all(verdict.proved for verdict in verdicts),
        "base": _base(verdicts),
        "sources": [{"name": name, "sha256": sources[name]} for name in sorted(sources)],
        "stages": steps,
    }


def _sources(project: Project, statement: Statement) -> dict[str, str]:
    """The files a stage read that no stage writes, code left out: name → SHA-256."""
    return {
        name: digest
        for name, digest in attestations.files_of(statement.dependencies).items()
        if not dag.inside(name, CODE) and dag.writer(name, project.stages) is None
    }


def _base(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Where the base model came from, and the digest it has."""
    for verdict in verdicts:
        statement = verdict.statement
        if statement is None or BASE not in statement.subjects:
            continue
        settings = statement.params.get("model", {})
        source = settings.get("source")
        return {
            "source": source,
            "name": settings.get("name"),
            "licence": settings.get("licence"),
            "settings": settings.get(source) if source != "build" else None,
            "sha256": statement.subjects[BASE]["sha256"],
        }
    return {"source": None, "sha256": None}


def _step(project: Project, stage: Stage, verdict: Verdict) -> dict[str, Any]:
    found: dict[str, Any] = verdict.document()
    statement = verdict.statement
    if statement is None:
        return found
    code = attestations.files_of(statement.dependencies)
    inputs = []
    for path in stage.deps:
        if dag.inside(path, CODE):
            continue
        maker = dag.writer(path, project.stages)
        digest = statement.dependencies.get(path, {}).get("sha256")
        inputs.append({"path": path, "sha256": digest, "made_by": maker.name if maker else None})
    outputs = [{"path": p, "sha256": statement.subjects[p]["sha256"]} for p in stage.outs]
    names = sorted(name for name in code if dag.inside(name, CODE))
    return {
        **found,
        "started": statement.started,
        "finished": statement.finished,
        "command": list(statement.command),
        "inputs": inputs,
        "outputs": outputs,
        "code": [{"name": name, "sha256": code[name]} for name in names],
        "params": {k: v for k, v in statement.params.items() if k != "versions"},
        "versions": dict(statement.versions),
        "hardware": dict(statement.byproducts.get("hardware", {})),
        "rows": _rows(project, stage, statement),
    }


def _rows(project: Project, stage: Stage, statement: Statement) -> dict[str, Any]:
    """The stage's row counts, from its metrics if they are what the statement attests."""
    for path in stage.metrics:
        here = project.artifact(path)
        attested = statement.subjects.get(path, {}).get("sha256")
        if here is None or here.is_folder or here.files[""].sha256 != attested:
            continue
        figures = json.loads(Path(path).read_text(encoding="utf-8"))
        return {k: figures[k] for k in ROW_COUNTS.get(Path(path).stem, ()) if k in figures}
    return {}


def text(document: Mapping[str, Any]) -> str:
    """The trace as a tree, the model on top; a stage that several need is drawn once."""
    steps = {step["stage"]: step for step in document["stages"]}
    model, base = document["model"], document["base"]
    lines = [f"{model['path']}  sha256 {model['sha256'][:SHORT]}"]
    lines += _branch(steps, document["stages"][0]["stage"], "", True, set())
    lines.append("")
    lines.append(f"base   {base['source']} {base.get('name') or ''} {str(base['sha256'])[:SHORT]}")
    lines += [f"source {s['sha256'][:SHORT]}  {s['name']}" for s in document["sources"]]
    lines.append("proved" if document["proved"] else "NOT PROVED: see `tinh audit verify`")
    return "\n".join(lines)


def _branch(
    steps: Mapping[str, Any], name: str, margin: str, is_last: bool, drawn: set[str]
) -> list[str]:
    step = steps[name]
    head = f"{margin}{'└─' if is_last else '├─'} {name}"
    if name in drawn:
        return [f"{head}  (see above)"]
    drawn.add(name)
    inner = margin + ("   " if is_last else "│  ")
    lines = [f"{head}  {step['verdict']}{_facts(step)}"]
    if "params" not in step:
        return [*lines, f"{inner}{step['detail']}"]
    makers = list(dict.fromkeys(i["made_by"] for i in step["inputs"] if i["made_by"]))
    bar = inner + ("│  " if makers else "   ")
    figures = "  ".join(f"{key} {count:,}" for key, count in step["rows"].items())
    settings = "  ".join(f"{key}={value}" for key, value in _flat(step["params"]))
    versions = "  ".join(f"{key} {value}" for key, value in step["versions"].items())
    code = f"{len(step['code'])} files of code"
    for said in (figures, settings, versions, code):
        lines += textwrap.wrap(said, WIDTH, initial_indent=bar, subsequent_indent=bar)
    for source in (i for i in step["inputs"] if not i["made_by"]):
        lines.append(f"{bar}{source['path']}  {str(source['sha256'])[:SHORT]}")
    for number, maker in enumerate(makers, start=1):
        lines += _branch(steps, maker, inner, number == len(makers), drawn)
    return lines


def _facts(step: Mapping[str, Any]) -> str:
    commit = step.get("commit")
    state = ", with changes" if step.get("dirty") else ""
    where = f", commit {commit[:SHORT]}{state}" if commit else ""
    return f", {step['grade']}{where}" if step.get("grade") else ""


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested parameters as dotted keys, in order."""
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", value))
    return found
