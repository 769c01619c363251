"""A pipeline in miniature for tests of what runs, proves and shows stages: real formats, no model.

Copied into a project as ``toy.py`` and run as ``python -m toy STAGE --flag path …``; attested by
the same witness as the real stages. A raw line is {"text": …}; "bad" makes ingest fail in order,
"crash" makes it fall over, and while a file ``hold`` lies in the project, ingest waits.
"""

import datetime
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import pyarrow as pa

from stages import processes, witness
from stages.params import read
from stages.rows import LEDGER, ROWS, ledger_table, row_id, rows_table
from stages.shards import Shard, read_tables, with_lines, write_index, write_table


def ingest(inp, out, params):
    """One shard a file; a line that is no JSON is rejected."""
    while Path("hold").exists():
        time.sleep(0.1)
    shards, rejected, total = [], 0, 0
    for path in sorted(inp["raw"].iterdir()):
        rows, ledger = [], []
        for offset, raw in enumerate(path.read_bytes().splitlines()):
            if b"crash" in raw:
                raise ValueError(f"line {offset + 1} fell over")
            if b"bad" in raw:
                sys.exit(f"ingest: {path}:{offset + 1}: bad; remove the line")
            place = {"source": path.name, "offset": offset}
            try:
                text = json.loads(raw)["text"]
            except ValueError:
                name = hashlib.sha256(raw).hexdigest()
                ledger.append(entry(place | {"row_id": name}, "rejected", "invalid_json"))
                continue
            messages = [
                {"role": "user", "content": text},
                {"role": "assistant", "content": text[::-1]},
            ]
            row = {"row_id": row_id(messages, []), "kind": "chat", "messages": messages}
            blank = {"rejected": [], "group": "", "task": "đảo", "licence": "", "subject": None}
            span = {"passage_start": 0, "passage_end": 0}
            rows.append(row | blank | span | place)
            ledger.append(entry(rows[-1], "kept", ""))
        name = hashlib.sha256(path.name.encode()).hexdigest()[:16]
        shards.append(Shard(name, path.name, 1, len(ledger)))
        write_table(rows_table(rows), out["rows"] / "rows" / f"{name}.parquet")
        write_table(ledger_table(ledger), out["rows"] / "ledger" / f"{name}.parquet")
        rejected, total = rejected + len(ledger) - len(rows), total + len(ledger)
    write_index(out["rows"], shards)
    figures = {"records": total, "rows": total - rejected, "rejected": rejected}
    write_json(out["metrics"], figures | {"by_reason": {"invalid_json": rejected}})


def clean(inp, out, params):
    """Drops what came before."""
    seen, shards, dropped, total = set(), [], 0, 0
    for shard, table in read_tables(inp["rows"], "rows"):
        ledger, kept = [], []
        for row in table.to_pylist():
            total += 1
            if row["row_id"] in seen:
                ledger.append(entry(row, "duplicate", "exact", row["row_id"]))
                dropped += 1
                continue
            seen.add(row["row_id"])
            kept.append(row)
            ledger.append(entry(row, "kept", ""))
        shards.append(shard)
        write_table(rows_table(kept), out["clean"] / "rows" / f"{shard.name}.parquet")
        write_table(ledger_table(ledger), out["clean"] / "ledger" / f"{shard.name}.parquet")
    write_index(out["clean"], shards)
    figures = {"rows_in": total, "rows_out": total - dropped, "by_reason": {"exact": dropped}}
    write_json(out["metrics"], figures)


def split(inp, out, params):
    """Every fourth line is for the test, the one before it for validation."""
    parts, shards = {"train": 0, "valid": 0, "test": 0}, []
    for shard, table in read_tables(inp["clean"], "rows"):
        ledger = []
        rows = with_lines(table, shard).to_pylist()
        for row in rows:
            part = {0: "test", 3: "valid"}.get(row["line"] % 4, "train")
            parts[part] += 1
            ledger.append(entry(row, "kept", part))
        for part in parts:
            chosen = [r for r, e in zip(rows, ledger, strict=True) if e["reason"] == part]
            if chosen:
                chosen = [{k: r[k] for k in ROWS.names} for r in chosen]
                write_table(rows_table(chosen), out["splits"] / part / f"{shard.name}.parquet")
        shards.append(shard)
        write_table(ledger_table(ledger), out["splits"] / "ledger" / f"{shard.name}.parquet")
    write_index(out["splits"], shards)
    write_json(out["metrics"], parts)


def tokenize(inp, out, params):
    """A pack a row."""
    schema = pa.schema(
        [*LEDGER, ("split", pa.string()), ("pack", pa.int64()), ("start", pa.int64())]
    )
    shards, total = [], 0
    ledgers = {}
    for part in ("train", "valid"):
        for shard, table in read_tables(inp["splits"], part):
            lines = ledgers.setdefault(shard, [])
            for pack, row in enumerate(table.to_pylist()):
                lines.append(entry(row, "kept", "") | {"split": part, "pack": pack, "start": 0})
                total += 1
    for shard, lines in ledgers.items():
        shards.append(shard)
        table = pa.Table.from_pylist(lines, schema=schema)
        write_table(table, out["tokens"] / "ledger" / f"{shard.name}.parquet")
    write_index(out["tokens"], shards)
    write_json(out["metrics"], {"rows": total, "tokens": 10 * total, "supervised_tokens": total})


