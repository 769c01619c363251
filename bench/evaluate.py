"""Scoring against rouge-score's own scorer, and the bootstrap, on seeded pairs of 60 syllables.

    python -m bench.evaluate [--pairs 10000]

The peer is ``rouge_score.rouge_scorer.RougeScorer`` with its bootstrap aggregator left out, one
process, its default (ASCII) tokenizer, on a tenth of the pairs. Prints seconds and rates.
"""

import argparse
import json
import random
import sys
import time

import numpy as np
from rouge_score import rouge_scorer

from stages import params
from stages.evaluate import bootstrap, score
from stages.evaluate.predictions import Prediction
from stages.evaluate.rouge import METRICS

SYLLABLES = [a + b + c for a in "bcdghklmnt" for b in "aàảãáạeêoơuư" for c in ["", "n", "ng", "m"]]


def predictions(count: int) -> list[Prediction]:
    """Outputs that share about half of their syllables with the reference, in order."""
    draw = random.Random(0)
    found = []
    for i in range(count):
        reference = draw.choices(SYLLABLES, k=60)
        output = [s if draw.random() < 0.5 else draw.choice(SYLLABLES) for s in reference]
        texts = (f"p{i}", " ".join(reference), " ".join(output))
        found.append(Prediction(f"id{i}", "t", "s", i, *texts, "stop", 60, 1.0))
    return found


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    pairs = parser.parse_args().pairs
    evaluate = params.load()["evaluate"]
    rows = predictions(pairs)

    started = time.perf_counter()
    values = score.values_of(rows, evaluate, 2)
    ours = time.perf_counter() - started

    scorer = rouge_scorer.RougeScorer(list(METRICS))
    few = rows[: max(1, pairs // 10)]
    started = time.perf_counter()
    for row in few:
        scorer.score(row.reference, row.output)
    peer = (time.perf_counter() - started) * pairs / len(few)

    started = time.perf_counter()
    column = np.column_stack([values["rougeL.f1"]])
    bootstrap.resampled_sums(column, 10_000, 1)
    resampling = time.perf_counter() - started
    found = {"pairs": pairs, "scoring_s": round(ours, 2), "rouge_score_alone_s": round(peer, 2),
             "bootstrap_10000_s": round(resampling, 2)}  # fmt: skip
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
