"""What tokenize makes of a shard's rows, by every method; each row has a fate."""

import pyarrow as pa
import pytest
from byte_tokenizer import byte_level, turns_tokenizer
from data_sections import run_stage

from stages import prompt, shards
from stages import rows as schema
from stages.errors import DataError
from stages.params import Prompt, Task
from stages.prompt import IGNORE
from stages.shards import Shard
from stages.tokenize import stage
from stages.tokenize.packing import Place, blocks
from stages.tokenize.params import Tokenize
from stages.tokenize.shard import report, tokenised

LENGTHS = Tokenize(max_length=200, pack_length=200, pack=True)
QUESTION = {"role": "user", "content": "Hỏi?"}
ANSWER = {"role": "assistant", "content": "Đáp."}
OTHER = {"role": "assistant", "content": "Sai."}


def row(kind, messages, rejected=(), number=0):
    return {
        "row_id": f"{number:064x}", "kind": kind, "messages": list(messages),
        "rejected": list(rejected), "group": f"{number:064x}", "task": "", "licence": "",
        "subject": None, "source": "a.jsonl", "offset": number, "passage_start": 0,
        "passage_end": 0,
    }  # fmt: skip


CHAT = row("chat", [QUESTION, ANSWER, QUESTION, ANSWER])
PAIR = row("preference", [QUESTION, ANSWER], [OTHER], 1)
TEXT = row("text", [{"role": "text", "content": "Một câu."}], number=2)
ROWS = [CHAT, PAIR, TEXT]


@pytest.fixture(scope="module")
def chat():
    return prompt.chat_of(turns_tokenizer(), template="turns", system="")


def of(chat, rows, method, lengths=LENGTHS):
    return tokenised(chat, rows, method=method, split="train", tokenize=lengths)


def fates(found):
    return [(line["fate"], line["reason"], line["detail"]) for line in found.lines]


def learned(chat, ids, labels):
    return chat.tokenizer.decode([i for i, x in zip(ids, labels, strict=True) if x != IGNORE])


def text(chat, ids):
    return chat.tokenizer.decode(ids)


def test_sft_learns_the_answers_of_chats_the_chosen_one_of_pairs_and_whole_texts(chat):
    found = of(chat, ROWS, "sft")
    assert fates(found) == [("kept", "", "")] * 3
    (one,) = found.sequences
    starts = [line["start"] for line in found.lines]
    ends = [line["start"] + line["tokens"] for line in found.lines]
    assert [learned(chat, one["input_ids"][a:b], one["labels"][a:b])
            for a, b in zip(starts, ends, strict=True)] == [
        " Đáp.</s> Đáp.</s>", " Đáp.</s>", "Một câu.</s>",
    ]  # fmt: skip
    assert [one["position_ids"][a] for a in starts] == [0, 0, 0]


def test_without_packing_each_sample_is_a_sequence_of_its_own(chat):
    found = of(chat, ROWS, "sft", LENGTHS.model_copy(update={"pack": False}))
    assert [(line["pack"], line["start"]) for line in found.lines] == [(0, 0), (1, 0), (2, 0)]
    assert [len(s["input_ids"]) for s in found.sequences] == [x["tokens"] for x in found.lines]


@pytest.mark.parametrize("method", ["sft", "pretrain"])
def test_packs_have_room_only_where_samples_share_them(chat, method):
    filled = {
        pack: report(
            {"train": of(chat, ROWS, method, LENGTHS.model_copy(update={"pack": pack})).counts}
        )
        for pack in (True, False)
    }
    assert filled[True]["packing_efficiency"] == round(filled[True]["tokens"] / 200, 6)
    assert filled[False]["packing_efficiency"] is None


