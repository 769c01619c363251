"""The demo base: a byte-level BPE tokenizer and a small Mistral-shaped model, from plain text.

Both see ``data/pretrain`` alone, so rows never reach the base, and new rows never rebuild it.

- Tokenizer: byte-level BPE over NFC text (Sennrich et al. 2016; Radford et al. 2019), digits one
  by one (so that a number is copied digit by digit). Control tokens for turns come first.
- Model: Mistral (Jiang et al. 2023: RMSNorm, RoPE, SwiGLU), tied embeddings, its attention started
  as :mod:`stages.base.start` says, trained by next-token prediction, whole documents in a batch::

      <s> doc 3 </s> . .      about `batch_tokens` in all, documents of like length together,
      <s> doc 1 is longer </s>   so that little of it is padding

  Small batches and many steps: attention that copies is found by the number of steps.
- Price: steps x batch_tokens; a 1.5 M-parameter model does about 3,400 tokens/s on one core.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stages.base.start import look_back
from stages.contract import Event, Progress, Scalars
from stages.errors import InputError
from stages.params import Build
from stages.prompt import TURN_TOKENS
from stages.seeds import child

if TYPE_CHECKING:
    import torch
    from transformers import MistralForCausalLM, PreTrainedTokenizerFast

PAD, BOS, EOS = "<pad>", "<s>", "</s>"
WINDOW = 400  # documents sorted by length together; more leaves less padding and less chance


def documents(folder: Path) -> list[str]:
    """The corpus: every non-empty line of every ``.txt`` file, in order of file name.

    Raises :class:`InputError` when there is none.
    """
    lines = [
        line.strip()
        for path in sorted(folder.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    found = [line for line in lines if line]
    if not found:
        raise InputError(f"{folder} holds no text; put .txt files there, one document per line")
    return found


def train_tokenizer(texts: Sequence[str], vocab_size: int) -> "PreTrainedTokenizerFast":
    """A byte-level BPE tokenizer of at most ``vocab_size`` entries, control tokens included."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.normalizer = normalizers.NFC()
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, BOS, EOS, *TURN_TOKENS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token=BOS, eos_token=EOS, pad_token=PAD, padding_side="left"
    )


def new_model(tokenizer: "PreTrainedTokenizerFast", shape: Build) -> "MistralForCausalLM":
    """A Mistral-shaped model with fresh float32 weights (from torch's current random state)."""
    from transformers import MistralConfig, MistralForCausalLM

    config = MistralConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        max_position_embeddings=4 * shape.context,
        sliding_window=None,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        dtype="float32",
    )
    return MistralForCausalLM(config)


def batches(
    encoded: Sequence[Sequence[int]], *, tokens: int, seed: int
) -> Iterator[list[Sequence[int]]]:
    """Endless batches of whole documents, each pass in another order.

    Documents are shuffled, then sorted by length inside windows of :data:`WINDOW`, and batched so
    that documents x longest is at most ``tokens`` (a longer document stands alone). The batches of
    a pass are shuffled once more.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(encoded), generator=generator).tolist()
        found: list[list[Sequence[int]]] = []
        for start in range(0, len(order), WINDOW):
            batch: list[Sequence[int]] = []
            for i in sorted(order[start : start + WINDOW], key=lambda i: len(encoded[i])):
                if batch and len(encoded[i]) * (len(batch) + 1) > tokens:
                    found.append(batch)
                    batch = []
                batch.append(encoded[i])
            found.append(batch)
        for i in torch.randperm(len(found), generator=generator).tolist():
            yield found[i]


def next_token_loss(model: "MistralForCausalLM", batch: Sequence[Sequence[int]]) -> "torch.Tensor":
    """Mean cross-entropy of every token after a document's first (a scalar, nats).

    Padding stands on the right, where causal attention never looks.
    """
    import torch
    from torch.nn.functional import cross_entropy

    longest = max(map(len, batch))
    ids = torch.tensor([[*document, *[0] * (longest - len(document))] for document in batch])
    there = torch.arange(1, longest) < torch.tensor([[len(document)] for document in batch])
    hidden = model.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    return cross_entropy(model.get_output_embeddings()(hidden[there]), ids[:, 1:][there])


def pretrain(
    texts: Sequence[str], tokenizer: "PreTrainedTokenizerFast", shape: Build, seed: int
) -> Generator[Event, None, "MistralForCausalLM"]:
    """Train a new model; yields :class:`Scalars` and :class:`Progress`, returns the model.

    AdamW (betas 0.9, 0.95), linear warm-up, cosine to a tenth of the peak learning rate, gradient
    norm clipped at 1.
    """
    import torch

    torch.manual_seed(child(seed, "base"))
    model = new_model(tokenizer, shape)
    look_back(model)
    marked = [
        [tokenizer.bos_token_id, *e, tokenizer.eos_token_id][: shape.context]
        for e in ids_of(texts, tokenizer)
    ]
    data = batches(marked, tokens=shape.batch_tokens, seed=child(seed, "corpus"))
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": shape.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=shape.learning_rate,
        betas=(0.9, 0.95),
    )
    model.train()
    for step, batch in zip(range(shape.steps), data, strict=False):
        rate = learning_rate(step, shape)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = next_token_loss(model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        yield Scalars(step + 1, {"loss": loss.item(), "learning_rate": rate})
        yield Progress(step + 1, shape.steps, "steps")
    return model


def ids_of(texts: Sequence[str], tokenizer: "PreTrainedTokenizerFast") -> list[list[int]]:
    """Token ids of each text, no control tokens added."""
    encoded: list[list[int]] = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    return encoded


def learning_rate(step: int, shape: Build) -> float:
    """Linear warm-up, then half a cosine down to a tenth; ``step`` counts from 0."""
    if step < shape.warmup_steps:
        return shape.learning_rate * (step + 1) / shape.warmup_steps
    share = (step - shape.warmup_steps) / max(1, shape.steps - shape.warmup_steps)
    return shape.learning_rate * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * share)))
