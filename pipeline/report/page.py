"""``data/report/index.html``: one file, no script, no request, light and dark, fit for a phone.

Everything that comes from data is escaped (Jinja's autoescape), and a content policy in the page
forbids scripts besides, should an escape ever fail.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.audit.attestations import Statement
from pipeline.report import curve, figures
from pipeline.report.content import STAGES, Content, visible

HERE = Path(__file__).parent
SHORT = 16  # hex digits of a digest
# What the chain shows: a path, whose statement has it, as what.
CHAIN = (
    ("data/raw", "ingest", "dependencies"),
    ("data/tokens", "tokenize", "subjects"),
    ("data/base", "base", "subjects"),
    ("data/adapter", "train", "subjects"),
    ("data/merged", "merge", "subjects"),
)


def environment() -> Environment:
    """Jinja for the page: escapes all, and fails on a name that is not given."""
    found = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=finalize,
    )
    found.filters.update(count=count, decimal=decimal, listed=figures.listed)
    return found


def finalize(value: Any) -> Any:
    """What every expression of a template goes through before it is escaped."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)


def html(content: Content) -> str:
    """The page."""
    tone, verdict = figures.verdict(content)
    evaluated = content.metrics.get("evaluate", {})
    template = environment().get_template("page.html")
    return template.render(
        content=content,
        style=Markup((HERE / "style.css").read_text(encoding="utf-8")),  # our own
        tone=tone,
        verdict=verdict,
        path=figures.rows_path(content),
        validation=_validation(content),
        tokens=named(content.metrics.get("tokenize", {})),
        training=training(content),
        curve=curve.svg(content.curve),
        merge=named(content.metrics.get("merge", {})),
        scores=figures.scores(content),
        signature=str(evaluated.get("signature", "")),
        tasks=_tasks(evaluated),
        lineage=chain(content),
        steps=[step(content.statements[name]) for name in STAGES if name in content.statements],
        hardware=hardware(content.statements.get("train")),
    )


def count(value: int | None) -> str:
    """``12,345``; a dash for None."""
    return figures.NONE if value is None else f"{value:,}"


def decimal(value: Any) -> str:
    """Three decimals; a dash for what is no number."""
    found = figures.number(value)
    return figures.NONE if found is None else f"{found:.3f}"


def shown(value: Any) -> str:
    """A figure as people read it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}"


def named(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Figures with their names in words: ``supervised_tokens`` → ``supervised tokens``."""
    flat = figures.flat(values)
    return [(name.replace("_", " ").replace(".", ": "), shown(value)) for name, value in flat]


def training(content: Content) -> list[tuple[str, str]]:
    """The train stage's figures, and how fast it was by its attestation."""
    found = named(content.metrics.get("train", {}))
    statement = content.statements.get("train")
    run = statement.byproducts.get("run", {}) if statement else {}
    seconds = figures.number(run.get("seconds"))
    tokens = figures.number(content.metrics.get("train", {}).get("tokens"))
    if seconds:
        found.append(("seconds", f"{seconds:,.0f}"))
        if tokens:
            found.append(("tokens a second", f"{tokens / seconds:,.0f}"))
    return found


def _validation(content: Content) -> Mapping[str, Any] | None:
    figures_ = content.metrics.get("validate")
    if figures_ is None:
        return None
    failed = figures_.get("failed")
    return {
        "success": figures_.get("success"),
        "expectations": shown(figures_.get("expectations", figures.NONE)),
        "failed": failed if isinstance(failed, list) else [],
    }


def _tasks(evaluated: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    keys = ("rows", "base_rougeL", "tuned_rougeL", "tuned_exact_match")
    return [
        (str(task), {key: figures.mapping(figure).get(key, figures.NONE) for key in keys})
        for task, figure in figures.mapping(evaluated.get("by_task")).items()
    ]


def chain(content: Content) -> list[dict[str, str]]:
    """From the data to the merged model: what, its SHA-256, and a word about it."""
    found = []
    for path, stage, role in CHAIN:
        statement = content.statements.get(stage)
        digest = getattr(statement, role).get(path, {}).get("sha256") if statement else None
        if digest:
            note = _base_note(content) if path == "data/base" else ""
            found.append({"what": path, "digest": digest[:SHORT], "note": note})
    return found


def _base_note(content: Content) -> str:
    base = content.base
    return (
        f"{base.get('name')}, {base.get('source')}, licence {base.get('licence')}" if base else ""
    )


def step(statement: Statement) -> dict[str, str]:
    """One attested stage, for the table."""
    run = statement.byproducts.get("run", {})
    dirty = " with changes" if statement.dirty else ""
    return {
        "stage": statement.stage,
        "grade": statement.grade,
        "commit": f"{statement.commit[:12]}{dirty}" if statement.commit else figures.NONE,
        "finished": statement.finished[:16].replace("T", " "),
        "seconds": decimal(run.get("seconds")),
        "memory": shown(run.get("peak_memory_mib", figures.NONE)),
        "versions": ", ".join(f"{name} {v}" for name, v in statement.versions.items()),
    }


def hardware(statement: Statement | None) -> str:
    """On what the model was trained."""
    found = statement.byproducts.get("hardware", {}) if statement else {}
    if not found:
        return ""
    instructions = ", ".join(str(x) for x in found.get("instructions", ()))
    return (
        f"Trained on {found.get('machine')} ({instructions}), device {found.get('device')}, "
        f"{found.get('threads')} threads, Python {found.get('python')}."
    )
