"""One forward pass over a batch, and what the model it started from says of the same batch.

Every method learns from log-probabilities of supervised tokens; this is where they are computed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from stages.prompt import IGNORE
from stages.train.adapter import trained
from stages.train.objective import causal_of

if TYPE_CHECKING:
    import torch

    from stages.train.sft import Batch

Weights = Mapping[str, "torch.Tensor"]


def hidden_states(causal: Any, batch: "Batch") -> "torch.Tensor":
    """The last hidden states (packs, positions, width) of a causal language model of transformers.

    There is no attention mask: with one, transformers would ignore the position ids that keep
    packed samples apart (measured: logits 0.5 off instead of 1e-7).
    """
    device = causal.device
    found: torch.Tensor = causal.get_decoder()(
        input_ids=batch.input_ids.to(device),
        position_ids=batch.position_ids.to(device),
        use_cache=False,
    ).last_hidden_state
    return found


def log_probs(
    model: Any, batch: "Batch", temperature: float = 1.0
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Log-probability of each supervised token, and the row of ``batch`` in which it stands.

    Returns float32 (supervised,) and int64 (supervised,), in order of row and position, of the
    distribution from which sampling at ``temperature`` draws. Token t is
    predicted from position t - 1 of the same sample; a sample's first token is never supervised.
    Logits are computed at these positions alone, which saves vocabulary x prompt tokens of memory
    and time.
    """
    import torch

    causal = causal_of(model)
    hidden = hidden_states(causal, batch)[:, :-1]
    targets = batch.labels[:, 1:].to(causal.device)
    supervised = targets != IGNORE
    logits = causal.get_output_embeddings()(hidden[supervised]).float() / temperature
    loss = torch.nn.functional.cross_entropy(logits, targets[supervised], reduction="none")
    return -loss, supervised.nonzero()[:, 0]


def row_sums(values: "torch.Tensor", rows: "torch.Tensor", count: int) -> "torch.Tensor":
    """The sum of ``values`` over each of ``count`` rows; rows ascend. Float32 (count,)."""
    import torch

    sizes = torch.bincount(rows, minlength=count).tolist()
    parts = torch.split(values, sizes)
    return torch.stack([part.sum() for part in parts])


def copy_of(model: Any) -> Weights:
    """What is trained of ``model``, as it is now: the reference of a training that begins."""
    return {name: weight.detach().clone() for name, weight in trained(model).items()}


@contextmanager
def as_reference(model: Any, reference: Weights) -> Iterator[None]:
    """Within it ``model`` computes with the weights of ``reference``, without gradient or dropout.

    A fresh adapter adds nothing, so its reference is the base; one from ``data/init`` is compared
    with itself as it came. Nothing is copied: two tensors change places, and back.
    """
    import torch

    own = trained(model)
    was_training = model.training
    model.eval()
    swap(own, reference)
    try:
        with torch.no_grad():
            yield
    finally:
        swap(own, reference)
        model.train(was_training)


def swap(own: Weights, other: Weights) -> None:
    """Exchange the contents of the tensors of both, by name."""
    for name, weight in own.items():
        weight.data, other[name].data = other[name].data, weight.data
