"""Is a row confidently in a language that is not wanted?

Detectors are unsure of informal Vietnamese: written without diacritics it is taken for another
language in a quarter of cases, and with its abbreviations (``ko bít lm j``) more often. So before
a detector is asked, Vietnamese is recognised by itself:

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
_MARKED_LETTERS = "ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ"
_MARKED = re.compile(f"[{_MARKED_LETTERS}]")
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7ff]")
_MARKED_LETTER = re.compile(f"[{_MARKED_LETTERS}{_MARKED_LETTERS.upper()}]")
#: Spellings of informal writing that are no syllables; such as English has too (t, s) are left out.
_TEENCODE_WORDS = """
    bik bjo bjt bn bt bthg cg cj ck clm cmt cn cx dc dk dt fai fb gd gj gđ hc hk hnay hok hqa
    hx ib ik j jo jz k kb kh khg kq ks kug lm ln mik mjk mk mn mng mxh ng ngta ngv nh nhju
    nhma nka nma nn ns nt ntn nv nx ok oke oki okla oy pk pn pt qa qtrc rk sml sn stt tg thg
    thik thix thj tk tks tl tn trc trg trl trog uh uk ukm vd vk vkl vl vn vs vst vt vz wa wen
    wé xg xl yk z za zay zj zk zo zui zô zùi zậy zị đc đk đt
"""
TEENCODE = frozenset(_TEENCODE_WORDS.split())
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
    texts: Sequence[str],
    *,
    allowed: Sequence[str],
    min_words: int,
    confidence: float,
    classify: Classify,
) -> str:
    """The language of a row's ``texts`` if it is confidently none of ``allowed``, else "".

    Rows of fewer than ``min_words`` words are never foreign: too short to tell. A letter of a
    script without spaces counts as a word. Where Vietnamese is allowed, one text that is Vietnamese
    keeps the row: a translation into another language, or an answer that is a program.
    """
    if not allowed:
        return ""
    if VIETNAMESE in allowed and any(map(_marked_enough, texts)):
        return ""
    words = [_WORD.findall(nfc(text).lower()) for text in texts]
    unspaced = sum(len(UNSPACED.findall(text)) for text in texts)
    if sum(map(len, words)) + unspaced < min_words:
        return ""
    if VIETNAMESE in allowed and any(looks_vietnamese(part) for part in words if part):
        return ""
    language, certainty = classify("\n".join(texts))
    return language if language not in allowed and certainty >= confidence else ""


def _marked_enough(text: str) -> bool:
    """Whether so many letters of a text are only Vietnamese that its words need no counting.

    A syllable has three such letters at most, and a text at most half as many words as characters,
    so this never says yes where :func:`looks_vietnamese` says no.
    """
    marked = len(_MARKED_LETTER.findall(text))
    return marked / 3 >= MARKED_SHARE * (len(text) + 1) / 2 > 0


def looks_vietnamese(words: Sequence[str]) -> bool:
    """Whether words (NFC, lower case) are Vietnamese by their letters or their syllables.

    The spellings of informal writing count as syllables (``ko``, ``dc``, ``mk``).
    """
    marked = 0
    for word in words:
        marked += _MARKED.search(word) is not None
        if marked and marked >= MARKED_SHARE * len(words):
            return True
    syllables = sum(
        word in TEENCODE or _SYLLABLE.fullmatch(without_marks(word)) is not None for word in words
    )
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
