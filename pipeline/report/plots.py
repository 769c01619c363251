"""The plots, as Vega-Lite specifications that the page's script draws (https://vega.github.io).

A text that begins with ``@`` is the key of a message, one that begins with ``$`` the name of a
colour: before it draws, the script puts the words of the page's language and the colours of its
theme in their place. Names that come from data are guarded (:func:`plain`). ``base`` and
``tuned`` differ in shape as well as in colour. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.content import Point
from pipeline.report.figures import Score, Slice

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
DRAWN = 2_000  # steps of a curve that are drawn; of a longer one, means of equal spans
BINS = 10  # of the spread of scores over rows
MODELS = ("@scores.base", "@scores.tuned")
MODEL_COLOUR = {
    "field": "model", "type": "nominal", "title": None,
    "scale": {"domain": list(MODELS), "range": ["$base", "$tuned"]},
    "legend": {"orient": "top"},
}  # fmt: skip
MODEL_SHAPE = {
    "field": "model", "type": "nominal", "title": None,
    "scale": {"domain": list(MODELS), "range": ["square", "circle"]},
}  # fmt: skip
ROW = 48  # pixels of one line of a plot by name


def plain(name: str) -> str:
    """A name that comes from data, so that it is taken for no key and no colour."""
    return f"\u2060{name}" if name[:1] in ("@", "$") else name


def _spec(description: str, height: int, data: Sequence[Spec], **parts: Any) -> Spec:
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": "container",
        "height": height,
        "data": {"values": list(data)},
        **parts,
    }


def loss(points: Sequence[Point]) -> Spec:
    """Loss of each step, its running mean, and the loss on the valid split."""
    drawn = thinned(points)
    window = max(1, len(drawn) // 40)
    values: list[Spec] = [{"step": step, "loss": value} for step, value in drawn]
    held_out = [{"step": p.step, "valid": p.eval_loss} for p in points if p.eval_loss is not None]
    smooth: Spec = {
        "transform": [
            {"filter": "isValid(datum.loss)"},
            {
                "window": [{"op": "mean", "field": "loss", "as": "smooth"}],
                "frame": [-window, window],
                "sort": [{"field": "step"}],
            },
        ]
    }
    x = {"field": "step", "type": "quantitative", "title": "@axis.step"}
    names = ["@axis.train", "@axis.smooth", "@axis.valid"]

    def y(field: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "title": "@axis.loss",
            "scale": {"zero": False},
        }

    def colour(name: str) -> Spec:
        scale = {"domain": names, "range": ["$faint", "$tuned", "$valid"]}
        return {"datum": name, "type": "nominal", "scale": scale, "legend": {"orient": "top"}}

    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.55},
            "encoding": {"y": y("loss"), "color": colour(names[0])},
            "params": [ZOOM],
        },
        {
            **smooth,
            "mark": {"type": "line", "strokeWidth": 2.5},
            "encoding": {"y": y("smooth"), "color": colour(names[1])},
        },
        {
            "transform": [{"filter": "isValid(datum.valid)"}],
            "mark": {"type": "point", "filled": True, "size": 90},
            "encoding": {
                "y": y("valid"),
                "color": colour(names[2]),
                "tooltip": _tooltip({"step": "@axis.step", "valid": "@axis.valid"}),
            },
        },
        _reader(smooth["transform"], {"step": "@axis.step", "loss": "@axis.train",
                                      "smooth": "@axis.smooth"}, "smooth"),
    ]  # fmt: skip
    return _spec("@train.loss.alt", 280, [*values, *held_out], encoding={"x": x}, layer=layers)


# Panning by dragging, and zooming by the wheel only with Shift: a page must stay scrollable.
ZOOM = {
    "name": "zoom",
    "select": {"type": "interval", "encodings": ["x"], "zoom": "wheel![event.shiftKey]"},
    "bind": "scales",
}


def _tooltip(fields: Mapping[str, str]) -> list[Spec]:
    return [{"field": f, "title": title, "format": ",.4~r"} for f, title in fields.items()]


def _reader(transform: list[Spec], fields: Mapping[str, str], at: str) -> Spec:
    """A rule at the step nearest to the pointer, with its figures."""
    hover = {"type": "point", "on": "pointerover", "clear": "pointerout", "nearest": True,
             "encodings": ["x"]}  # fmt: skip
    return {
        "transform": transform,
        "mark": {"type": "point", "size": 60, "filled": True},
        "params": [{"name": "at", "select": hover}],
        "encoding": {
            "y": {"field": at, "type": "quantitative"},
            "color": {"value": "$tuned"},
            "opacity": {"condition": {"param": "at", "empty": False, "value": 1}, "value": 0},
            "tooltip": _tooltip(fields),
        },
    }


def over_steps(points: Sequence[tuple[int, float]], key: str) -> Spec:
    """One small curve, e.g. the learning rate."""
    values = [{"step": step, "value": value} for step, value in _means(points)]
    y = {"field": "value", "type": "quantitative", "title": None, "axis": {"format": "~g"}}
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 1.5},
            "encoding": {"y": y, "color": {"value": "$tuned"}},
        },
        _reader([], {"step": "@axis.step", "value": f"@{key}"}, "value"),
    ]
    x = {"field": "step", "type": "quantitative", "title": "@axis.step"}
    return _spec(f"@{key}.alt", 130, values, encoding={"x": x}, layer=layers)


def thinned(points: Sequence[Point]) -> list[tuple[float, float]]:
    """(step, loss) of at most :data:`DRAWN` spans of equal length: the mean of each."""
    return _means([(p.step, p.loss) for p in points])


def _means(points: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    size = max(1, -(-len(points) // DRAWN))
    spans = [points[i : i + size] for i in range(0, len(points), size)]
    return [
        (sum(s for s, _ in span) / len(span), _rounded(sum(v for _, v in span) / len(span)))
        for span in spans
    ]


def _rounded(value: float) -> float:
    """Six significant digits: finer than any pixel, and half the bytes."""
    return float(f"{value:.6g}")


def scores(found: Sequence[Score]) -> Spec:
    """Each score of both models with its interval."""
    values = []
    for score in found:
        name = "@scores.exact" if score.name == "Exact match" else score.name
        for model, interval in zip(MODELS, (score.base, score.tuned), strict=True):
            if interval.value is not None:
                at = {"name": name, "model": model, "value": interval.value}
                values.append(at | {"low": interval.low, "high": interval.high})
    return _by_name("@scores.plot.alt", values, "@axis.f1", MODELS)


def slices(found: Sequence[Slice]) -> Spec:
    """ROUGE-L of both models in each slice."""
    values: list[Spec] = []
    for part in found:
        for model, value in zip(MODELS, (part.base, part.tuned), strict=True):
            if value is not None:
                at = {"name": plain(part.name), "model": model, "value": value, "rows": part.rows}
                values.append(at | {"low": None, "high": None})
    return _by_name("@scores.slices.alt", values, "ROUGE-L F1", MODELS)


def _by_name(key: str, values: Sequence[Spec], title: str, models: Sequence[str]) -> Spec:
    """A dumbbell a line: base, tuned, and their intervals."""
    names = list(dict.fromkeys(v["name"] for v in values))
    y = {
        "field": "name", "type": "nominal", "title": None, "sort": names,
        "axis": {"labelLimit": 150, "ticks": False, "domain": False, "grid": False},
    }  # fmt: skip
    x = {"type": "quantitative", "title": title, "scale": {"nice": True, "zero": True},
         "axis": {"tickCount": 6}}  # fmt: skip
    fields = {"name": "@scores.metric", "model": "@nav.scores", "value": "@axis.score",
              "low": "≥", "high": "≤"}  # fmt: skip
    tooltip = [
        {"field": f, "title": t, **({} if f in ("name", "model") else {"format": ".3f"})}
        for f, t in fields.items()
    ]
    offset = {"field": "model", "sort": list(models), "scale": {"paddingOuter": 0.6}}
    points = {
        "mark": {"type": "point", "filled": True, "size": 85, "opacity": 1},
        "encoding": {"x": {**x, "field": "value"}, "shape": MODEL_SHAPE, "tooltip": tooltip},
    }
    intervals = {
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "rule", "strokeWidth": 2.5, "opacity": 0.55},
        "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
    }
    layers = [intervals, points] if any(v["low"] is not None for v in values) else [points]
    return _spec(
        key, ROW * len(names), values,
        encoding={"y": y, "yOffset": offset, "color": MODEL_COLOUR}, layer=layers,
    )  # fmt: skip


def spread(rows: Sequence[tuple[float | None, float | None]]) -> Spec:
    """How many rows have which ROUGE-L, of both models."""
    values = []
    for model, found in zip(MODELS, zip(*rows, strict=True), strict=True):
        counts = [0] * BINS
        for score in found:
            if score is not None:
                counts[min(BINS - 1, int(score * BINS))] += 1
        values += [
            {"model": model, "from": i / BINS, "rows": count} for i, count in enumerate(counts)
        ]
    tooltip = [
        {"field": "model", "title": "@nav.scores"},
        {"field": "from", "title": "≥", "format": ".1f"},
        {"field": "rows", "title": "@axis.rows", "format": ","},
    ]
    return _spec(
        "@scores.spread.alt", 230, values,
        mark={"type": "bar", "cornerRadiusEnd": 2},
        encoding={
            "x": {"field": "from", "type": "ordinal", "title": "@axis.rouge_row",
                  "axis": {"format": ".1f", "labelAngle": 0, "ticks": False, "grid": False},
                  "scale": {"paddingInner": 0.3}},
            "xOffset": {"field": "model", "sort": list(MODELS)},
            "y": {"field": "rows", "type": "quantitative", "title": "@axis.rows"},
            "color": MODEL_COLOUR,
            "tooltip": tooltip,
        },
    )  # fmt: skip


def by_stage(values: Mapping[str, float], key: str, unit: str) -> Spec:
    """A bar for each stage."""
    data = [{"stage": f"@stage.{name}", "value": value} for name, value in values.items()]
    return _spec(
        f"@{key}.alt", 22 * len(data), data,
        mark={"type": "bar", "cornerRadiusEnd": 3, "height": 12},
        encoding={
            "y": {"field": "stage", "type": "nominal", "title": None, "sort": None,
                  "axis": {"ticks": False, "domain": False, "grid": False, "labelLimit": 160}},
            "x": {"field": "value", "type": "quantitative", "title": unit},
            "color": {"value": "$tuned"},
            "tooltip": [{"field": "stage", "title": "@rows.stage"},
                        {"field": "value", "title": unit, "format": ",.1f"}],
        },
    )  # fmt: skip
