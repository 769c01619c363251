"""A frame: one kind of event, with all that is needed to report it and to ask about it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """One kind of event.

    `slots`: slot → kind (see ``slots``). `passages`: bulletins, each its own wording; a slot that
    a passage leaves out is not asked about. `summary`: the one sentence expected of a summary;
    its slots stand in every passage. `asked`: slot → (key for extraction, questions divided
    by ``|``); the answer is the slot's value, word for word.
    """

    name: str
    label: str
    slots: Mapping[str, str]
    passages: tuple[str, ...]
    summary: str
    asked: Mapping[str, tuple[str, str]]
