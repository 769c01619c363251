"""How torch computes here: the settings under which the same inputs give the same bytes."""

import os


def deterministic(threads: int) -> None:
    """Fix the thread count and forbid nondeterministic kernels.

    Sums are split by thread, so another count gives other last bits; the attestation states it.
    """
    import torch

    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def device_of(choice: str) -> str:
    """The torch device of ``compute.device``: ``auto`` is CUDA where there is one.

    Several processes on one machine take a GPU each, by the ``LOCAL_RANK`` of their launcher.
    """
    import torch

    if choice == "cpu" or (choice == "auto" and not torch.cuda.is_available()):
        return "cpu"
    return f"cuda:{os.environ['LOCAL_RANK']}" if "LOCAL_RANK" in os.environ else "cuda"
