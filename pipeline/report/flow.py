"""The rows' path as a flow picture: bands as wide as the rows they carry. Pure.

::

    records ▌━━━━━━▐ rows ▌━━━━━━▐ clean ▌━━━━━▐ train ▌━━━━▐ tokens
            ╲              ╲             ╲━━━━━▐ valid ▌━━━━╱
             ╰ invalid JSON ╰ duplicates  ╲━━━━▐ test

Drawn twice, lying (desktop) and standing (phone): ``along`` is the direction of the flow,
``across`` its width, in pixels. Bands are cubic curves whose ends run along the flow (a Sankey
diagram). No script is needed to see it, and no colour to read it: each band's figure stands beside
it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report import messages
from pipeline.report.figures import PathRow

KEPT_WIDTH = 150.0  # pixels of the widest band
GAP = 14.0  # between the bands of a split
NODE = 10.0  # length of a node along the flow
LISTED = 6  # reasons of one stage that are drawn by name; the others are drawn as one
THINNEST = 1.5
PARTS = ("train", "valid", "test")


@dataclass(frozen=True)
class Frame:
    """One of the two drawings: distances in pixels."""

    name: str  # the class of the drawing
    lying: bool
    step: float  # from one node to the next, along
    start: float  # of the first node, along
    edge: float  # of the main band, across
    drops: float  # where dropped rows end, across (lying: below, standing: to the right)
    line: float  # from one dropped reason to the next
    width: float


LYING = Frame("wide", True, 284, 4, 44, 262, 23, 0)
STANDING = Frame("tall", False, 205, 12, 4, 168, 22, 360)


@dataclass(frozen=True)
class Band:
    """A stream of rows from ``(along, across)`` to ``(along, across)``, both its upper edges."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    kind: str


def svg(path: Sequence[PathRow], parts: Mapping[str, int], tokens: int | None) -> Markup:
    """Both drawings; empty when nothing has come in."""
    if not path or not path[0].came_in:
        return Markup("")
    return Markup("").join(_drawing(frame, path, parts, tokens) for frame in (LYING, STANDING))


def _drawing(
    frame: Frame, path: Sequence[PathRow], parts: Mapping[str, int], tokens: int | None
) -> Markup:
    scale = KEPT_WIDTH / max(row.came_in or 0 for row in path)
    found = [_node(frame, 0, frame.edge, (path[0].came_in or 0) * scale, "")]
    found.append(_label(frame, 0, frame.edge, "flow.records", path[0].came_in))
    ends = [Markup("")]
    for i, row in enumerate(path):
        came_in, kept = row.came_in or 0, row.kept or 0
        if row.stage == "split":
            found += _split(frame, i, parts, scale)
        elif row.stage == "tokenize":
            found += _tokens(frame, i, parts, kept, tokens, scale)
            continue
        else:
            found.append(_band(frame, _straight(frame, i, kept * scale)))
            found.append(_node(frame, i + 1, frame.edge, kept * scale, ""))
            found.append(_label(frame, i + 1, frame.edge, f"flow.{row.stage}", kept))
        ends += _dropped(frame, i, row.dropped, came_in, scale)
    length = frame.start + len(path) * frame.step + (NODE + 8 if frame.lying else 50)
    deepest = max(len(grouped(row.dropped)) for row in path)
    high = frame.edge + KEPT_WIDTH + 60
    width = max(high, frame.drops + deepest * frame.line) if frame.lying else frame.width
    box = (length, width) if frame.lying else (width, length)
    return Markup(
        '<svg class="flow {}" viewBox="0 0 {:.0f} {:.0f}" role="img"{}>{}{}</svg>'
    ).format(
        frame.name, *box, messages.attribute("aria-label", "flow.title"),
        Markup("").join(found), Markup("").join(ends),
    )  # fmt: skip


def _at(frame: Frame, i: int) -> float:
    return frame.start + i * frame.step


def _straight(frame: Frame, i: int, width: float) -> Band:
    start, end = _at(frame, i) + NODE, _at(frame, i + 1)
    return Band(start, frame.edge, end, frame.edge, width, "kept")


def places(parts: Mapping[str, int], edge: float, scale: float) -> dict[str, float]:
    """Where the band of each split begins, across, once they have parted."""
    found, at = {}, edge
    for name in PARTS:
        found[name] = at
        at += max(THINNEST, parts.get(name, 0) * scale) + GAP
    return found


def _split(frame: Frame, i: int, parts: Mapping[str, int], scale: float) -> list[Markup]:
    """The bands of the three splits, parting."""
    found, before = [], frame.edge
    for number, (name, after) in enumerate(places(parts, frame.edge, scale).items()):
        width = parts.get(name, 0) * scale
        band = Band(_at(frame, i) + NODE, before, _at(frame, i + 1), after, width, name)
        found += [
            _band(frame, band),
            _node(frame, i + 1, after, width, name),
            _part(frame, i + 1, number, after + width / 2, name, parts.get(name)),
        ]
        before += width
    return found


def _tokens(
    frame: Frame, i: int, parts: Mapping[str, int], kept: int, tokens: int | None, scale: float
) -> list[Markup]:
    """Train and valid joining again: what is tokenised."""
    found, after = [], frame.edge
    for name, before in places(parts, frame.edge, scale).items():
        if name == "test":
            continue
        width = parts.get(name, 0) * scale
        band = Band(_at(frame, i) + NODE, before, _at(frame, i + 1), after, width, name)
        found.append(_band(frame, band))
        after += width
    found.append(_node(frame, i + 1, frame.edge, kept * scale, ""))
    found.append(_label(frame, i + 1, frame.edge, "flow.tokenize", kept))
    if tokens is not None:
        at = frame.edge + kept * scale
        found.append(_label(frame, i + 1, at, "flow.tokens", tokens, second=True))
    return found


