"""The checks before the first step: each broken once, and seen to stop the run."""

import pyarrow.parquet as pq
import pytest
import tiny_training
import torch
from tiny_training import MASK

from stages.errors import DataError
from stages.prompt import chat_of
from stages.train import adapter, checks
from stages.train.batches import read_split

SECTIONS = tiny_training.checked()
PROMPT, TASK = SECTIONS["prompt"], SECTIONS["task"]


@pytest.fixture
def tokens(tmp_path):
    tiny_training.make(tmp_path, packs=3)
    return tmp_path / "data/tokens"


def check(tokens):
    checks.require_assistants_labels(tokens, tokens.parent / "base/tokenizer", PROMPT, TASK)


def change(tokens, split="train", **columns):
    """Rewrite one pack (``pack``) of the split by a function of each column."""
    path = tokens / split / "s0.arrow"
    packs = tiny_training.read_packs(path)
    for name, function in columns.items():
        packs[1][name] = function(list(packs[1][name]), packs[1])
    tiny_training.write_packs(path, packs)


def test_labels_that_are_the_assistants_pass(tokens):
    check(tokens)


def with_prompt(labels, pack):
    """The token before the first answer, supervised."""
    first = next(i for i, label in enumerate(labels) if label != MASK)
    labels[first - 1] = pack["input_ids"][first - 1]
    return labels


def without_end(labels, pack):
    """The end of the last answer, not supervised."""
    labels[-1] = MASK
    return labels


def without_answer(labels, pack):
    """The last sample's answer, all but its last token, not supervised."""
    start = max(i for i, position in enumerate(pack["position_ids"]) if position == 0)
    return labels[:start] + [MASK] * (len(labels) - start - 1) + labels[-1:]


def shifted(labels, pack):
    """Each label one place too early."""
    return [*labels[1:], MASK]


def first_token(labels, pack):
    labels[0] = pack["input_ids"][0]
    return labels


def nothing(labels, pack):
    return [MASK] * len(labels)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (with_prompt, "what precedes an answer is supervised|does not end where an answer"),
        (without_end, "the answer's end is not supervised"),
        (without_answer, "does not end where an answer begins"),
        (shifted, "a label is not the token at its place"),
        (first_token, "its first token is supervised"),
        (nothing, "no token is supervised"),
    ],
)
@pytest.mark.parametrize("split", ["train", "valid"])
def test_labels_that_are_not_the_assistants_stop_the_run(tokens, split, broken, fault):
    change(tokens, split, labels=broken)
    with pytest.raises(DataError, match=fault) as caught:
        check(tokens)
    assert f"row {split}1" in str(caught.value)


def test_a_sample_that_the_ledger_does_not_know_stops_the_run(tokens):
    change(tokens, position_ids=lambda p, _: [*p[:3], *range(len(p) - 3)])
    with pytest.raises(DataError, match="pack 1 has a sample at token"):
        check(tokens)


def test_a_row_that_is_in_no_pack_stops_the_run(tokens):
    lines = pq.read_table(tokens / "ledger/s0.parquet").to_pylist()
    lines.append({**lines[0], "row_id": "lost", "pack": 9})
    tiny_training.write_ledger(tokens, lines)
    with pytest.raises(DataError, match="row lost is not where the ledger says"):
        check(tokens)


def fault(loaded, text_and_flags, fate="kept"):
    ids, labels = [], []
    for text, supervised in text_and_flags:
        more = loaded.encode(text, add_special_tokens=False)
        ids += more
        labels += more if supervised else [MASK] * len(more)
    sample = checks.Sample(ids, labels, fate, "r")
    markers = checks.markers_of(chat_of(loaded, template="turns", system=""))
    return checks.fault_of_text(loaded, sample, markers, plain=False)


TWO_TURNS = [
    ("<s><|user|> Chào<|end|><|assistant|>", False), (" Chào bạn</s>", True),
    ("<|user|> Nữa<|end|><|assistant|>", False), (" Được</s>", True),
]  # fmt: skip


def test_every_answer_of_a_conversation_counts():
    loaded = tiny_training.tokenizer()
    assert fault(loaded, TWO_TURNS) == ""
    first_unlearned = [(text, number == 3) for number, (text, _) in enumerate(TWO_TURNS)]
    assert fault(loaded, first_unlearned) == "an answer of the assistant is not supervised"
    all_learned = [(text, number > 0) for number, (text, _) in enumerate(TWO_TURNS)]
    assert "what precedes an answer is supervised" in fault(loaded, all_learned)


