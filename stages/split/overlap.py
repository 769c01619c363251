"""Two splits must share no group and no content; what was counted on is checked here.

Splitting by group and dropping rows near the test rows leaves no overlap by construction, unless
rows reach the split that cleaning should have merged. Then training stops, with both rows named.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stages.errors import DataError
from stages.rows import Message
from stages.split.assign import TRAIN
from stages.text import fold


@dataclass(frozen=True)
class Holder:
    """The row that first brought something into a split."""

    split: str
    where: str


def content_digest(messages: Sequence[Message]) -> bytes:
    """128 bits over a conversation with NFC, case and white space folded."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(f"{message['role']}\x00{fold(message['content'])}\x00".encode())
    return digest.digest()[:16]


class Overlap:
    """Remembers which split each group and each content went to; 32 bytes and two entries a row."""

    def __init__(self) -> None:
        self._groups: dict[bytes, Holder] = {}
        self._contents: dict[bytes, Holder] = {}

    def add(self, split: str, group: str, messages: Sequence[Message], where: str) -> None:
        """Note a row (``where`` = file:line). Raises :class:`DataError` if it stands elsewhere."""
        holder = Holder(split, where)
        _note(self._groups, hashlib.sha256(group.encode()).digest()[:16], holder, "group")
        _note(self._contents, content_digest(messages), holder, "content")


def _note(held: dict[bytes, Holder], key: bytes, holder: Holder, what: str) -> None:
    first = held.setdefault(key, holder)
    if first.split != holder.split:
        raise DataError(
            f"{holder.where} ({holder.split}) has the {what} of {first.where} ({first.split}); "
            "two splits must share no row: run clean again, or remove one of them"
        )


def require_none_empty(counts: Mapping[str, int], shares: Mapping[str, float]) -> None:
    """Raise :class:`DataError` for a split without rows, naming the share that it was to get."""
    total = sum(counts.values())
    for split, share in shares.items():
        if counts.get(split):
            continue
        remedy = f"raise split.{split}_share" if split != TRAIN else "lower the other shares"
        raise DataError(
            f"split {split!r} would be empty: its share is {share:g} of {total} rows; "
            f"add rows to data/raw, or {remedy}"
        )
