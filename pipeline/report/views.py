"""What each section of the page shows, from what was found. Pure.

A cell of a table, or a tile, is a message with its figures (:mod:`pipeline.report.messages`), so
that it can be said in both languages.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from pipeline.audit.attestations import Statement
from pipeline.report import figures
from pipeline.report.content import HEADLINE, ROUGE, STAGES, Content, visible
from pipeline.report.examples import Group
from pipeline.report.figures import Interval, Score, integer, mapping, number
from pipeline.report.messages import named, span

SHARES = ("share", "fraction", "efficiency", "agreement", "rate", "ratio_", "truncation_loss")
# The label audit's figures, the telling ones first; what is not named here follows.
LABELS = (
    "rows", "tokens", "supervised_tokens", "supervised_share", "eos_share", "packs",
    "packing_efficiency", "truncated_rows", "lost_tokens", "lost_supervised_tokens",
    "truncation_loss", "masked_rows", "rejected_rows", "bos_tokens", "double_bos_rows",
)  # fmt: skip
LINEAGE = (
    ("data/raw", "ingest", "dependencies"),
    ("data/tokens", "tokenize", "subjects"),
    ("data/base", "base", "subjects"),
    ("data/adapter", "train", "subjects"),
    ("data/merged", "merge", "subjects"),
)


@dataclass(frozen=True)
class Tile:
    """A figure in large, what it is, and what to hold it against."""

    value: Markup
    name: Markup
    note: Markup


def value(found: Any, name: str = "") -> Markup:
    """A figure as people read it; a share (by its name) in per cent."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return escape(visible("–" if found is None else str(found))[:200])
    if isinstance(found, float):
        if any(part in name for part in SHARES) and 0 <= found <= 1:
            return span("value.p1", value=found)
        if found != 0 and abs(found) < 1e-3:
            return escape(f"{found:.2e}")
        return span("value.3", value=found)
    return span("value.n", value=found)


def interval(found: Interval, signed: bool = False) -> Markup:
    """A mean and its interval."""
    if found.value is None:
        return escape(figures.NONE)
    s = "s" if signed else ""
    mean = span(f"value.{s}3", value=found.value)
    if found.low is None or found.high is None:
        return mean
    around = span(f"value.{s}ci", low=found.low, high=found.high)
    return Markup('{} <span class="ci">{}</span>').format(mean, around)


def named_score(score: Score) -> Markup:
    """The name of a score."""
    if score.name == "Exact match":
        return span("scores.exact")
    return escape(score.name) if score.name in ROUGE.values() else named("figure", score.name)


def verdict(content: Content) -> tuple[str, Markup, Markup]:
    """(tone, the verdict, the figures behind it)."""
    tone, _ = figures.verdict(content)
    found = headline(content)
    if found is None:
        return "none", span("verdict.none"), span("verdict.run")
    said = span(
        "verdict.said",
        base=found.base.value,
        tuned=found.tuned.value,
        delta=found.delta.value,
        low=found.delta.low,
        high=found.delta.high,
        rows=integer(content.metrics["evaluate"].get("rows")),
    )
    return tone, span(f"verdict.{tone}"), said


def headline(content: Content) -> Score | None:
    """The score that the verdict is about."""
    return next((s for s in figures.scores(content) if s.name == ROUGE[HEADLINE]), None)


def tiles(content: Content) -> list[Tile]:
    """The run in six figures; those that are there."""
    found = []
    by_name = {s.name: s for s in figures.scores(content)}
    if (rouge := by_name.get(ROUGE[HEADLINE])) and rouge.tuned.value is not None:
        note = span("tile.base", value=rouge.base.value)
        found.append(Tile(span("value.3", value=rouge.tuned.value), span("tile.rouge"), note))
    if (exact := by_name.get("Exact match")) and exact.tuned.value is not None:
        note = span("tile.basep", value=exact.base.value)
        found.append(Tile(span("value.p1", value=exact.tuned.value), span("tile.exact"), note))
    rows = integer(content.metrics.get("split", {}).get("train"))
    if rows is not None:
        records = integer(content.metrics.get("ingest", {}).get("records"))
        found.append(
            Tile(span("value.n", value=rows), span("tile.rows"), span("tile.of", records=records))
        )
    train = content.metrics.get("train", {})
    if (loss := number(train.get("loss_last"))) is not None:
        note = span("tile.first", value=number(train.get("loss_first")))
        found.append(Tile(span("value.3", value=loss), span("tile.loss"), note))
    if (trained := integer(train.get("trainable_params"))) is not None:
        note = span("tile.share", value=number(train.get("trainable_fraction")))
        found.append(Tile(span("value.n", value=trained), span("tile.params"), note))
    if statement := content.statements.get("train"):
        grade = escape(visible(statement.grade)[:20])
        commit = escape((statement.commit or "")[:12])
        found.append(Tile(grade, span("tile.grade"), Markup("<code>{}</code>").format(commit)))
    return found


