"""What a device offers: memory that torch reports as its total, GiB.

From the makers' data sheets and ``torch.cuda.get_device_properties``; rounded down.
"""

from dataclasses import dataclass

from stages.errors import InputError
from stages.train import memory

GIB = 2**30
TABLE = {
    "T4": 14.5, "V100-16GB": 15.7, "V100-32GB": 31.7, "L4": 22.0, "A10": 22.0, "A10G": 22.0,
    "RTX-3090": 23.6, "RTX-4090": 23.5, "RTX-5090": 31.3, "L40S": 44.3, "A6000": 47.4,
    "A100-40GB": 39.3, "A100-80GB": 79.1, "H100": 79.1, "H200": 139.7, "B200": 178.0,
}  # fmt: skip
NO_BFLOAT16 = ("T4", "V100-16GB", "V100-32GB")  # Turing and Volta


@dataclass(frozen=True)
class Device:
    """``memory`` in bytes."""

    name: str
    memory: float
    is_gpu: bool
    bfloat16: bool


def named(name: str) -> Device:
    """A device of the table, in any case. Raises :class:`InputError` with all names."""
    for known, gib in TABLE.items():
        if known.lower() == name.lower():
            return Device(known, gib * GIB, True, known not in NO_BFLOAT16)
    raise InputError(f"no device {name!r} in the table; give one of {', '.join(TABLE)}")


def present(choice: str) -> Device:
    """The device that ``compute.device`` means on this machine."""
    import torch

    if choice != "cpu" and torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        return Device(
            properties.name, memory.of_device("cuda:0"), True, torch.cuda.is_bf16_supported()
        )
    return Device("cpu", memory.of_device("cpu"), False, True)
