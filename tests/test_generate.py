"""Decoding: what is asked, in which order, how answers end, and that a killed run goes on."""

import json
import os
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
import tiny_model
import torch
from data_sections import compute
from pydantic import ValidationError
from transformers import AutoTokenizer, Qwen3NextConfig

from stages import rows as schema
from stages import shards
from stages.errors import DataError, ModelError
from stages.generate import decode, losses, parts, stage
from stages.generate.decode import Decoding, Task
from stages.generate.params import Generate
from stages.generate.parts import Answer
from stages.params import Prompt
from stages.prompt import chat_of


@pytest.fixture(autouse=True)
def one_thread():
    """Two threads on so small a model only wait for each other."""
    torch.set_num_threads(1)


GENERATE = Generate(
    decoding="greedy", temperature=0.7, top_k=0, top_p=1.0, stop_tokens=[], max_new_tokens=6,
    max_length=64, batch=2, max_rows=0,
)  # fmt: skip
GREEDY = Decoding(GENERATE, (2,), 0)
PROMPTS = [[1, 40, 41, 42, 43], [1, 50], [1, 60, 61, 62], [1, 70, 71, 72, 73, 74, 75]]


def changed(**values):
    return GENERATE.model_copy(update=values)


def task(prompt, reference=(9, 2)):
    return Task(list(prompt), list(reference), 0)


def test_longest_prompts_come_first_and_ties_keep_their_order():
    tasks = [task([1] * n) for n in (3, 7, 3, 5, 7)]
    assert decode.batch_order(tasks, 2) == [[1, 4], [3, 0], [2]]


def test_a_long_prompt_keeps_bos_and_its_end_and_the_reference_what_is_left():
    settings = changed(max_new_tokens=3, max_length=8)
    found = decode.fitted([1, 11, 12, 13, 14, 15, 16, 17], [20, 21, 22, 23, 2], settings)
    assert found == Task([1, 14, 15, 16, 17], [20, 21, 22], 3)
    assert decode.fitted([1, 11], [20, 2], settings) == Task([1, 11], [20, 2], 0)


def test_an_answer_ends_at_the_first_token_that_stops_it():
    assert decode.ended([5, 6, 3, 2, 0], (2, 3)) == ([5, 6], "stop")
    assert decode.ended([5, 6], (2, 3)) == ([5, 6], "length")
    assert decode.ended([2, 5], (2,)) == ([], "stop")


def turns(tokenizer):
    return chat_of(tokenizer, template="turns", system="")


def test_stop_tokens_are_looked_up_and_must_be_tokens():
    tokenizer, model = tiny_model.tokenizer(), tiny_model.model()
    found = decode.decoding(turns(tokenizer), model, changed(stop_tokens=["<|end|>", "</s>"]))
    assert found.stop == (2, tokenizer.convert_tokens_to_ids("<|end|>"))
    with pytest.raises(ModelError, match="'hết', which is no single token"):
        decode.decoding(turns(tokenizer), model, changed(stop_tokens=["hết"]))


def test_more_positions_than_the_model_has_are_refused():
    with pytest.raises(ModelError, match="max_length is 512, but the model has 256 positions"):
        decode.decoding(turns(tiny_model.tokenizer()), tiny_model.model(), changed(max_length=512))


def test_a_length_without_room_for_a_prompt_is_refused():
    with pytest.raises(ValidationError, match="leaves no room for a prompt"):
        Generate.model_validate({**GENERATE.model_dump(), "max_length": 7})


def test_a_batch_answers_as_each_row_alone_does():
    model = tiny_model.model()
    together = decode.generated(model, PROMPTS, GREEDY, seed=0)
    for prompt, ids in zip(PROMPTS, together, strict=True):
        (alone,) = decode.generated(model, [prompt], GREEDY, seed=0)
        assert decode.ended(ids, (2,)) == decode.ended(alone, (2,))


def test_settings_that_the_base_brings_along_do_not_count():
    model = tiny_model.model()
    plain = decode.generated(model, PROMPTS, GREEDY, seed=0)
    model.generation_config.update(
        repetition_penalty=9.0, no_repeat_ngram_size=1, min_new_tokens=5, do_sample=True,
        temperature=9.0, suppress_tokens=[ids[0] for ids in plain],
    )  # fmt: skip
    assert decode.generated(model, PROMPTS, GREEDY, seed=0) == plain


def test_sampling_follows_its_seed():
    model = tiny_model.model()
    chosen = Decoding(changed(decoding="sampling", temperature=1.5), (2,), 0)
    first = decode.generated(model, PROMPTS, chosen, seed=3)
    assert decode.generated(model, PROMPTS, chosen, seed=3) == first
    assert decode.generated(model, PROMPTS, chosen, seed=4) != first


