"""The code that computes a stage: the files whose change must make it run again.

A stage's code is every file of its room plus the closure of its imports inside ``stages``
(function-level imports too), found by reading the source, not by running it. Left out is the
runner: it decides when a stage runs and records what happened, and cannot change an out's bytes.
"""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

PACKAGE = Path("stages")

RUNNER: Mapping[str, str] = {
    "stages": "the package's docstring",
    "stages.__main__": "parses flags, calls the stage, reports",
    "stages.contract": "types of arguments and events; moves finished outs into place",
    "stages.closure": "reads source to name dependencies",
    "stages.environment": "telemetry, verbosity and offline switches",
    "stages.errors": "the exceptions' names",
    "stages.params": "accepts or refuses values, never alters them",
    "stages.processes": "locks, and dies with the parent",
    "stages.tracking": "sends curves and metrics elsewhere",
    "stages.wandb_run": "sends curves, metrics and digests to W&B",
    "stages.versions": "refuses to run; never changes what runs",
    "stages.witness": "hashes what was read and written",
}


def module_file(module: str, root: Path = Path()) -> Path | None:
    """The file of a module of ``stages``, relative to ``root``; None where there is none."""
    path = Path(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if (root / candidate).is_file():
            return candidate
    return None


def imported(path: Path, root: Path = Path()) -> set[str]:
    """Modules that a file imports anywhere in it, absolute names (``from a import b``: a.b too)."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def room_files(room: str, root: Path = Path()) -> set[Path]:
    """Every file of a room that can count, relative to ``root``."""
    files = (p for p in (root / PACKAGE / room).rglob("*") if p.is_file())
    return {p.relative_to(root) for p in files if p.suffix != ".pyc"}


def code_of(room: str, root: Path = Path()) -> set[Path]:
    """All files that compute a room's stages, relative to ``root``."""
    return reached(room_files(room, root), root)


def reached(files: Iterable[Path], root: Path = Path()) -> set[Path]:
    """``files`` and all that they import inside ``stages``, the runner's modules left out."""
    found = {path for path in files if (root / path).is_file()}
    waiting = [path for path in found if path.suffix == ".py"]
    while waiting:
        for module in imported(waiting.pop(), root):
            if not module.startswith("stages.") or module in RUNNER:
                continue
            path = module_file(module, root)
            if path is not None and path not in found:
                found.add(path)
                waiting.append(path)
    return found


def libraries_of(room: str, root: Path = Path()) -> set[str]:
    """Top-level names of everything that a room's code imports from outside ``stages``."""
    modules = {m for f in code_of(room, root) if f.suffix == ".py" for m in imported(f, root)}
    return {module.partition(".")[0] for module in modules} - {"stages"}
