"""Log-probabilities of supervised tokens under a model, and under the base that it started from."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from stages.errors import ParamsError
from stages.prompt import IGNORE
from stages.train.objective import causal_of
from stages.train.sft import Batch

if TYPE_CHECKING:
    import torch


def log_probs(model: Any, batch: Batch) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Log-probability of each supervised token, and the row of ``batch`` in which it stands.

    Returns float32 (supervised,) and int64 (supervised,), in order of row and position. Logits are
    computed at these positions alone.
    """
    import torch

    causal = causal_of(model)
    device = causal.device
    hidden = causal.get_decoder()(
        input_ids=batch.input_ids.to(device),
        position_ids=batch.position_ids.to(device),
        use_cache=False,
    ).last_hidden_state[:, :-1]
    targets = batch.labels[:, 1:].to(device)
    supervised = targets != IGNORE
    logits = causal.get_output_embeddings()(hidden[supervised]).float()
    loss = torch.nn.functional.cross_entropy(logits, targets[supervised], reduction="none")
    return -loss, supervised.nonzero()[:, 0]


def row_sums(values: "torch.Tensor", rows: "torch.Tensor", count: int) -> "torch.Tensor":
    """The sum of ``values`` over each of ``count`` rows; rows ascend. Float32 (count,)."""
    import torch

    sizes = torch.bincount(rows, minlength=count).tolist()
    parts = torch.split(values, sizes)
    return torch.stack([part.sum() for part in parts])


def as_base(model: Any) -> AbstractContextManager[None]:
    """Within it ``model`` is its base: the same, equally quantised, with the adapter off."""
    context: AbstractContextManager[None] = model.disable_adapter()
    return context


def require_adapter(adapter: str, what: str) -> None:
    """Raise :class:`ParamsError` where training leaves no base behind to compare with."""
    if adapter == "full":
        raise ParamsError(
            f"params.yaml: {what} compares with the base, which train.adapter 'full' changes; "
            "set train.adapter to qlora or lora"
        )
