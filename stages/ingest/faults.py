"""Why a record, or a whole file, could not become a row.

========================  ======================================================================
reason                    meaning
========================  ======================================================================
``unknown_format``        the file as a whole: no reader for its extension
``outside``               the file as a whole: a symbolic link that leaves the data folder
``damaged``               the rest of a file: packed data or a table that breaks off
``invalid_utf8``          bytes that are neither UTF-8 nor a known encoding of Vietnamese
``invalid_json``          cut off, nested too deep, a key that stands twice, a lone surrogate
``invalid_csv``           fields that do not match the header, or a quote that does not close
``too_large``             longer than ``ingest.max_record_bytes``; or the rest of a packed file
                          that unpacks to more than ``ingest.max_unpacked_bytes``
``not_an_object``         JSON, but no object
``unknown_shape``         an object whose keys are none of the known shapes
``wrong_type``            a known shape with a number, null or list where text must be
``empty_record``          a known shape without any text; or a file without any record
``no_subject``            no name in the column that ``ingest.sources`` gives for the subject
``not_sampled``           left out by the ``weight`` of its source
``over_limit``            left out by the ``limit`` of its source
========================  ======================================================================
"""

from typing import NamedTuple

REASONS = (
    "unknown_format", "outside", "damaged", "invalid_utf8", "invalid_json", "invalid_csv",
    "too_large", "not_an_object", "unknown_shape", "wrong_type", "empty_record", "no_subject",
    "not_sampled", "over_limit",
)  # fmt: skip


class Fault(NamedTuple):
    """A reason code of :data:`REASONS` and what was found. ``detail`` holds no text of the row."""

    reason: str
    detail: str
