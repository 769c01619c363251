"""A base model that already exists: a local folder of a stated digest, or a hub commit.

Only known file names are taken, weights as safetensors alone: no pickle is opened and no code that
comes with a model is ever run.
"""

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from stages.errors import ModelError, ParamsError
from stages.params import HEX40, Hub, Local

WEIGHTS = ("*.safetensors", "model.safetensors.index.json", "config.json", "generation_config.json")
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
)


def taken_files(folder: Path) -> list[Path]:
    """The files of ``folder`` that belong to a base, sorted by name; nothing below it."""
    found = {p for pattern in (*WEIGHTS, *TOKENIZER) for p in folder.glob(pattern) if p.is_file()}
    return sorted(found)


def folder_digest(files: Sequence[Path]) -> str:
    """SHA-256 over one ``sha256sum`` line for each file, in the order given."""
    lines = []
    for path in files:
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def local_files(local: Local) -> list[Path]:
    """The files of a local base. Raises :class:`ModelError` unless their digest is as declared."""
    folder = Path(local.path)
    if not local.path or not folder.is_dir():
        raise ModelError(
            f"params.yaml: model.local.path {local.path!r} is no folder; "
            "set it to the folder that holds config.json and *.safetensors"
        )
    files = taken_files(folder)
    found = folder_digest(files)
    if found != local.digest:
        raise ModelError(
            f"{folder} has digest {found}, but params.yaml: model.local.digest is "
            f"{local.digest!r}; set it to that if these are the files you mean"
        )
    return files


def require_commit(hub: Hub) -> None:
    """Raise :class:`ParamsError` unless the revision is a full commit hash.

    A branch or tag can be moved to other bytes; a commit cannot.
    """
    if not re.fullmatch(HEX40, hub.revision):
        raise ParamsError(
            f"params.yaml: model.hub.revision is {hub.revision!r}; give the 40 hexadecimal digits "
            "of a commit (a branch or tag can move)"
        )


def download(hub: Hub, folder: Path) -> list[Path]:
    """Download a hub snapshot into ``folder`` and return its files.

    Raises :class:`ParamsError` for a revision that is no commit, :class:`ModelError` when the hub
    cannot give it.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    require_commit(hub)
    try:
        snapshot_download(
            hub.repo,
            revision=hub.revision,
            local_dir=folder,
            allow_patterns=[*WEIGHTS, *TOKENIZER],
        )
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"{hub.repo}@{hub.revision[:12]} cannot be downloaded: {error}; check model.hub, the "
            "network, and HF_TOKEN if the repository is gated"
        ) from None
    return taken_files(folder)


def install(files: Sequence[Path], model: Path) -> None:
    """Copy weights and configuration to ``model``. Raises :class:`ModelError` if some are missing.

    The tokenizer is written apart (:mod:`stages.base.stage`).
    """
    names = {path.name for path in files}
    if "config.json" not in names or not any(n.endswith(".safetensors") for n in names):
        raise ModelError(
            f"the base has {', '.join(sorted(names)) or 'no file'}; it needs config.json and "
            "*.safetensors (pickled weights are not read: convert them first)"
        )
    model.mkdir(parents=True)
    for path in files:
        if any(path.match(pattern) for pattern in WEIGHTS):
            shutil.copyfile(path, model / path.name)
