"""Where the shape of the base comes from when there are no weights yet."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.errors import InputError
from stages.params import Build, Model

# Published config.json of bases that people start from, as far as memory goes.
MISTRAL_7B = {
    "model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
    "vocab_size": 32000, "tie_word_embeddings": False,
}  # fmt: skip
KNOWN: Mapping[str, Mapping[str, Any]] = {
    "mistralai/Mistral-7B-v0.1": MISTRAL_7B,
    "Viet-Mistral/Vistral-7B-Chat": {**MISTRAL_7B, "vocab_size": 38659},
}


def config_of(model: Model, given: Path | None) -> Mapping[str, Any]:
    """The base's configuration: ``given``, or what ``model`` of params.yaml says.

    Raises :class:`InputError` when there is none to be had.
    """
    if given is not None:
        return read(given)
    if model.source == "build":
        return built(model.build)
    if model.source == "local":
        return read(Path(model.local.path) / "config.json")
    known = KNOWN.get(model.hub.repo)
    return known if known is not None else from_hub(model.hub.repo, model.hub.revision)


def built(build: Build) -> Mapping[str, Any]:
    """The demo base's configuration (``stages/base/build.py``)."""
    return {
        "model_type": "mistral",
        "hidden_size": build.hidden_size,
        "intermediate_size": build.intermediate_size,
        "num_hidden_layers": build.layers,
        "num_attention_heads": build.heads,
        "num_key_value_heads": build.kv_heads,
        "vocab_size": build.vocab_size,
        "tie_word_embeddings": True,
    }


def read(path: Path) -> Mapping[str, Any]:
    """A ``config.json`` on disk."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON ({error}); give --config FILE") from None
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no JSON object; give a model's config.json")
    return found


def from_hub(repo: str, revision: str) -> Mapping[str, Any]:
    """The ``config.json`` of a hub repository, a few hundred bytes."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return read(Path(hf_hub_download(repo, "config.json", revision=revision or None)))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise InputError(
            f"config.json of {repo!r} cannot be downloaded ({error}); give --config FILE"
        ) from None
