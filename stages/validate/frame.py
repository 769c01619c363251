"""The table that is validated: one line for each cleaned row, measured, without its text.

=============  ==============================================================
``row_id``     the row's id; ``source`` and ``offset`` say where it came from
``task``       its task, "" for none
``kind``       chat, preference or text
``roles``      messages with a role that the schema does not know
``nulls``      messages without a role or a content
``messages``   how many messages it has, a rejected answer counted
``chars``      characters of all of them
``vietnamese`` 1 if a letter stands in it that only Vietnamese has, else 0
``leak_NAME``  messages in which the pattern of that name is found; ``mark_NAME`` likewise
=============  ==============================================================
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.rows import ROLES, TEXT
from stages.tables import parquet_bytes, parquet_table

VIETNAMESE = "[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]"
LEAK, MARK = "leak_", "mark_"


def measure(rows: bytes, *, patterns: Mapping[str, str]) -> dict[str, bytes]:
    """``measures``: those of a shard's rows, called through the shard cache."""
    return {"measures": parquet_bytes(measured(parquet_table(rows), patterns))}


def measured(rows: pa.Table, patterns: Mapping[str, str]) -> pa.Table:
    """The measures of a shard's rows. ``patterns``: column → RE2.

    Raises :class:`pyarrow.ArrowInvalid` for a pattern that is no RE2.
    """
    size = rows.num_rows
    contents, roles, owners = [], [], []
    for column in ("messages", "rejected"):
        lists = rows[column].combine_chunks()
        messages = pc.list_flatten(lists)
        contents.append(pc.struct_field(messages, "content"))
        roles.append(pc.struct_field(messages, "role"))
        owners.append(pc.list_parent_indices(lists).to_numpy())
    texts, owner = pa.concat_arrays(contents), np.concatenate(owners)
    role = pa.concat_arrays(roles)

    def total(values: pa.Array) -> pa.Array:
        counts = pc.fill_null(values.cast(pa.float64()), 0).to_numpy(zero_copy_only=False)
        return pa.array(np.bincount(owner, weights=counts, minlength=size).astype(np.int32))

    def found(pattern: str, ignore_case: bool) -> pa.Array:
        return total(pc.match_substring_regex(texts, pattern, ignore_case=ignore_case))

    ones = pa.array(np.ones(len(texts)))
    columns = {name: rows[name] for name in ("row_id", "offset")}
    for name in ("source", "task", "kind"):  # few values, many rows
        columns[name] = pc.dictionary_encode(rows[name])
    columns["messages"] = total(ones)
    columns["roles"] = total(pc.invert(pc.is_in(role, pa.array([*ROLES, TEXT]))))
    columns["nulls"] = total(pc.or_(pc.is_null(role), pc.is_null(texts)))
    columns["chars"] = total(pc.utf8_length(texts))
    columns["vietnamese"] = pc.min_element_wise(found(VIETNAMESE, True), 1)
    for name, pattern in patterns.items():
        columns[name] = found(pattern, False)
    return pa.table(columns)
