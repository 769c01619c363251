"""The test rows with both models' answers, scored and compared word by word, few enough for a page.

    data/predictions/{base,tuned}.jsonl → joined by row → ROUGE-L of each answer → chosen rows

A text compared with another is a list of segments that are the same and not the same in turn,
beginning with one that is the same (perhaps empty): joined, they are the text::

    reference  ["xã ", "An Khánh", "; ", "Cao"]        output  ["xã ", "Hoà Bình", "; ", "Đinh"]

Cost: some 20,000 rows of 60 words a second. At most :data:`READ` rows are read, and rows are shown
as long as they fit into :data:`BUDGET` bytes: the worst answers, the largest gains and losses
against the base, and rows by chance (their id is a hash), in turn.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rapidfuzz.distance import Indel, LCSseq

from pipeline.report.content import PREDICTIONS, visible

READ = 20_000  # test rows
BUDGET = 3_000_000  # bytes of JSON
SHOWN_CHARACTERS = 3_000  # of each text
SYLLABLE = re.compile(r"[^\W_]+")  # as stages.evaluate.rouge has it
SCORES = Path("data/predictions/scores.jsonl")
COPIED_FROM = 5  # training rows named for an answer
HEX = re.compile(r"[0-9a-f]{64}")
# A word (with combining marks) or a sign, with the space after it.
WORD = re.compile("\\s+|(?:(?:[^\\W_][\u0300-\u036f]*)+|\\S)\\s*")
Segments = list[str]


@dataclass(frozen=True)
class Row:
    """One test row; scores are ROUGE-L F1 over syllables, None where there is no answer."""

    row_id: str
    task: str
    source: str
    line: int | None
    prompt: str
    reference: str
    base: str | None
    tuned: str | None
    base_score: float | None
    tuned_score: float | None
    cut_off: bool
    copied: float = 0.0  # share of the tuned answer's n-grams that stand in training rows
    copied_from: tuple[str, ...] = ()  # ids of such rows

    @property
    def gain(self) -> float | None:
        """Tuned minus base."""
        if self.base_score is None or self.tuned_score is None:
            return None
        return self.tuned_score - self.base_score


@dataclass(frozen=True)
class Sample:
    """The rows that a page shows, in the test split's order, chosen from ``read`` of ``total``."""

    rows: tuple[Row, ...]
    read: int
    total: int
    scores: tuple[tuple[float | None, float | None], ...]  # base and tuned, of all that were read


def rouge_l(reference: str, output: str) -> float:
    """ROUGE-L F1 over syllables: 2·LCS / (words of both), 0 where either has none."""
    a, b = syllables(reference), syllables(output)
    if not a or not b:
        return 0.0
    return 2 * LCSseq.similarity(a, b) / (len(a) + len(b))


def syllables(text: str) -> list[str]:
    """Unicode words of NFC text in lower case."""
    return SYLLABLE.findall(unicodedata.normalize("NFC", text).lower())


def same_word(word: str) -> str:
    """What words are told apart by: the case of letters counts, white space does not."""
    return unicodedata.normalize("NFC", word.strip())


def compared(
    text: str, other: str, key: Callable[[str], str] = same_word
) -> tuple[Segments, Segments]:
    """Both texts as segments, compared word by word by ``key``."""
    a, b = WORD.findall(text), WORD.findall(other)
    found: tuple[Segments, Segments] = ([""], [""])
    for step in Indel.opcodes([key(w) for w in a], [key(w) for w in b]):
        same = step.tag == "equal"
        _extend(found[0], "".join(a[step.src_start : step.src_end]), same)
        _extend(found[1], "".join(b[step.dest_start : step.dest_end]), same)
    return _tidied(found[0]), _tidied(found[1])


def _extend(segments: Segments, text: str, same: bool) -> None:
    """Add text; places with an even number hold what is the same."""
    if not text:
        return
    if (len(segments) % 2 == 1) == same:
        segments[-1] += text
    else:
        segments.append(text)


def _tidied(segments: Segments) -> Segments:
    """The space after the last word of a mark belongs to what follows."""
    found = [*segments, ""] if len(segments) % 2 == 0 else list(segments)
    for i in range(1, len(found), 2):
        word = found[i].rstrip()
        if word:
            found[i + 1] = found[i][len(word) :] + found[i + 1]
            found[i] = word
    return found


