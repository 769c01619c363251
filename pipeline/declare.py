"""What params.yaml declares: the versions of libraries, and which profile it is.

The file is changed as text, line by line: a YAML writer would move comments and spacing, and a
diff should show what changed and nothing else.
"""

import os
import re
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import dag
from stages.errors import InputError, ParamsError
from stages.ingest import subjects
from stages.params import PARAMS, read
from stages.versions import installed

PROFILES = Path("profiles")
SECTION = "versions"


@dataclass(frozen=True)
class Library:
    """One library: the version that params.yaml declares, and the one that is installed."""

    name: str
    declared: str | None
    installed: str | None

    @property
    def agrees(self) -> bool:
        """Whether what is installed is what is declared."""
        return self.declared is not None and self.declared == self.installed


def libraries() -> list[Library]:
    """Every library that params.yaml declares or a stage of dvc.yaml depends on, by name."""
    declared = read(PARAMS).get(SECTION)
    if not isinstance(declared, Mapping):
        raise ParamsError(f"{PARAMS}: section {SECTION!r} is missing; add it (see profiles/)")
    prefix = f"{SECTION}."
    needed = {p.removeprefix(prefix) for s in dag.load() for p in s.params if p.startswith(prefix)}
    found = []
    for name in sorted({*declared, *needed}):
        version = declared.get(name)
        found.append(Library(name, None if version is None else str(version), installed(name)))
    return found


def write_versions(found: list[Library]) -> list[Library]:
    """Declare what is installed; returns the libraries whose line changed.

    Raises :class:`InputError` when one is not installed: there is nothing to declare then.
    """
    absent = [library.name for library in found if library.installed is None]
    if absent:
        raise InputError(f"{', '.join(absent)} not installed; run `make setup`, then try again")
    changed = [library for library in found if not library.agrees]
    text = PARAMS.read_text(encoding="utf-8")
    for library in changed:
        text = with_version(text, library.name, library.installed or "")
    if changed:
        PARAMS.write_text(text, encoding="utf-8")
    return changed


def with_version(text: str, name: str, version: str) -> str:
    """The text of params.yaml with ``versions.NAME`` set; a new one goes last in the section.

    Raises :class:`ParamsError` when the section is not written as a block of its own.
    """
    lines = text.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if re.match(rf"{SECTION}:\s*(#.*)?$", line)]
    if len(starts) != 1:
        raise ParamsError(f"{PARAMS}: write {SECTION!r} as a block, one library a line")
    start = starts[0]
    stop = start + 1
    while stop < len(lines) and re.match(r"\s+\S|\s*$|#", lines[stop]):
        stop += 1
    last = max(
        (i for i in range(start, stop) if lines[i].strip() and not lines[i].startswith("#")),
        default=start,
    )
    entry = re.compile(rf"(\s+[\"']?{re.escape(name)}[\"']?\s*:\s*)([^\s#]+)(.*\n?)$")
    for i in range(start + 1, stop):
        match = entry.match(lines[i])
        if match:
            lines[i] = f"{match[1]}{version}{match[3]}"
            return "".join(lines)
    if not lines[last].endswith("\n"):
        lines[last] += "\n"
    lines.insert(last + 1, f"  {name}: {version}\n")
    return "".join(lines)


def write_subject_key() -> str:
    """Declare the key of data subjects, making one (:data:`subjects.FILE`) where there is none.

    Returns its fingerprint. Raises :class:`ParamsError` when another key is declared: with a new
    one, what was hashed before would not be found again.
    """
    key = subjects.find_key()
    if key is None and read(PARAMS)["ingest"]["subject_key"]:
        raise ParamsError(
            f"ingest.subject_key declares a key that is not here; put it into {subjects.FILE} or "
            f"{subjects.VARIABLE}, or clear the fingerprint to give it up"
        )
    if key is None:
        key = secrets.token_hex(32).encode()
        descriptor = os.open(subjects.FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"\n")
    fingerprint = subjects.fingerprint(key)
    text = PARAMS.read_text(encoding="utf-8")
    changed, count = re.subn(
        r"^(  subject_key:\s*)(\"[0-9a-f]*\"|'[0-9a-f]*'|[0-9a-f]+)",
        rf'\g<1>"{fingerprint}"', text, flags=re.MULTILINE,
    )  # fmt: skip
    if count != 1:
        raise ParamsError(f"{PARAMS}: write ingest.subject_key on a line of its own")
    if changed != text:
        PARAMS.write_text(changed, encoding="utf-8")
    return fingerprint


def profiles() -> list[str]:
    """The names of the profiles there are."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def use_profile(name: str, *, force: bool) -> None:
    """Put a profile in the place of params.yaml.

    Raises :class:`InputError` for a name that is none, and, unless ``force``, when params.yaml
    holds values that neither git nor a profile has: they would be lost.
    """
    if name not in profiles():
        known = ", ".join(profiles()) or "none"
        raise InputError(f"no profile {name!r} in {PROFILES}/; there are: {known}")
    chosen = (PROFILES / f"{name}.yaml").read_bytes()
    if PARAMS.is_file() and not force:
        current = PARAMS.read_bytes()
        kept = {(PROFILES / f"{other}.yaml").read_bytes() for other in profiles()}
        if current not in kept and not _committed():
            raise InputError(
                f"{PARAMS} has changes that would be lost; commit them, or give --force"
            )
    PARAMS.write_bytes(chosen)


def _committed() -> bool:
    """Whether git has params.yaml as it stands."""
    done = subprocess.run(
        ["git", "status", "--porcelain", "--", str(PARAMS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode == 0 and not done.stdout.strip()
