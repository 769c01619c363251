"""How fast a training goes and what memory it takes. Nothing of it enters an out or a metric."""

import resource
import time

from stages.contract import Measured

MIB = 2**20
RECENT = 0.9  # weight of what came before in the shown pace


class Pace:
    """Clocks of one run; ``mark`` ends a part, ``step`` an optimizer step."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.parts: dict[str, float] = {}
        self.at = time.monotonic()
        self.begun = self.last = self.at
        self.tokens = 0
        self.shown = 0.0

    def mark(self, part: str) -> None:
        """The part that ends now, in seconds since the last mark."""
        now = time.monotonic()
        self.parts[part] = round(now - self.at, 3)
        self.at = now

    def start(self) -> None:
        """The first step begins now."""
        self.mark("resume_seconds")
        self.begun = self.last = self.at

    def step(self, tokens: int) -> dict[str, float]:
        """A step of ``tokens`` has ended: recent tokens a second, and memory in MiB."""
        now = time.monotonic()
        pace = tokens / max(1e-9, now - self.last)
        self.shown = pace if not self.tokens else RECENT * self.shown + (1 - RECENT) * pace
        self.tokens += tokens
        self.last = now
        return {"tokens_per_second": self.shown, "memory_mib": self.memory()}

    def memory(self) -> float:
        """Peak memory so far, MiB: of the GPU, else of this process."""
        import torch

        if self.device.startswith("cuda"):
            return torch.cuda.max_memory_allocated(self.device) / MIB
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def device_name(self) -> str:
        """What computes: the GPU's name, or ``cpu``."""
        import torch

        return torch.cuda.get_device_name(self.device) if "cuda" in self.device else "cpu"

    def measured(self, *, processes: int) -> Measured:
        """All of it, for the attestation; tokens a second from the first step to the last."""
        spent = max(1e-9, self.last - self.begun)
        return Measured(
            {
                **self.parts,
                "trained_tokens": self.tokens,
                "mean_tokens_per_second": round(self.tokens / spent, 1),
                "processes": processes,
            }
        )
