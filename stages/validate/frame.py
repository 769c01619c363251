"""The table that is validated: one line for each cleaned row, measured, without its text.

=============  ==============================================================
``row_id``     the row's id; ``source`` and ``line`` say where it came from
``task``       its task, "" for none
``messages``   how many messages it has, a rejected answer counted
``chars``      characters of all of them
``vietnamese`` 1 if a letter stands in it that only Vietnamese has, else 0
``leak_NAME``  messages in which the pattern of that name is found
=============  ==============================================================
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

VIETNAMESE = "[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]"
LEAK = "leak_"


def measured(rows: pa.Table, patterns: Mapping[str, str]) -> pa.Table:
    """The measures of a shard's rows; ``rows`` has the column ``line``.

    Raises :class:`pyarrow.ArrowInvalid` for a pattern that is no RE2.
    """
    size = rows.num_rows
    contents, owners = [], []
    for column in ("messages", "rejected"):
        lists = rows[column].combine_chunks()
        contents.append(pc.struct_field(pc.list_flatten(lists), "content"))
        owners.append(pc.list_parent_indices(lists).to_numpy())
    texts, owner = pa.concat_arrays(contents), np.concatenate(owners)

    def total(values: pa.Array) -> pa.Array:
        counts = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return pa.array(np.bincount(owner, weights=counts, minlength=size).astype(np.int64))

    def found(pattern: str, ignore_case: bool) -> pa.Array:
        return total(pc.match_substring_regex(texts, pattern, ignore_case=ignore_case))

    ones = pa.array(np.ones(len(texts)))
    columns = {name: rows[name] for name in ("row_id", "source", "line", "task")}
    columns["messages"] = total(ones)
    columns["chars"] = total(pc.utf8_length(texts))
    columns["vietnamese"] = pc.min_element_wise(found(VIETNAMESE, True), 1)
    for name, pattern in patterns.items():
        columns[LEAK + name] = found(pattern, False)
    return pa.table(columns)
