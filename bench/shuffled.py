"""How much of a finished project's lift comes from knowing which answer belongs to which prompt.

    python -m bench.shuffled [PROJECT]

Copies the project, deals the training rows' answers out again among all training prompts (seeded),
trains, merges, answers and scores as before, and prints both lifts: ROUGE-L F1 of tuned minus base
on the same test rows. Form, vocabulary and length of the answers stay; what is lost is what was
learned from the prompts.
"""

import json
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import dag

AGAIN = ("tokenize", "train", "merge", "generate@tuned", "evaluate")
COPIED = ("data", "stages", "params.yaml", "metrics")


def shuffled(rows: Sequence[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The rows with the last message's content dealt out among those that end with an answer."""
    answered = [i for i, row in enumerate(rows) if row["messages"] and ends_with_answer(row)]
    dealt = answered.copy()
    random.Random(seed).shuffle(dealt)
    found = [dict(row) for row in rows]
    for to, source in zip(answered, dealt, strict=True):
        answer = rows[source]["messages"][-1]
        found[to]["messages"] = [*rows[to]["messages"][:-1], answer]
    return found


def ends_with_answer(row: dict[str, Any]) -> bool:
    """Whether the assistant speaks last."""
    return bool(row["messages"][-1]["role"] == "assistant")


def shuffle_split(folder: Path, seed: int) -> int:
    """Shuffle the answers of all rows under ``folder`` in place; returns their number."""
    paths = sorted(folder.glob("*.parquet"))
    tables = [pq.read_table(path) for path in paths]
    rows = shuffled([row for table in tables for row in table.to_pylist()], seed)
    start = 0
    for path, table in zip(paths, tables, strict=True):
        part = rows[start : start + table.num_rows]
        pq.write_table(pa.Table.from_pylist(part, schema=table.schema), path)
        start += table.num_rows
    return len(rows)


def lift(project: Path) -> float:
    """ROUGE-L F1 of tuned minus base."""
    metrics = json.loads((project / "metrics/evaluate.json").read_text(encoding="utf-8"))
    return float(metrics["tuned"]["rougeL"]["f1"] - metrics["base"]["rougeL"]["f1"])


def control(project: Path, folder: Path, seed: int = 0) -> dict[str, float]:
    """Both lifts; ``folder`` (empty) becomes the project with the shuffled answers."""
    commands = {stage.name: stage.cmd for stage in dag.load(project)}
    for name in COPIED:
        copy = shutil.copytree if (project / name).is_dir() else shutil.copy
        copy(project / name, folder / name)
    rows = shuffle_split(folder / "data/splits/train", seed)
    for name in AGAIN:
        argv = shlex.split(commands[name].removeprefix("exec python"))
        subprocess.run([sys.executable, *argv], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return {"rows": rows, "lift": lift(project), "lift_shuffled": lift(folder)}


def main() -> None:
    """Measure and print one JSON document."""
    project = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(control(project, Path(folder))) + "\n")


if __name__ == "__main__":
    main()
