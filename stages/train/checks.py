"""What must hold before the first step; the run stops otherwise.

1. **Labels**: what is supervised is what the assistant said, end of turn included, no token more.
   Worked out again from the packs, without the code that made them: each pack is cut at positions
   that begin again, and must have a sample exactly where the ledger says; a sample of them is
   decoded and held against the text that the chat template puts around answers::

       <s><|user|> Xin chào<|end|><|assistant|> Chào bạn.</s>
                          └──── before ────────┘          └ after
       ...................................... A A A A A A       supervised

2. **Isolation**: a pack's logits are those of its samples alone. Within 1e-4 in float32; in a
   smaller precision, within a quarter of what they would move if samples saw each other.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from stages import prompt as prompts
from stages.errors import DataError
from stages.params import Prompt, Task
from stages.prompt import IGNORE
from stages.train.batches import Split
from stages.train.log_probs import hidden_states
from stages.train.objective import causal_of
from stages.train.params import Train
from stages.train.sft import collate

if TYPE_CHECKING:
    import torch

PACKED_METHODS = ("sft", "pretrain")  # whose tokens are packs; others bring checks of their own
DECODED = 200  # samples of each split whose text is looked at; drawn, so that all shards have some
ASKED, ANSWERED = "câu hỏi 8301", "câu trả lời 5627"  # sentinels to find what surrounds an answer
MAX_DIFFERENCE = 1e-4  # of logits, in float32
MAX_SHARE = 0.25  # of the difference that seeing each other makes, in smaller precisions
COMPARED_PACKS = 2


@dataclass(frozen=True)
class Markers:
    """What a chat template puts around messages, blanks left out.

    ``before`` and ``after`` stand around an answer, ``asks`` before a later question. A template
    that does not keep earlier turns as they were has the last answer alone supervised.
    """

    before: str
    after: str
    asks: str
    eos: str
    keeps_turns: bool


@dataclass(frozen=True)
class Sample:
    """A sample of a pack, and its ledger line's ``fate`` and row."""

    ids: Sequence[int]
    labels: Sequence[int]
    fate: str
    row_id: str


def require_assistants_labels(tokens: Path, tokenizer: Path, prompt: Prompt, task: Task) -> None:
    """Check the labels of both splits. Raises :class:`DataError` naming the row and the fault."""
    if task.method not in PACKED_METHODS:
        return
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    chat = prompts.chat_of(loaded, template=prompt.template, system=prompt.system)
    markers = markers_of(chat)
    for split in ("train", "valid"):
        found = list(samples(tokens, split, runs_on=str(task.method) == "pretrain"))
        for sample in found:
            fault = fault_of_labels(sample)
            if fault:
                raise stopped(sample, fault)
        for sample in random.Random(0).sample(found, min(DECODED, len(found))):
            fault = fault_of_text(loaded, sample, markers, plain=str(task.method) == "pretrain")
            if fault:
                raise stopped(sample, fault)


def stopped(sample: Sample, fault: str) -> DataError:
    """The error for a sample whose labels are wrong."""
    return DataError(
        f"labels in data/tokens are not the assistant's: row {sample.row_id}: {fault}; "
        "correct prompt.template or the data, and run `dvc repro` again"
    )


def samples(tokens: Path, split: str, *, runs_on: bool) -> Iterator[Sample]:
    """Every sample of a split. Raises :class:`DataError` where packs and ledger disagree.

    ``runs_on``: a pack may begin with the rest of the text that filled the one before.
    """
    for path in sorted((tokens / split).glob("*.arrow")):
        ledger = pq.read_table(
            tokens / "ledger" / f"{path.stem}.parquet",
            columns=["row_id", "fate", "split", "pack", "start"],
        ).to_pylist()
        lines = {
            (e["pack"], e["start"]): e for e in ledger if e["split"] == split and e["pack"] >= 0
        }
        with pa.OSFile(str(path), "rb") as source:
            packs = pa.ipc.open_stream(source).read_all()
        before: dict[str, Any] | None = None
        for number, pack in enumerate(packs.to_pylist()):
            starts = [i for i, position in enumerate(pack["position_ids"]) if position == 0]
            for start, end in pairwise([*starts, len(pack["input_ids"])]):
                line = lines.pop((number, start), None)
                if line is None and runs_on and start == 0:
                    line = before
                if line is None or pack["position_ids"][start:end] != list(range(end - start)):
                    raise DataError(
                        f"{path}: pack {number} has a sample at token {start} that the ledger does "
                        "not know, or positions that do not count; run `dvc repro -f tokenize`"
                    )
                before = line
                if runs_on and end - start == 1:  # a border left one token of a text alone
                    continue
                yield Sample(
                    pack["input_ids"][start:end], pack["labels"][start:end],
                    line["fate"], line["row_id"],
                )  # fmt: skip
        if lines:
            line = next(iter(lines.values()))
            raise DataError(
                f"{path}: row {line['row_id']} is not where the ledger says (pack {line['pack']}, "
                f"token {line['start']}); run `dvc repro -f tokenize`"
            )


def fault_of_labels(sample: Sample) -> str:
    """What is wrong with the labels whatever the text is; "" for nothing."""
    if sample.labels[0] != IGNORE:
        return "its first token is supervised, which nothing precedes"
    if any(b not in (IGNORE, a) for a, b in zip(sample.ids, sample.labels, strict=True)):
        return "a label is not the token at its place"
    if all(label == IGNORE for label in sample.labels):
        return "no token is supervised"
    return ""


