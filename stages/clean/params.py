"""The section ``clean`` of params.yaml."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from stages.params import Section

#: The rules there are, in the order that is meant (``stages/clean/rules.py``).
NAMES = (
    "mojibake", "html", "invisible", "control", "nfc",
    "d_stroke", "segmented", "whitespace",
    "email", "phone", "citizen_id", "bank_card", "ip_address",
)  # fmt: skip
#: What a row can be dropped for (``stages/clean/filters.py``, ``benchmark.py``, ``duplicates.py``).
FILTERS = (
    "empty", "length", "repetition", "quality", "language", "contamination", "exact", "near",
)  # fmt: skip
Share = Annotated[float, Field(ge=0, le=1)]


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


class Repetition(Section):
    """Largest shares of what stood before (see ``stages/clean/quality.py``)."""

    min_words: Annotated[int, Field(ge=10)]
    lines: Share
    top_2gram: Share
    top_4gram: Share
    loop: Share


class Quality(Section):
    """What text that is language has (see ``stages/clean/quality.py``)."""

    min_words: Annotated[int, Field(ge=1)]
    min_word_length: Annotated[float, Field(ge=0)]
    max_word_length: Annotated[float, Field(gt=0)]
    min_letters: Share
    min_stop_words: Annotated[int, Field(ge=0)]
    stop_words: list[str]


class Clean(Section):
    """What is repaired, what is refused, and what counts as the same."""

    rules: list[str]
    filters: list[str]
    min_chars: Annotated[int, Field(ge=0)]
    max_chars: Annotated[int, Field(ge=1)]
    repetition: Repetition
    quality: Quality
    languages: list[str]
    language_min_words: Annotated[int, Field(ge=1)]
    language_confidence: Annotated[float, Field(ge=0, le=1)]
    near_duplicates: NearDuplicates
    decontaminate: Decontaminate

    @field_validator("rules", "filters")
    @classmethod
    def _known_once(cls, names: list[str], info: ValidationInfo) -> list[str]:
        known, kind = (NAMES, "rule") if info.field_name == "rules" else (FILTERS, "filter")
        for name in names:
            if name not in known:
                raise ValueError(f"no {kind} {name!r}; there are: {', '.join(known)}")
            if names.count(name) > 1:
                raise ValueError(f"{kind} {name!r} stands twice; name it once")
        return names
