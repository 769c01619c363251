"""ROUGE-1, 2, L and Lsum (Lin 2004, https://aclanthology.org/W04-1013) over Unicode tokens.

The scorer is ``rouge-score``; what is replaced is its tokenizer, which drops everything outside
``[a-z0-9]``: "Tôi bán bàn" and "Tới bạn bắn" both become ``t i b n b n`` and score 1.0, and an
unrelated Vietnamese article scores ROUGE-1 of 0.44 instead of 0.09.

``syllable``  NFC, lower case, runs of Unicode letters and digits (Vietnamese writes a space between
              syllables); on plain English the same tokens as ``ascii``
``word``      Vietnamese words, which may have several syllables (:mod:`stages.evaluate.words`)
``ascii``     the legacy tokenizer, to compare with published tables; wrong for Vietnamese

Worked examples: docs/rouge.md. Cost: about 800 pairs of 60 tokens a second and core; L and Lsum
grow with the product of both lengths.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rouge_score import rouge_scorer, tokenizers

from stages.evaluate.sentences import by_punctuation
from stages.evaluate.words import Segmenter

METRICS = ("rouge1", "rouge2", "rougeL", "rougeLsum")
PARTS = ("precision", "recall", "f1")
WORD = re.compile(r"[^\W_]+")
TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")  # grave, acute, tilde, hook, dot below


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of one output, each in [0, 1]."""

    precision: float
    recall: float
    f1: float


def folded(text: str, *, fold_tones: bool) -> str:
    """``text`` in NFC and lower case; ``fold_tones`` also drops the five tone marks."""
    if fold_tones:
        text = TONES.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).lower()


class Syllables(tokenizers.Tokenizer):  # type: ignore[misc]
    """Runs of letters and digits."""

    def __init__(self, *, fold_tones: bool) -> None:
        self.fold_tones = fold_tones

    def tokenize(self, text: str) -> list[str]:
        """The tokens of ``text``, in order."""
        return WORD.findall(folded(text, fold_tones=self.fold_tones))


class Words(tokenizers.Tokenizer):  # type: ignore[misc]
    """Vietnamese words; what has neither letter nor digit is no token."""

    def __init__(self, *, fold_tones: bool) -> None:
        self.fold_tones = fold_tones
        self.segmenter = Segmenter()

    def tokenize(self, text: str) -> list[str]:
        """The tokens of ``text``, in order; the syllables of a word are joined by a blank."""
        words = self.segmenter.words(unicodedata.normalize("NFC", text))
        return [folded(word, fold_tones=self.fold_tones) for word in words if WORD.search(word)]


def named(tokenizer: str, *, fold_tones: bool) -> tokenizers.Tokenizer:
    """The tokenizer of that name; tone folding is no business of ``ascii``."""
    if tokenizer == "ascii":
        return tokenizers.DefaultTokenizer(use_stemmer=False)
    return (Words if tokenizer == "word" else Syllables)(fold_tones=fold_tones)


class Scorer:
    """ROUGE with a named tokenizer and sentence splitter, without stemming."""

    def __init__(self, tokenizer: str, *, fold_tones: bool, sentences: str) -> None:
        self._split = sentences == "punctuation"
        self._scorer = rouge_scorer.RougeScorer(
            list(METRICS), tokenizer=named(tokenizer, fold_tones=fold_tones)
        )

    def score(self, references: Sequence[str], output: str) -> dict[str, Score]:
        """Metric → the output's score against the reference that it agrees with best, by F1."""
        best = self._scorer.score_multi([self._lines(r) for r in references], self._lines(output))
        return {name: Score(s.precision, s.recall, s.fmeasure) for name, s in best.items()}

    def _lines(self, text: str) -> str:
        """``text`` as rouge-score takes sentences: one a line."""
        return "\n".join(by_punctuation(text)) if self._split else text


def signature(tokenizer: str, *, fold_tones: bool, sentences: str) -> str:
    """What the scores depend on, in one line, to stand beside every score."""
    normal = "none" if tokenizer == "ascii" else "NFC+lower"
    tones = "folded" if fold_tones and tokenizer != "ascii" else "kept"
    name = Segmenter.NAME if tokenizer == "word" else tokenizer
    return (
        f"rouge-score|tokenizer={name}|normal={normal}|tones={tones}|sentences={sentences}"
        "|stemmer=no|references=best|aggregate=mean"
    )
