"""A decoder's matrices and vectors, from its configuration alone.

Llama's shape and those that differ from it by biases, head norms or a window: every count is exact.
A configuration of another family is refused, not guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.errors import InputError

FAMILIES = ("llama", "mistral", "qwen2", "qwen3")


@dataclass(frozen=True)
class Matrix:
    """A linear layer's weight: ``outputs`` rows, ``inputs`` columns."""

    name: str
    outputs: int
    inputs: int

    @property
    def weights(self) -> int:
        """Number of elements."""
        return self.outputs * self.inputs


@dataclass(frozen=True)
class Shape:
    """One decoder; ``linear``: the matrices of one layer; ``heads`` x ``head_dim``: its queries."""

    family: str
    hidden: int
    intermediate: int
    layers: int
    heads: int
    head_dim: int
    vocabulary: int
    tied: bool
    linear: tuple[Matrix, ...]
    layer_vectors: tuple[int, ...]  # norms and biases of one layer, elements each

    @property
    def outside(self) -> tuple[int, ...]:
        """Weights outside the layers, elements each: embedding, last norm, head unless tied."""
        embedding = self.vocabulary * self.hidden
        return (embedding, self.hidden) if self.tied else (embedding, self.hidden, embedding)

    @property
    def weights(self) -> int:
        """All weights of the model."""
        layer = sum(m.weights for m in self.linear) + sum(self.layer_vectors)
        return self.layers * layer + sum(self.outside)


def shape_of(config: Mapping[str, Any]) -> Shape:
    """Read a ``config.json``. Raises :class:`InputError` for a family that is not known here."""
    family = config.get("model_type")
    if family not in FAMILIES:
        raise InputError(
            f"config.json has model_type {family!r}; `tinh plan` counts {', '.join(FAMILIES)}"
        )
    try:
        hidden, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        intermediate, layers = int(config["intermediate_size"]), int(config["num_hidden_layers"])
        vocabulary = int(config["vocab_size"])
    except KeyError as error:
        raise InputError(f"config.json has no {error}; give a whole one with --config") from None
    keys = int(config.get("num_key_value_heads") or heads)
    head_dim = int(config.get("head_dim") or hidden // heads)
    queries, values = heads * head_dim, keys * head_dim
    linear = (
        Matrix("q_proj", queries, hidden),
        Matrix("k_proj", values, hidden),
        Matrix("v_proj", values, hidden),
        Matrix("o_proj", hidden, queries),
        Matrix("gate_proj", intermediate, hidden),
        Matrix("up_proj", intermediate, hidden),
        Matrix("down_proj", hidden, intermediate),
    )
    biased: set[str] = {"q_proj", "k_proj", "v_proj"} if family == "qwen2" else set()
    if config.get("attention_bias"):
        biased |= {"q_proj", "k_proj", "v_proj", "o_proj"}
    if config.get("mlp_bias"):
        biased |= {"gate_proj", "up_proj", "down_proj"}
    vectors = [hidden, hidden, *(m.outputs for m in linear if m.name in biased)]
    if family == "qwen3":
        vectors += [head_dim, head_dim]  # norms of queries and keys
    return Shape(
        family=family,
        hidden=hidden,
        intermediate=intermediate,
        layers=layers,
        heads=heads,
        head_dim=head_dim,
        vocabulary=vocabulary,
        tied=bool(config.get("tie_word_embeddings", False)),
        linear=linear,
        layer_vectors=tuple(vectors),
    )
