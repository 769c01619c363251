"""A tiny training: base, tokenizer, packs and ledger on disk, in a moment, for tests of train.

Packs are written out here token by token, not by the code that makes them in the pipeline, so that
train's checks are tested against something else than their own source.
"""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from ruamel.yaml import YAML
from transformers import MistralConfig, MistralForCausalLM

from stages import params
from stages.base.build import train_tokenizer
from stages.rows import LEDGER

ROOT = Path(__file__).parent.parent
TURNS = [
    ("Thủ đô của Việt Nam là gì?", "Hà Nội."),
    ("Hai cộng ba bằng mấy?", "Năm."),
    ("Sông nào dài nhất miền Nam?", "Sông Mê Kông."),
    ("Phở có gì?", "Bánh phở, thịt bò và rau thơm."),
    ("Trời mưa thì mang gì?", "Mang ô hoặc áo mưa."),
    ("Chào bạn!", "Chào bạn, tôi giúp gì được?"),
    ("Một tuần có mấy ngày?", "Bảy ngày."),
    ("Mèo kêu thế nào?", "Meo meo."),
]
PACKS = pa.schema(
    [(name, pa.list_(pa.int32())) for name in ("input_ids", "labels", "position_ids")]
)
MASK = -100

torch.set_num_threads(1)  # tests run side by side: two threads each would wait for one another


def tokenizer():
    return train_tokenizer([text for turn in TURNS for text in turn] * 4, 400)


def encoded(loaded, question, answer):
    """``<s><|user|> q<|end|><|assistant|> a</s>`` and its labels."""

    def ids(text):
        return loaded.encode(text, add_special_tokens=False)

    asked = ids(f"<s><|user|> {question}<|end|><|assistant|>")
    said = ids(f" {answer}</s>")
    return asked + said, [MASK] * len(asked) + said


def pack(samples):
    """Samples (ids, labels) → one pack, each counting its positions from 0."""
    return {
        "input_ids": [x for ids, _ in samples for x in ids],
        "labels": [x for _, labels in samples for x in labels],
        "position_ids": [i for ids, _ in samples for i in range(len(ids))],
    }


def write_tokens(folder, loaded, packs=8):
    """``packs`` packs of two rows for train, two for valid, in one shard, with their ledger."""
    lines = []
    for split, count in (("train", packs), ("valid", 2)):
        made = []
        for number in range(count):
            turns = [TURNS[(2 * number + i) % len(TURNS)] for i in range(2)]
            samples = [encoded(loaded, q, a) for q, a in turns]
            made.append(pack(samples))
            for i, start in enumerate((0, len(samples[0][0]))):
                lines.append(
                    {
                        "row_id": f"{split}{number}{i}", "source": "a", "offset": len(lines),
                        "fate": "kept", "reason": "", "detail": "", "split": split,
                        "pack": number, "start": start,
                    }
                )  # fmt: skip
        write_packs(folder / split / "s0.arrow", made)
    write_ledger(folder, lines)


def write_packs(path, packs):
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(packs, PACKS)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, PACKS) as writer:
        writer.write_table(table)


def read_packs(path):
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_stream(source).read_all().to_pylist()


def write_ledger(folder, lines):
    schema = pa.schema(
        [*LEDGER, ("split", pa.string()), ("pack", pa.int64()), ("start", pa.int64())]
    )
    whole = [{name: line.get(name) for name in schema.names} for line in lines]
    (folder / "ledger").mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(whole, schema), folder / "ledger/s0.parquet")


def write_base(folder, loaded, hidden=64):
    torch.manual_seed(0)
    model = MistralForCausalLM(
        MistralConfig(
            vocab_size=len(loaded), hidden_size=hidden, intermediate_size=2 * hidden,
            num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2,
            sliding_window=None, bos_token_id=loaded.bos_token_id,
            eos_token_id=loaded.eos_token_id, pad_token_id=loaded.pad_token_id,
        )
    )  # fmt: skip
    model.save_pretrained(folder / "model")
    loaded.save_pretrained(folder / "tokenizer")


def make(folder, packs=8):
    """``data/base``, ``data/tokens`` and ``data/init`` under ``folder``."""
    loaded = tokenizer()
    write_base(folder / "data/base", loaded)
    write_tokens(folder / "data/tokens", loaded, packs)
    (folder / "data/init").mkdir()
    (folder / "data/init/README.md").write_text("empty\n")


def merged(value, changes):
    """A mapping with some of its keys changed, nested ones too."""
    out = dict(value)
    for key, change in changes.items():
        out[key] = merged(value[key], change) if isinstance(change, dict) else change
    return out


def document(**sections):
    """The micro profile as a plain mapping, with changes by section."""
    return merged(params.read(ROOT / "profiles/micro.yaml"), sections)


def checked(**sections):
    """The checked sections of the micro profile, with changes."""
    return params.check(document(**sections), params.schemas(), Path("params.yaml"))


def train_params(**changes):
    return checked(train=changes)["train"]


def make_project(folder, packs=8, **sections):
    """A folder in which ``python -m stages train`` runs: params, code and inputs."""
    make(folder, packs)
    shutil.copytree(ROOT / "stages", folder / "stages", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / ".dvcignore", folder)
    tracking = {"mode": "off"} | sections.pop("tracking", {})
    with (folder / "params.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(document(tracking=tracking, **sections), file)