def collect() -> Sample:
    """Read, join and score; nothing where there is no prediction."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    total = 0
    for model, path in PREDICTIONS.items():
        total = max(total, _lines_in(path))
        for record in islice(_records(path), READ):
            key = (str(record.get("row_id")), str(record.get("source")), str(record.get("line")))
            rows.setdefault(key, record | {"answers": {}})["answers"][model] = record
    copies = _copies()
    scored = [_row(record, copies) for record in islice(rows.values(), READ)]
    return Sample(
        rows=fitting(scored, BUDGET),
        read=len(scored),
        total=max(total, len(scored)),
        scores=tuple((row.base_score, row.tuned_score) for row in scored),
    )


def _lines_in(path: Path) -> int:
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a predictions file; lines that are none are passed over."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record


def _copies() -> dict[str, tuple[float, tuple[str, ...]]]:
    """Row id → what of the tuned answer evaluate found in training rows, and in which."""
    found = {}
    for record in islice(_records(SCORES), READ):
        tuned = record.get("tuned")
        if not isinstance(tuned, dict):
            continue
        share, ids = tuned.get("copied"), tuned.get("copied_from")
        if isinstance(share, float) and 0 < share <= 1 and isinstance(ids, list):
            known = tuple(i for i in ids if isinstance(i, str) and HEX.fullmatch(i))
            found[_text(record.get("row_id"))] = (share, known[:COPIED_FROM])
    return found


def _row(record: Mapping[str, Any], copies: Mapping[str, tuple[float, tuple[str, ...]]]) -> Row:
    reference = _text(record.get("reference"))
    answers = {m: _text(a.get("output")) for m, a in record["answers"].items()}
    scores = {m: rouge_l(reference, answer) for m, answer in answers.items()}
    line = record.get("line")
    copied, copied_from = copies.get(_text(record.get("row_id")), (0.0, ()))
    return Row(
        row_id=_text(record.get("row_id")),
        task=_text(record.get("task")),
        source=_text(record.get("source")),
        line=line if isinstance(line, int) and not isinstance(line, bool) else None,
        prompt=_text(record.get("prompt")),
        reference=reference,
        base=answers.get("base"),
        tuned=answers.get("tuned"),
        base_score=scores.get("base"),
        tuned_score=scores.get("tuned"),
        cut_off=record["answers"].get("tuned", {}).get("finish_reason") == "length",
        copied=copied,
        copied_from=copied_from,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def fitting(rows: Sequence[Row], budget: int) -> tuple[Row, ...]:
    """The rows to show, in their order: all, or in turn from four rankings until they fill
    ``budget`` bytes of JSON."""
    sizes = [_size(row) for row in rows]
    if sum(sizes) <= budget:
        return tuple(rows)
    numbers = range(len(rows))
    rankings = [
        sorted(numbers, key=lambda i: _or(rows[i].tuned_score, 1)),
        sorted(numbers, key=lambda i: _or(rows[i].gain, 0)),
        sorted(numbers, key=lambda i: -_or(rows[i].gain, 0)),
        sorted(numbers, key=lambda i: rows[i].row_id),
    ]
    chosen: set[int] = set()
    used = 0
    for turn in zip(*rankings, strict=True):
        for i in turn:
            if i not in chosen:
                used += sizes[i]
                if used > budget:
                    return tuple(rows[i] for i in sorted(chosen))
                chosen.add(i)
    return tuple(rows[i] for i in sorted(chosen))


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _size(row: Row) -> int:
    """About the bytes of a row in the page, its segments' commas and quotes with it."""
    texts = (row.prompt, row.reference, row.base or "", row.tuned or "")
    long = sum(min(len(t.encode(errors="replace")), 3 * SHOWN_CHARACTERS) for t in texts)
    marks = sum(6 * len(WORD.findall(t[:SHOWN_CHARACTERS])) // 2 for t in texts[1:])
    return 200 + long + marks + 70 * len(row.copied_from)


def document(sample: Sample) -> dict[str, Any]:
    """The rows as the page's script reads them; every text bounded and printable."""
    tasks = sorted({row.task for row in sample.rows})
    sources = sorted({row.source for row in sample.rows})
    task_of, source_of = ({n: i for i, n in enumerate(names)} for names in (tasks, sources))
    return {
        "tasks": [visible(t) for t in tasks],
        "sources": [{"name": visible(s), "href": href(s)} for s in sources],
        "rows": [_entry(row, task_of, source_of) for row in sample.rows],
    }


def _entry(row: Row, tasks: Mapping[str, int], sources: Mapping[str, int]) -> dict[str, Any]:
    reference, tuned = _shown(row.reference), row.tuned and _shown(row.tuned)
    marked, answer = compared(reference, tuned) if tuned is not None else ([reference], None)
    base = None if row.base is None else compared(reference, _shown(row.base))[1]
    return {
        "id": row.row_id if HEX.fullmatch(row.row_id) else "",  # it becomes part of a command
        "task": tasks[row.task],
        "source": sources[row.source],
        "line": row.line,
        "prompt": _shown(row.prompt),
        "reference": marked,
        "tuned": answer,
        "base": base,
        "scores": [_rounded(row.base_score), _rounded(row.tuned_score)],
        "cut": row.cut_off,
        "copied": _rounded(row.copied),
        "from": list(row.copied_from),
    }


def _shown(text: str) -> str:
    bounded = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " …"
    return visible(bounded)


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)


def href(source: str) -> str | None:
    """The file under data/raw, seen from data/report; None for a name that would lead elsewhere."""
    parts = source.split("/")
    if not source or any(part in ("", ".", "..") for part in parts):
        return None
    return "/".join(["../raw", *(quote(part, safe="", errors="replace") for part in parts)])