def test_a_batch_ends_with_its_last_row():
    """Nothing is generated beyond the longest answer of the batch."""
    model = tiny_model.model()
    (ids,) = decode.generated(model, PROMPTS[:1], GREEDY, seed=0)
    found = decode.generated(model, PROMPTS[:1], Decoding(GENERATE, (ids[1],), 0), seed=0)
    assert found == [ids[: ids.index(ids[1]) + 1]]


def test_rows_that_have_ended_leave_their_batch(monkeypatch):
    """Each row stops at a token of its own; what is computed shrinks, and answers stay the same."""
    model = tiny_model.model()
    settings = GENERATE.model_copy(update={"max_new_tokens": 12})
    plain = decode.generated(model, PROMPTS, Decoding(settings, (2,), 0), seed=0)
    stop = tuple({2, plain[0][1], plain[1][3], plain[2][5]})
    chosen = Decoding(settings, stop, 0)
    alone = [decode.generated(model, [prompt], chosen, seed=0)[0] for prompt in PROMPTS]
    sizes = []
    generate = model.generate
    monkeypatch.setattr(model, "generate", lambda **k: sizes.append(len(k["input_ids"]))
                        or generate(**k))  # fmt: skip
    together = decode.generated(model, PROMPTS, chosen, seed=0)
    assert [decode.ended(ids, stop) for ids in together] == [
        decode.ended(ids, stop) for ids in alone
    ]
    assert sizes[0] == 4
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 1
    monkeypatch.setattr(decode, "rows_can_leave", lambda model: False)
    sizes.clear()
    whole = decode.generated(model, PROMPTS, chosen, seed=0)
    assert sizes == [4]
    assert [decode.ended(ids, stop) for ids in whole] == [decode.ended(ids, stop) for ids in alone]


def test_rows_leave_only_a_cache_of_keys_and_values():
    assert decode.rows_can_leave(tiny_model.model())
    recurrent = Qwen3NextConfig(num_hidden_layers=2, layer_types=["linear_attention"] * 2)
    assert not decode.rows_can_leave(SimpleNamespace(config=recurrent))


def test_losses_are_those_of_each_row_alone_without_padding(monkeypatch):
    model = tiny_model.model()
    tasks = [task(p, r) for p, r in zip(PROMPTS, ([9, 2], [8, 7, 6, 2], [2], [5, 2]), strict=True)]
    expected = []
    for one in tasks:
        ids = torch.tensor([one.prompt + one.reference])
        with torch.no_grad():
            logits = model(ids).logits[0, len(one.prompt) - 1 : -1]
        expected.append(
            float(torch.nn.functional.cross_entropy(logits, torch.tensor(one.reference)))
        )
    assert losses.reference_losses(model, tasks, 0) == pytest.approx(expected, abs=1e-5)
    monkeypatch.setattr(losses, "LOGITS", 320 * 6)
    assert losses.reference_losses(model, tasks, 0) == pytest.approx(expected, abs=1e-5)


def test_losses_hold_a_bounded_number_of_logits():
    tasks = [task([1], [9] * n) for n in (1, 3, 2, 20, 1)]
    groups = [[len(t.reference) for t in group] for group in losses.within(tasks, 8)]
    assert groups == [[1, 3], [2], [20], [1]]


def test_answered_batches_are_read_back_exactly(tmp_path):
    answers = [Answer([3, 4], "stop", 0.1 + 0.2), Answer([], "length", 1e-17)]
    parts.write(tmp_path / "a", 7, ["x", "y"], answers)
    assert parts.read(tmp_path / "a", 7, ["x", "y"]) == answers


@pytest.mark.parametrize("damage", ["", "{", '{"row_ids": ["x"], "answers": [{}]}', "[]"])
def test_a_damaged_batch_or_one_of_other_rows_counts_as_none(tmp_path, damage):
    parts.write(tmp_path, 0, ["x"], [Answer([3], "stop", 1.0)])
    assert parts.read(tmp_path, 0, ["z"]) is None
    assert parts.read(tmp_path, 1, ["x"]) is None
    next(tmp_path.iterdir()).write_text(damage)
    assert parts.read(tmp_path, 0, ["x"]) is None


def row(prompt, answer, *more):
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    messages += [{"role": "user", "content": text} for text in more]
    return {
        "row_id": schema.row_id(messages, []), "kind": "chat", "messages": messages,
        "rejected": [], "group": "", "task": "hỏi", "licence": "", "subject": None,
        "source": "a.jsonl", "passage_start": 0, "passage_end": 0,
    }  # fmt: skip


ROWS = [
    row("Cầu dài bao nhiêu?", "48 mét\u2028hoặc hơn 🚲"),
    row("Ai trồng xoài?", "Ông Hòa", "Còn gì nữa?"),  # ends in a question: nothing to score
    row("Tôi nói <|end|> đó", "Giả mạo"),  # forges a control token
    row("Xây năm nào? " * 20, "1997"),
    row("Có?", ""),
]


