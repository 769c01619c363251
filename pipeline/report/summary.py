"""The short table that ``make repro`` ends with. Pure."""

from typing import Any

from pipeline.report import figures
from pipeline.report.content import Content

WIDTH = 12


def document(content: Content, page: str) -> dict[str, Any]:
    """The summary as JSON; what is not there is null or empty."""
    train = content.metrics.get("train", {})
    return {
        "rows": [
            {"stage": r.stage, "in": r.came_in, "kept": r.kept, "dropped": dict(r.dropped)}
            for r in figures.rows_path(content)
        ],
        "trainable_params": figures.integer(train.get("trainable_params")),
        "trainable_fraction": figures.number(train.get("trainable_fraction")),
        "loss_first": figures.number(train.get("loss_first")),
        "loss_last": figures.number(train.get("loss_last")),
        "eval_loss": figures.number(train.get("eval_loss")),
        "scores": [
            {
                "name": s.name,
                **{
                    model: {"value": i.value, "ci_low": i.low, "ci_high": i.high}
                    for model, i in (("base", s.base), ("tuned", s.tuned), ("delta", s.delta))
                },
            }
            for s in figures.scores(content)
        ],
        "verdict": figures.verdict(content)[1],
        "missing": list(content.missing),
        "report": page,
    }


def text(content: Content, page: str) -> str:
    """The summary as a table, a line a fact."""
    lines = []
    for row in figures.rows_path(content):
        dropped = figures.listed(row.dropped)
        said = f"{_count(row.came_in)} in, {_count(row.kept)} kept"
        said += f"; dropped: {dropped}" if dropped else ""
        said += f"; {row.note}" if row.stage == "split" else ""
        lines.append(_line(row.stage, said))
    train = content.metrics.get("train", {})
    trainable = figures.integer(train.get("trainable_params"))
    share = figures.number(train.get("trainable_fraction"))
    if trainable is not None:
        of = f" ({share:.1%} of all)" if share is not None else ""
        lines.append(_line("trainable", f"{trainable:,} parameters{of}"))
    first, last = (figures.number(train.get(key)) for key in ("loss_first", "loss_last"))
    if first is not None and last is not None:
        lines.append(_line("loss", f"{first:.3f} → {last:.3f}"))
    scores = figures.scores(content)
    if scores:
        lines += [f"{'':<{WIDTH}} {'base':<22} {'tuned':<22} difference, paired"]
    for score in scores:
        base, tuned, delta = score.base.text(), score.tuned.text(), score.delta.text(signed=True)
        lines.append(f"{score.name:<{WIDTH}} {base:<22} {tuned:<22} {delta}")
    lines.append(_line("verdict", figures.verdict(content)[1]))
    if content.missing:
        lines.append(_line("missing", ", ".join(content.missing)))
    return "\n".join([*lines, _line("report", page)])


def _line(name: str, said: str) -> str:
    return f"{name:<{WIDTH}} {said}"


def _count(value: int | None) -> str:
    return figures.NONE if value is None else f"{value:,}"
