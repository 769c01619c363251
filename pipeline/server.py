"""Prefect's server on this machine: loopback only, its state under ``.tinh/prefect``.

A schedule needs a server that stays; a run by hand can do with Prefect's temporary one (8–10 s).
``.tinh/prefect/server.json`` says where ours listens, and counts only while it answers.
``PREFECT_API_URL`` overrides all of this: then that server is used, and none is ever started.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from pipeline import child
from stages import environment
from stages.errors import InputError

HOME = Path(".tinh/prefect")
RECORD = HOME / "server.json"
LOG = HOME / "server.log"
HOST = "127.0.0.1"
URL_VARIABLE = "PREFECT_API_URL"
START_TIMEOUT_S = 120.0
ANSWER_TIMEOUT_S = 2.0


def settings() -> dict[str, str]:
    """Variables to set before Prefect is imported; its folder is made, which Prefect does not.

    Raises :class:`InputError` when ``PREFECT_API_URL`` names a server that does not answer.
    """
    if _given():
        return {}
    HOME.mkdir(parents=True, exist_ok=True)
    found = {"PREFECT_HOME": str(HOME.resolve()), "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true"}
    # The first start of a temporary server makes its tables; on a busy machine that takes long.
    found["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = str(int(START_TIMEOUT_S))
    url = running()
    return found if url is None else {**found, URL_VARIABLE: url}


def healthy(url: str) -> bool:
    """Whether a Prefect server answers at ``url`` (``http://127.0.0.1:4200/api``)."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=ANSWER_TIMEOUT_S) as answer:
            return bool(json.loads(answer.read()) is True)
    except (URLError, OSError, ValueError):
        return False


def running() -> str | None:
    """The address of this project's server, if it is up."""
    try:
        url = str(json.loads(RECORD.read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url if url.startswith(f"http://{HOST}:") and healthy(url) else None


@contextmanager
def available(port: int = 0) -> Iterator[str]:
    """The address of a server that lasts as long as the block: the given one, ours, or a new one.

    ``port`` 0 takes any that is free. Raises :class:`InputError` when the given server does not
    answer, the port is taken, or the new server does not come up.
    """
    given = _given()
    if given:
        yield given
        return
    ours = running()
    if ours is not None:
        yield ours
        return
    port = free_port(port)
    url = f"http://{HOST}:{port}/api"
    HOME.mkdir(parents=True, exist_ok=True)
    with LOG.open("w") as log:
        process = child.start(command(port), environment=variables(), output=log.fileno())
    try:
        _await(url, process)
        RECORD.write_text(json.dumps({"url": url, "pid": process.pid}) + "\n", encoding="utf-8")
        yield url
    finally:
        child.stop(process)
        RECORD.unlink(missing_ok=True)


def _given() -> str | None:
    """The server that the environment names, None when it names none."""
    given = os.environ.get(URL_VARIABLE)
    if given and not healthy(given):
        raise InputError(f"nothing answers at {given}; start it, or unset {URL_VARIABLE}")
    return given or None


def command(port: int) -> list[str]:
    """The server's command line; the server itself forbids any address but loopback."""
    words = ["-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    return [sys.executable, *words, "--analytics-off", "--log-level", "WARNING"]


def variables() -> dict[str, str]:
    """The server's environment."""
    return {**os.environ, **environment.TELEMETRY_OFF, "PREFECT_HOME": str(HOME.resolve())}


def free_port(port: int) -> int:
    """``port`` if nothing listens there (0: any). Raises :class:`InputError` if something does."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise InputError(
                f"port {port} of {HOST} cannot be used; give another one, or none, with --port"
            ) from None
        return int(probe.getsockname()[1])


def _await(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not healthy(url):
        if process.poll() is not None:
            raise InputError(f"the Prefect server ended at once; see {LOG}")
        if time.monotonic() > deadline:
            raise InputError(f"no Prefect server after {START_TIMEOUT_S:.0f} s; see {LOG}")
        time.sleep(0.2)
