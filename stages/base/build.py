"""The demo base: a byte-level BPE tokenizer and a small Mistral-shaped model, from plain text.

Both see ``data/pretrain`` alone, so rows never reach the base, and new rows never rebuild it.

- Tokenizer: byte-level BPE over NFC text (Sennrich et al. 2016; Radford et al. 2019), digits one
  by one (so that a number is copied digit by digit). Control tokens for turns come first.
- Model: Mistral (Jiang et al. 2023: RMSNorm, RoPE, grouped-query attention, SwiGLU), tied
  embeddings, trained by next-token prediction on a shuffled stream of documents::

      <s> doc 3 </s> <s> doc 1 </s> <s> do|c 2 </s> <s> doc 4 </s> …   cut into blocks of `context`

- Price: steps x batch x context tokens; a 3.3 M-parameter model does about 6,600 tokens/s on two
  cores.
"""

import math
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stages.contract import Event, Progress, Scalars
from stages.errors import InputError
from stages.params import Build
from stages.prompt import TURN_TOKENS
from stages.seeds import child

if TYPE_CHECKING:
    import torch
    from transformers import MistralForCausalLM, PreTrainedTokenizerFast

PAD, BOS, EOS = "<pad>", "<s>", "</s>"


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


def blocks(
    encoded: Sequence[Sequence[int]], *, context: int, count: int, seed: int
) -> "torch.Tensor":
    """The first ``count`` blocks of an endless stream of documents, reshuffled for each pass.

    Returns int64 ``(count, context)``.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    stream: list[int] = []
    while len(stream) < count * context:
        for i in torch.randperm(len(encoded), generator=generator).tolist():
            stream += encoded[i]
    return torch.tensor(stream[: count * context]).view(count, context)


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
    marked = [
        [tokenizer.bos_token_id, *e, tokenizer.eos_token_id] for e in ids_of(texts, tokenizer)
    ]
    data = blocks(
        marked, context=shape.context, count=shape.steps * shape.batch, seed=child(seed, "corpus")
    )
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
    for step in range(shape.steps):
        rate = learning_rate(step, shape)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = data[step * shape.batch : (step + 1) * shape.batch]
        loss = model(input_ids=batch, labels=batch, use_cache=False).loss
        loss.backward()
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