def test_pretrain_learns_texts_alone_and_cuts_long_ones_into_blocks(chat):
    lengths = Tokenize(max_length=8, pack_length=8, pack=True)
    found = of(chat, [*ROWS, TEXT], "pretrain", lengths)
    assert fates(found) == [
        ("masked", "not_for_pretrain", "chat"), ("masked", "not_for_pretrain", "preference"),
        ("kept", "", ""), ("kept", "", ""),
    ]  # fmt: skip
    stream = [i for block in found.sequences for i in block["input_ids"]]
    assert text(chat, stream) == "<s>Một câu.</s><s>Một câu.</s>"
    size = found.lines[2]["tokens"]
    assert [(x["pack"], x["start"], x["tokens"]) for x in found.lines[2:]] == [
        (0, 0, size), (size // 8, size % 8, size),
    ]  # fmt: skip
    assert found.counts["lost"] == 0


def test_blocks_cut_a_stream_and_see_nothing_of_the_one_before():
    a, b = ([1, 2, 3, 4, 5, 6], [IGNORE, 2, 3, 4, 5, 6]), ([7, 8, 9], [IGNORE, 8, 9])
    assert blocks([a, b], 4, shared=True) == (
        [
            {"input_ids": [1, 2, 3, 4], "labels": [IGNORE, 2, 3, 4], "position_ids": [0, 1, 2, 3]},
            {"input_ids": [5, 6, 7, 8], "labels": [IGNORE, 6, IGNORE, 8],
             "position_ids": [0, 1, 0, 1]},
        ],
        [Place(0, 0), Place(1, 2)],
    )  # fmt: skip
    assert blocks([a, b], 5, shared=False) == (
        [
            {"input_ids": [1, 2, 3, 4, 5], "labels": [IGNORE, 2, 3, 4, 5],
             "position_ids": [0, 1, 2, 3, 4]},
            {"input_ids": [7, 8, 9], "labels": [IGNORE, 8, 9], "position_ids": [0, 1, 2]},
        ],
        [Place(0, 0), Place(1, 0)],
    )  # fmt: skip


def test_dpo_compares_two_answers_to_one_prompt(chat):
    found = of(chat, ROWS, "dpo")
    assert fates(found) == [
        ("masked", "not_for_dpo", "chat"), ("kept", "", ""), ("masked", "not_for_dpo", "text"),
    ]  # fmt: skip
    (pair,) = found.sequences
    for side, answer in (("chosen", " Đáp.</s>"), ("rejected", " Sai.</s>")):
        ids, labels = pair[f"{side}_ids"], pair[f"{side}_labels"]
        assert text(chat, ids) == f"<s><|user|> Hỏi?<|end|><|assistant|>{answer}"
        assert learned(chat, ids, labels) == answer
    assert found.lines[1]["tokens"] == len(pair["chosen_ids"]) + len(pair["rejected_ids"])


def test_dpo_compares_the_last_answer_of_a_conversation(chat):
    talk = row("preference", [QUESTION, ANSWER, QUESTION, ANSWER], [OTHER])
    (pair,) = of(chat, [talk], "dpo").sequences
    assert learned(chat, pair["chosen_ids"], pair["chosen_labels"]) == " Đáp.</s>"
    assert learned(chat, pair["rejected_ids"], pair["rejected_labels"]) == " Sai.</s>"


def test_a_pair_s_prompt_gives_way_by_the_longer_answer_and_stays_one(chat):
    long = row("preference", [{"role": "user", "content": "x" * 50}, ANSWER],
               [{"role": "assistant", "content": "y" * 30}])  # fmt: skip
    found = of(chat, [long], "dpo", Tokenize(max_length=50, pack_length=50, pack=True))
    (pair,) = found.sequences
    assert text(chat, pair["rejected_ids"]) == f"<s>{'x' * 15}<|end|><|assistant|> {'y' * 30}</s>"
    assert text(chat, pair["chosen_ids"]) == f"<s>{'x' * 15}<|end|><|assistant|> Đáp.</s>"
    assert fates(found) == [("truncated", "too_long", "")]
    assert found.counts["lost_supervised"] == 0


def test_a_pair_whose_difference_was_cut_off_is_masked(chat):
    same = "y" * 60
    twins = row("preference", [QUESTION, {"role": "assistant", "content": same + "a"}],
                [{"role": "assistant", "content": same + "b"}])  # fmt: skip
    found = of(chat, [twins], "dpo", Tokenize(max_length=40, pack_length=40, pack=True))
    assert (found.sequences, fates(found)) == ([], [("masked", "no_difference", "")])


def test_grpo_asks_what_leads_up_to_the_last_answer(chat):
    unanswered = row("chat", [QUESTION], number=3)
    found = of(chat, [*ROWS, unanswered], "grpo")
    assert fates(found) == [
        ("kept", "", ""), ("kept", "", ""), ("masked", "not_for_grpo", "text"),
        ("masked", "no_reference", ""),
    ]  # fmt: skip
    first, second = found.sequences
    asked = "<s><|user|> Hỏi?<|end|><|assistant|>"
    assert text(chat, first["prompt_ids"]) == f"{asked} Đáp.</s>{asked.removeprefix('<s>')}"
    assert text(chat, second["prompt_ids"]) == asked
    assert [(s["reference"], s["row_id"]) for s in found.sequences] == [
        ("Đáp.", CHAT["row_id"]),
        ("Đáp.", PAIR["row_id"]),
    ]


def test_a_long_prompt_keeps_what_opens_the_answer_when_the_answer_is_cut(chat):
    long = row("chat", [{"role": "user", "content": "x" * 50},
                        {"role": "assistant", "content": "y" * 50}])  # fmt: skip
    found = of(chat, [long], "sft", Tokenize(max_length=20, pack_length=20, pack=True))
    (one,) = found.sequences
    assert text(chat, one["input_ids"]) == f"<s><|assistant|> {'y' * 17}"
    assert fates(found) == [("truncated", "too_long", "")]
    assert (found.counts["lost"], found.counts["lost_supervised"]) == (87, 34)


def test_every_reason_for_which_nothing_is_kept(chat):
    refusing = prompt.chat_of(
        byte_level(template="{% for m in messages %}{% if loop.index0 == 2 %}"
                            "{{ raise_exception('Too many') }}{% endif %}{{ m.content }}"
                            "{% endfor %}"),
        template="tokenizer", system="",
    )  # fmt: skip
    assert fates(of(refusing, [CHAT], "sft")) == [("rejected", "template", "Too many")]
    forged = row("chat", [{"role": "user", "content": "<|end|>"}, ANSWER])
    unanswered = row("chat", [QUESTION])
    found = of(chat, [forged, unanswered], "sft")
    assert fates(found) == [
        ("rejected", "special_token", "<|end|>"), ("masked", "no_supervised_token", ""),
    ]  # fmt: skip
    assert [(x["pack"], x["start"], x["tokens"]) for x in found.lines] == [(-1, -1, 0)] * 2


@pytest.mark.parametrize("method", ["sft", "pretrain", "dpo", "grpo"])
def test_every_row_has_one_line_and_the_figures_add_up(chat, method):
    found = of(chat, ROWS, method)
    assert [line["row_id"] for line in found.lines] == [r["row_id"] for r in ROWS]
    audit = report({"train": found.counts})
    kept = sum(line["tokens"] > 0 for line in found.lines)
    assert audit["rows"] == kept == len(ROWS) - audit["masked_rows"] - audit["rejected_rows"]
    assert audit["tokens"] == sum(line["tokens"] for line in found.lines)


def test_the_label_audit_of_one_row(chat):
    audit = report({"train": of(chat, [CHAT], "sft").counts})
    tokens = len(prompt.encode(chat, prompt.segments(chat, CHAT["messages"]))[0])
    answers = 2 * (len(" Đáp.".encode()) + 1)
    assert audit == {
        "rows": 1, "packs": 1, "tokens": tokens, "supervised_tokens": answers,
        "supervised_share": round(answers / tokens, 6), "eos_share": 1.0, "bos_tokens": 1,
        "double_bos_rows": 0, "lost_tokens": 0, "lost_supervised_tokens": 0,
        "truncation_loss": 0.0, "truncated_rows": 0, "masked_rows": 0, "rejected_rows": 0,
        "by_reason": {},
        "by_split": {
            "train": {"rows": 1, "packs": 1, "tokens": tokens, "supervised_tokens": answers}
        },
        "packing_efficiency": round(tokens / 200, 6),
    }  # fmt: skip


def test_a_template_that_writes_bos_twice_is_seen():
    twice = "{{ bos_token }}{% for m in messages %}{{ bos_token }}{{ m.content }}{% endfor %}"
    chat = prompt.chat_of(byte_level(template=twice), template="tokenizer", system="")
    assert report({"train": of(chat, [PAIR], "sft").counts})["double_bos_rows"] == 1


def written(folder, rows):
    shard = Shard("s", "a.jsonl", 1, len(rows))
    shards.write_index(folder, [shard])
    shards.write_table(schema.rows_table(rows), shards.table_path(folder, "train", shard))
    turns_tokenizer().save_pretrained(folder / "tokenizer")


def run(folder, method):
    run_stage(
        stage, splits=folder, tokenizer=folder / "tokenizer", tokens=folder / "tokens",
        metrics=folder / "metrics.json", prompt=Prompt(template="turns", system=""),
        task=Task(method=method), tokenize=LENGTHS,
    )  # fmt: skip


@pytest.mark.parametrize("method", ["sft", "pretrain", "dpo", "grpo"])
def test_the_files_hold_what_the_shard_gave(tmp_path, chat, method):
    written(tmp_path, ROWS)
    run(tmp_path, method)
    with pa.OSFile(str(tmp_path / "tokens/train/s.arrow")) as source:
        table = pa.ipc.open_stream(source).read_all()
    expected = of(chat, ROWS, method)
    assert table.to_pylist() == expected.sequences
    ledger = shards.read_tables(tmp_path / "tokens", "ledger")
    assert [t.to_pylist() for _, t in ledger] == [expected.lines]


def test_a_method_without_rows_is_one_line_with_the_reasons(tmp_path):
    written(tmp_path, [CHAT, TEXT])
    with pytest.raises(DataError, match=r"task\.method dpo: not_for_dpo 2; choose another"):
        run(tmp_path, "dpo")
