"""Two splits must share no group and no content; what was counted on is checked here.

Splitting by group and dropping rows near the test rows leaves no overlap by construction, unless
rows reach the split that cleaning should have merged. Then training stops, with both rows named.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from stages.errors import DataError
from stages.near import Keys, first_equal
from stages.rows import Message
from stages.split.assign import TRAIN
from stages.text import fold


def group_digest(group: str) -> bytes:
    """128 bits over a group's name."""
    return hashlib.sha256(group.encode()).digest()[:16]


def content_digest(messages: Sequence[Message]) -> bytes:
    """128 bits over a conversation with NFC, case and white space folded."""
    digest = hashlib.sha256()
    for message in messages:
        digest.update(f"{message['role']}\x00{fold(message['content'])}\x00".encode())
    return digest.digest()[:16]


def overlapping(keys: Keys, splits: npt.NDArray[np.uint8]) -> tuple[int, int] | None:
    """The first row (rows,) that has the key of an earlier row of another split, and the first row
    of that key; None if there is no such row."""
    first = first_equal(keys)
    astray = np.flatnonzero(splits != splits[first])
    return (int(astray[0]), int(first[astray[0]])) if len(astray) else None


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
