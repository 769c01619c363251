"""The flow, run by real Prefect and real DVC: what runs, what is cached, what a failure leaves."""

import fcntl
import inspect
import json
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from toy_project import STAGES, at_home, dvc, tinh

from pipeline import child, repro, server
from stages.errors import InputError

pytest_plugins = ["toy_fixtures"]


@pytest.fixture(scope="module")
def prefect(tmp_path_factory):
    """The address of a Prefect server, the module's own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        at_home(monkeypatch, tmp_path_factory.mktemp("server"))
        with server.available() as url:
            yield url


@pytest.fixture
def served(toy, prefect, monkeypatch):
    """A project that has run, with a server at hand."""
    monkeypatch.setenv(server.URL_VARIABLE, prefect)
    return toy


def ask(url, path, **question):
    body = json.dumps(question).encode()
    request = urllib.request.Request(url + path, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def last_run(url):
    """The newest flow run, and its tasks' states by name."""
    (run,) = ask(url, "/flow_runs/filter", sort="START_TIME_DESC", limit=1)
    found = ask(url, "/task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}}, limit=50)
    return run, {task["name"]: task["state_name"] for task in found}


def tasks(url, expected):
    """The tasks' states of the newest run, once the server has been told of all of them."""
    deadline = time.monotonic() + 20
    while True:
        run, states = last_run(url)
        if set(states) == set(expected) or time.monotonic() > deadline:
            return run, states
        time.sleep(0.2)


def outcome(done):
    return json.loads(done.stdout)


def fates(done):
    return {step["stage"]: step["fate"] for step in outcome(done)["steps"]}


def edit(path, old, new):
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new), encoding="utf-8")


