"""What ROUGE does not see, measured on one output: pure functions, text in, number out."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from sacrebleu.metrics.chrf import CHRF

REPEATED = 4  # syllables in the n-grams of which repetition is counted


def exact_match(references: Sequence[str], output: str) -> float:
    """1.0 when the output is a reference after NFC and collapsing white space, else 0.0."""
    return float(_spaced(output) in {_spaced(reference) for reference in references})


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def chrf(references: Sequence[str], output: str) -> float:
    """Character n-gram F2 against the best reference (Popović 2015), in [0, 1], NFC.

    sacreBLEU's sentence chrF, divided by 100.
    """
    normal = [unicodedata.normalize("NFC", text) for text in references]
    return float(_chrf().sentence_score(unicodedata.normalize("NFC", output), normal).score) / 100


@cache
def _chrf() -> CHRF:
    return CHRF()


def chrf_signature() -> str:
    """sacreBLEU's own signature of :func:`chrf`."""
    scorer = CHRF()
    scorer.sentence_score("a", ["a"])
    return f"chrF|{scorer.get_signature()}"


def repetition(tokens: Sequence[str]) -> float:
    """Share of an output's 4-grams that stood in it before (seq-rep-4, Welleck et al. 2020).

    0.0 for fewer than four tokens.
    """
    grams = ngrams(tokens, REPEATED)
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def ngrams(tokens: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """All runs of ``size`` tokens, in order."""
    return list(zip(*(tokens[k:] for k in range(size)), strict=False))


def distinct(outputs: Iterable[Sequence[str]], size: int) -> float | None:
    """Different n-grams over all n-grams of all outputs (distinct-n, Li et al. 2016).

    None when there is no n-gram. Falls with the number of outputs: compare equal numbers only.
    """
    seen, total = set(), 0
    for tokens in outputs:
        grams = ngrams(tokens, size)
        seen.update(grams)
        total += len(grams)
    return len(seen) / total if total else None
