"""Which split a row belongs to: a function of its group's hash alone.

    0 ──── test ────┬──── valid ────┬──────────── train ────────────── 1
               test_share   + valid_share

So a row keeps its split whatever rows come or go, and rows of one passage stay together.
"""

import hashlib

TRAIN, VALID, TEST = "train", "valid", "test"
SPLITS = (TRAIN, VALID, TEST)


def place(group: str) -> float:
    """A group's place in [0, 1): SHA-256 of its name, the first 53 bits.

    Hashed once more than the group is, so that it is independent of where shards are cut.
    """
    digest = hashlib.sha256(f"split:{group}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def split_of(group: str, test_share: float, valid_share: float) -> str:
    """``train``, ``valid`` or ``test``."""
    at = place(group)
    if at < test_share:
        return TEST
    return VALID if at < test_share + valid_share else TRAIN
