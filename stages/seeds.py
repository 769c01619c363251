"""One ``seed`` in params.yaml, named children derived from it.

Independent streams by name (``data``, ``adapter``, ``order``, ``bootstrap`` …), so that drawing
one more number for one purpose moves no other. SHA-256 of ``"{seed}:{name}"``, first 32 bits.
"""

import hashlib


def child(seed: int, name: str) -> int:
    """The seed of the stream ``name``: an integer in [0, 2**32)."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:4], "big")
