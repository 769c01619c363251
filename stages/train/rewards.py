"""What an answer is worth: the rewards that ``train.grpo.rewards`` names and weighs.

Each gives a number from 0 to 1 for an answer and its reference. They judge text while a model is
trained; ``evaluate`` measures it afterwards by its own code, which no reward may share.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from stages.train.params import Rewards

Reward = Callable[[str, str], float]


def rouge_l(answer: str, reference: str) -> float:
    """F1 over the longest common subsequence of words (Lin 2004); 1 for two empty texts.

    Words are runs of letters and digits in NFC, lower case: Vietnamese syllables stay whole. Price:
    the product of both lengths.
    """
    given, wanted = words(answer), words(reference)
    if not given or not wanted:
        return float(given == wanted)
    common = common_subsequence(given, wanted)
    return 2 * common / (len(given) + len(wanted))


def length(answer: str, reference: str) -> float:
    """The shorter one's share of the longer one's words; 1 for two empty texts."""
    given, wanted = len(words(answer)), len(words(reference))
    return min(given, wanted) / max(given, wanted) if given or wanted else 1.0


def form(pattern: str) -> Reward:
    """The reward ``format``: 1 for an answer that ``pattern`` matches whole, else 0."""
    compiled = re.compile(pattern)

    def matches(answer: str, reference: str) -> float:
        return float(compiled.fullmatch(answer) is not None)

    return matches


def weighed(settings: Rewards) -> Reward:
    """The sum of all rewards, each times its weight; those of weight 0 are not computed."""
    parts: Mapping[str, tuple[float, Reward]] = {
        "rouge_l": (settings.rouge_l, rouge_l),
        "length": (settings.length, length),
        "format": (settings.format, form(settings.pattern)),
    }
    used = [(weight, reward) for weight, reward in parts.values() if weight]

    def total(answer: str, reference: str) -> float:
        return sum(weight * reward(answer, reference) for weight, reward in used)

    return total


@lru_cache(maxsize=4096)  # references come again with every sample of their group
def words(text: str) -> tuple[str, ...]:
    """Runs of letters and digits, in NFC and lower case."""
    return tuple(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower()))


def common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    """The length of the longest common subsequence, by rows of the dynamic programme."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, start=1):
            above = row[j]
            row[j] = diagonal + 1 if x == y else max(above, row[j - 1])
            diagonal = above
    return row[-1]
