"""Vietnamese word segmentation by underthesea, an optional library (extra ``vi``).

It is imported where it is first used: the import takes seconds. Its version counts as part of the
tokenizer's name, because another version cuts words otherwise; any other than the known one is
refused. About 330 texts a second and core.
"""

from collections.abc import Callable
from importlib import metadata

from stages.errors import VersionError

VERSION = "9.5.0"


class Segmenter:
    """Cuts text into words. Raises :class:`VersionError` unless the known version is installed."""

    NAME = f"word(underthesea {VERSION})"

    def __init__(self) -> None:
        try:
            found = metadata.version("underthesea")
        except metadata.PackageNotFoundError:
            found = "not installed"
        if found != VERSION:
            raise VersionError(
                f"evaluate.tokenizer is 'word', which needs underthesea {VERSION} ({found}); "
                "run `pip install -c constraints.txt -e '.[vi]'`"
            )
        self._cut: Callable[[str], list[str]] | None = None

    def words(self, text: str) -> list[str]:
        """The words and marks of ``text`` (NFC), in order."""
        if not text.strip():
            return []
        if self._cut is None:
            from underthesea import word_tokenize

            self._cut = word_tokenize
        return self._cut(text)
