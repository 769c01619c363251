"""``data/report/README.md``: the model card, with the metadata that the Hugging Face hub reads."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.report import figures, page
from pipeline.report.content import ROUGE, Content
from pipeline.report.sources import Source, sources

LANGUAGE = "vi"  # where clean's attestation names none
LONGEST = 300  # characters of any text that comes from data or parameters
METRIC_TYPES = {**dict.fromkeys(ROUGE.values(), "rouge"), "Exact match": "exact_match"}


def card(content: Content) -> ModelCard:
    """The card. Its metadata holds only what is attested or measured."""
    environment = Environment(  # Markdown: `md` escapes what is not Tinh's own text
        loader=FileSystemLoader(page.HERE),
        autoescape=False,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=page.finalize,
    )
    environment.filters.update(md=markdown, code=code, count=page.count, listed=figures.listed)
    train = content.statements.get("train")
    evaluated = content.metrics.get("evaluate", {})
    found = sources(content)
    body = environment.get_template("card.md").render(
        name=content.name,
        base_name=str(content.base.get("name", "A base model")),
        base_licence=str(content.base.get("licence") or ""),
        sources=found,
        verdict=figures.verdict(content)[1],
        lineage=page.chain(content),
        path=figures.rows_path(content),
        training=page.training(content),
        scores=figures.scores(content),
        signature=str(evaluated.get("signature", "")),
        commit=(train.commit or "")[:12] if train else "",
        dirty=bool(train and train.dirty),
        grade=train.grade if train else "",
    )
    return ModelCard(f"---\n{metadata(content, found).to_yaml()}\n---\n\n{body}")


def metadata(content: Content, found: Sequence[Source]) -> ModelCardData:
    """What the hub shows beside the card.

    ``datasets`` names the files: local ones, which no hub has. Their digests stand in
    ``dataset_digests``, and what their rows name as licence in ``dataset_licences``.
    """
    base = content.base
    licence = str(base["licence"]).lower() if base.get("licence") else None
    repo = figures.mapping(base.get("hub")).get("repo") if base.get("source") == "hub" else None
    results = [
        EvalResult(
            task_type="text-generation",
            dataset_type="held-out",
            dataset_name="test split, held out by content hash",
            dataset_split="test",
            dataset_revision=_splits_digest(content),
            metric_type=METRIC_TYPES[score.name],
            metric_name=f"{score.name}{' F1' if score.name != 'Exact match' else ''}",
            metric_value=round(score.tuned.value, 6),
            metric_args=_tokenizer(content.metrics["evaluate"]),
        )
        for score in figures.scores(content)
        if score.tuned.value is not None
    ]
    return ModelCardData(
        language=_languages(content),
        license=licence,
        library_name="transformers",
        pipeline_tag="text-generation",
        base_model=str(repo) if repo else None,
        tags=["qlora", "lora", "tinh"],
        datasets=[source.name for source in found] or None,
        dataset_digests={source.name: f"sha256:{source.sha256}" for source in found} or None,
        dataset_licences={s.name: list(s.licences) for s in found if s.licences} or None,
        model_name=content.name,
        eval_results=results or None,
    )


def _languages(content: Content) -> str | list[str]:
    """The languages that cleaning kept, as ISO 639-1."""
    statement = content.statements.get("clean")
    section = figures.mapping(statement.params.get("clean") if statement else None)
    found = section.get("languages")
    kept = [str(x) for x in found] if isinstance(found, list) else []
    return kept[0] if len(kept) == 1 else kept or LANGUAGE


def _splits_digest(content: Content) -> str | None:
    """The digest of the splits, which says what the test rows were."""
    statement = content.statements.get("split")
    sha256 = statement.subjects.get("data/splits", {}).get("sha256") if statement else None
    return f"sha256:{sha256}" if sha256 else None


def _tokenizer(evaluated: Mapping[str, Any]) -> dict[str, Any] | None:
    tokenizer = evaluated.get("tokenizer")
    return {"tokenizer": str(tokenizer)} if tokenizer else None


def markdown(value: Any) -> str:
    """Text as text: one line, bounded, no HTML, and nothing that Markdown would act upon."""
    text = html.escape(" ".join(str(value).split())[:LONGEST], quote=False)
    return re.sub(r"([\\`*_\[\]|~#!])", r"\\\1", text)


def code(value: Any) -> str:
    """Text as a code span: one line, bounded, and no backtick that would end it."""
    return f"`{' '.join(str(value).split())[:LONGEST].replace('`', chr(39))}`"
