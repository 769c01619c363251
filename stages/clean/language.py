"""Is a row confidently in a language that is not wanted?

Detectors are unsure of informal Vietnamese: written without diacritics it is taken for another
language in a quarter of cases. So before a detector is asked, Vietnamese is recognised by itself:

1. by letters that only Vietnamese has (``ơ ư ạ ấ ễ`` …; ``é à ô`` prove nothing), and
2. by its syllables: without marks, nearly every word of Vietnamese is one of some 1,800
   onset + rime combinations, and a third of English words at most.

Only then py3langid decides, and only at a confidence of its own. Measured on 4,369 Vietnamese
texts of eight words and more: none rejected with diacritics, one without; of 2,286 English ones
98 % rejected.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

from stages.text import nfc

VIETNAMESE = "vi"
MARKED_SHARE = 0.05  # of words with a letter that only Vietnamese has; real text has 0.2 and more
SYLLABLE_SHARE = 0.6  # of words that are Vietnamese syllables; real text without marks 0.6 to 1

_WORD = re.compile(r"[^\W\d_]+")
_MARKED = re.compile("[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7ff]")
_ONSETS = "ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdghklmnprstvx]"
_RIMES = (
    "a(?:ch|ng|nh|[cimnoptuy])?|e(?:ch|ng|nh|[cmnoptu])?|o(?:ng|[cimnpt])?|u(?:ng|[acimnptu])?"
    "|i(?:ch|nh|[acmnptu])?|ie(?:ng|[cmnptu])|y(?:e(?:ng|[mntu]))?"
    "|oa(?:ch|ng|nh|[cimnoptuy])?|oe(?:[nto])?|oo(?:ng|c)|ua(?:ng|[nty])|ue(?:ch|nh)?"
    "|uo(?:ng|[cimnptu])?|uy(?:a|ch|nh|e[nt]|[ntu])?"
)
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{_RIMES})")

Classify = Callable[[str], tuple[str, float]]


def foreign(
    text: str, *, allowed: Sequence[str], min_words: int, confidence: float, classify: Classify
) -> str:
    """The language of ``text`` if it is confidently none of ``allowed``, else "".

    Texts of fewer than ``min_words`` words are never foreign: too short to tell. A letter of a
    script without spaces counts as a word.
    """
    if not allowed:
        return ""
    words = _WORD.findall(nfc(text).lower())
    if len(words) + len(_UNSPACED.findall(text)) < min_words:
        return ""
    if VIETNAMESE in allowed and looks_vietnamese(words):
        return ""
    language, certainty = classify(text)
    return language if language not in allowed and certainty >= confidence else ""


def looks_vietnamese(words: Sequence[str]) -> bool:
    """Whether words (NFC, lower case) are Vietnamese by their letters or their syllables."""
    marked = 0
    for word in words:
        marked += _MARKED.search(word) is not None
        if marked and marked >= MARKED_SHARE * len(words):
            return True
    syllables = sum(_SYLLABLE.fullmatch(without_marks(word)) is not None for word in words)
    return syllables >= SYLLABLE_SHARE * len(words)


def without_marks(word: str) -> str:
    """A word with all diacritics off: ``đường`` → ``duong``."""
    apart = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c))


@cache
def detector() -> Classify:
    """py3langid's classifier with probabilities; its model lies inside the package."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.1 s, and only when asked

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    classify: Classify = identifier.classify
    return classify
