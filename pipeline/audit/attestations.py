"""Attestations as evidence: where they lie, what each claims, and which one covers a stage.

::

    lineage/STAGE.json            the current statement, kept in git
    .tinh/attestations/*.json     every statement made on this machine, named by what it claims
    git objects under lineage/    every statement ever committed, in any branch or experiment

They are searched in this order, the dear one (git: one process for all stages) only when the
others have nothing. A statement that is no statement is passed over: it proves nothing.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import dag
from stages import witness

LINEAGE, STORE, HISTORY = "lineage", "store", "git"
DIR = ".dir"
Digests = Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """One attestation. ``subjects`` and ``dependencies``: path → its digests, folders and files."""

    stage: str
    subjects: Mapping[str, Digests]
    dependencies: Mapping[str, Digests]
    command: tuple[str, ...]
    params: Mapping[str, Any]
    versions: Mapping[str, str]
    grade: str
    byproducts: Mapping[str, Mapping[str, Any]]
    started: str
    finished: str
    digest: str  # SHA-256 of what it claims (stages.witness.claim_digest)
    place: str  # LINEAGE, STORE or HISTORY

    @property
    def commit(self) -> str | None:
        """The git commit that was checked out, None outside git."""
        commit = self.byproducts.get("git", {}).get("commit")
        return str(commit) if commit else None

    @property
    def dirty(self) -> bool | None:
        """Whether tracked files differed from that commit; None when that is not known."""
        dirty = self.byproducts.get("git", {}).get("dirty")
        return None if dirty is None else bool(dirty)


def parse(text: str, place: str) -> Statement | None:
    """The statement in a file's text, or None when it is none of Tinh's."""
    try:
        document = json.loads(text)
        definition = document["predicate"]["buildDefinition"]
        details = document["predicate"]["runDetails"]
        external = definition["externalParameters"]
        if document["_type"] != witness.STATEMENT_TYPE:
            return None
        return Statement(
            stage=str(external["stage"]),
            subjects={d["name"]: dict(d["digest"]) for d in document["subject"]},
            dependencies={d["name"]: dict(d["digest"]) for d in definition["resolvedDependencies"]},
            command=tuple(external["command"]),
            params=dict(external["params"]),
            versions=dict(definition["internalParameters"]["versions"]),
            grade=str(definition["internalParameters"]["grade"]),
            byproducts={b["name"]: dict(b["annotations"]) for b in details["byproducts"]},
            started=str(details["metadata"]["startedOn"]),
            finished=str(details["metadata"]["finishedOn"]),
            digest=witness.claim_digest(document),
            place=place,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def files_of(digests: Mapping[str, Digests]) -> dict[str, str]:
    """SHA-256 of each file among the descriptors, folders left out: path → hex."""
    return {name: d["sha256"] for name, d in digests.items() if "md5" in d}


def dvc_md5(path: str, digests: Mapping[str, Digests]) -> str | None:
    """What ``dvc.lock`` would say of ``path``: a file's MD5, ``….dir`` for a folder, else None.

    A folder of code is attested file by file; its value is made from those.
    """
    own = digests.get(path)
    if own is not None:
        return own["md5"] if "md5" in own else own["dvcDirMd5"] + DIR
    below = {
        PurePosixPath(name).relative_to(path).as_posix(): d["md5"]
        for name, d in digests.items()
        if "md5" in d and dag.inside(name, path)
    }
    if not below:
        return None
    listing = [{"md5": md5, "relpath": name} for name, md5 in sorted(below.items())]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode()).hexdigest() + DIR


class Evidence:
    """All statements that can be found for a project, read once, and only as far as needed."""

    def __init__(self, root: Path = Path()) -> None:
        self.root = root

    def of(self, stage: str) -> Iterator[Statement]:
        """The statements of a stage, those at hand first; the same claim once."""
        seen: set[str] = set()
        sources = (self._current, self._stored, self._committed)
        for source in sources:
            for statement in source(stage):
                if statement.digest not in seen:
                    seen.add(statement.digest)
                    yield statement

    def current(self, stage: str) -> Statement | None:
        """The statement in ``lineage/``, if it is one and is the stage's."""
        return next(iter(self._current(stage)), None)

    def _current(self, stage: str) -> list[Statement]:
        path = self.root / witness.LINEAGE / f"{stage}.json"
        return _of_stage(stage, _read([path], LINEAGE))

    def _stored(self, stage: str) -> list[Statement]:
        return _of_stage(stage, self._store)

    def _committed(self, stage: str) -> list[Statement]:
        return _of_stage(stage, self._history)

    @cached_property
    def _store(self) -> list[Statement]:
        paths = sorted((self.root / witness.STORE).glob("*.json"))
        # A file's name is what it claims; one that was edited claims something else.
        return [s for s in _read(paths, STORE) if (self.root / _store_path(s)).is_file()]

    @cached_property
    def _history(self) -> list[Statement]:
        return [
            statement
            for text in committed_texts(self.root, f"{witness.LINEAGE.as_posix()}/")
            if (statement := parse(text, HISTORY)) is not None
        ]


def _store_path(statement: Statement) -> Path:
    return witness.STORE / f"{statement.digest}.json"


def _of_stage(stage: str, statements: Sequence[Statement]) -> list[Statement]:
    return [statement for statement in statements if statement.stage == stage]


def _read(paths: Sequence[Path], place: str) -> list[Statement]:
    found = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        statement = parse(text, place)
        if statement is not None:
            found.append(statement)
    return found


def committed_texts(root: Path, folder: str) -> Iterator[str]:
    """Every version of every file under ``folder`` in any ref of the repository, experiments too.

    Two git processes however many versions there are. Nothing outside a repository.
    """
    listed = subprocess.run(
        ["git", "rev-list", "--all", "--objects", "--", folder],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    names = [line.partition(" ") for line in listed.stdout.splitlines()]
    blobs = [name for name, _, path in names if path.startswith(folder) and path.endswith(".json")]
    if not blobs:
        return
    contents = subprocess.run(
        ["git", "cat-file", "--batch"],
        cwd=root, input="\n".join(blobs).encode() + b"\n", capture_output=True, check=True,
    ).stdout  # fmt: skip
    position = 0
    for _ in blobs:
        header_end = contents.index(b"\n", position)
        size = int(contents[position:header_end].split()[2])
        yield contents[header_end + 1 : header_end + 1 + size].decode(errors="replace")
        position = header_end + 1 + size + 1  # git ends each with a newline
