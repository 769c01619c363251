"""The witness: what a stage really read and wrote, as an attestation.

DVC records what the inputs were when a command *ended*, and ``dvc commit -f`` records anything at
all. The witness hashes the inputs before a stage runs and again after it, the outputs after, and
writes an in-toto Statement v1 with an SLSA v1 provenance predicate
(https://in-toto.io/Statement/v1, https://slsa.dev/provenance/v1) to ``lineage/STAGE.json``, which
git keeps, and to ``.tinh/attestations/DIGEST.json``, where DIGEST covers what was claimed
(subjects, dependencies, parameters, command) and nothing of when and where.

Cost: one pass of MD5 and SHA-256 over each file, about 0.4 GB/s a core.
It never records a row's text, a path outside the project, or an environment variable.
"""

import datetime
import hashlib
import json
import os
import platform
import subprocess
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec

from stages.errors import InputError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://github.com/tinh-pipeline/tinh/blob/main/docs/design.md#witnessed-runs"
LINEAGE = Path("lineage")
STORE = Path(".tinh/attestations")
CHUNK = 1 << 20


@dataclass(frozen=True)
class Digest:
    """One file's digests, hexadecimal."""

    md5: str
    sha256: str


@dataclass(frozen=True)
class Artifact:
    """A file, or a folder with its files (relative POSIX path → digest, sorted)."""

    path: str
    files: Mapping[str, Digest]
    is_folder: bool

    @property
    def dvc_md5(self) -> str:
        """The value that ``dvc.lock`` has for it: a file's MD5, or ``….dir`` for a folder.

        A folder's is the MD5 of the JSON list of its files' MD5 and relative path, sorted by path
        (dvc_data.hashfile.tree.Tree.as_bytes).
        """
        if not self.is_folder:
            return self.files[""].md5
        listing = [{"md5": d.md5, "relpath": name} for name, d in sorted(self.files.items())]
        return hashlib.md5(json.dumps(listing, sort_keys=True).encode()).hexdigest() + ".dir"

    def descriptors(self) -> list[dict[str, Any]]:
        """in-toto ResourceDescriptors: the artifact itself, then each file of a folder."""
        if not self.is_folder:
            digest = self.files[""]
            return [{"name": self.path, "digest": {"md5": digest.md5, "sha256": digest.sha256}}]
        listing = "".join(f"{d.sha256}  {name}\n" for name, d in sorted(self.files.items()))
        folder = {
            "name": self.path,
            "digest": {
                # Hash of `sha256sum`-like lines, as Go's dirhash "h1" does for modules.
                "sha256": hashlib.sha256(listing.encode()).hexdigest(),
                "dvcDirMd5": self.dvc_md5.removesuffix(".dir"),
            },
        }
        return [folder] + [
            {"name": f"{self.path}/{name}", "digest": {"md5": d.md5, "sha256": d.sha256}}
            for name, d in sorted(self.files.items())
        ]


def artifact(path: Path) -> Artifact:
    """Hash a file or folder as DVC sees it (``.dvcignore`` left out).

    Raises :class:`InputError` when there is nothing at ``path`` or a link leads out of it.
    """
    if path.is_file():
        return Artifact(path.as_posix(), {"": _digest(path)}, is_folder=False)
    if not path.is_dir():
        raise InputError(f"{path} does not exist; run `dvc repro`, or put your data there")
    files = {p.relative_to(path).as_posix(): _digest(p) for p in tracked_files(path)}
    return Artifact(path.as_posix(), files, is_folder=True)


def tracked_files(folder: Path) -> list[Path]:
    """The files below ``folder`` that DVC tracks, sorted by path."""
    ignored = _ignored()
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(d for d in folders if not ignored.match_file(f"{parent}/{d}/"))
        found += [Path(parent, n) for n in names if not ignored.match_file(f"{parent}/{n}")]
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


@cache
def _ignored() -> GitIgnoreSpec:
    rules = Path(".dvcignore")
    return GitIgnoreSpec.from_lines(rules.read_text().splitlines() if rules.is_file() else [])


def _digest(path: Path) -> Digest:
    md5, sha256 = hashlib.md5(), hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            md5.update(chunk)
            sha256.update(chunk)
    return Digest(md5.hexdigest(), sha256.hexdigest())


