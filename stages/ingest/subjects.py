"""Data subjects: whose data a row is, as a keyed hash (HMAC-SHA256, RFC 2104).

A plain hash of an e-mail address or a customer number is undone by trying them all; a keyed one is
not, while the key is kept apart. The key is in the environment (``TINH_SUBJECT_KEY``) or in
``subject.key``, which git ignores; only its fingerprint stands in ``params.yaml``, so that another
key is refused instead of giving other hashes. No key and no name of a subject is ever written.
"""

import hashlib
import hmac
import os
from pathlib import Path

from stages.errors import ParamsError
from stages.text import nfc

VARIABLE = "TINH_SUBJECT_KEY"
FILE = Path("subject.key")
SHORTEST = 32  # characters; shorter keys could be found from the fingerprint by trying
FINGERPRINT_DIGITS = 16


def fingerprint(key: bytes) -> str:
    """16 hex digits that tell keys apart and do not give them away."""
    digest = hmac.new(key, b"tinh subject key", hashlib.sha256).hexdigest()
    return digest[:FINGERPRINT_DIGITS]


def subject_of(key: bytes, name: str) -> str:
    """The keyed hash (64 hex digits) of a data subject's name; ends and Unicode form do not count.

    >>> subject_of(b"k" * 32, " lan@example.vn") == subject_of(b"k" * 32, "lan@example.vn")
    True
    """
    return hmac.new(key, nfc(name).strip().encode(), hashlib.sha256).hexdigest()


def find_key() -> bytes | None:
    """The key from the environment or the file, None where there is none.

    Raises :class:`ParamsError` for one that is too short.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text and FILE.is_file():
        text = FILE.read_text(encoding="utf-8").strip()
    if text and len(text) < SHORTEST:
        raise ParamsError(
            f"the subject key has {len(text)} characters, at least {SHORTEST} are needed; "
            "`tinh subject-key --write` makes one"
        )
    return text.encode() or None


def require_key(declared: str) -> bytes:
    """The key with that fingerprint. Raises :class:`ParamsError` for none, and for another."""
    key = find_key()
    if key is None:
        raise ParamsError(
            f"ingest.sources names a subject, but there is no key in {VARIABLE} or {FILE}; "
            "put it there, or make one with `tinh subject-key --write`"
        )
    if fingerprint(key) != declared:
        raise ParamsError(
            f"ingest.subject_key is {declared!r}, the key's fingerprint is {fingerprint(key)!r}; "
            "use the key that was declared (with another, all hashes change)"
        )
    return key
