"""How torch computes here: the settings under which the same inputs give the same bytes."""


def deterministic(threads: int) -> None:
    """Fix the thread count and forbid nondeterministic kernels.

    Sums are split by thread, so another count gives other last bits; the attestation states it.
    """
    import torch

    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


def device_of(choice: str) -> str:
    """The torch device of ``compute.device``: ``auto`` is CUDA where there is one."""
    import torch

    if choice == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return choice
