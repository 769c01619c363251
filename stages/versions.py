"""The libraries whose numerics or bytes matter, held to the versions that params.yaml declares.

A stage names its libraries in ``LIBRARIES`` (``stages/ROOM/stage.py``); ``dvc.yaml`` makes their
declared versions parameters of the stage, so declaring another version runs the stage again, and
running under another version than the declared one is refused.
"""

import re
from collections.abc import Iterable, Mapping
from importlib import metadata

from stages.errors import VersionError


def installed(library: str) -> str | None:
    """The public version that is installed (``2.13.0+cpu`` counts as ``2.13.0``), or None."""
    try:
        return re.sub(r"\+.*", "", metadata.version(library))
    except metadata.PackageNotFoundError:
        return None


def require(libraries: Iterable[str], declared: Mapping[str, str]) -> dict[str, str]:
    """The declared versions of ``libraries``, each of which must be what is installed.

    Raises :class:`VersionError` with the library, both versions and the command that mends it.
    """
    for library in libraries:
        if library not in declared:
            raise VersionError(
                f"params.yaml: versions.{library} is missing; run `tinh versions --write`"
            )
        found = installed(library)
        if found != declared[library]:
            raise VersionError(
                f"{library} {found or 'is not installed'}, but params.yaml declares "
                f"{declared[library]}; run `pip install {library}=={declared[library]}`, or "
                f"`tinh versions --write` to declare what is installed"
            )
    return {library: declared[library] for library in libraries}
