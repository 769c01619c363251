"""``dvc.lock``: what DVC says each stage read and wrote. A claim to check, not evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stages.errors import LineageError

LOCK = Path("dvc.lock")
PARAMS = "params.yaml"


@dataclass(frozen=True)
class Entry:
    """One stage: its command; paths → MD5 (``….dir`` for folders); params by dotted key."""

    cmd: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Any]


def read(path: Path = LOCK) -> dict[str, Entry]:
    """The entries of a ``dvc.lock``; none at all when there is no such file.

    Raises :class:`LineageError` when it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise LineageError(f"{path} cannot be read: {error}") from None
    return parse(text, path)


def parse(text: str, path: Path = LOCK) -> dict[str, Entry]:
    """The entries in the text of a ``dvc.lock``. Raises :class:`LineageError` when it is none."""
    remedy = "run `git checkout dvc.lock`, or `dvc repro`"
    try:
        stages = YAML(typ="safe").load(text)["stages"]
        return {name: _entry(stage) for name, stage in stages.items()}
    except YAMLError:
        raise LineageError(f"{path} is not valid YAML; {remedy}") from None
    except (KeyError, TypeError, AttributeError):
        raise LineageError(f"{path} is no dvc.lock of schema 2.0; {remedy}") from None


def _entry(stage: Mapping[str, Any]) -> Entry:
    cmd = stage["cmd"]
    return Entry(
        cmd=cmd if isinstance(cmd, str) else "\n".join(cmd),
        deps={d["path"]: d["md5"] for d in stage.get("deps", ())},
        outs={o["path"]: o["md5"] for o in stage.get("outs", ())},
        params=dict(stage.get("params", {}).get(PARAMS, {})),
    )


def value(params: Mapping[str, Any], key: str) -> Any:
    """The value of a dotted key (``versions.torch``), None where there is none."""
    found: Any = params
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found
