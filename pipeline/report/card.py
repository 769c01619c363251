"""``data/report/README.md``: the model card, with the metadata that the Hugging Face hub reads."""

import html
import re
from collections.abc import Mapping
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.report import figures, page
from pipeline.report.content import ROUGE, Content

LANGUAGE = "vi"
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
    body = environment.get_template("card.md").render(
        name=content.name,
        base_name=str(content.base.get("name", "A base model")),
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
    return ModelCard(f"---\n{metadata(content).to_yaml()}\n---\n\n{body}")


def metadata(content: Content) -> ModelCardData:
    """What the hub shows beside the card."""
    base = content.base
    licence = str(base["licence"]).lower() if base.get("licence") else None
    repo = figures.mapping(base.get("hub")).get("repo") if base.get("source") == "hub" else None
    results = [
        EvalResult(
            task_type="text-generation",
            dataset_type="held-out",
            dataset_name="test split, held out by content hash",
            dataset_split="test",
            metric_type=METRIC_TYPES[score.name],
            metric_name=f"{score.name}{' F1' if score.name != 'Exact match' else ''}",
            metric_value=round(score.tuned.value, 6),
            metric_args=_tokenizer(content.metrics["evaluate"]),
        )
        for score in figures.scores(content)
        if score.tuned.value is not None
    ]
    return ModelCardData(
        language=LANGUAGE,
        license=licence,
        library_name="transformers",
        pipeline_tag="text-generation",
        base_model=str(repo) if repo else None,
        tags=["qlora", "lora", "tinh"],
        model_name=content.name,
        eval_results=results or None,
    )


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