def grouped(dropped: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons by frequency; those beyond :data:`LISTED` as one, ``others``."""
    ordered = sorted(dropped.items(), key=lambda item: (-item[1], item[0]))
    if len(ordered) <= LISTED:
        return ordered
    rest = ordered[LISTED - 1 :]
    return [*ordered[: LISTED - 1], ("others", sum(count for _, count in rest))]


def _dropped(
    frame: Frame, i: int, dropped: Mapping[str, int], came_in: int, scale: float
) -> list[Markup]:
    """The bands that leave, each to its own line of text."""
    found = []
    start = frame.edge + (came_in - sum(dropped.values())) * scale
    for number, (reason, count) in enumerate(grouped(dropped)):
        width = max(THINNEST, count * scale)
        if frame.lying:
            x, y = _at(frame, i) + 92, frame.drops + number * frame.line
            band = Band(_at(frame, i) + NODE, start, x, y - width / 2, width, "lost")
            text = Markup('<text x="{:.1f}" y="{:.1f}">').format(x + 8, y + 4)
        else:
            x, y = frame.drops + 22, _at(frame, i) + 42 + number * frame.line
            band = Band(_at(frame, i) + NODE, start, y, x, width, "lost side")
            text = Markup('<text x="{:.1f}" y="{:.1f}">').format(x + 8, y + 4)
        start += count * scale
        found.append(_band(frame, band))
        figure = Markup('<tspan class="figure"{}>{}</tspan> ').format(
            messages.attributes("flow.count", n=count), messages.english("flow.count", n=count)
        )
        found.append(text + figure + _reason(reason) + Markup("</text>"))
    return found


def _reason(reason: str) -> Markup:
    key = f"reason.{reason}"
    if key in messages.messages():
        return Markup("<tspan{}>{}</tspan>").format(messages.attributes(key), messages.english(key))
    return Markup("<tspan>{}</tspan>").format(messages.number(reason[:40], "", None))


def _band(frame: Frame, band: Band) -> Markup:
    """The outline of a band: two curves and two straight ends."""
    w = max(THINNEST, band.width)
    if band.kind == "lost side":  # standing: leaves downwards, ends pointing to the right
        x0, y0, x1, y1 = band.y0, band.x0, band.y1, band.x1
        shape = (
            f"M{x0:.1f},{y0:.1f} C{x0:.1f},{y1 - w / 2:.1f} {x0 + w:.1f},{y1 - w / 2:.1f} "
            f"{x1:.1f},{y1 - w / 2:.1f} L{x1:.1f},{y1 + w / 2:.1f} "
            f"C{x0 + w:.1f},{y1 + w / 2:.1f} {x0 + w:.1f},{y1:.1f} {x0 + w:.1f},{y0:.1f} Z"
        )
        return Markup('<path class="band lost" d="{}"/>').format(shape)
    middle = (band.x0 + band.x1) / 2
    points = [
        (band.x0, band.y0), (middle, band.y0), (middle, band.y1), (band.x1, band.y1),
        (band.x1, band.y1 + w), (middle, band.y1 + w), (middle, band.y0 + w),
        (band.x0, band.y0 + w),
    ]  # fmt: skip
    pairs = [f"{x:.1f},{y:.1f}" if frame.lying else f"{y:.1f},{x:.1f}" for x, y in points]
    first, c1, c2, end, back, c3, c4, last = pairs
    return Markup('<path class="band {}" d="M{} C{} {} {} L{} C{} {} {} Z"/>').format(
        band.kind, first, c1, c2, end, back, c3, c4, last
    )


def _node(frame: Frame, i: int, across: float, width: float, kind: str) -> Markup:
    along, w = _at(frame, i), max(THINNEST, width)
    x, y, wide, high = (along, across, NODE, w) if frame.lying else (across, along, w, NODE)
    return Markup(
        '<rect class="node {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"/>'
    ).format(kind, x, y, wide, high)


def _label(
    frame: Frame, i: int, across: float, key: str, count: int | None, *, second: bool = False
) -> Markup:
    """A node's figure and name: above it (lying) or beside it (standing)."""
    along = _at(frame, i)
    last = second or key == "flow.tokenize"
    if frame.lying:
        x = along + (NODE if last else 0)
        y = across + 22 if second else across - 14
    else:
        x, y, last = KEPT_WIDTH + 26, along + 10.0 + (20 if second else 0), False
    return _text(x, y, key, count, "end" if last else "start")


def _part(frame: Frame, i: int, number: int, across: float, name: str, count: int | None) -> Markup:
    """A split's figure: in its band (lying), or in a list beside the three (standing)."""
    along = _at(frame, i)
    if frame.lying:
        return _text(along + NODE + 8, across + 4, f"flow.{name}", count, "start")
    return _text(KEPT_WIDTH + 62, along - 16 + 20 * number, f"flow.{name}", count, "start")


def _text(x: float, y: float, key: str, count: int | None, anchor: str) -> Markup:
    return Markup('<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="{}"{}>{}</text>').format(
        x, y, anchor, messages.attributes(key, n=count), messages.english(key, n=count)
    )