def splits(content: Content) -> dict[str, int]:
    """Rows of each split."""
    found = content.metrics.get("split", {})
    return {name: integer(found.get(name)) or 0 for name in ("train", "valid", "test")}


@dataclass(frozen=True)
class Counted:
    """A reason or rule with its count in the metrics (None: not in there) and examples."""

    stage: str
    name: str
    count: int | None
    group: Group | None


def drops(content: Content, groups: Sequence[Group]) -> list[Counted]:
    """Every reason for which rows were dropped, in order of the stages, most frequent first."""
    known = {(g.stage, g.reason): g for g in groups if g.fate not in ("changed", "truncated")}
    found = []
    for row in figures.rows_path(content):
        of_stage = {reason: g for (stage, reason), g in known.items() if stage == row.stage}
        reasons = row.dropped or dict.fromkeys(of_stage, None)
        if row.stage == "tokenize":  # its metrics count by fate, its ledger says why
            by_fate = {g.fate: g for g in of_stage.values()}
            of_stage = {fate: by_fate[fate] for fate in reasons if fate in by_fate}
        ordered = sorted(reasons.items(), key=lambda item: (-(item[1] or 0), item[0]))
        found += [Counted(row.stage, r, n, of_stage.get(r)) for r, n in ordered]
    return found


def changes(content: Content, groups: Sequence[Group]) -> list[Counted]:
    """Every rule that changed rows, most frequent first."""
    known = {g.reason: g for g in groups if g.fate == "changed"}
    counts: dict[str, int | None] = dict.fromkeys(known)
    counts |= figures.counts(content.metrics.get("clean", {}).get("changed_by_rule"))
    ordered = sorted(counts.items(), key=lambda item: (-(item[1] or 0), item[0]))
    return [Counted("clean", rule, count, known.get(rule)) for rule, count in ordered]


def sources(content: Content) -> list[tuple[str, int | None, int | None]]:
    """File, its records, those that became rows."""
    found = mapping(content.metrics.get("ingest", {}).get("by_source"))
    return [
        (str(name), integer(mapping(n).get("records")), integer(mapping(n).get("rows")))
        for name, n in found.items()
    ]


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def named_figures(values: Mapping[str, Any]) -> list[tuple[Markup, Markup]]:
    """Figures with their names; lists and nested ones left out."""
    return [
        (named("figure", name), value(found, name))
        for name, found in values.items()
        if not isinstance(found, Mapping | list)
    ]


def labels(content: Content) -> list[tuple[Markup, Markup]]:
    """The label audit's figures with their names."""
    found = content.metrics.get("tokenize", {})
    return named_figures({n: found[n] for n in (*LABELS, *found) if n in found})


def labels_by_split(content: Content) -> list[tuple[str, list[Markup]]]:
    """Split → its rows, packs, tokens and learned tokens."""
    found = mapping(content.metrics.get("tokenize", {}).get("by_split"))
    names = ("rows", "packs", "tokens", "supervised_tokens")
    return [
        (str(split), [value(integer(mapping(of).get(name))) for name in names])
        for split, of in found.items()
    ]


def worst_slices(content: Content) -> list[Markup]:
    """A sentence for each model: its worst slice, and how far it lies below all rows."""
    found = []
    for model in ("tuned", "base"):
        of = mapping(mapping(content.metrics.get("evaluate", {}).get(model)).get("worst_slice"))
        gap = figures.measured(of.get("gap"))
        if gap.value is None or gap.low is None or gap.high is None:
            continue
        found.append(
            span(
                f"scores.worst.{model}",
                name=str(of.get("name"))[:200],
                rows=integer(of.get("rows")),
                gap=gap.value,
                low=gap.low,
                high=gap.high,
            )
        )
    return found


