"""An earlier revision's adapter, brought back as the start of the next training.

DVC restores it from the cache or a remote into a temporary folder; only when an attestation of that
project's train stage has exactly these bytes does it replace what lies in ``data/init``. The page
that explains the folder (``README.md``) stays.
"""

import logging
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.audit import attestations
from pipeline.audit.attestations import Evidence, Statement
from stages import witness
from stages.errors import InputError, LineageError

ADAPTER, INIT = Path("data/adapter"), Path("data/init")
PAGE = "README.md"
STAGE = "train"
WORK = Path(".tinh")


@dataclass(frozen=True)
class Fetched:
    """What lies in ``data/init`` now: whose adapter, and the statement that proves it."""

    commit: str
    files: tuple[str, ...]
    attestation: str
    found_in: str


def fetch(revision: str) -> Fetched:
    """Put the adapter of ``revision`` (a commit, branch or tag) into ``data/init``.

    Raises :class:`InputError` for a revision or an adapter that cannot be had, and
    :class:`LineageError` for one that no attestation covers.
    """
    commit = commit_of(revision)
    WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK, prefix="fetch-") as folder:
        fetched = Path(folder) / "adapter"
        _restore(commit, fetched)
        statement = _proof(fetched, commit)
        names = sorted(p.relative_to(fetched).as_posix() for p in witness.tracked_files(fetched))
        place(fetched, INIT)
    return Fetched(commit, tuple(names), statement.digest, statement.place)


def commit_of(revision: str) -> str:
    """The commit that ``revision`` names. Raises :class:`InputError` when it names none."""
    done = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InputError(f"git knows no revision {revision!r}; see `git log --oneline`")
    return done.stdout.strip()


def _restore(commit: str, target: Path) -> None:
    """Write ``data/adapter`` as it was at ``commit`` to ``target``, from DVC's cache or remote."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc_data.index import DataIndexDirError

    logging.getLogger("dvc").setLevel(logging.CRITICAL)  # its words are in the error below
    try:
        Repo.get(".", ADAPTER.as_posix(), out=str(target), rev=commit)
    except (DvcException, DataIndexDirError, OSError) as error:
        raise InputError(
            f"{ADAPTER} of {commit[:12]} is neither in DVC's cache nor in a remote ({error}); run "
            "`dvc fetch --all-commits`, or rebuild it at that commit"
        ) from None


def _proof(fetched: Path, commit: str) -> Statement:
    """The statement that a train stage wrote these very files. Raises :class:`LineageError`."""
    found = witness.artifact(fetched)
    here = {f"{ADAPTER.as_posix()}/{name}": d.sha256 for name, d in found.files.items()}
    for statement in Evidence().of(STAGE):
        written = attestations.files_of(statement.subjects)
        if {n: d for n, d in written.items() if n.startswith(f"{ADAPTER.as_posix()}/")} == here:
            return statement
    raise LineageError(
        f"no attestation has the bytes of {ADAPTER} at {commit[:12]}, so nobody knows what made "
        f"it; {INIT} is as it was; rebuild the adapter at that commit with `dvc repro {STAGE}`"
    )


def place(source: Path, target: Path) -> None:
    """Move the files of ``source`` into ``target``, instead of all there but its page."""
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != PAGE:
            path.unlink()
    for path in sorted(source.iterdir()):
        if path.name != PAGE:
            shutil.move(path, target / path.name)
