"""Is what a row teaches worth learning? Loops and text that is hardly language are refused.

Judged are answers and plain texts, each by itself: what stands in a prompt is not learned, and a
rejected answer may be as bad as it likes. Code, tables and formulas are left out, and the rest is
judged from ``min_words`` words on, so a short answer is never refused.

====================  =====================================================================
``repeated_lines``    share of lines that stood before in the text
``repeated_ngram``    share of words that the most frequent 2-gram, or 4-gram, takes up
``repeated_text``     share of words in 10-grams that stood before: a loop, of any period
``word_length``       mean characters of a word: base64, words run together, scattered letters
``few_letters``       share of letters among all characters: dumps of numbers, drawings
``few_stop_words``    how many of the most frequent words of Vietnamese: lists of search terms
====================  =====================================================================

The measures are Gopher's (Rae et al. 2021, appendix A1.1). FineWeb-2 worked out limits for web
pages in Vietnamese (``configs/vie_Latn.yml``: 2-gram .223, 4-gram .171, 10-grams .111, lines .293,
words with a letter .803), by words. Syllables repeat more: these limits would refuse a third of the
articles of a law. So those in params.yaml lie beyond what real texts of any kind reach.

Words are what stands between blanks. N-grams are counted only where words recur so often that a
limit could be met.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from stages.clean.language import UNSPACED

REPETITION = ("repeated_lines", "repeated_ngram", "repeated_text")
QUALITY = ("word_length", "few_letters", "few_stop_words")
LOOP = 10  # words of a run; Gopher's longest


@dataclass(frozen=True)
class RepetitionLimits:
    """Largest shares, of lines and of words (see ``clean.repetition``)."""

    min_words: int
    lines: float
    ngrams: tuple[tuple[int, float], ...]  # (n, largest share)
    loop: float


@dataclass(frozen=True)
class QualityLimits:
    """Limits of text that is language (see ``clean.quality``)."""

    min_words: int
    min_word_length: float
    max_word_length: float
    min_letters: float
    min_stop_words: int
    stop_words: tuple[str, ...]  # lower case, with diacritics and without


def repetitive(text: str, words: Sequence[str], limits: RepetitionLimits) -> tuple[str, str] | None:
    """Reason and detail if a text, whose words are ``words``, repeats itself beyond the limits."""
    if len(words) < limits.min_words:
        return None
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    share = 1 - len(set(lines)) / len(lines)
    if share > limits.lines:
        return "repeated_lines", f"{share:.2f} of the lines stood before"
    # Words that are new are in no repetition: a bound that spares most texts the counting.
    recurring = 1 - len(set(words)) / len(words)
    for n, limit in limits.ngrams:
        if recurring + n / len(words) > limit:
            share, gram = top_ngram(words, n)
            if share > limit:
                return "repeated_ngram", f"{gram!r} is {share:.2f} of the words"
    if recurring > limits.loop:
        share = looped(words, LOOP)
        if share > limits.loop:
            return "repeated_text", f"{share:.2f} of the words stood before"
    return None


def top_ngram(words: Sequence[str], n: int) -> tuple[float, str]:
    """The share of words that the most frequent n-gram takes up, and the n-gram; of equals the
    first. A run that overlaps itself ("ha ha ha") counts no word twice."""
    grams = Counter(zip(*(words[i:] for i in range(n)), strict=False))
    if not grams:
        return 0.0, ""
    gram, count = max(grams.items(), key=lambda item: item[1])  # the first of equals
    return min(1.0, count * n / len(words)), " ".join(gram)


def looped(words: Sequence[str], n: int) -> float:
    """The share of words that lie in an n-gram which stood before in the text."""
    seen: set[tuple[str, ...]] = set()
    covered, end = 0, 0  # words covered so far, and where the last covered run ends
    for start, gram in enumerate(zip(*(words[i:] for i in range(n)), strict=False)):
        if gram in seen:
            covered += start + n - max(start, end)
            end = start + n
        seen.add(gram)
    return covered / len(words)


def poor(text: str, words: Sequence[str], limits: QualityLimits) -> tuple[str, str] | None:
    """Reason and detail if a text, whose words are ``words``, is hardly language, else None."""
    if len(words) < limits.min_words:
        return None
    length = sum(map(len, words)) / len(words)
    if length > limits.max_word_length and UNSPACED.search(text):
        words = UNSPACED.sub(" ", text).lower().split()  # no words in scripts without spaces
        if len(words) < limits.min_words:
            return None
        length = sum(map(len, words)) / len(words)
    if not limits.min_word_length <= length <= limits.max_word_length:
        return "word_length", f"{length:.1f} characters a word"
    letters = sum(map(str.isalpha, text)) / sum(map(len, words))
    if letters < limits.min_letters:
        return "few_letters", f"{letters:.2f} of the characters are letters"
    found = sum(map(frozenset(limits.stop_words).__contains__, words))
    if found < limits.min_stop_words:
        return "few_stop_words", f"{found} in {len(words)} words"
    return None
