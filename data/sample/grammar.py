"""Template expansion: ``[a|b|c]`` picks one wording (innermost first), ``{slot}`` sets a fact."""

import re
from collections.abc import Mapping
from random import Random

from sample.slots import pick

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE_START = re.compile(r"(^|[.?!:…] – |[.?!…] |\n– |^– )(\w)")


def choose(rng: Random, template: str) -> str:
    """The template with each ``[a|b]`` settled; slots stay."""
    while match := _CHOICE.search(template):
        option = pick(rng, match.group(1).split("|"))
        template = template[: match.start()] + option + template[match.end() :]
    return re.sub(r" +", " ", template).replace(" .", ".").replace(" ,", ",").strip()


def sentence_case(text: str) -> str:
    """The text with the first letter of each sentence in upper case."""
    return _SENTENCE_START.sub(lambda match: match.group(1) + match.group(2).upper(), text)


def expand(rng: Random, template: str, facts: Mapping[str, str]) -> str:
    """The finished text of a template."""
    return sentence_case(choose(rng, template).format_map(facts))
