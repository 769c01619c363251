"""The section ``clean`` of params.yaml."""

from typing import Annotated

from pydantic import Field, field_validator

from stages.params import Section


class NearDuplicates(Section):
    """MinHash and its verification (see ``stages/near.py``)."""

    threshold: Annotated[float, Field(gt=0, le=1)]
    ngram: Annotated[int, Field(ge=1)]
    bands: Annotated[int, Field(ge=1)]
    rows: Annotated[int, Field(ge=1)]


class Decontaminate(Section):
    """Overlap with benchmark files, in syllables."""

    ngram: Annotated[int, Field(ge=1)]
    shortest: Annotated[int, Field(ge=1)]


class Clean(Section):
    """What is repaired, what is refused, and what counts as the same."""

    rules: list[str]
    min_chars: Annotated[int, Field(ge=0)]
    max_chars: Annotated[int, Field(ge=1)]
    languages: list[str]
    language_min_words: Annotated[int, Field(ge=1)]
    language_confidence: Annotated[float, Field(ge=0, le=1)]
    near_duplicates: NearDuplicates
    decontaminate: Decontaminate

    @field_validator("rules")
    @classmethod
    def _known_once(cls, rules: list[str]) -> list[str]:
        for rule in rules:
            if rule not in NAMES:
                raise ValueError(f"no rule {rule!r}; there are: {', '.join(NAMES)}")
            if rules.count(rule) > 1:
                raise ValueError(f"rule {rule!r} stands twice; name it once")
        return rules


#: The rules there are, in the order that is meant (``stages/clean/rules.py``).
NAMES = (
    "mojibake", "html", "invisible", "control", "nfc",
    "d_stroke", "whitespace", "email", "phone", "citizen_id",
)  # fmt: skip
