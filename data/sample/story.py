"""Prose of the pre-training corpus: a headline or opening, the event, and its facts once more.

Pairs of (slots, wordings). The wording differs from that of the sample's bulletins throughout; a
test holds that no eight syllables in a row occur in both.
"""

from collections.abc import Mapping

Story = tuple[Mapping[str, str], tuple[str, ...]]
