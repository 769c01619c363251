"""`tinh serve`: a real server on loopback, runs that a schedule starts, and an orderly end."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_retrain import ask, edit, gone, one_line, wait_for_stage
from toy_project import tinh

from pipeline import deploy, server
from stages.errors import InputError

pytest_plugins = ["toy_fixtures"]


@pytest.fixture
def serving(toy):
    """Starts `tinh serve`: its process and its server's record, once the server is up."""
    started = []

    def start(*words):
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "serve", *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        started.append(process)
        wait_until(server.RECORD.exists, process)
        return process, json.loads(server.RECORD.read_text(encoding="utf-8"))

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_until(condition, process, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.2)


def scheduled(record):
    """The states of the runs that the schedule started and that have ended."""
    runs = ask(record["url"], "/flow_runs/filter", sort="EXPECTED_START_TIME_ASC", limit=50)
    return [r["state_name"] for r in runs if r["auto_scheduled"] and r["end_time"]]


def test_a_schedule_runs_the_flow_until_it_is_told_to_end(serving):
    process, record = serving("--interval", "2")
    assert record["url"].startswith("http://127.0.0.1:")
    wait_until(lambda: scheduled(record), process)
    assert scheduled(record)[0] == "NoChange"
    assert "another process is running serve" in one_line(tinh("serve", "--interval", "9"))
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert gone(record["pid"])
    assert not server.RECORD.exists()
    assert "Traceback" not in process.stdout.read()


@pytest.mark.slow
def test_a_scheduled_run_rebuilds_what_changed(serving):
    edit("params.yaml", "r: 8", "r: 4")
    process, record = serving("--interval", "2")
    wait_until(lambda: len(scheduled(record)) > 1, process)
    assert scheduled(record)[:2] == ["Completed", "NoChange"]
    assert Path("data/adapter/adapter.txt").read_text(encoding="utf-8").endswith(" 4\n")


@pytest.mark.slow
def test_ending_it_ends_the_stage_that_runs(serving):
    Path("hold").touch()
    edit("data/raw/more.jsonl", "two", "zwei")
    process, record = serving("--interval", "2")
    stage = wait_for_stage("ingest")
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert gone(stage)
    assert gone(record["pid"])


@pytest.mark.slow
def test_killing_it_leaves_nothing_running(serving):
    Path("hold").touch()
    edit("data/raw/more.jsonl", "two", "zwei")
    process, record = serving("--interval", "2")
    stage = wait_for_stage("ingest")
    process.kill()
    process.wait(10)
    assert gone(stage)
    assert gone(record["pid"])
    assert server.running() is None


@pytest.mark.slow
def test_a_cron_schedule_runs_by_the_clock(serving):
    process, record = serving("--cron", "* * * * *", "--timezone", "Asia/Ho_Chi_Minh")
    wait_until(lambda: scheduled(record), process)
    assert scheduled(record) == ["NoChange"]
    (deployment,) = ask(record["url"], "/deployments/filter")
    schedule = deployment["schedules"][0]["schedule"]
    assert (schedule["cron"], schedule["timezone"]) == ("* * * * *", "Asia/Ho_Chi_Minh")


def test_what_cannot_be_a_schedule_is_one_line(toy):
    assert "Invalid cron string" in one_line(tinh("serve", "--cron", "61 * * * *"))
    assert "give one of --cron" in one_line(tinh("serve"))
    assert "give one of --cron" in one_line(tinh("serve", "--cron", "0 2 * * *", "--interval", "9"))
    for expression, zone in (("0 2 * *", "UTC"), ("R 2 * * *", "UTC"), ("0 2 * * *", "Mars/Base")):
        with pytest.raises(InputError, match=r"Invalid|unsupported"):
            deploy.cron(expression, zone)
    for seconds in (0.5, -1.0, float("nan")):
        with pytest.raises(InputError, match="too short"):
            deploy.every(seconds)


def test_the_time_zone_is_the_machines(monkeypatch, tmp_path):
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    assert deploy.local_timezone() == "Asia/Ho_Chi_Minh"
    monkeypatch.delenv("TZ")
    monkeypatch.setattr(deploy, "LOCALTIME", tmp_path / "zoneinfo/Europe/Paris")
    assert deploy.local_timezone() == "Europe/Paris"
    monkeypatch.setattr(deploy, "LOCALTIME", tmp_path / "localtime")
    assert deploy.local_timezone() == "UTC"


def test_a_taken_port_is_one_line(toy):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port} of 127.0.0.1" in one_line(
            tinh("serve", "--interval", "9", "--port", port)
        )


def test_a_record_without_a_server_counts_for_nothing(toy):
    server.HOME.mkdir(parents=True)
    for text in (
        '{"url": "http://127.0.0.1:9/api", "pid": 1}',
        "[]",
        "{",
        '{"url": "http://x/api"}',
    ):
        server.RECORD.write_text(text, encoding="utf-8")
        assert server.running() is None
