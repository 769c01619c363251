"""The DAG of ``dvc.yaml`` as a Prefect flow: one task a stage, each one ``dvc repro``.

::

    lock ─> anything stale? ─no─> NoChange
                 └─yes─> base ─> ingest ─> clean ─> … ─> evaluate      Completed | Cached | Failed

DVC decides what runs; the flow decides when, shows each step and stops at the first that fails.
Stages run one after the other (DVC lets one process at a time write its lock file), each as a
process of its own that dies with the flow. An flock, released by the kernel, keeps two apart.

Importing this imports Prefect (1 s), which reads its settings then: see :mod:`pipeline.server`.
"""

import logging
import multiprocessing
from dataclasses import dataclass

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from pipeline import dag, repro
from pipeline.repro import Step
from stages import processes
from stages.errors import TinhError

LOCK = "retrain"
CACHED = "Cached"
NO_CHANGE = "NoChange"
SENDERS = ("EventsWorker", "APILogWorker")  # Prefect's threads, which outlive the flow


@dataclass(frozen=True)
class Outcome:
    """How a retrain ended: the flow's state by name, one line about it, and each stage's step."""

    state: str
    message: str
    steps: tuple[Step, ...]

    @property
    def failed(self) -> bool:
        """Whether it came to anything but an end with all stages up to date."""
        return self.state not in ("Completed", NO_CHANGE)


@task(cache_policy=NO_CACHE, persist_result=False)
def reproduce(stage: str, group: str) -> State[Step]:
    """Bring one stage up to date; the state is named ``Cached`` when nothing had to run."""
    log = get_run_logger()
    step = repro.reproduce(stage, group, lambda line: log.info(line) if line.strip() else None)
    if step.fate == repro.FAILED:
        return Failed(message=step.reason, data=step)
    if step.fate == repro.CACHED:
        return Completed(name=CACHED, message=f"{stage} did not change", data=step)
    return Completed(message=f"{stage} ran", data=step)


@flow(name="retrain", persist_result=False)
def retrain() -> State[Outcome]:
    """Rebuild what changed data, parameters or code made stale; the project is the working folder.

    Ends as ``Completed``, as ``NoChange``, or as ``Failed`` with one line: the stage's own, or
    that another retrain is running.
    """
    if multiprocessing.parent_process() is not None:  # a scheduled run, started by `tinh serve`
        processes.die_with_parent()
    try:
        with processes.exclusive(LOCK):
            outcome = _rebuild() if repro.stale() else unchanged()
    except TinhError as error:
        outcome = Outcome("Failed", str(error), ())
    state = Failed if outcome.failed else Completed
    return state(name=outcome.state, message=outcome.message, data=outcome)


def _rebuild() -> Outcome:
    group = f"retrain-{flow_run.get_id()}"
    steps: list[Step] = []
    for stage in dag.load():
        named = reproduce.with_options(name=stage.name, task_run_name=stage.name)
        state = named(stage.name, group, return_state=True)
        step = state.result(raise_on_failure=False)
        if not isinstance(step, Step):  # the task itself broke: a defect, not a stage's failure
            return Outcome("Failed", state.message or f"{stage.name} failed", tuple(steps))
        steps.append(step)
        if step.fate == repro.FAILED:
            return Outcome("Failed", step.reason, tuple(steps))
    ran = ", ".join(step.stage for step in steps if step.fate == repro.EXECUTED)
    return Outcome("Completed", f"ran {ran}" if ran else "all was cached", tuple(steps))


def unchanged() -> Outcome:
    """The outcome when nothing is stale."""
    return Outcome(NO_CHANGE, "nothing changed", ())


def is_news(record: logging.LogRecord) -> bool:
    """Whether a sender's record tells more than that it still empties its queue, at exit.

    It may come after the command's last line, which is the outcome's.
    """
    return not record.getMessage().startswith("Still processing items")


def now() -> Outcome:
    """Run the flow in this process; the state it ended in."""
    for sender in SENDERS:
        logging.getLogger(sender).addFilter(is_news)
    state = retrain(return_state=True)
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, Outcome):
        return outcome
    return Outcome(state.name or "Failed", state.message or "the flow failed", ())
