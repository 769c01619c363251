"""One row as the model is trained on it: token by token, with what is learned of it.

::

    data/tokens/ledger    row → split, shard, pack, start, tokens
    data/tokens/train     shard, pack → ids and labels, as train reads them
    data/base/tokenizer   ids → text

What is shown is what the files hold, not what tokenize would make of the row today. A letter of
several tokens (bytes) is shown with the last of them, all marked alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.audit import row as rows
from stages.errors import InputError
from stages.prompt import IGNORE

TOKENIZER = Path("data/base/tokenizer")
LEARNED, CONTEXT, PLAIN = "\x1b[1;32m", "\x1b[2m", "\x1b[0m"  # ANSI: bold green, dim, off
MARKS = ("⟦", "⟧")
UNFINISHED = "\ufffd"  # what the bytes of half a letter decode to


@dataclass(frozen=True)
class Piece:
    """Consecutive tokens that make whole letters, and whether they are learned."""

    ids: list[int]
    text: str
    learned: bool


@dataclass(frozen=True)
class Labels:
    """A row's ledger line, and its sequences by name (``tokens``, ``chosen``, ``prompt`` …)."""

    line: dict[str, Any]
    sequences: dict[str, list[Piece]]


def of(row_id: str) -> list[Labels]:
    """The labels of each record that has this id (64 hex digits, or enough leading ones).

    Raises :class:`InputError` when no row has it, or none of its records reached tokenize.
    """
    places = rows.by_id(row_id)
    lines = [
        record.fates["tokenize"] for record in rows.fates(places) if "tokenize" in record.fates
    ]
    if not lines:
        raise InputError(
            f"row {places[0].row_id[:16]} has no tokens: it was dropped or held out; "
            f"`tinh audit row --id {places[0].row_id[:16]}` says why"
        )
    from transformers import AutoTokenizer

    if not TOKENIZER.is_dir():
        raise InputError(f"{TOKENIZER} does not exist; run `dvc repro`, or `dvc pull`")
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER, trust_remote_code=False)
    return [
        Labels(
            line,
            {name: list(pieces(tokenizer, ids, labels)) for name, ids, labels in _read(line)},
        )
        for line in lines
    ]


def _read(line: dict[str, Any]) -> Iterator[tuple[str, list[int], list[int]]]:
    """The row's sequences: name, ids, labels."""
    if line["pack"] < 0:
        return
    path = Path(rows.TOKENS) / line["split"] / f"{line['shard']}.arrow"
    if not path.is_file():
        raise InputError(f"{path} does not exist; run `dvc repro tokenize`")
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_stream(source).read_all()
        yield from sequences(table, line["pack"], line["start"], line["tokens"])


def sequences(
    table: pa.Table, pack: int, start: int, tokens: int
) -> Iterator[tuple[str, list[int], list[int]]]:
    """What a shard's table holds of the row whose tokens begin at ``start`` of row ``pack``."""
    if "prompt_ids" in table.column_names:
        ids = table["prompt_ids"][pack].as_py()
        yield "prompt", ids, [IGNORE] * len(ids)
    elif "chosen_ids" in table.column_names:
        for side in ("chosen", "rejected"):
            yield side, table[f"{side}_ids"][pack].as_py(), table[f"{side}_labels"][pack].as_py()
    else:
        ids, labels = [], []
        while len(ids) < tokens and pack < table.num_rows:  # a text may run over several blocks
            ids += table["input_ids"][pack].as_py()[start:]
            labels += table["labels"][pack].as_py()[start:]
            pack, start = pack + 1, 0
        yield "tokens", ids[:tokens], labels[:tokens]


def pieces(tokenizer: Any, ids: Sequence[int], labels: Sequence[int]) -> Iterator[Piece]:
    """Tokens with their text, those that share a letter or whose label is of a kind together."""
    begun: list[int] = []
    for position, (token, label) in enumerate(zip(ids, labels, strict=True)):
        begun.append(token)
        following = labels[position + 1] if position + 1 < len(labels) else None
        turns = following is None or (following == IGNORE) != (label == IGNORE)
        text = tokenizer.decode(begun)
        if turns or not text.endswith(UNFINISHED):
            yield Piece(begun, text, label != IGNORE)
            begun = []


def document(found: Sequence[Labels]) -> dict[str, Any]:
    """The answer as JSON."""
    return {
        "rows": [
            {
                **{k: v for k, v in labels.line.items() if k != "subject"},
                "sequences": {
                    name: [asdict(piece) for piece in pieces]
                    for name, pieces in labels.sequences.items()
                },
            }
            for labels in found
        ]
    }


def text(found: Sequence[Labels], *, colour: bool) -> str:
    """The answer for people: learned text in green on a terminal, between ⟦ and ⟧ elsewhere."""
    shown = []
    for labels in found:
        line = labels.line
        head = f"{line['source']}:{line['line']}  {line['fate']} {line['reason']} {line['detail']}"
        shown.append(head.rstrip())
        for name, found_pieces in labels.sequences.items():
            count = sum(len(piece.ids) for piece in found_pieces)
            learned = sum(len(piece.ids) for piece in found_pieces if piece.learned)
            shown.append(f"{name}: {learned} of {count} tokens are learned")
            shown.append(painted(found_pieces, colour=colour))
    return "\n".join(shown)


def painted(found: Sequence[Piece], *, colour: bool) -> str:
    """The text, token borders as ``·``, with what is learned marked."""
    parts: list[str] = []
    for learned, run in _runs(found):
        body = "·".join(printable(piece.text) for piece in run)
        if colour:
            parts.append(f"{LEARNED if learned else CONTEXT}{body}{PLAIN}")
        else:
            parts.append(f"{MARKS[0]}{body}{MARKS[1]}" if learned else body)
    return "".join(parts)


def _runs(found: Sequence[Piece]) -> Iterator[tuple[bool, list[Piece]]]:
    run: list[Piece] = []
    for piece in found:
        if run and run[-1].learned != piece.learned:
            yield run[-1].learned, run
            run = []
        run.append(piece)
    if run:
        yield run[-1].learned, run


def printable(text: str) -> str:
    """``text`` without characters that a terminal would obey; a line break shows and breaks."""
    return "".join(
        "⏎\n" if c == "\n" else c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in text
    )
