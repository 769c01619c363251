"""Time and memory of what looks at all rows at once: clean's duplicates, split's test rows.

    python -m bench.signatures [--rows 1000000] [--folder DIR]

Only the signatures are made, not the rows: random ones of the size that rows of 88 syllables (500
bytes) have, in shards of 10,000. One row in a hundred nearly repeats a row of the shard before it,
and another one repeats it word for word. Then the real passes run over them, each in a process of
its own. Prints one JSON line each: ``seconds``, and ``bytes_a_row``, what the pass adds at its peak
to the resident set, divided by the rows.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from stages import memo as memos
from stages.clean.survivors import Survivors
from stages.memo import Entry
from stages.near import KEY
from stages.signatures import Signatures
from stages.split import near_test, overlap
from stages.split.near_test import Near

SHARD, SYLLABLES, BANDS, REPEATS = 10_000, 88, 30, 100
CLEAN = {"bands": 24, "ngram": 5, "threshold": 0.8}
NEAR = Near(threshold=0.6, ngram=5, bands=BANDS, band_rows=4, answer_words=8)
TEST_SHARE = 0.12
Array = np.ndarray[Any, Any]


def shard(number: int, before: dict[str, Array] | None) -> dict[str, Array]:
    """The signatures of one shard; its first rows are those of the one before."""
    draw = np.random.default_rng([5, number])
    full = np.iinfo(np.uint64).max
    made: dict[str, Array] = {
        "ids": draw.integers(256, size=(SHARD, 32), dtype=np.uint8),
        "keys": draw.integers(256, size=(SHARD, 16), dtype=np.uint8),
        "group": draw.integers(full, size=SHARD, dtype=np.uint64),
        "bands": draw.integers(1, full, size=(BANDS, SHARD), dtype=np.uint64),
        "syllables": draw.integers(1 << 32, size=(SHARD, SYLLABLES), dtype=np.uint32),
        "starts": np.arange(SHARD + 1, dtype=np.int64) * SYLLABLES,
        "spans": np.tile(np.array([0, 30, 30, 30, 30, SYLLABLES], np.int32), (SHARD, 1)),
    }
    if before is not None:
        some = SHARD // REPEATS
        made["bands"][:, :some] = before["bands"][:, -some:]
        made["syllables"][:some] = before["syllables"][-some:]
        made["keys"][some : 2 * some] = before["keys"][-some:]
    return made


def entries(folder: Path, rows: int) -> list[Entry]:
    """The signatures of ``rows`` rows as entries of a shard cache in ``folder``."""
    found = []
    before = None
    for number in range(rows // SHARD):
        path = folder / str(number)
        made = shard(number, before)
        if not path.is_file():
            memos.write(path, [(name, part.tobytes()) for name, part in made.items()])
        entry = memos.recalled(path)
        if entry is None:
            raise OSError(f"{path} cannot be read back")
        found.append(entry)
        before = made
    return found


def exact(made: list[Entry]) -> int:
    """Exact duplicates."""
    return len(_survivors(made).exact())


def near(made: list[Entry]) -> int:
    """Near duplicates."""
    return len(_survivors(made).near(**CLEAN))


def _survivors(made: list[Entry]) -> Survivors:
    return Survivors(made, [np.zeros(SHARD, bool)] * len(made))


def near_a_test_row(made: list[Entry]) -> int:
    """Rows of train that nearly repeat a test row."""
    rows = Signatures(made)
    return len(near_test.near(rows, _test(rows), NEAR))


def overlaps(made: list[Entry]) -> int:
    """Whether a row of train has the content of a test row: 1, as some have."""
    rows = Signatures(made)
    found = overlap.overlapping(rows.column("keys", KEY), _test(rows).astype(np.uint8))
    return int(found is not None)


def _test(rows: Signatures) -> Array:
    return np.random.default_rng(9).random(int(rows.ends[-1])) < TEST_SHARE


PASSES: dict[str, Callable[[list[Entry]], int]] = {
    "clean: exact duplicates": exact,
    "clean: near duplicates": near,
    "split: near a test row": near_a_test_row,
    "split: overlap": overlaps,
}


def measured(name: str, made: list[Entry]) -> dict[str, Any]:
    """A pass with its seconds and its peak above what was resident before."""
    rows = len(made) * SHARD
    before, started = status("VmRSS"), time.monotonic()
    found = PASSES[name](made)
    seconds, peak = time.monotonic() - started, status("VmHWM")
    return {
        "pass": name, "rows": rows, "found": found, "seconds": round(seconds, 2),
        "bytes_a_row": round((peak - before) / rows), "peak_mib": round(peak / 2**20),
    }  # fmt: skip


def status(field: str) -> int:
    """A field of this process's status, bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def main() -> None:
    """Measure and print JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    rows = asked.rows // SHARD * SHARD
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        made = entries(folder, rows)
        size = sum(path.stat().st_size for path in folder.iterdir())
        say({"signatures": "on disk", "rows": rows, "bytes_a_row": round(size / rows)})
        spawned = get_context("spawn")
        for name in PASSES:
            with ProcessPoolExecutor(1, mp_context=spawned) as process:
                say(process.submit(measured, name, made).result())


def say(result: dict[str, Any]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
