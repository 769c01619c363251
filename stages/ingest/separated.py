"""Record reader for CSV and TSV: one record a line, or more where a quoted field goes on."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from stages.ingest.encoding import Prevailing, restored
from stages.ingest.faults import Fault
from stages.ingest.lines import Line
from stages.ingest.records import Record

DELIMITERS = ",;\t|"  # of a CSV; the comma if there is one, else the most frequent of the others


def separated(
    lines: Iterable[Line], *, tabs: bool, names: Sequence[str], prior: Prevailing, limit: int
) -> Iterator[Record]:
    """CSV, or TSV where ``tabs``; ``names`` are the columns' where there is no header line.

    A record's line is where it begins. A quote that never closes would swallow the rest of the
    file: its line alone is a fault, and reading goes on with the next. A TSV line whose quotes do
    not close is taken without quoting, as TSV is often written.
    """
    source = iter(lines)
    first = next(source, None)
    if first is None:
        return
    delimiter = "\t" if tabs else delimiter_of(first.text)
    waiting = deque[Line]() if declares_delimiter(first.text) else deque([first])
    header = list(names)
    with field_limit(limit):
        while line := _take(waiting, source):
            fields, used = _parse(line, waiting, source, delimiter, limit)
            raw = b"\n".join(line.raw for line in used) if len(used) > 1 else line.raw
            broken = any(line.broken for line in used)
            if isinstance(fields, Fault):
                yield Record(line.number, raw, fields, digest=line.digest)
                if not header:
                    return
            elif not header:
                found = _header(fields, broken, prior)
                if isinstance(found, Fault):
                    yield Record(line.number, raw, found)
                    return
                header = found
            elif fields:
                yield Record(line.number, raw, _named(header, fields), broken)


def declares_delimiter(text: str) -> bool:
    """Whether a first line only declares what separates fields, as Excel's ``sep=;``."""
    return len(text) == len("sep=;") and text.lower().startswith("sep=")


def delimiter_of(first: str) -> str:
    """What separates the fields of a CSV, from its first line."""
    if declares_delimiter(first):
        return first[-1]
    if "," in first:
        return ","
    return max(DELIMITERS, key=first.count)


def _header(fields: list[str], broken: bool, prior: Prevailing) -> list[str] | Fault:
    """The names of the columns, as they were meant."""
    value, _ = restored(fields, broken=broken, prior=prior)
    if isinstance(value, Fault):
        return value
    names = [name.strip() for name in cast(list[str], value)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return Fault("invalid_csv", f"the header names a column twice: {', '.join(twice)}"[:200])
    return names


def _named(header: list[str], fields: list[str]) -> object:
    if len(fields) != len(header):
        return Fault("invalid_csv", f"{len(fields)} fields under a header of {len(header)}")
    return dict(zip(header, fields, strict=True))


def _take(waiting: deque[Line], source: Iterator[Line]) -> Line | None:
    return waiting.popleft() if waiting else next(source, None)


def _parse(
    first: Line, waiting: deque[Line], source: Iterator[Line], delimiter: str, limit: int
) -> tuple[list[str] | Fault, list[Line]]:
    """Fields of the record that begins on ``first``, and the lines it took.

    On a fault the record is its first line; the others go back to ``waiting``.
    """
    if first.fault:
        return first.fault, [first]
    if '"' not in first.text and "\r" not in first.text:
        return (first.text.split(delimiter) if first.text else []), [first]
    used: list[Line] = []

    def feed() -> Iterator[str]:
        line: Line | None = first
        size = 0
        while line is not None:
            used.append(line)
            size += len(line.raw)
            if line.fault or size > limit:
                raise csv.Error(f"a record of over {limit} bytes; is a quote left open?")
            yield line.text + "\n"
            line = _take(waiting, source)

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True)), used
    except csv.Error as error:
        waiting.extendleft(reversed(used[1:]))
        if delimiter == "\t":
            return first.text.split("\t"), [first]
        return Fault("invalid_csv", str(error)), [first]


@contextmanager
def field_limit(limit: int) -> Iterator[None]:
    """The csv module's limit of a field is one of the process: set it, and put it back."""
    before = csv.field_size_limit(limit)
    try:
        yield
    finally:
        csv.field_size_limit(before)
