"""The memory that a training will take, part by part, from shape and settings alone.

Exact (tests count them on real models): weights, constants, what is trained, gradients, optimizer
state, and what the forward pass keeps for the backward pass. Estimated: short-lived buffers, and
on a GPU what the driver and the allocator take.

What a layer keeps for each token, h hidden, i intermediate, q = heads x head size, r rank, b bytes
of the compute dtype (after HF transformers' decoder with peft's LoRA on frozen matrices, whose own
inputs need not be kept)::

    norms          2 (4h + 4)           inputs and scales, float32
    LoRA inputs    b (h | h | q | i)    float32: one for q k v, one for gate up, o's is attention's,
                                        down's; autocast: one copy for each adapted matrix
    LoRA middles   b r                  for each adapted matrix
    attention      4 b q + 4 heads      query, key, value (repeated to all heads), output, log-sums
                                        (eager: no output, no log-sums, but heads L² of softmax)
    gate           3 b i                gate, SiLU of it, up

and for each pack b L² of attention mask (L tokens: packed samples are kept apart by it).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stages.train.memory import state_bytes
from stages.train.params import Train
from stages.train.shape import Matrix, Shape

GIB = 2**30
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
BLOCK, BLOCK_OF_CONSTANTS = 64, 256  # bitsandbytes: weights, and constants, that share a scale
DRIVER = 0.75 * GIB  # CUDA context, cuBLAS work space, fragments of the allocator


@dataclass(frozen=True)
class Setting:
    """What of params.yaml decides memory; ``supervised`` is the share of tokens with a loss."""

    adapter: str  # qlora | lora | full
    rank: int
    dora: bool
    dropout: bool
    targets: tuple[str, ...] | None  # None: all linear
    trained_dtype: str
    compute_dtype: str
    double: bool
    optimizer: str
    micro_batch: int
    pack_length: int
    checkpointing: bool
    attention: str
    supervised: float

    def adapts(self, matrix: Matrix) -> bool:
        """Whether ``matrix`` has an adapter, or is itself trained."""
        return self.adapter == "full" or self.targets is None or matrix.name in self.targets


def setting_of(train: Train, *, pack_length: int, supervised: float) -> Setting:
    """What of params.yaml decides memory."""
    targets = train.lora.targets
    return Setting(
        adapter=train.adapter,
        rank=train.lora.r,
        dora=train.lora.dora,
        dropout=train.lora.dropout > 0,
        targets=None if isinstance(targets, str) else tuple(targets),
        trained_dtype=train.adapter_dtype,
        compute_dtype=train.compute_dtype,
        double=train.quantisation.double,
        optimizer=train.optimizer,
        micro_batch=train.micro_batch,
        pack_length=pack_length,
        checkpointing=train.checkpoint_activations,
        attention=train.attention,
        supervised=supervised,
    )


def quantised_bytes(weights: int) -> int:
    """Two weights a byte."""
    return -(-weights // 2)


def constant_bytes(weights: int, *, double: bool) -> int:
    """The scales of one four-bit matrix: float32 a block; ``double``: 8 bits, and their own."""
    blocks = -(-weights // BLOCK)
    if not double:
        return 4 * blocks
    return blocks + 4 * -(-blocks // BLOCK_OF_CONSTANTS) + 4  # and their mean


def adapter_tensors(matrix: Matrix, setting: Setting) -> tuple[int, ...]:
    """Elements of the tensors that LoRA adds to ``matrix``: A, B, and DoRA's magnitudes."""
    found = (setting.rank * matrix.inputs, setting.rank * matrix.outputs)
    return (*found, matrix.outputs) if setting.dora else found


def trained_tensors(shape: Shape, setting: Setting) -> list[int]:
    """Elements of every tensor that is trained."""
    if setting.adapter == "full":
        layer = [*(m.weights for m in shape.linear), *shape.layer_vectors]
        return [*shape.outside, *layer * shape.layers]
    adapted = [m for m in shape.linear if setting.adapts(m)]
    return [n for m in adapted for n in adapter_tensors(m, setting)] * shape.layers


