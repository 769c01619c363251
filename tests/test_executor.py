"""The map over shards: order, what runs where, and what a killed worker leads to."""

import os
import signal
from dataclasses import dataclass

import pytest
from data_sections import compute

from stages import executor
from stages import memo as memos
from stages.blob import Blob
from stages.errors import BusyError, DataError


@dataclass(frozen=True)
class Job:
    text: str
    weight: int = 0
    units: int = 2


def told(data, *, text):
    if text == "bad":
        raise DataError("bad row")
    if text == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return {"": f"{text} {os.getpid()}".encode()}


def work(memo, job):
    return memo(told, Blob.of_bytes(job.text.encode()), text=job.text)[""].read().decode()


def run(jobs, **settings):
    memo = memos.opened(())
    events = []
    generator = executor.mapped(work, jobs, memo, compute(**settings), unit="rows", total=6)
    while True:
        try:
            events.append(next(generator))
        except StopIteration as end:
            return end.value, events


def test_small_work_is_done_here_in_order_and_recalled_the_next_time():
    jobs = [Job("b"), Job("a"), Job("c")]
    results, events = run(jobs, workers=2)
    assert results == [f"{text} {os.getpid()}" for text in "bac"]
    assert [(e.done, e.total, e.unit) for e in events] == [
        (2, 6, "rows"), (4, 6, "rows"), (6, 6, "rows"),
    ]  # fmt: skip
    assert run(jobs, workers=2)[0] == results


def test_large_work_goes_to_processes_and_comes_back_in_order():
    jobs = [Job(str(i), weight=executor.INLINE + 1) for i in range(5)]
    results, _ = run(jobs, workers=2)
    assert [r.split()[0] for r in results] == list("01234")
    pids = {r.split()[1] for r in results}
    assert str(os.getpid()) not in pids
    assert len(pids) <= 2
    assert run(jobs, workers=1)[0] == results


def test_an_error_of_a_worker_arrives_as_it_is():
    with pytest.raises(DataError, match="bad row"):
        run([Job("bad", weight=executor.INLINE + 1)], workers=2)


def test_a_killed_worker_is_an_error_with_a_remedy():
    with pytest.raises(BusyError, match="a worker process was killed"):
        run([Job("killed", weight=executor.INLINE + 1)], workers=2)
