"""The map over shards: recalled where it was done before, else done by worker processes.

::

    results = yield from mapped(work, jobs, memo, compute, unit="rows")

``work(memo, job)`` is a module-level function that reaches every result through the memo
(:mod:`stages.memo`). It is called with a memo that only recalls first; a job whose results are all
kept costs no process. The others go to an executor with the interface of ``concurrent.futures``:
``compute.workers`` processes, or a Dask cluster at ``compute.dask_address``. At most two jobs for
each worker are in flight, which bounds memory. Results come in the order of the jobs, and where a
job ran leaves no trace in them.
"""

import gc
import os
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing import get_context
from typing import Protocol, TypeVar

from stages.contract import Progress
from stages.errors import BusyError, InputError
from stages.memo import Memo, MissingError
from stages.params import Compute
from stages.processes import die_with_parent

INLINE = 2 << 20  # bytes of work; less is done here sooner than processes start
IN_FLIGHT = 2  # jobs for each worker
COLLECTED_EVERY = 200_000  # objects made in a worker before the garbage collector looks at them


class Job(Protocol):
    """What a job tells of itself: bytes to read, and units of progress."""

    @property
    def weight(self) -> int:
        """Bytes that it reads."""

    @property
    def units(self) -> int:
        """Rows, or whatever progress counts."""


J = TypeVar("J", bound=Job)
R = TypeVar("R")


def mapped(
    work: Callable[[Memo, J], R], jobs: Iterable[J], memo: Memo, compute: Compute, *,
    unit: str, total: int, done: int = 0,
) -> Generator[Progress, None, list[R]]:  # fmt: skip
    """``work(memo, job)`` of each job, in order; yields progress out of ``total`` units,
    ``done`` of which were done before.

    Raises :class:`BusyError` when a worker process is killed.
    """
    inlined = 0
    results: dict[int, R] = {}
    waiting: dict[Future[R], tuple[int, J]] = {}
    recall = replace(memo, recall_only=True)
    queue = iter(enumerate(jobs))
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(compute.workers))
        workers: Executor | None = None
        while True:
            while len(waiting) < IN_FLIGHT * compute.workers and (item := next(queue, None)):
                waiting[threads.submit(work, recall, item[1])] = item
            if not waiting:
                break
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                number, job = waiting.pop(future)
                try:
                    results[number] = future.result()
                except MissingError:
                    if inlined + job.weight <= INLINE and not compute.dask_address:
                        inlined += job.weight
                        results[number] = work(memo, job)
                    else:
                        workers = workers or stack.enter_context(started(compute))
                        waiting[workers.submit(work, memo, job)] = (number, job)
                        continue
                except BrokenProcessPool:
                    raise BusyError(
                        "a worker process was killed (memory?); lower compute.workers, or "
                        "ingest.shard_rows, and run again"
                    ) from None
                done += job.units
                yield Progress(done, total, unit)
    return [results[number] for number in range(len(results))]


def started(compute: Compute) -> Executor:
    """An executor as ``compute`` asks for it. Raises :class:`InputError` where Dask is not."""
    if not compute.dask_address:
        return ProcessPoolExecutor(
            compute.workers, mp_context=get_context("spawn"), initializer=prepare_worker
        )
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "compute.dask_address is set, but Dask is not installed; pip install 'tinh[dask]'"
        ) from None
    try:
        client = Client(compute.dask_address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at compute.dask_address {compute.dask_address} "
            f"({error}); start it, or set it to ''"
        ) from None
    executor: Executor = client.get_executor(pure=False)
    return executor


def prepare_worker() -> None:
    """One process, one thread: parallel are the processes; and none outlives its parent.

    Shards are made of millions of small objects, none of them in a cycle: a garbage collector that
    looks at them as often as it does by default takes a fifth of the time of ingest and tokenize.
    """
    die_with_parent()
    gc.set_threshold(COLLECTED_EVERY, 10, 10)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import pyarrow as pa

    pa.set_cpu_count(1)
