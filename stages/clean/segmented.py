"""Text in which a segmenter has joined the syllables of words: ``sinh_viên học ở trường đại_học``.

Underscores stand in other texts too (``so_luong``, file names, addresses), so a text is taken for
segmented only as a whole: of the tokens joined by underscores most are Vietnamese by their letters,
and they are a fair share of all. Real sentences that were segmented have a joined token in five.
"""

import re

from stages.clean.code import outside_code

JOINED_SHARE = 0.05  # of tokens; and two at least, since one may be a name
VIETNAMESE_SHARE = 0.5  # of joined tokens, with a letter outside ASCII

# Letters only, joined singly; not within an address, a path, a file name, a call or a variable.
_JOINED = re.compile(r"(?<![\w/\\@.:=$#%&{<(-])[^\W\d_]+(?:_[^\W\d_]+)+(?![\w/\\@(]| ?=|[.:-]\w)")


def segmented(text: str) -> str:
    """Underscores between the syllables of segmented text to spaces; other text as it is."""
    return outside_code(text, _apart)


def _apart(text: str) -> str:
    joined = _JOINED.findall(text)
    vietnamese = sum(not token.isascii() for token in joined)
    few = len(joined) < max(2, JOINED_SHARE * len(text.split()))
    if few or vietnamese < VIETNAMESE_SHARE * len(joined):
        return text
    return _JOINED.sub(lambda match: match.group().replace("_", " "), text)
