"""tokenize: split rows → sequences of token ids with labels, and a ledger of where each row lies.

``data/tokens/train/SHARD.arrow`` (and ``valid/``) is readable by ``datasets.Dataset.from_file``;
what a row of it is depends on ``task.method`` (see ``stages/tokenize/shard.py``). Shards whose
rows, tokenizer and parameters are as before are recalled (:mod:`stages.memo`).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from stages import memo as memos
from stages.blob import Blob
from stages.contract import In, Out, Progress
from stages.errors import DataError
from stages.executor import mapped
from stages.memo import Keyed, Memo
from stages.params import Compute, Prompt, Task
from stages.shards import Shard, read_index, table_path, write_index, write_table
from stages.tokenize import step
from stages.tokenize.params import Tokenize
from stages.tokenize.shard import TOKENS_LEDGER, report

LIBRARIES = ("transformers", "tokenizers", "pyarrow", "numpy")
GRADE = "bitwise"
SPLITS = ("train", "valid")


@dataclass(frozen=True)
class Job:
    """A shard, with the paths of its rows by split, and where its tokens go."""

    shard: Shard
    rows: dict[str, Path]
    tokens: Path
    tokenizer: Keyed
    prompt: Prompt
    method: str
    tokenize: Tokenize
    units: int

    @property
    def weight(self) -> int:
        """Bytes that are read."""
        return sum(path.stat().st_size for path in self.rows.values())


def run(
    *, splits: In, tokenizer: In, tokens: Out, metrics: Out,
    prompt: Prompt, task: Task, tokenize: Tokenize, compute: Compute,
) -> Iterator[Progress]:  # fmt: skip
    """Tokenise and pack the train and valid splits, shard by shard.

    Raises :class:`~stages.errors.ModelError` when the tokenizer cannot render the template, and
    :class:`~stages.errors.DataError` when nothing is left to train on.
    """
    memo = memos.opened(LIBRARIES)
    keyed = Keyed(tokenizer.absolute(), digest_of(tokenizer))
    jobs = []
    for shard in read_index(splits):
        paths = {split: table_path(splits, split, shard).absolute() for split in SPLITS}
        rows = {split: path for split, path in paths.items() if path.is_file()}
        units = sum(pq.read_metadata(path).num_rows for path in rows.values())
        jobs.append(
            Job(shard, rows, tokens.absolute(), keyed, prompt, task.method, tokenize, units)
        )
    total = sum(job.units for job in jobs)
    found = yield from mapped(work, jobs, memo, compute, unit="rows", total=total)
    counts: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    for by_split in found:
        for split, figures in by_split.items():
            counts[split].update(figures)
    require_some(counts["train"], task.method)
    write_index(tokens, read_index(splits))
    metrics.write_text(json.dumps(report(counts), indent=2, sort_keys=True) + "\n")
    memos.trim(memo.folder, compute.shard_cache_gib)


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and the content of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{Blob.of_file(path).sha256}\n".encode())
    return digest.hexdigest()


def work(memo: Memo, job: Job) -> dict[str, dict[str, int]]:
    """Write a shard's sequences and ledger; gives its figures by split."""
    ledgers, counts = [], {}
    for split, path in job.rows.items():
        entry = memo(
            step.tokenise_rows,
            Blob.of_file(path),
            tokenizer=job.tokenizer,
            template=job.prompt.template,
            system=job.prompt.system,
            method=job.method,
            split=split,
            tokenize=job.tokenize,
        )
        ledgers.append(entry["ledger"])
        counts[split] = json.loads(entry["counts"].read())
        if "sequences" in entry:
            entry["sequences"].place(job.tokens / split / f"{job.shard.name}.arrow")
    path = table_path(job.tokens, "ledger", job.shard)
    if ledgers:
        memo(step.merge_ledgers, *ledgers)["ledger"].place(path)
    else:
        write_table(TOKENS_LEDGER.empty_table(), path)
    return counts


def require_some(train: Counter[str], method: str) -> None:
    """Raise :class:`DataError` when no row of the train split is left, with the reasons."""
    if train["rows"]:
        return
    reasons = {
        name.removeprefix("reason:"): n for name, n in train.items() if name.startswith("reason:")
    }
    said = ", ".join(f"{name} {n}" for name, n in sorted(reasons.items())) or "it has none"
    raise DataError(
        f"no row of the train split can be used by task.method {method}: {said}; "
        "choose another method, raise tokenize.max_length, or add rows"
    )
