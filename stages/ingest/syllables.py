"""Whether a word could be a Vietnamese syllable, by its spelling alone.

    syllable = onset? + rime, at most one tone; before c, ch, p, t only sắc and nặng

Vietnamese has few rimes (listed below) and separates syllables by spaces, so the right reading of a
text is told from a wrong one by a handful of words: of French, German or Portuguese words with
accents hardly one in five passes, of Vietnamese ones nearly all. Names and loans fail.
"""

import re
import unicodedata

from stages.text import TONES, nfc

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph r s t th tr v x"
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu i ia ich im in inh ip it iu "
    "iêc iêm iên iêng iêp iêt iêu yê yêm yên yêng yêt yêu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi "
    "om on ong oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ up ut uy uya uych uyên uyêt uynh uyp "
    "uyt uyu uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưn ưng ươ ươc ươi ươm ươn ương ươp ươt ươu ưt "
    "ưu y"
)
_AFTER_Q = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc ân âng ât âu ây e en eo et "
    "ê êch ên ênh êt i ich in inh it iu ôc ơ ơi ơn y ych yên yêt ynh yt"
)
_TONELESS = frozenset(
    [onset + rime for onset in ("", *_ONSETS.split()) for rime in _RIMES.split()]
    + ["qu" + rime for rime in _AFTER_Q.split()]
)
_STOPPED = ("c", "ch", "p", "t")
_SHARP_OR_HEAVY = frozenset("\u0301\u0323")
_TONE = re.compile(f"[{TONES}]")


def is_syllable(word: str) -> bool:
    """Whether ``word`` (NFC) is spelt as a syllable, in small, capital or title letters."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    toneless, tones = _parted(word.lower())
    if len(tones) > 1 or toneless not in _TONELESS:
        return False
    return not tones or not toneless.endswith(_STOPPED) or tones in _SHARP_OR_HEAVY


def _parted(word: str) -> tuple[str, str]:
    """``word`` without its tones, and its tones."""
    apart = unicodedata.normalize("NFD", word)
    return nfc(_TONE.sub("", apart)), "".join(_TONE.findall(apart))