def test_a_truncated_row_may_lose_its_ends_only():
    loaded = tiny_training.tokenizer()
    cut = [("<s>", False), *TWO_TURNS[1:3], (" Được", True)]
    assert fault(loaded, cut, "truncated") == ""
    assert "the answer's end is not supervised" in fault(loaded, cut[1:], "kept")


def test_plain_text_is_supervised_but_for_its_first_token():
    loaded = tiny_training.tokenizer()
    assert fault(loaded, [("<s>", False), ("Phở có bánh.</s>", True)]) == ""
    part = [("<s>", False), ("Phở có", False), (" bánh.</s>", True)]
    assert "tokens of it are not supervised" in fault(loaded, part)


def test_markers_are_what_the_template_puts_around_answers():
    loaded = tiny_training.tokenizer()
    chatml = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    loaded.chat_template = chatml
    found = checks.markers_of(chat_of(loaded, template="tokenizer", system=""))
    assert found == checks.Markers(
        before="<|im_end|><|im_start|>assistant",
        after="<|im_end|>",
        asks="<|im_start|>user",
        eos="</s>",
        keeps_turns=True,
    )


def test_a_greeting_that_answers_nothing_is_context():
    loaded = tiny_training.tokenizer()
    greeting = (
        "<s><|system|> Vui<|end|><|assistant|> Chào</s><|user|> Gì<|end|><|assistant|>",
        False,
    )
    assert fault(loaded, [greeting, (" Được</s>", True)]) == ""


@pytest.fixture
def model_and_split(tokens):
    train = tiny_training.train_params()
    model = adapter.load(tokens.parent / "base/model", train, "cpu", 1)
    return model, read_split(tokens, "train"), train


def test_packs_whose_samples_are_apart_pass(model_and_split):
    model, split, train = model_and_split
    checks.require_isolation(model, split, train, TASK)
    apart, leaked = checks.differences(model, split.take([0])[0])
    assert apart < 1e-5 < 1e-3 < leaked


def test_samples_that_see_each_other_stop_the_run(model_and_split, monkeypatch):
    """As with an attention mask beside the position ids, or without position ids."""
    model, split, train = model_and_split
    decoder = type(model.get_base_model().get_decoder())
    forward = decoder.forward

    def leaking(self, *args, position_ids=None, **kwargs):
        ones = torch.ones_like(kwargs["input_ids"])
        return forward(self, *args, position_ids=position_ids, attention_mask=ones, **kwargs)

    monkeypatch.setattr(decoder, "forward", leaking)
    with pytest.raises(DataError, match="packed samples see each other"):
        checks.require_isolation(model, split, train, TASK)
    half = train.model_copy(update={"compute_dtype": "bfloat16"})
    with pytest.raises(DataError, match="packed samples see each other"):
        checks.require_isolation(model, split, half, TASK)


def test_in_bfloat16_packs_whose_samples_are_apart_pass(tokens):
    train = tiny_training.train_params(compute_dtype="bfloat16")
    model = adapter.load(tokens.parent / "base/model", train, "cpu", 1)
    checks.require_isolation(model, read_split(tokens, "train"), train, TASK)


def test_a_text_that_runs_on_into_the_next_block_is_its_own_row_s(tmp_path):
    packs = [
        {"input_ids": [1, 7, 8, 1], "labels": [MASK, 7, 8, MASK], "position_ids": [0, 1, 2, 0]},
        {"input_ids": [9, 5], "labels": [MASK, 5], "position_ids": [0, 1]},
    ]
    tiny_training.write_packs(tmp_path / "train/s0.arrow", packs)
    line = {"source": "a", "fate": "kept", "reason": "", "detail": "", "split": "train", "pack": 0}
    tiny_training.write_ledger(
        tmp_path,
        [
            {**line, "row_id": "a", "offset": 0, "start": 0},
            {**line, "row_id": "b", "offset": 1, "start": 3},
        ],
    )
    found = list(checks.samples(tmp_path, "train", runs_on=True))
    assert [(list(s.ids), s.row_id) for s in found] == [([1, 7, 8], "a"), ([9, 5], "b")]
    with pytest.raises(DataError, match="pack 1 has a sample at token 0 that the ledger does not"):
        list(checks.samples(tmp_path, "train", runs_on=False))
