"""``tokenize`` and ``clean`` against peers on the same generated rows (:mod:`bench.rows`).

    python -m bench.data_peers [--rows 20000] [--workers 2] [--only tokenize,clean]
                               [--datatrove PYTHON] [--tokenizer data/base/tokenizer]

Everything runs on ``--workers`` processes or threads. Left out is the start of this process and of
datatrove's; worker processes that a side starts on its way count.

``tokenize``, seconds, and times the bare tokenizer:

==================  ===========================================================================
``bare``            ``encode_batch_fast`` of the rendered rows, 1,000 at a time, nothing kept
``tinh``            the stage: Parquet → template, labels, packing, ledger → Arrow, cold
``datasets``        ``map`` with the chat template, nothing packed, no labels
``trl``             what ``SFTTrainer`` does before it trains: template, labels, packing
==================  ===========================================================================

``clean``, seconds, and how many times faster Tinh is; of the planted duplicates (two in 200 rows,
one of them changed in a word) ``recall``, the share that is gone, and ``precision``, the share of
planted ones among the rows that were dropped as repetitions:

==================  ===========================================================================
``tinh``            the stage: Parquet → all rules, filters, near duplicates → Parquet, cold
``tinh_ingest``     what ingest takes before it: JSONL → Parquet
``datatrove``       ``bench/datatrove_clean.py``, where ``--datatrove`` names its interpreter
==================  ===========================================================================
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bench import rows
from bench.data import ROOT, TOKENIZER, inside, say, train_tokenizer
from stages import params
from stages.params import Compute
from stages.shards import read_index, read_tables, table_path, with_lines, write_index

BATCH = 1000
PLANTED = (100, 150)  # rows of a block that repeat row 0
REPEATED = ("duplicate", "near_duplicate")
Settings = dict[str, Any]


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def run(stage: Any, **arguments: Any) -> float:
    """Seconds of a data stage; its outs are made beside those of the others in this folder."""
    Path("metrics").mkdir(exist_ok=True)
    return timed(lambda: list(stage.run(**arguments)))


def ingest(settings: Settings, compute: Compute) -> float:
    """data/raw → data/rows."""
    from stages.ingest import stage

    Path("tombstones.jsonl").touch()
    return run(stage, raw=Path("data/raw"), tombstones=Path("tombstones.jsonl"),
               rows=Path("data/rows"), metrics=Path("metrics/ingest.json"),
               ingest=settings["ingest"], compute=compute)  # fmt: skip


def clean(settings: Settings, compute: Compute) -> float:
    """data/rows → data/clean."""
    from stages.clean import stage

    Path("data/eval").mkdir(exist_ok=True)
    return run(stage, rows=Path("data/rows"), eval=Path("data/eval"),
               clean_rows=Path("data/clean"), metrics=Path("metrics/clean.json"),
               clean=settings["clean"], compute=compute)  # fmt: skip


def tokenize(settings: Settings, compute: Compute, tokenizer: Path) -> float:
    """data/rows, all of them as the train split → data/tokens."""
    from stages.tokenize import stage

    index = read_index(Path("data/rows"))
    for shard in index:
        target = table_path(Path("data/splits"), "train", shard)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(table_path(Path("data/rows"), "rows", shard), target)
    write_index(Path("data/splits"), index)
    return run(stage, splits=Path("data/splits"), tokenizer=tokenizer,
               tokens=Path("data/tokens"), metrics=Path("metrics/tokenize.json"),
               prompt=settings["prompt"], task=settings["task"],
               tokenize=settings["tokenize"], compute=compute)  # fmt: skip


def conversations() -> Iterator[list[dict[str, str]]]:
    """The messages of every row."""
    for _, table in read_tables(Path("data/rows"), "rows", ["messages"]):
        yield from table["messages"].to_pylist()


def against_tokenizers(
    settings: Settings, compute: Compute, tokenizer: Path, chosen: list[str]
) -> dict[str, Any]:
    """Seconds of each, and times the bare tokenizer."""
    from transformers import AutoTokenizer

    from stages.prompt import TURNS, chat_of, render

    loaded = AutoTokenizer.from_pretrained(tokenizer)
    chat = chat_of(loaded, template="turns", system="")
    texts = [render(chat, messages, generation=False) for messages in conversations()]
    backend = loaded.backend_tokenizer
    loaded.chat_template = TURNS

    def bare() -> None:
        for start in range(0, len(texts), BATCH):
            backend.encode_batch_fast(texts[start : start + BATCH], add_special_tokens=False)

    bare()  # threads are there, words that come again are known
    ways: dict[str, Callable[[], float]] = {
        "bare": lambda: timed(bare),
        "tinh": lambda: tokenize(settings, compute, tokenizer),
        "datasets": lambda: mapped_by_datasets(loaded, compute.workers),
        "trl": lambda: prepared_by_trl(loaded, settings["tokenize"].pack_length, compute.workers),
    }
    seconds = {name: round(ways[name](), 2) for name in ways if name in chosen}
    ratios = {name: round(taken / seconds["bare"], 2) for name, taken in seconds.items()}
    return {"rows": len(texts), "seconds": seconds, "times_bare": ratios}


def dataset() -> Any:
    """The conversations, as ``datasets`` has them."""
    from datasets import Dataset

    return Dataset.from_dict({"messages": list(conversations())})


def mapped_by_datasets(loaded: Any, workers: int) -> float:
    """``map`` with the chat template over batches."""
    given = dataset()

    def tokens(batch: dict[str, Any]) -> Any:
        return loaded.apply_chat_template(batch["messages"], tokenize=True, return_dict=True)

    return timed(lambda: given.map(tokens, batched=True, num_proc=workers,
                                   remove_columns=["messages"]))  # fmt: skip


def prepared_by_trl(loaded: Any, length: int, workers: int) -> float:
    """The preparation of a supervised dataset, prompt and completion apart, packed."""
    from transformers import MistralConfig, MistralForCausalLM
    from trl import SFTConfig, SFTTrainer

    given = dataset().map(
        lambda row: {"prompt": row["messages"][:-1], "completion": row["messages"][-1:]},
        remove_columns=["messages"],
    )
    model = MistralForCausalLM(
        MistralConfig(vocab_size=len(loaded), hidden_size=32, intermediate_size=32,
                      num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1)
    )  # fmt: skip
    settings = SFTConfig(
        output_dir="trl", max_length=length, packing=True, packing_strategy="bfd",
        dataset_num_proc=workers, report_to="none", use_cpu=True, bf16=False,
    )  # fmt: skip
    loaded.pad_token = loaded.pad_token or loaded.eos_token
    return timed(lambda: SFTTrainer(model, settings, train_dataset=given, processing_class=loaded))


def against_datatrove(
    settings: Settings, compute: Compute, ingested: float, interpreter: Path | None
) -> dict[str, Any]:
    """Seconds of each, how many times faster Tinh is, and what they found."""
    count = sum(1 for _ in conversations())
    seconds: dict[str, Any] = {
        "tinh_ingest": round(ingested, 2), "tinh": round(clean(settings, compute), 2),
    }  # fmt: skip
    gone, repeated = dropped_by_tinh()
    found: dict[str, Any] = {"tinh": scored(gone, repeated, count)}
    result = {"rows": count, "seconds": seconds, "duplicates": found}
    if interpreter:
        command = [interpreter, ROOT / "bench/datatrove_clean.py", "data/raw", "datatrove",
                   "--workers", str(compute.workers)]  # fmt: skip
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        seconds["datatrove_steps"] = json.loads(said.splitlines()[-1])
        peer = round(sum(seconds["datatrove_steps"].values()), 2)
        seconds["datatrove"] = peer
        result["times_faster"] = round(peer / seconds["tinh"], 2)
        result["times_faster_with_ingest"] = round(peer / (seconds["tinh"] + ingested), 2)
        gone = dropped_by_datatrove(count)
        found["datatrove"] = scored(gone, gone, count)
    return result


def dropped_by_tinh() -> tuple[set[int], set[int]]:
    """The rows (number in the order of generation) that clean drops, and those among them that it
    drops as repetitions."""
    gone, repeated = set(), set()
    for shard, ledger in read_tables(Path("data/clean"), "ledger"):
        for line in with_lines(ledger, shard).to_pylist():
            row = number(line["source"], line["line"] - 1)
            if line["fate"] != "kept":
                gone.add(row)
            if line["fate"] in REPEATED:
                repeated.add(row)
    return gone, repeated


def dropped_by_datatrove(count: int) -> set[int]:
    """The rows that are not among those that it kept."""
    left = set()
    for path in Path("datatrove/kept").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            file, _, at = json.loads(line)["id"].rpartition("/")
            left.add(number(file, int(at)))
    return set(range(count)) - left


def number(file: str, line: int) -> int:
    """Which row stands in a line (from 0) of a file: they were dealt out in turn."""
    return line * rows.FILES + int(Path(file).stem)


def scored(gone: set[int], repeated: set[int], count: int) -> dict[str, Any]:
    """Recall of the planted duplicates, and precision."""
    planted = {n for n in range(count) if n % rows.BLOCK in PLANTED}
    return {"dropped": len(repeated), "planted": len(planted),
            "recall": round(len(gone & planted) / max(1, len(planted)), 4),
            "precision": round(len(repeated & planted) / max(1, len(repeated)), 4)}  # fmt: skip


def results(asked: argparse.Namespace, tokenizer: Path) -> Iterable[dict[str, Any]]:
    """The comparisons, one after the other, in the current folder."""
    settings = params.load(ROOT / "params.yaml")
    compute = settings["compute"].model_copy(update={"workers": asked.workers})
    rows.write(Path("data/raw"), asked.rows)
    ingested = ingest(settings, compute)
    if "tokenize" in asked.only:
        chosen = asked.tokenizers.split(",")
        yield {"tokenize": against_tokenizers(settings, compute, tokenizer, chosen)}
    if "clean" in asked.only:
        yield {"clean": against_datatrove(settings, compute, ingested, asked.datatrove)}


def main() -> None:
    """Measure and print JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="tokenize,clean")
    parser.add_argument("--tokenizers", default="bare,tinh,datasets,trl")
    parser.add_argument("--datatrove", type=Path, help="a Python that has datatrove")
    parser.add_argument("--tokenizer", type=Path, default=ROOT / TOKENIZER)
    asked = parser.parse_args()
    os.environ["RAYON_NUM_THREADS"] = str(asked.workers)
    os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
    if asked.datatrove:
        asked.datatrove = asked.datatrove.absolute()
    with tempfile.TemporaryDirectory() as temporary:
        tokenizer = asked.tokenizer.absolute()
        if not tokenizer.is_dir():
            tokenizer = train_tokenizer(Path(temporary) / "tokenizer")
        with inside(Path(temporary)):
            for result in results(asked, tokenizer):
                say(result)


if __name__ == "__main__":
    sys.exit(main())
