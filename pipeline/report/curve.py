"""The training curve as inline SVG: no script, no request, colours from the page's own style. Pure.

::

    loss │╲            one line of the loss of each step, thinned to its mean over equal spans;
         │  ╲___○      circles where the loss on the valid split was measured
         └────────
            step
"""

from collections.abc import Sequence

from markupsafe import Markup

from pipeline.report.content import Point

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 32
SPANS = 360  # points drawn at most: half the pixels there are
TICKS = 5


def svg(points: Sequence[Point]) -> Markup:
    """The curve, or empty for fewer than two points."""
    if len(points) < 2:
        return Markup("")
    held_out = [(p.step, p.eval_loss) for p in points if p.eval_loss is not None]
    values = [p.loss for p in points] + [loss for _, loss in held_out]
    first, last = points[0].step, points[-1].step
    low, high = min(values), max(values)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5

    def x(step: float) -> float:
        return LEFT + (step - first) / max(1, last - first) * (WIDTH - LEFT - RIGHT)

    def y(loss: float) -> float:
        return TOP + (high - loss) / (high - low) * (HEIGHT - TOP - BOTTOM)

    line = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in thinned(points))
    marks = "".join(f'<circle cx="{x(s):.1f}" cy="{y(v):.1f}" r="4"/>' for s, v in held_out)
    grid = ""
    for i in range(TICKS):
        loss = low + (high - low) * i / (TICKS - 1)
        grid += f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(loss):.1f}" y2="{y(loss):.1f}"/>'
        grid += f'<text x="{LEFT - 6}" y="{y(loss) + 4:.1f}" text-anchor="end">{loss:.2f}</text>'
    for step, anchor in ((first, "start"), ((first + last) // 2, "middle"), (last, "end")):
        grid += f'<text x="{x(step):.1f}" y="{HEIGHT - 10}" text-anchor="{anchor}">{step:,}</text>'
    title = (
        f"Loss from {points[0].loss:.3f} at step {first} to {points[-1].loss:.3f} at step {last}"
    )
    return Markup(  # made of numbers only
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="curve"><title>{title}</title>'
        f'<g class="grid">{grid}</g><polyline points="{line}"/>'
        f'<g class="held-out">{marks}</g></svg>'
    )


def thinned(points: Sequence[Point]) -> list[tuple[float, float]]:
    """(step, loss) of at most :data:`SPANS` spans of equal length: the mean of each."""
    size = max(1, -(-len(points) // SPANS))
    spans = [points[i : i + size] for i in range(0, len(points), size)]
    return [
        (sum(p.step for p in span) / len(span), sum(p.loss for p in span) / len(span))
        for span in spans
    ]
