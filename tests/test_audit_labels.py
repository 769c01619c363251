"""`tinh audit labels`: what the token files hold of a row, token by token."""

import json
import os

import pyarrow as pa
import pytest
from byte_tokenizer import byte_level, turns_tokenizer

from pipeline import cli
from pipeline.audit import labels
from pipeline.audit.labels import Piece
from stages import prompt, shards
from stages.prompt import IGNORE
from stages.shards import Shard
from stages.tokenize.params import Tokenize
from stages.tokenize.shard import PACKS, TOKENS_LEDGER, tokenised

MESSAGES = [{"role": "user", "content": "Gì?"}, {"role": "assistant", "content": "Có."}]


def pieces_of(text, learned):
    tokenizer = byte_level()
    ids = tokenizer.encode(text, add_special_tokens=False)
    marks = ids if learned else [IGNORE] * len(ids)
    return list(labels.pieces(tokenizer, ids, marks))


def test_the_bytes_of_a_letter_are_shown_together():
    assert [(p.text, len(p.ids)) for p in pieces_of("Gì?", True)] == [("G", 1), ("ì", 2), ("?", 1)]


def test_half_a_letter_at_a_border_is_shown_as_it_is():
    tokenizer = byte_level()
    ids = tokenizer.encode("ì", add_special_tokens=False)
    found = list(labels.pieces(tokenizer, ids, [IGNORE, ids[1]]))
    assert [(p.text, p.learned) for p in found] == [("\ufffd", False), ("\ufffd", True)]


def test_learned_text_is_green_on_a_terminal_and_bracketed_elsewhere():
    found = [Piece([1], "a\n", False), Piece([2], "b", True), Piece([3], "\x1b[2J", True)]
    assert labels.painted(found, colour=False) == "a⏎\n⟦b·\\x1b[2J⟧"
    assert labels.painted(found, colour=True) == ("\x1b[2ma⏎\n\x1b[0m\x1b[1;32mb·\\x1b[2J\x1b[0m")


def test_a_text_over_several_blocks_is_put_together():
    packs = [
        {"input_ids": [9, 1, 2], "labels": [9, IGNORE, 2], "position_ids": [0, 0, 1]},
        {"input_ids": [3, 4, 5], "labels": [IGNORE, 4, 5], "position_ids": [0, 1, 0]},
    ]
    table = pa.Table.from_pylist(packs, PACKS)
    assert list(labels.sequences(table, 0, 1, 4)) == [
        ("tokens", [1, 2, 3, 4], [IGNORE, 2, IGNORE, 4])
    ]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A row that went through all stages, and one that was held out for the test."""
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    (tmp_path / "params.yaml").write_text("{}\n")
    row = {
        "row_id": "ab" * 32, "kind": "chat", "messages": MESSAGES, "rejected": [], "group": "g",
        "task": "", "licence": "", "subject": None, "source": "a.jsonl", "offset": 0,
        "passage_start": 0, "passage_end": 0,
    }  # fmt: skip
    tokenizer = turns_tokenizer()
    tokenizer.save_pretrained(tmp_path / "data/base/tokenizer")
    chat = prompt.chat_of(tokenizer, template="turns", system="")
    found = tokenised(
        chat, [row], method="sft", split="train",
        tokenize=Tokenize(max_length=99, pack_length=99, pack=True),
    )  # fmt: skip
    shard = Shard("s", "a.jsonl", 7, 2)
    held = {k: row[k] for k in ("source", "subject")} | {"row_id": "cd" * 32, "offset": 1}
    kept = {k: row[k] for k in ("row_id", "source", "offset", "subject")}
    for folder, lines in {
        "rows": [{**kept, "fate": "kept"}, {**held, "fate": "kept"}],
        "clean": [{**kept, "fate": "kept"}, {**held, "fate": "kept"}],
        "splits": [
            {**kept, "fate": "kept", "reason": "train"},
            {**held, "fate": "kept", "reason": "test"},
        ],
        "tokens": found.lines,
    }.items():
        schema = TOKENS_LEDGER if folder == "tokens" else TOKENS_LEDGER.remove(10).remove(9)
        path = tmp_path / "data" / folder
        shards.write_index(path, [shard])
        shards.write_table(
            pa.Table.from_pylist(lines, schema), shards.table_path(path, "ledger", shard)
        )
    table = pa.Table.from_pylist(found.sequences, PACKS)
    arrow = tmp_path / "data/tokens/train/s.arrow"
    arrow.parent.mkdir()
    with pa.OSFile(str(arrow), "wb") as sink, pa.ipc.new_stream(sink, PACKS) as writer:
        writer.write_table(table)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_row_is_shown_token_by_token(project, capsys):
    assert cli.run(["audit", "labels", "--id", "abab"]) == 0
    assert capsys.readouterr().out == (
        "a.jsonl:7  kept\ntokens: 6 of 15 tokens are learned\n"
        "<s>·<|user|>· ·G·ì·?·<|end|>·<|assistant|>⟦ ·C·ó·.·</s>⟧\n"
    )


def test_as_json_every_token_has_its_id(project, capsys):
    assert cli.run(["audit", "labels", "--id", "ab" * 32, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    shown = row["sequences"]["tokens"]
    assert "".join(p["text"] for p in shown if p["learned"]) == " Có.</s>"
    tokenizer = turns_tokenizer()
    ids = [i for p in shown for i in p["ids"]]
    assert tokenizer.decode(ids) == "<s><|user|> Gì?<|end|><|assistant|> Có.</s>"
    assert (row["shard"], row["pack"], row["start"], row["tokens"]) == ("s", 0, 0, len(ids))


def test_a_row_that_was_held_out_says_where_to_ask(project, capsys):
    assert cli.run(["audit", "labels", "--id", "cd"]) == 1
    assert capsys.readouterr().err == (
        f"tinh: row {'cd' * 8} has no tokens: it was dropped or held out; "
        f"`tinh audit row --id {'cd' * 8}` says why\n"
    )


def test_no_such_row_is_one_line(project, capsys):
    assert cli.run(["audit", "labels", "--id", "ef"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert os.listdir(project)