def fault_of_text(tokenizer: Any, sample: Sample, markers: Markers, *, plain: bool) -> str:
    """What is supervised that the assistant did not say, or the other way round; "" for nothing.

    A sample without any text that precedes answers is plain text: all of it is supervised but its
    first token. A truncated one may have lost the text before its first answer or after its last.
    """
    spans = list(spans_of(tokenizer, sample))
    whole = "".join(text for _, text in spans)
    if plain or (markers.before not in whole and sample.fate != "truncated"):
        missed = sum(label == IGNORE for label in sample.labels[1:])
        return f"plain text, but {missed} tokens of it are not supervised" if missed else ""
    for number, (supervised, text) in enumerate(spans):
        last = number == len(spans) - 1
        cut = sample.fate == "truncated"
        if not supervised:
            inner = text.removesuffix(markers.before)
            if inner == text and not last and not (cut and number == 0):
                return f"the unsupervised text {text[-40:]!r} does not end where an answer begins"
            before, found, _ = inner.partition(markers.before)
            answers_a_question = number > 0 or (markers.keeps_turns and markers.asks in before)
            if found and answers_a_question:
                return "an answer of the assistant is not supervised"
        elif markers.before in text:
            return f"what precedes an answer is supervised: {text[:40]!r}"
        elif not text.endswith((markers.after, markers.eos)) and not (cut and last):
            return f"the answer's end is not supervised: {text[-40:]!r}"
    return ""


def spans_of(tokenizer: Any, sample: Sample) -> Iterator[tuple[bool, str]]:
    """Runs of supervised and of other tokens, decoded, blanks left out."""
    flags = [label != IGNORE for label in sample.labels]
    edges = [0, *(i for i in range(1, len(flags)) if flags[i] != flags[i - 1]), len(flags)]
    for begin, end in pairwise(edges):
        text = tokenizer.decode(
            list(sample.ids[begin:end]),
            skip_special_tokens=False,
            clean_up_tokenization_spaces=False,
        )
        yield flags[begin], without_blanks(text)


def markers_of(chat: prompts.Chat) -> Markers:
    """Render two questions and an answer, and take what stands around them."""
    first = {"role": "user", "content": "a"}
    question = {"role": "user", "content": ASKED}
    answer = {"role": "assistant", "content": ANSWERED}
    asked = prompts.render(chat, [question], generation=True)
    full = prompts.render(chat, [first, answer], generation=False)
    again = prompts.render(chat, [first, answer, question], generation=True)
    after = full.rpartition(ANSWERED)[2]
    return Markers(
        before=without_blanks(asked.rpartition(ASKED)[2]),
        after=without_blanks(after),
        asks=without_blanks(again.partition(ANSWERED + after)[2].partition(ASKED)[0]),
        eos=without_blanks(chat.tokenizer.eos_token or ""),
        keeps_turns=again.startswith(full),
    )


def without_blanks(text: str) -> str:
    """``text`` with no blanks: tokenizers differ in which ones they give back."""
    return "".join(text.split())


def require_isolation(model: Any, split: Split, train: Train, task: Task) -> None:
    """Compare packed with unpacked logits. Raises :class:`DataError` for samples seen by others."""
    if task.method not in PACKED_METHODS:
        return
    for pack in shared_packs(split):
        apart, leaked = differences(model, pack)
        limit = MAX_DIFFERENCE if train.compute_dtype == "float32" else MAX_SHARE * leaked
        if not apart <= limit:
            raise DataError(
                f"packed samples see each other: their logits differ by {apart:.2g} from those of "
                f"the samples alone (limit {limit:.2g}); choose another train.attention "
                f"({train.attention}), or set tokenize.pack_length to tokenize.max_length"
            )


def shared_packs(split: Split) -> Iterator[dict[str, Any]]:
    """The first packs that hold more than one sample."""
    found = 0
    for number in range(len(split)):
        pack = split.take([number])[0]
        if pack["position_ids"].count(0) > 1:
            yield pack
            found += 1
        if found == COMPARED_PACKS:
            return


def differences(model: Any, pack: dict[str, Any]) -> tuple[float, float]:
    """Largest logit differences from the samples alone: packed, and as one long sample."""
    import torch

    causal = causal_of(model)
    was_training = causal.training
    causal.eval()
    starts = [i for i, position in enumerate(pack["position_ids"]) if position == 0]
    with torch.no_grad():
        alone = torch.cat(
            [
                logits(causal, {name: column[a:b] for name, column in pack.items()})
                for a, b in pairwise([*starts, len(pack["input_ids"])])
            ]
        )
        packed = logits(causal, pack)
        seen = logits(causal, {**pack, "position_ids": list(range(len(pack["input_ids"])))})
    causal.train(was_training)
    return float((packed - alone).abs().max()), float((seen - alone).abs().max())


def logits(causal: Any, pack: dict[str, Any]) -> "torch.Tensor":
    """Logits at every position of one pack, float32 (positions, vocabulary)."""
    hidden = hidden_states(causal, collate([pack]))
    found: torch.Tensor = causal.get_output_embeddings()(hidden)[0].float()
    return found
