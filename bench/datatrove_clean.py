"""datatrove doing what clean does: JSONL → ftfy, PII → MinHash 14 x 8 over 5-grams → JSONL.

    PYTHON bench/datatrove_clean.py RAW OUT --workers 2

PYTHON has datatrove with what it needs (xxhash below 4, spacy), which Tinh's environment has not;
:mod:`bench.data_peers` starts this and reads what it prints: seconds of each step, the start of
this process and its imports left out. ``OUT/kept`` has the rows that are left.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.formatters import FTFYFormatter, PIIFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

BUCKETS = 14
CONFIG = MinhashConfig(n_grams=5, num_buckets=BUCKETS, hashes_per_bucket=8)


def as_document(reader: JsonlReader, data: dict, path: str, number: int | str) -> dict:
    """A row as one text; its id says file and line (from 0)."""
    text = "\n".join(data[key] for key in ("instruction", "input", "output") if key in data)
    return {"text": text, "id": f"{Path(path).name}/{number}", "metadata": {}}


def main() -> None:
    """Run the steps and print their seconds as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, required=True)
    asked = parser.parse_args()
    folder = {name: str(asked.out / name) for name in
              ("formatted", "signatures", "buckets", "remove", "kept")}  # fmt: skip
    files = len(list(asked.raw.glob("*.jsonl")))
    steps = {
        "format": (files, [
            JsonlReader(str(asked.raw), adapter=as_document), FTFYFormatter(), PIIFormatter(),
            JsonlWriter(folder["formatted"], compression=None),
        ]),
        "signatures": (files, [
            JsonlReader(folder["formatted"]),
            MinhashDedupSignature(folder["signatures"], config=CONFIG),
        ]),
        "buckets": (BUCKETS, [
            MinhashDedupBuckets(folder["signatures"], folder["buckets"], config=CONFIG)
        ]),
        "cluster": (1, [
            MinhashDedupCluster(folder["buckets"], folder["remove"], config=CONFIG)
        ]),
        "filter": (files, [
            JsonlReader(folder["formatted"]), MinhashDedupFilter(folder["remove"]),
            JsonlWriter(folder["kept"], compression=None),
        ]),
    }  # fmt: skip
    seconds = {}
    for name, (tasks, pipeline) in steps.items():
        started = time.perf_counter()
        logs = str(asked.out / "logs" / name)
        LocalPipelineExecutor(
            pipeline, tasks=tasks, workers=min(asked.workers, tasks), logging_dir=logs
        ).run()
        seconds[name] = round(time.perf_counter() - started, 2)
    sys.stdout.write(json.dumps(seconds) + "\n")


if __name__ == "__main__":
    main()
