"""The retrain flow on a schedule, on this machine.

``tinh serve`` holds a Prefect server (:mod:`pipeline.server`), registers the flow as a deployment
with its schedule, and waits for runs: each is a process of its own. Ctrl-C or SIGTERM ends all of
them; the kernel does so when this process is killed. Overlap is kept out by the flow's own flock
and not by Prefect's limits, which a run that hangs in PENDING can hold for ever.

Prefect is imported inside functions: it reads its settings when it is imported.
"""

import asyncio
import datetime
import logging
import multiprocessing
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import server
from stages import processes
from stages.errors import InputError

if TYPE_CHECKING:
    from prefect.runner import Runner
    from prefect.schedules import Schedule

LOCK = "serve"
LOCALTIME = Path("/etc/localtime")
POLL_S = 2
SOONEST_S = 1.0

log = logging.getLogger("prefect.tinh")  # under Prefect's handlers, beside the runs' own lines


def cron(expression: str, timezone: str) -> "Schedule":
    """The schedule of a cron expression (``0 2 * * *``: each night at two) in a time zone.

    Raises :class:`InputError` for an expression or a zone that does not exist.
    """
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.schedules import Cron
    from pydantic import ValidationError

    try:
        CronSchedule(cron=expression, timezone=timezone)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(f"{message}; give five fields, like --cron '0 2 * * *'") from None
    return Cron(expression, timezone=timezone)


def every(seconds: float) -> "Schedule":
    """The schedule of a run each ``seconds``. Raises :class:`InputError` for less than one."""
    from prefect.schedules import Interval

    if not seconds >= SOONEST_S:
        raise InputError(f"--interval {seconds:g} is too short; give {SOONEST_S:g} second or more")
    return Interval(datetime.timedelta(seconds=seconds))


def local_timezone() -> str:
    """The name of this machine's time zone (``Asia/Ho_Chi_Minh``); UTC where it cannot be told."""
    given = os.environ.get("TZ", "").removeprefix(":")
    if given:
        return given
    _, found, name = str(LOCALTIME.resolve()).partition("zoneinfo/")
    return name if found else "UTC"


def serve(schedule: "Schedule", port: int) -> None:
    """Run the retrain flow on ``schedule`` until Ctrl-C or SIGTERM.

    Raises :class:`stages.errors.BusyError` when this project is being served already, and
    :class:`InputError` when no server can be had.
    """
    from prefect.settings import PREFECT_API_URL, PREFECT_RUNNER_POLL_FREQUENCY, temporary_settings

    with processes.exclusive(LOCK), server.available(port) as url:
        os.environ[server.URL_VARIABLE] = url  # what the processes of the runs are given
        changes: dict[Any, Any] = {PREFECT_API_URL: url, PREFECT_RUNNER_POLL_FREQUENCY: POLL_S}
        with temporary_settings(changes):
            _run(schedule, url)


def _run(schedule: "Schedule", url: str) -> None:
    from prefect.runner import Runner

    from pipeline.retrain import retrain

    # One run at a time; those that fall due meanwhile wait their turn and find nothing changed.
    runner = Runner(name=Path.cwd().name, limit=1, pause_on_shutdown=True)
    runner.add_flow(retrain, name=Path.cwd().name, schedule=schedule)
    log.info("serving; runs are shown at %s; Ctrl-C ends it", url.removesuffix("/api"))
    asyncio.run(_until_told(runner))


async def _until_told(runner: "Runner") -> None:
    loop = asyncio.get_running_loop()
    serving = loop.create_task(runner.start())

    def end() -> None:
        # The runner waits for its runs, so they are told first; each ends its DVC and stage.
        for run in multiprocessing.active_children():
            run.terminate()
        serving.cancel()

    # A shell's background job starts with SIGINT ignored: this hears it all the same.
    loop.add_signal_handler(signal.SIGINT, end)

    def on_sigterm(*_: Any, **__: Any) -> None:
        loop.call_soon_threadsafe(end)

    # Prefect's own handler leaves the event loop by sys.exit, with a traceback.
    runner.handle_sigterm = on_sigterm  # type: ignore[method-assign]
    with suppress(asyncio.CancelledError):
        await serving
