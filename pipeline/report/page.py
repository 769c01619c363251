"""``data/report/index.html``: one file that asks nobody for anything, for desktop and phone.

The page is written here, in English, and readable without its scripts; these add the plots, the
table of predictions, and Vietnamese. What comes from data is escaped (Jinja's autoescape) or lies
in JSON that the scripts write with ``textContent``. Besides, the page's policy allows the three
scripts and the style sheet by their hashes and nothing else: no request, no eval, no handler.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report import checks, figures, flow, messages, plots, predictions, views
from pipeline.report.content import Content, visible
from pipeline.report.examples import Group

HERE = Path(__file__).parent
SHORT = 16  # hex digits of a digest
FILES = 200  # source files that are listed
# What the chain shows: a path, whose statement has it, as what.
CHAIN = views.LINEAGE


def environment() -> Environment:
    """Jinja for the page: escapes all, and fails on a name that is not given."""
    found = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    found.globals.update(
        t=messages.span, attr=messages.attribute, named=messages.named, hint=messages.hint,
        value=views.value, interval=views.interval, named_score=views.named_score,
        segments=segments,
    )  # fmt: skip
    found.filters.update(count=count, decimal=decimal, listed=figures.listed)
    return found


def finalize(value: Any) -> Any:
    """What every expression of a template goes through before it is escaped."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)


def html(
    content: Content, sample: predictions.Sample, groups: Sequence[Group], unread: Sequence[str]
) -> str:
    """The page."""
    tone, verdict, said = views.verdict(content)
    scripts = {
        "vega": vega(),
        "page": (HERE / "page.js").read_text(encoding="utf-8"),
        "table": (HERE / "table.js").read_text(encoding="utf-8"),
    }
    style = (HERE / "style.css").read_text(encoding="utf-8")
    drawn = drawings(content, sample)
    path = figures.rows_path(content)
    return environment().get_template("page.html").render(
        content=content,
        views=views,
        policy=policy(scripts.values(), style),
        style=Markup(style),  # our own, as the scripts are
        scripts={name: Markup(text) for name, text in scripts.items()},
        data={
            "messages": as_json(messages.messages()),
            "plots": as_json(drawn),
            "predictions-data": as_json(predictions.document(sample)),
        },
        plots=drawn,
        tone=tone,
        verdict=verdict,
        said=said,
        tiles=views.tiles(content),
        path=path,
        flow=flow.svg(path, views.splits(content), _tokens(content)),
        drops=views.drops(content, groups),
        changes=views.changes(content, groups),
        unread=unread,
        sources=views.sources(content)[:FILES],
        checks=checks.checks(content),
        learned=views.learned(content),
        tokens=views.labels(content),
        by_split=views.labels_by_split(content),
        training=views.named_figures(content.metrics.get("train", {})),
        candidates=views.candidates(content),
        speed=views.speed(content),
        scores=figures.scores(content),
        others=figures.other_scores(content),
        slices=figures.slices(content),
        kinds=list(dict.fromkeys(part.kind for part in figures.slices(content))),
        worst=views.worst_slices(content),
        copying=views.copying(content),
        signature=str(content.metrics.get("evaluate", {}).get("signature", "")),
        sample=sample,
        lineage=views.lineage(content),
        steps=views.steps(content),
        trained=content.statements.get("train"),
    )  # fmt: skip


def _tokens(content: Content) -> int | None:
    return figures.integer(content.metrics.get("tokenize", {}).get("tokens"))


def drawings(content: Content, sample: predictions.Sample) -> dict[str, plots.Spec]:
    """The plots that there is something for: name → specification."""
    found: dict[str, plots.Spec] = {}
    curve = content.curve
    if len(curve) > 1:
        found["loss"] = plots.loss(curve)
        for name, key in (("learning_rate", "train.lr"), ("grad_norm", "train.norm")):
            points = [(p.step, v) for p in curve if (v := getattr(p, name)) is not None]
            if len(points) > 1:
                found[name] = plots.over_steps(points, key)
    for key, name, unit in (("seconds", "cost.time", "@axis.seconds"),
                            ("peak_memory_mib", "cost.memory", "@axis.memory")):  # fmt: skip
        if by_stage := views.costs(content, key):
            found[key] = plots.by_stage(by_stage, name, unit)
    if scores := figures.scores(content):
        found["scores"] = plots.scores(scores)
    slices = figures.slices(content)
    for kind in dict.fromkeys(part.kind for part in slices):
        number = len([name for name in found if name.startswith("slices")])
        found[f"slices{number}"] = plots.slices([part for part in slices if part.kind == kind])
    if sample.scores:
        found["spread"] = plots.spread(sample.scores)
    return found


def segments(found: Sequence[str]) -> Markup:
    """Text in segments, every second one marked."""
    return Markup("").join(
        Markup("<mark>{}</mark>" if i % 2 else "{}").format(segment)
        for i, segment in enumerate(found)
    )


def as_json(value: Any) -> Markup:
    """JSON that nothing in it can end: no ``<`` is left (a script's data ends at ``</script``)."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def policy(scripts: Iterable[str], style: str) -> str:
    """The page's Content-Security-Policy: our scripts and style by their hashes, and no request."""
    allowed = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


@cache
def vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script (BSD-3-Clause), from vl-convert-python."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script").replace("\r", "")


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