def require_unchanged(before: Iterable[Artifact], after: Iterable[Artifact]) -> None:
    """Raise :class:`InputError` naming the first file that changed while the stage ran."""
    for old, new in zip(before, after, strict=True):
        names = sorted({*old.files, *new.files})
        for name in names:
            if old.files.get(name) != new.files.get(name):
                changed = f"{old.path}/{name}".rstrip("/")
                raise InputError(f"{changed} changed while the stage read it; run it again")


def input_digest(
    inputs: Iterable[Artifact], params: Mapping[str, Any], hardware: Mapping[str, Any]
) -> str:
    """SHA-256 over all that decides a stage's result: inputs, code, params, versions, hardware.

    The hardware counts because parts computed on one kind of machine must not be continued on
    another, whose last bits differ.
    """
    digests = [d for source in inputs for d in source.descriptors()]
    text = json.dumps([digests, params, hardware], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def attestation(
    *,
    stage: str,
    command: list[str],
    inputs: list[Artifact],
    outputs: list[Artifact],
    params: Mapping[str, Any],
    versions: Mapping[str, str],
    grade: str,
    hardware: Mapping[str, Any],
    byproducts: Mapping[str, Any],
    started: datetime.datetime,
    finished: datetime.datetime,
) -> dict[str, Any]:
    """The statement of one executed stage.

    ``inputs`` include the code files. What is claimed lies in ``subject`` and
    ``buildDefinition``; what merely happened (times, memory, git state) in ``runDetails``.
    """
    return {
        "_type": STATEMENT_TYPE,
        "subject": [d for out in outputs for d in out.descriptors()],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"stage": stage, "command": command, "params": dict(params)},
                "internalParameters": {"versions": dict(versions), "grade": grade},
                "resolvedDependencies": [d for source in inputs for d in source.descriptors()],
            },
            "runDetails": {
                "builder": {"id": BUILD_TYPE, "version": {"tinh": _tinh_version()}},
                "metadata": {
                    "invocationId": str(uuid.uuid4()),
                    "startedOn": started.isoformat(timespec="seconds"),
                    "finishedOn": finished.isoformat(timespec="seconds"),
                },
                "byproducts": [
                    {"name": "hardware", "annotations": dict(hardware)},
                    {"name": "git", "annotations": git_state()},
                    {"name": "run", "annotations": dict(byproducts)},
                ],
            },
        },
    }


def _tinh_version() -> str:
    try:
        return metadata.version("tinh")
    except metadata.PackageNotFoundError:
        return "unknown"


def claim_digest(statement: Mapping[str, Any]) -> str:
    """SHA-256 of what the statement claims: subjects, dependencies, parameters, command."""
    definition = statement["predicate"]["buildDefinition"]
    claim = [
        statement["subject"],
        definition["externalParameters"],
        definition["resolvedDependencies"],
    ]
    text = json.dumps(claim, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record(statement: Mapping[str, Any], stage: str, root: Path = Path()) -> Path:
    """Write the statement to both places; one that claims the same already is left as it stands.

    Returns the path in ``lineage/``.
    """
    text = json.dumps(statement, indent=1, ensure_ascii=False) + "\n"
    kept = root / STORE / f"{claim_digest(statement)}.json"
    if not kept.exists():
        _write(kept, text)
    current = root / LINEAGE / f"{stage}.json"
    if not _claims_the_same(current, statement):
        _write(current, text)
    return current


def _claims_the_same(path: Path, statement: Mapping[str, Any]) -> bool:
    try:
        return claim_digest(json.loads(path.read_text(encoding="utf-8"))) == claim_digest(statement)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.rename(path)


def hardware(threads: int, device: str) -> dict[str, Any]:
    """What can change the last bits of floating-point results: machine, instructions, threads."""
    return {
        "machine": platform.machine(),
        "instructions": sorted(_cpu_flags() & {"avx2", "avx512f", "avx512_bf16", "amx_tile"}),
        "threads": threads,
        "device": device,
        "python": platform.python_version(),
    }


def _cpu_flags() -> set[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    for line in lines:
        if line.startswith(("flags", "Features")):
            return set(line.partition(":")[2].split())
    return set()


def git_state() -> dict[str, Any]:
    """The checked-out commit, and whether tracked files differ from it (what runs write aside)."""

    def git(*words: str) -> str | None:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    written = [f":!{name}" for name in ("dvc.lock", "metrics", "lineage")]
    dirty = git("status", "--porcelain", "--untracked-files=no", "--", ".", *written)
    return {"commit": commit, "dirty": None if dirty is None else bool(dirty)}