def copying(content: Content) -> Markup:
    """How much of the outputs stands in training rows; empty where that was not measured."""
    found = content.metrics.get("evaluate", {})
    of = mapping(found.get("copying"))
    shares = [
        figures.measured(part).value
        for part in (
            mapping(found.get("tuned")).get("copying"),
            mapping(found.get("base")).get("copying"),
            of.get("reference"),
        )
    ]
    if shares[0] is None:
        return Markup("")
    names = ("tuned", "base", "reference")
    return span(
        "scores.copying", n=integer(of.get("ngram")), **dict(zip(names, shares, strict=True))
    )


def learned(content: Content) -> dict[str, float] | None:
    """Shares of all places in packs: learned, read and empty; None if that is not known."""
    found = content.metrics.get("tokenize", {})
    tokens, supervised = integer(found.get("tokens")), integer(found.get("supervised_tokens"))
    filled = number(found.get("packing_efficiency"))
    if not tokens or supervised is None or not 0 <= supervised <= tokens:
        return None
    filled = filled if filled and 0 < filled <= 1 else 1.0
    share = supervised / tokens
    return {"learned": share * filled, "read": (1 - share) * filled, "padding": 1 - filled}


def candidates(content: Content) -> list[dict[str, Any]]:
    """The merge's candidates, compared with the model as trained."""
    found = content.metrics.get("merge", {})
    return [
        {
            "name": name,
            "kl": value(number(part.get("mean_kl"))),
            "agreement": value(number(part.get("top1_agreement")), "agreement"),
            "diff": value(number(part.get("max_abs_logit_diff"))),
            "chosen": found.get("chosen") == name,
        }
        for name, part in found.items()
        if isinstance(part, Mapping) and "mean_kl" in part
    ]


def costs(content: Content, key: str) -> dict[str, float]:
    """A figure of each stage's run, from its attestation."""
    found = {}
    for name in STAGES:
        statement = content.statements.get(name)
        run = statement.byproducts.get("run", {}) if statement else {}
        if (figure := number(run.get(key))) is not None:
            found[name] = figure
    return found


def speed(content: Content) -> int | None:
    """Tokens a second of the train stage as a whole."""
    seconds = costs(content, "seconds").get("train")
    tokens = number(content.metrics.get("train", {}).get("tokens"))
    return round(tokens / seconds) if seconds and tokens else None


def lineage(content: Content) -> list[dict[str, Any]]:
    """From the data to the merged model: each with its digest, None where it is not attested."""
    found = []
    for path, stage, role in LINEAGE:
        statement = content.statements.get(stage)
        digest = getattr(statement, role).get(path, {}).get("sha256") if statement else None
        note = content.base if path == "data/base" else {}
        found.append(
            {
                "path": path,
                "digest": digest,
                "base": str(note.get("name") or ""),
                "licence": str(note.get("licence") or ""),
            }
        )
    return found if any(link["digest"] for link in found) else []


def steps(content: Content) -> list[dict[str, Any]]:
    """The attested stages, for a table."""
    return [_step(content.statements[name]) for name in STAGES if name in content.statements]


def _step(statement: Statement) -> dict[str, Any]:
    run = statement.byproducts.get("run", {})
    return {
        "stage": statement.stage,
        "grade": statement.grade,
        "commit": (statement.commit or figures.NONE)[:12],
        "dirty": statement.dirty,
        "finished": statement.finished[:16].replace("T", " "),
        "seconds": number(run.get("seconds")),
        "memory": number(run.get("peak_memory_mib")),
    }


def parameters(content: Content) -> list[tuple[str, str]]:
    """Every attested parameter with its value, each once."""
    found: dict[str, str] = {}
    for name in STAGES:
        statement = content.statements.get(name)
        for key, given in figures.flat(statement.params if statement else {}):
            if not key.startswith("versions."):
                found.setdefault(key, visible(str(given))[:200])
    return sorted(found.items())


def versions(content: Content) -> list[tuple[str, str]]:
    """Every attested library with its version."""
    found: dict[str, str] = {}
    for statement in content.statements.values():
        found |= {str(name): visible(str(v))[:40] for name, v in statement.versions.items()}
    return sorted(found.items())


def hardware(content: Content) -> Markup:
    """On what the model was trained; empty where that is not attested."""
    statement = content.statements.get("train")
    found = statement.byproducts.get("hardware", {}) if statement else {}
    if not found:
        return Markup("")
    return span(
        "lineage.hardware",
        machine=str(found.get("machine")),
        instructions=", ".join(str(x) for x in _list(found.get("instructions"))) or figures.NONE,
        device=str(found.get("device")),
        threads=integer(found.get("threads")),
        python=str(found.get("python")),
    )