@pytest.fixture
def project(tmp_path):
    """A test split and a model."""
    shard = shards.Shard("s", "a.jsonl", 100, len(ROWS))
    table = schema.rows_table([{**r, "offset": at} for at, r in enumerate(ROWS)])
    shards.write_table(table, shards.table_path(tmp_path / "splits", "test", shard))
    shards.write_index(tmp_path / "splits", [shard])
    tiny_model.save(tmp_path / "merged")
    return tmp_path


def events(project, generate=GENERATE):
    return stage.run(
        splits=project / "splits", model=project / "merged", tokenizer=project / "merged",
        predictions=project / "tuned.jsonl", parts=project / "parts", generate=generate,
        prompt=Prompt(template="turns", system=""), seed=1,
        compute=compute(),
    )  # fmt: skip


def test_each_prediction_has_what_was_asked_answered_and_counted(project):
    list(events(project))
    text = (project / "tuned.jsonl").read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.split("\n")[:-1]]
    assert [(r["row_id"], r["line"]) for r in found] == [
        (ROWS[i]["row_id"], 100 + i) for i in (0, 3, 4)
    ]
    assert [r["batch"] for r in found] == [0, 0, 1]  # the longest prompts first
    assert found[0]["reference"] == "48 mét\u2028hoặc hơn 🚲"
    assert found[0]["prompt"] == "Cầu dài bao nhiêu?"
    assert found[2]["reference_tokens"] == len(
        AutoTokenizer.from_pretrained(project / "merged").encode(" </s>", add_special_tokens=False)
    )
    cut = found[1]
    assert cut["prompt_tokens"] == GENERATE.max_length - GENERATE.max_new_tokens
    assert cut["prompt_cut"] > 0
    assert (found[0]["prompt_cut"], found[0]["task"], found[0]["source"]) == (0, "hỏi", "a.jsonl")
    for one in found:
        assert one["finish_reason"] in ("stop", "length")
        assert (one["output_tokens"] == 6) or one["finish_reason"] == "stop"
        assert one["reference_loss"] > 0


def test_no_more_rows_are_answered_than_asked_for(project):
    list(events(project, changed(max_rows=2)))
    assert len((project / "tuned.jsonl").read_text(encoding="utf-8").split("\n")) == 3


def test_a_split_that_cannot_be_scored_is_one_line(project):
    (project / "splits/test/s.parquet").unlink()
    with pytest.raises(DataError, match="has an answer to compare with"):
        list(events(project))


@pytest.mark.parametrize("decoding", ["greedy", "sampling"])
def test_a_run_that_stopped_half_way_goes_on_with_the_same_bytes(project, monkeypatch, decoding):
    settings = changed(decoding=decoding, batch=1)
    list(events(project, settings))
    whole = (project / "tuned.jsonl").read_bytes()
    for path in (project / "parts").iterdir():
        path.unlink()
    (project / "tuned.jsonl").unlink()
    stopped = events(project, settings)
    next(stopped)
    stopped.close()
    assert [p.name for p in (project / "parts").iterdir()] == ["batch-000000.json"]
    calls = []
    answered = stage.answered
    monkeypatch.setattr(stage, "answered", lambda *a: calls.append(a) or answered(*a))
    list(events(project, settings))
    assert (project / "tuned.jsonl").read_bytes() == whole
    assert len(calls) == 2


KILLED = """\
import os, signal, sys
from stages import __main__ as runner
from stages.generate import parts
write = parts.write
def once(folder, number, *rest):
    write(folder, number, *rest)
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
parts.write = once
runner.main(sys.argv[1:])
"""


@pytest.mark.slow
def test_a_killed_stage_goes_on_from_its_parts_and_clears_them(project_copy):
    project, command = project_copy
    done = subprocess.run([sys.executable, "-c", KILLED, *command], cwd=project)
    assert done.returncode == -signal.SIGKILL
    kept = sorted(p.name for p in (project / ".tinh/scratch/generate@tuned").rglob("*.json"))
    assert kept == ["batch-000000.json", "batch-000001.json"]
    before = (project / "data/predictions/tuned.jsonl").read_bytes()
    subprocess.run([sys.executable, "-m", "stages", *command], cwd=project, check=True)
    assert (project / "data/predictions/tuned.jsonl").read_bytes() == before
    assert not (project / ".tinh/scratch/generate@tuned").exists()
    assert not os.path.exists(project / "data/predictions/tuned.jsonl.partial")


@pytest.fixture
def project_copy(finished, tmp_path):
    """A finished project, and the words that run its ``generate@tuned``."""
    shutil.copytree(finished, tmp_path / "copy", symlinks=True)
    command = [
        "generate@tuned", "--splits", "data/splits", "--model", "data/merged", "--tokenizer",
        "data/merged", "--predictions", "data/predictions/tuned.jsonl",
    ]  # fmt: skip
    return tmp_path / "copy", command
