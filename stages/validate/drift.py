"""How far the rows have moved from the baseline: their number, their lengths, their sources.

A profile is three counts that say what a data set looks like, and ``data/baseline.json`` is one:

    {"rows": 3008, "chars": {"64": 512, "90": 1408, …}, "sources": {"chi_thi.jsonl": 1200, …},
     "tasks": {"hoi_dap": 700, …}}

``chars`` counts rows by length, in steps of half an octave (a factor of √2), named by the fewest
characters of the step. Lengths are compared by the population stability index, Σ (p - q) ln (p / q)
over the steps, which credit scoring reads as: below 0.1 nothing, above 0.25 another population
(Siddiqi, Credit Risk Scorecards, 2006). Sources are compared by the share of rows that would have
to come from another one, which is half the sum of |p - q| (total variation).
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.errors import InputError

Counts = Mapping[str, int]
UNSEEN = 0.5  # rows that each step is thought to have besides, so that an empty one has a logarithm


@dataclass(frozen=True)
class Profile:
    """What a set of rows looks like; every count maps a name to a number of rows."""

    rows: int
    chars: Counts
    sources: Counts
    tasks: Counts

    def document(self) -> dict[str, Any]:
        """The content of ``data/baseline.json``."""
        return {
            "rows": self.rows,
            "chars": dict(sorted(self.chars.items(), key=lambda step: (len(step[0]), step[0]))),
            "sources": dict(sorted(self.sources.items())),
            "tasks": dict(sorted(self.tasks.items())),
        }


def profile(chars: Counts, sources: Counts, tasks: Counts) -> Profile:
    """The profile of rows, given how many have each length, source and task."""
    steps: Counter[str] = Counter()
    for length, count in chars.items():
        steps[step_of(int(length))] += count
    return Profile(sum(sources.values()), steps, dict(sources), dict(tasks))


def step_of(chars: int) -> str:
    """The step of a length: the fewest characters that fall into it."""
    step = math.floor(2 * math.log2(chars)) if chars > 0 else -1
    return str(math.ceil(2 ** (step / 2))) if chars > 0 else "0"


def parsed(document: Any, path: object) -> Profile:
    """The profile that a JSON document holds. Raises :class:`InputError` for another form."""
    if isinstance(document, dict) and _count(document.get("rows")):
        parts = [document.get(key) for key in ("chars", "sources", "tasks")]
        named = [part for part in parts if isinstance(part, dict)]
        if len(named) == len(parts) and all(_count(n) for part in named for n in part.values()):
            return Profile(document["rows"], *named)
    raise InputError(f"{path} is no baseline; `tinh baseline --write` makes one of data/clean")


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def psi(now: Counts, then: Counts) -> float:
    """The population stability index of two counts; 0 for equal shares."""
    names = sorted({*now, *then})
    p, q = ([(counts.get(name, 0) + UNSEEN) for name in names] for counts in (now, then))
    total_p, total_q = sum(p), sum(q)
    return math.fsum(
        (a / total_p - b / total_q) * math.log((a / total_p) / (b / total_q))
        for a, b in zip(p, q, strict=True)
    )


def shift(now: Counts, then: Counts) -> float:
    """The share of rows that would have to change their name: 0 for equal shares, 1 for none in
    common."""
    total_now, total_then = sum(now.values()) or 1, sum(then.values()) or 1
    return 0.5 * math.fsum(
        abs(now.get(name, 0) / total_now - then.get(name, 0) / total_then)
        for name in sorted({*now, *then})
    )


def largest_share(counts: Counts) -> float:
    """The share of the most frequent name; 0 where there are no rows."""
    total = sum(counts.values())
    return max(counts.values()) / total if total else 0.0