def base(inp, out, params):
    """A text file."""
    out["base"].mkdir()
    (out["base"] / "weights.txt").write_text(params["model"]["name"], encoding="utf-8")


def train(inp, out, params):
    """The digest of the tokens, at rank r."""
    out["adapter"].mkdir()
    digest = witness.artifact(inp["tokens"]).dvc_md5
    (out["adapter"] / "adapter.txt").write_text(f"{digest} {params['train']['lora']['r']}\n")
    figures = {"loss_first": 4.0, "loss_last": 1.5, "eval_loss": 1.75, "tokens": 400}
    write_json(out["metrics"], figures | {"trainable_params": 1234, "trainable_fraction": 0.125})
    rows = [
        f"{step},{4 - step / 40},0.001,0.5,{1.75 if step == 100 else ''}" for step in range(1, 101)
    ]
    out["curve"].write_text(
        "\n".join(["step,loss,learning_rate,grad_norm,eval_loss", *rows]) + "\n"
    )


def merge(inp, out, params):
    """Base and adapter, one after the other."""
    out["merged"].mkdir()
    text = (inp["base"] / "weights.txt").read_text() + (inp["adapter"] / "adapter.txt").read_text()
    (out["merged"] / "model.txt").write_text(text)
    candidate = {"max_abs_logit_diff": 0.25, "mean_kl": 1e-9, "top1_agreement": 1.0}
    write_json(out["metrics"], {"full": candidate, "chosen": "full"})


def generate(inp, out, params):
    """The prompt in capitals; the model's bytes do not matter here."""
    rows = [r for _, t in read_tables(inp["splits"], "test") for r in t.to_pylist()]
    lines = [
        {
            "row_id": row["row_id"], "task": row["task"], "source": row["source"],
            "line": row["offset"] + 1, "prompt": row["messages"][0]["content"],
            "reference": row["messages"][1]["content"],
            "output": row["messages"][0]["content"].upper(),
        }
        for row in rows
    ]  # fmt: skip
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    out["predictions"].write_text(text, encoding="utf-8")


def evaluate(inp, out, params):
    """The same figures whatever the answers are."""

    def model(f1):
        score = {"precision": f1, "recall": f1, "f1": f1, "ci_low": f1 - 0.02, "ci_high": f1 + 0.02}
        names = ("rouge1", "rouge2", "rougeL", "rougeLsum")
        return {name: score for name in names} | {
            "exact_match": {"value": f1 / 2, "ci_low": 0.0, "ci_high": f1}
        }

    rows = len(inp["tuned"].read_text(encoding="utf-8").splitlines())
    figures = {"base": model(0.05), "tuned": model(0.8), "delta": model(0.75), "rows": rows}
    task = {"rows": rows, "base_rougeL": 0.05, "tuned_rougeL": 0.8, "tuned_exact_match": 0.4}
    more = {"tokenizer": "syllable", "signature": "toy", "by_task": {"đảo": task}}
    write_json(out["metrics"], figures | more)


def entry(row, fate, reason, detail=""):
    return {
        "row_id": row["row_id"], "source": row["source"], "offset": row["offset"],
        "fate": fate, "reason": reason, "detail": detail,
    }  # fmt: skip


def write_json(path, value):
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


FUNCTIONS = (ingest, clean, split, tokenize, base, train, merge, generate, evaluate)
WRITES = {
    "ingest": {"rows", "metrics"}, "clean": {"clean", "metrics"}, "split": {"splits", "metrics"},
    "tokenize": {"tokens", "metrics"}, "base": {"base"}, "train": {"adapter", "metrics", "curve"},
    "merge": {"merged", "metrics"}, "generate": {"predictions"}, "evaluate": {"metrics"},
}  # fmt: skip
SECTIONS = {"base": ["model"], "train": ["train"]}


def main(argv):
    processes.die_with_parent()
    stage = argv[0]
    room = stage.partition("@")[0]
    paths = {f.removeprefix("--"): Path(p) for f, p in zip(argv[1::2], argv[2::2], strict=True)}
    inp = {name: path for name, path in paths.items() if name not in WRITES[room]}
    out = {name: path for name, path in paths.items() if name in WRITES[room]}
    Path(".tinh").mkdir(exist_ok=True)
    with Path(".tinh/groups").open("a") as file:
        file.write(f"{stage} {os.environ.get('TINH_RUN_GROUP', '')}\n")
    params = {name: read(Path("params.yaml"))[name] for name in SECTIONS.get(room, [])}
    before = [witness.artifact(path) for path in (*inp.values(), Path("toy.py"))]
    for path in out.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    {function.__name__: function for function in FUNCTIONS}[room](inp, out, params)
    statement = witness.attestation(
        stage=stage,
        command=["python", "-m", "toy", *argv],
        inputs=before,
        outputs=[witness.artifact(path) for path in out.values()],
        params=params,
        versions={"pyarrow": "1.2.3"},
        grade="bitwise",
        hardware=witness.hardware(1, "cpu"),
        byproducts={"seconds": 2.0, "peak_memory_mib": 64.0, "wandb": None},
        started=now,
        finished=now,
    )
    witness.record(statement, stage)


if __name__ == "__main__":
    main(sys.argv[1:])