def fixed_parts(shape: Shape, setting: Setting) -> dict[str, float]:
    """Bytes by part that no batch changes."""
    b, t = BYTES[setting.compute_dtype], BYTES[setting.trained_dtype]
    matrices = [m.weights for m in shape.linear]
    rest = shape.layers * sum(shape.layer_vectors) + sum(shape.outside)
    frozen, constants = 0, 0
    if setting.adapter == "qlora":
        frozen = shape.layers * sum(map(quantised_bytes, matrices))
        constants = shape.layers * sum(constant_bytes(n, double=setting.double) for n in matrices)
    elif setting.adapter == "lora":
        frozen = shape.layers * sum(matrices) * b
    trained = trained_tensors(shape, setting)
    return {
        "quantised weights" if setting.adapter == "qlora" else "frozen matrices": frozen,
        "quantisation constants": constants,
        "other frozen weights": 0 if setting.adapter == "full" else rest * b,
        "trained weights": sum(trained) * t,
        "gradients": sum(trained) * t,
        "optimizer state": sum(state_bytes(n, setting.optimizer) for n in trained),
    }


def layer_kept(shape: Shape, setting: Setting) -> float:
    """Bytes that one layer keeps of one micro-batch for the backward pass."""
    b, full = BYTES[setting.compute_dtype], setting.adapter == "full"
    queries, length = shape.heads * shape.head_dim, setting.pack_length
    adapted = [m for m in shape.linear if setting.adapts(m)]
    token = 2 * (4 * shape.hidden + 4)
    if shape.family == "qwen3":  # norms of queries and keys
        values = next(m.outputs for m in shape.linear if m.name == "k_proj")
        token += 4 * (queries + values) + 4 * (queries + values) // shape.head_dim
    token += sum(0 if full else b * setting.rank for _ in adapted)
    token += inputs_kept(adapted, b)
    if setting.dropout and not full:  # a mask of its own and, in float32, an input of its own
        token += sum(m.inputs * (1 + (4 if b == 4 else 0)) for m in adapted)
    token += 3 * b * queries + 3 * b * shape.intermediate
    pack: float = 0
    if setting.attention == "eager":  # softmax in float32, then the compute dtype
        pack = shape.heads * length * length * (4 + (0 if b == 4 else b))
        token += b * queries if b == 4 and any(m.name == "o_proj" for m in adapted) else 0
    else:
        token += b * queries + 4 * shape.heads
        pack = b * length * length if setting.attention == "sdpa" else 0
    casts = 0 if b == 4 else b * sum(sum(cast_tensors(m, setting)) for m in adapted)
    return setting.micro_batch * (length * token + pack) + casts


def inputs_kept(adapted: list[Matrix], b: int) -> int:
    """Bytes a token of the inputs of adapted matrices: shared in float32, a copy each when cast."""
    if b != 4:
        return b * sum(m.inputs for m in adapted)
    names = {m.name: m.inputs for m in adapted}
    found = 0
    for group in (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"), ("down_proj",)):
        found += next((names[name] for name in group if name in names), 0)
    return 4 * found  # o_proj reads what attention keeps anyway


def cast_tensors(matrix: Matrix, setting: Setting) -> tuple[int, ...]:
    """Elements of the trained tensors that autocast copies into the compute dtype."""
    if setting.adapter == "full":
        return (matrix.weights,)
    return (setting.rank * matrix.inputs, setting.rank * matrix.outputs)


def batch_parts(shape: Shape, setting: Setting) -> dict[str, float]:
    """Bytes by part that a micro-batch takes: kept activations, logits, short-lived buffers."""
    b = BYTES[setting.compute_dtype]
    tokens = setting.micro_batch * setting.pack_length
    layer = layer_kept(shape, setting)
    kept = shape.layers * layer
    if setting.checkpointing:  # each layer's input, and one layer's inside while it is recomputed
        kept = shape.layers * tokens * shape.hidden * b + layer
    kept += tokens * (4 * shape.hidden + 4)  # the last norm
    kept += tokens * 2 * b * shape.head_dim  # cosines and sines of positions, shared by all layers
    supervised = setting.supervised * tokens
    per_logit = 4 + 4 + b + (0 if b == 4 else 4)  # log-softmax, its gradient, logits, float32 copy
    widest = max(m.weights for m in shape.linear)
    return {
        "activations": kept,
        "logits": supervised * shape.vocabulary * per_logit,
        "temporary buffers": (widest * b if setting.adapter == "qlora" else 0)
        + 2 * b * tokens * shape.intermediate,
    }


def parts(shape: Shape, setting: Setting, *, on_gpu: bool) -> dict[str, float]:
    """All parts, bytes, in the order of the report."""
    driver: Mapping[str, float] = {"driver and allocator": DRIVER} if on_gpu else {}
    return {**fixed_parts(shape, setting), **batch_parts(shape, setting), **driver}
