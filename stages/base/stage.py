"""base: the model that is fine-tuned, and its tokenizer, pinned.

``data/base/model`` holds config.json and safetensors, ``data/base/tokenizer`` the tokenizer, apart
so that tokenize depends on the tokenizer alone.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from stages.base import build, sources
from stages.contract import Event, In, Out
from stages.errors import ModelError
from stages.params import Compute, Model, Seed
from stages.tensors import deterministic

LIBRARIES = ("torch", "transformers", "tokenizers", "safetensors", "huggingface-hub")
GRADE = "bitwise"


def run(*, pretrain: In, base: Out, model: Model, seed: Seed, compute: Compute) -> Iterator[Event]:
    """Build, copy or download the base that ``model.source`` names.

    Raises :class:`~stages.errors.ModelError` when the parts do not fit or are not those declared.
    """
    if model.source == "build":
        deterministic(compute.threads)
        texts = build.documents(pretrain)
        tokenizer = build.train_tokenizer(texts, model.build.vocab_size)
        trained = yield from build.pretrain(texts, tokenizer, model.build, seed)
        trained.save_pretrained(base / "model")
        tokenizer.save_pretrained(base / "tokenizer")
    elif model.source == "local":
        take(sources.local_files(model.local), base)
    else:
        with tempfile.TemporaryDirectory(dir=base.parent, prefix=".hub-") as folder:
            take(sources.download(model.hub, Path(folder)), base)
    require_fit(base)


def take(files: Sequence[Path], base: Path) -> None:
    """Install an existing model's files, and its tokenizer in the form this version writes."""
    from transformers import AutoTokenizer

    sources.install(files, base / "model")
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            files[0].parent, trust_remote_code=False, local_files_only=True
        )
    except (OSError, ValueError, ImportError) as error:
        raise ModelError(f"the base's tokenizer cannot be read: {error}") from None
    tokenizer.save_pretrained(base / "tokenizer")


def require_fit(base: Path) -> None:
    """Raise :class:`ModelError` unless model and tokenizer belong together.

    Every token id must have a row in the embedding, and an end-of-sequence token must exist.
    """
    from transformers import AutoConfig, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(base / "model", trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise ModelError(f"the base's config.json cannot be read: {error}") from None
    tokenizer = AutoTokenizer.from_pretrained(base / "tokenizer", trust_remote_code=False)
    largest = max(tokenizer.get_vocab().values())
    if largest >= config.vocab_size:
        raise ModelError(
            f"the tokenizer has token id {largest}, but the base model has only "
            f"{config.vocab_size} embeddings; use the tokenizer that the model was trained with"
        )
    if tokenizer.eos_token_id is None:
        raise ModelError("the base's tokenizer has no end-of-sequence token; set one in its config")
