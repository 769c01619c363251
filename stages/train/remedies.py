"""What to change when the memory does not suffice: settings that are predicted to fit.

Tried in the order of what they cost: a smaller micro-batch with more accumulation is the same
training, recomputed activations are the same but slower, four bits are another precision, and
shorter packs are another training.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from stages.train.params import Train

MARGIN = 0.9  # of what did not fit: a remedy must be predicted to need no more
SHORTEST = 64  # tokens of a pack
SHOWN = 2


@dataclass(frozen=True)
class Remedy:
    """Keys of params.yaml with other values, and the training that they make."""

    changes: tuple[str, ...]
    train: Train
    pack_length: int

    def and_then(self, change: str, **values: object) -> "Remedy":
        """With one more key of ``train`` changed."""
        train = self.train.model_copy(update=values)
        return Remedy((*self.changes, change), train, self.pack_length)


def remedies(train: Train, pack_length: int) -> Iterator[Remedy]:
    """Settings that need less memory than ``train`` with packs of ``pack_length`` tokens."""
    least = now = Remedy((), train, pack_length)
    micro = train.micro_batch
    while micro > 1:
        micro //= 2
        more = train.accumulation * -(-train.micro_batch // micro)
        change = f"train.micro_batch: {micro} with train.accumulation: {more}"
        least = now.and_then(change, micro_batch=micro, accumulation=more)
        yield least
    if not train.checkpoint_activations:
        change = "train.checkpoint_activations: true"
        yield now.and_then(change, checkpoint_activations=True)
        if least.changes:
            least = least.and_then(change, checkpoint_activations=True)
            yield least
        else:
            least = now.and_then(change, checkpoint_activations=True)
    if train.adapter != "qlora":
        least = least.and_then("train.adapter: qlora", adapter="qlora")
        yield least
    length = pack_length
    while length >= 2 * SHORTEST:
        length //= 2
        yield Remedy((*least.changes, f"tokenize.pack_length: {length}"), least.train, length)


def fitting(
    train: Train, pack_length: int, *, predicted: Callable[[Train, int], float], room: float
) -> Sequence[tuple[Remedy, float]]:
    """The first two remedies whose predicted bytes fit in ``room``, with those bytes.

    What did not fit although it was predicted to (something else takes memory too) makes the room
    smaller: a remedy then has to need a tenth less.
    """
    limit = min(room, MARGIN * predicted(train, pack_length))
    found = []
    for remedy in remedies(train, pack_length):
        size = predicted(remedy.train, remedy.pack_length)
        if size <= limit:
            found.append((remedy, size))
        if len(found) == SHOWN:
            break
    return found
