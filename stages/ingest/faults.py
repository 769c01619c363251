"""Why a record, or a whole file, could not become a row.

========================  ======================================================================
reason                    meaning
========================  ======================================================================
``unknown_format``        the file as a whole: no reader for its extension, or it is damaged
``outside``               the file as a whole: a symbolic link that leaves the data folder
``invalid_utf8``          bytes that are no UTF-8 in a file that otherwise is
``invalid_json``          cut off, nested too deep, a key that stands twice, a lone surrogate
``invalid_csv``           fields that do not match the header, or a quote that does not close
``too_large``             longer than ``ingest.max_record_bytes``
``not_an_object``         JSON, but no object
``unknown_shape``         an object whose keys are none of the known shapes
``wrong_type``            a known shape with a number, null or list where text must be
``empty_record``          a known shape without any text; or a file without any record
========================  ======================================================================
"""

from dataclasses import dataclass

REASONS = (
    "unknown_format", "outside", "invalid_utf8", "invalid_json", "invalid_csv", "too_large",
    "not_an_object", "unknown_shape", "wrong_type", "empty_record",
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A reason code of :data:`REASONS` and what was found. ``detail`` holds no text of the row."""

    reason: str
    detail: str
