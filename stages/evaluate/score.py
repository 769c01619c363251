"""Every figure of every output: predictions → columns of numbers, one value a row.

Outputs are scored apart from each other, in blocks on several processes; the order of the values is
that of the predictions, so the number of processes changes nothing.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain

import numpy as np

from stages.evaluate import measures, rouge
from stages.evaluate.bootstrap import Column
from stages.evaluate.params import Evaluate
from stages.evaluate.predictions import Prediction, references
from stages.processes import die_with_parent

BLOCK = 250  # outputs handed to a process at once
Values = dict[str, Column]


@dataclass(frozen=True)
class Pair:
    """An output and the references it may agree with, its own first."""

    references: tuple[str, ...]
    output: str


def values_of(predictions: Sequence[Prediction], evaluate: Evaluate, processes: int) -> Values:
    """Name → values (rows,): ROUGE parts as ``rougeL.f1``, and the columns that ratios need."""
    scorer = partial(
        score_block,
        tokenizer=evaluate.tokenizer,
        fold_tones=evaluate.fold_tones,
        sentences=evaluate.sentences,
    )
    pairs = [
        Pair(found, row.output)
        for found, row in zip(references(predictions), predictions, strict=True)
    ]
    blocks = [pairs[i : i + BLOCK] for i in range(0, len(pairs), BLOCK)]
    if processes > 1 and len(blocks) > processes:
        with ProcessPoolExecutor(processes, initializer=die_with_parent) as pool:
            rows = list(chain.from_iterable(pool.map(scorer, blocks)))
    else:
        rows = list(chain.from_iterable(map(scorer, blocks)))
    values = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    tokens = np.array([float(row.reference_tokens) for row in predictions])
    return values | {
        "cut_off": np.array([float(row.finish_reason == "length") for row in predictions]),
        "tokens": tokens,
        "loss": tokens * np.array([row.reference_loss for row in predictions]),
    }


def score_block(
    pairs: Sequence[Pair], *, tokenizer: str, fold_tones: bool, sentences: str
) -> list[dict[str, float]]:
    """The figures of each output that depend on its text alone."""
    scorer = rouge.Scorer(tokenizer, fold_tones=fold_tones, sentences=sentences)
    return [_scored(pair, scorer) for pair in pairs]


def _scored(pair: Pair, scorer: rouge.Scorer) -> dict[str, float]:
    tokens = syllables(pair.output)
    scores = scorer.score(pair.references, pair.output)
    return {
        **{f"{n}.{part}": v for n, score in scores.items() for part, v in asdict(score).items()},
        "exact_match": measures.exact_match(pair.references, pair.output),
        "chrf": measures.chrf(pair.references, pair.output),
        "repetition": measures.repetition(tokens),
        "empty": float(not pair.output.strip()),
        "output_syllables": float(len(tokens)),
        "reference_syllables": float(len(syllables(pair.references[0]))),
    }


def syllables(text: str) -> list[str]:
    """The syllables by which lengths, repetition and distinct-n are counted, for any tokenizer."""
    return rouge.WORD.findall(rouge.folded(text, fold_tones=False))


def distinct(predictions: Sequence[Prediction]) -> dict[str, float | None]:
    """``distinct1`` and ``distinct2`` of all outputs."""
    return {
        f"distinct{n}": measures.distinct((syllables(row.output) for row in predictions), n)
        for n in (1, 2)
    }
