"""Environment of every process that Tinh starts: telemetry off, and nothing fetched by surprise.

Set before any heavy library is imported, since most read these variables at import. Each
library's switch is documented at the address in its comment.
"""

import os

TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",  # consoledonottrack.com; Prefect and others honour it
    "DVC_NO_ANALYTICS": "1",  # dvc.org/doc/user-guide/analytics
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # docs.prefect.io, settings reference
    "GX_ANALYTICS_ENABLED": "false",  # docs.greatexpectations.io, analytics
    "WANDB_ERROR_REPORTING": "false",  # docs.wandb.ai, environment variables
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface.co/docs/huggingface_hub, environment variables
}
QUIET = {
    "TOKENIZERS_PARALLELISM": "false",  # threads of the tokenizer would fork badly; we map shards
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "BITSANDBYTES_NOWELCOME": "1",
    "WANDB_SILENT": "true",
}
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


def apply(*, offline: bool) -> None:
    """Set the variables in this process; ``offline`` also forbids every hub request."""
    os.environ.update(TELEMETRY_OFF)
    for name, value in (QUIET | (OFFLINE if offline else {})).items():
        os.environ.setdefault(name, value)
