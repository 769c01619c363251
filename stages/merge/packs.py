"""The packs on which merged and trained model are compared."""

from pathlib import Path

import pyarrow as pa


def first_packs(folder: Path, count: int) -> list[dict[str, list[int]]]:
    """The first ``count`` packs of a split, shards in order of name (fewer if there are fewer)."""
    found: list[dict[str, list[int]]] = []
    for path in sorted(folder.glob("*.arrow")):
        with pa.OSFile(str(path), "rb") as source:
            found += pa.ipc.open_stream(source).read_all().slice(0, count).to_pylist()
        if len(found) >= count:
            break
    return found[:count]
