"""The rules on real text: what they change, counted exactly, and that letters and digits stay."""

from collections import Counter

import pytest
import real_text

from stages.clean.rules import RULES, apply
from stages.text import syllables

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not real_text.REAL.is_dir(), reason="no real data beside the checkout"),
]

# Texts that each rule changes. Nothing else may be: no tag, no joined syllables, and no number
# taken for personal data, of which these texts have none.
CHANGED = {
    # CRLF; zero-width spaces of a translation tool and a soft hyphen; Ð for Đ
    "viwiki_plain": {"whitespace": 345, "invisible": 6, "d_stroke": 10},
    # blank lines and trailing blanks of every article; Ð for Đ; decomposed letters
    "vlc_law": {"whitespace": 3035, "d_stroke": 9, "nfc": 351},
    "tatoeba": {"nfc": 2},  # decomposed letters
    "ud_vtb": {},
    # "565 Â°C" four times and "1455â€“1536"; zero-width spaces, one BOM; doubled and final blanks
    "xquad": {"mojibake": 5, "invisible": 8, "whitespace": 18},
}
LETTERS_CHANGE = ("mojibake", "d_stroke", "invisible")


@pytest.mark.parametrize("source", CHANGED)
def test_rules_change_what_is_wrong_and_nothing_else(source):
    changed = Counter()
    for text in real_text.texts()[source]:
        cleaned, by = apply(text, tuple(RULES))
        changed.update(by)
        if not set(by) & set(LETTERS_CHANGE):
            assert syllables(cleaned) == syllables(text)
        assert apply(cleaned, tuple(RULES)) == (cleaned, ())
    assert changed == CHANGED[source]