def one_line(done):
    """The line with which a failed command ends, and no traceback before it."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("tinh: ")
    return line


def test_without_a_change_the_flow_ends_as_no_change(served, prefect):
    done = tinh("retrain", "--json")
    assert done.returncode == 0
    assert outcome(done) == {"state": "NoChange", "message": "nothing changed", "steps": []}
    run, states = last_run(prefect)
    assert (run["state_type"], run["state_name"], states) == ("COMPLETED", "NoChange", {})


def test_a_change_runs_what_it_touched_and_names_the_rest_cached(served, prefect):
    edit("params.yaml", "r: 8", "r: 4")
    done = tinh("retrain", "--json")
    assert done.returncode == 0
    found = outcome(done)
    assert found["state"] == "Completed"
    assert [step["stage"] for step in found["steps"]] == STAGES
    touched = {"train", "merge", "generate@tuned"}
    assert {s for s, fate in fates(done).items() if fate == "executed"} == touched
    run, states = tasks(prefect, STAGES)
    assert {s for s, state in states.items() if state == "Cached"} == set(STAGES) - touched
    assert {s for s, state in states.items() if state == "Completed"} == touched
    assert dvc("status", "--json").splitlines()[-1] == "{}"
    groups = [x.split() for x in Path(".tinh/groups").read_text().splitlines()][-3:]
    assert groups == [[s, f"retrain-{run['id']}"] for s in ("train", "merge", "generate@tuned")]


def test_a_failing_stage_fails_the_flow_with_its_own_line(served, prefect):
    before = Path("dvc.lock").read_bytes()
    edit("data/raw/more.jsonl", "two", "bad")
    done = tinh("retrain", "--json")
    line = "ingest: data/raw/more.jsonl:2: bad; remove the line"
    assert one_line(done) == f"tinh: {line}"
    assert outcome(done)["state"] == "Failed"
    assert fates(done) == {"base": "cached", "ingest": "failed"}
    run, states = tasks(prefect, ["base", "ingest"])
    assert (run["state_name"], run["state"]["message"]) == ("Failed", line)
    assert states == {"base": "Cached", "ingest": "Failed"}
    assert Path("dvc.lock").read_bytes() == before


def test_two_retrains_do_not_run_at_once(served):
    Path(".tinh/locks").mkdir(parents=True)
    with Path(".tinh/locks/retrain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another process is running retrain" in one_line(tinh("retrain"))


def test_what_prefect_says_while_it_empties_its_queues_is_kept_back():
    from prefect._internal.concurrency import services
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    from pipeline.retrain import SENDERS, is_news  # imports Prefect

    assert (EventsWorker.__name__, APILogWorker.__name__) == SENDERS
    assert 'f"Still processing items: {queue_size}' in inspect.getsource(services)

    def said(text):
        return is_news(logging.makeLogRecord({"msg": text}))

    assert not said("Still processing items: 1 items remaining...")
    assert said("Service 'EventsWorker' queue is full (100 items), dropping item")


def test_no_change_needs_no_server(toy):
    done = tinh("retrain")
    assert (done.returncode, done.stdout) == (0, "NoChange\n")
    assert not (server.HOME / "prefect.db").exists()


@pytest.mark.slow
def test_without_a_server_prefect_brings_a_temporary_one(toy):
    edit("params.yaml", "r: 8", "r: 4")
    done = tinh("retrain")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Completed"
    assert not server.RECORD.exists()
    assert (server.HOME / "prefect.db").exists()


def test_a_server_that_does_not_answer_is_one_line(toy, monkeypatch):
    monkeypatch.setenv(server.URL_VARIABLE, "http://127.0.0.1:9/api")
    assert "nothing answers at http://127.0.0.1:9/api" in one_line(tinh("retrain"))


def test_a_crash_is_named_by_the_last_line_of_its_traceback(toy):
    edit("data/raw/more.jsonl", "two", "crash")
    lines = []
    step = repro.reproduce("ingest", "group", lines.append)
    assert (step.fate, step.reason) == ("failed", "ingest: ValueError: line 2 fell over")
    assert any(line.startswith("Traceback") for line in lines)


def test_what_dvc_refuses_is_named_by_dvc(toy):
    Path("data/raw/chat.jsonl").unlink()
    Path("data/raw/more.jsonl").unlink()
    Path("data/raw").rmdir()
    step = repro.reproduce("ingest", "group", lambda line: None)
    assert step.fate == "failed"
    assert step.reason.startswith("ingest: ")
    assert "data/raw" in step.reason


def test_an_unchanged_stage_is_cached_and_a_forced_change_is_executed(toy):
    assert repro.reproduce("clean", "group", lambda line: None).fate == "cached"
    with Path("toy.py").open("a") as file:
        file.write("# a comment\n")
    assert repro.reproduce("ingest", "group", lambda line: None).fate == "executed"


def test_what_dvc_restores_counts_as_cached(toy):
    edit("params.yaml", "r: 8", "r: 4")
    assert repro.reproduce("train", "group", lambda line: None).fate == "executed"
    edit("params.yaml", "r: 4", "r: 8")
    assert repro.reproduce("train", "group", lambda line: None).fate == "cached"


def test_stale_names_the_stages_that_changed(toy):
    assert repro.stale() == []
    edit("params.yaml", "r: 8", "r: 4")
    assert repro.stale() == ["train"]


def test_a_list_of_busy_paths_that_a_kill_cut_off_is_mended(toy):
    repro.RWLOCK.parent.mkdir(exist_ok=True)
    repro.RWLOCK.write_text('{"write": {"da')
    assert repro.stale() == []
    with pytest.raises(ValueError, match="Expecting"):
        json.loads('{"write": ')
    assert not repro.RWLOCK.exists() or json.loads(repro.RWLOCK.read_text()) is not None


def test_a_lock_in_use_is_left_alone(toy):
    repro.RWLOCK.parent.mkdir(exist_ok=True)
    repro.RWLOCK.write_text('{"write": {"da')
    guard = repro.RWLOCK.with_name("rwlock.lock")
    with guard.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        repro.mend_lock()
        assert repro.RWLOCK.exists()
    repro.mend_lock()
    assert not repro.RWLOCK.exists()


def test_what_a_zombie_held_is_free(toy):
    """DVC asks only whether a process exists, as a killed one does until it is waited for."""
    zombie = subprocess.Popen(["true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)  # ended, and not waited for
    path = str(Path("metrics/ingest.json").resolve())
    busy = {"pid": zombie.pid, "cmd": "dvc repro"}
    repro.RWLOCK.parent.mkdir(exist_ok=True)
    repro.RWLOCK.write_text(json.dumps({"write": {path: busy}, "read": {path: [busy]}}))
    assert repro.stale() == []
    zombie.wait()


def test_what_a_living_process_holds_stays_busy(toy):
    path = str(Path("metrics/ingest.json").resolve())
    busy = {path: {"pid": os.getpid(), "cmd": "dvc repro"}}
    repro.RWLOCK.parent.mkdir(exist_ok=True)
    repro.RWLOCK.write_text(json.dumps({"write": busy}))
    with pytest.raises(InputError, match="is busy"):
        repro.stale()
    assert json.loads(repro.RWLOCK.read_text())["write"] == busy
    repro.RWLOCK.unlink()


def test_an_interrupted_flow_leaves_no_stage_and_no_lock(served):
    """Ctrl-C while a stage runs: DVC is ended in order, and the next run goes through."""
    Path("hold").touch()
    edit("data/raw/more.jsonl", "two", "zwei")
    running = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "retrain"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    stage = wait_for_stage("ingest")
    running.send_signal(signal.SIGINT)
    assert running.wait(30) != 0
    assert gone(stage)
    Path("hold").unlink()
    assert repro.stale()[0] == "ingest"
    assert repro.reproduce("ingest", "group", lambda line: None).fate == "executed"


@pytest.mark.slow
def test_a_killed_flow_takes_its_stage_along(served):
    Path("hold").touch()
    edit("data/raw/more.jsonl", "two", "zwei")
    running = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "retrain"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    stage = wait_for_stage("ingest")
    running.kill()
    running.wait(10)
    assert gone(stage)
    Path("hold").unlink()
    assert repro.stale()[0] == "ingest"
    assert repro.reproduce("ingest", "group", lambda line: None).fate == "executed"


def test_a_child_ends_with_what_started_it(toy_fresh):
    script = (
        "import os, sys\nfrom pipeline import child\n"
        "child.follow(['sleep', '60'], environment=os.environ, each=print)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    sleeper = wait_for_process("sleep 60", under=Path.cwd())
    parent.kill()
    parent.wait(10)
    assert gone(sleeper)


def test_a_child_that_ignores_the_request_is_killed(toy_fresh, monkeypatch):
    monkeypatch.setattr(child, "GRACE_S", 0.5)
    stubborn = (
        "import signal, time; signal.signal(2, signal.SIG_IGN); print(1, flush=True); "
        "time.sleep(60)"
    )
    process = child.start(
        [sys.executable, "-c", stubborn], environment=os.environ, output=subprocess.PIPE
    )
    assert process.stdout.readline() == "1\n"
    started = time.monotonic()
    child.stop(process)
    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - started < 5


def wait_for_stage(stage):
    """The id of a stage's process, once it runs (and is bound to its parent)."""
    deadline = time.monotonic() + 40
    begun = Path(".tinh/groups")
    while begun.read_text().splitlines()[-1].split()[0] != stage:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return wait_for_process(f"toy {stage}", under=Path.cwd())


def wait_for_process(words, *, under, seconds=40):
    """The id of the process in the folder ``under`` whose command line holds ``words``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for folder in Path("/proc").iterdir():
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if (
                    words in command
                    and "child" not in command
                    and (folder / "cwd").readlink() == under
                ):
                    return int(folder.name)
            except (OSError, ValueError):
                continue
        time.sleep(0.1)
    raise AssertionError(f"no process {words!r} within {seconds} s")


def gone(pid, seconds=10):
    """Whether a process ends in time (a zombie has ended)."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
