"""Weights & Biases: what an offline run holds; uploading may fail; tracking cannot harm."""

import json
import logging
import os
import shutil
import socket
import struct
import zlib
from pathlib import Path

import pytest
import wandb

from pipeline import cli, wandb_sync
from stages import environment, params, processes, tracking, wandb_run, witness
from stages.contract import Measured, Progress, Scalars, Table
from stages.witness import Artifact, Digest

ROOT = Path(__file__).parents[1]
BLOCK, HEADER = 32768, 7  # of LevelDB's log format, which .wandb files have
FULL, LAST = 1, 4
LOSSES = [2.5, 1.25, 0.75]


def records(path):
    """Every record of a .wandb file, checksums verified.

    A file header of 7 bytes, then blocks of 32 KiB of chunks: CRC-32 of type and data (4 bytes),
    length (2), type (1: whole, 2–4: first, middle, last part of a record), data.
    """
    from wandb.proto.wandb_internal_pb2 import Record

    data = path.read_bytes()
    magic, number, _ = struct.unpack("<4sHB", data[:HEADER])
    assert (magic, number) == (b":W&B", 0xBEE1)
    place, parts = HEADER, b""
    while place < len(data):
        room = BLOCK - place % BLOCK
        if room < HEADER:
            place += room
            continue
        checksum, length, kind = struct.unpack("<IHB", data[place : place + HEADER])
        chunk = data[place + HEADER : place + HEADER + length]
        assert zlib.crc32(bytes([kind]) + chunk) == checksum
        parts += chunk
        place += HEADER + length
        if kind in (FULL, LAST):
            record = Record()
            record.ParseFromString(parts)
            parts = b""
            yield record


def artifact(path, **files):
    return Artifact(
        path, {n: Digest(n * 4, n * 8) for n in files} or {"": Digest("m", "s")}, bool(files)
    )


INPUTS = [
    artifact("data/tokens", a=1, b=1),
    artifact("data/base", c=1),
    artifact("stages/train/loop.py"),
]


def learn():
    for step, loss in enumerate(LOSSES, start=1):
        yield Scalars(
            step, {"loss": loss, "tokens_per_second": 100.0 * step, "memory_mib": 9.0 / step}
        )
        yield Progress(step, len(LOSSES), "steps")
    yield Measured({"tokens_per_second": 200.0, "memory_mib": 9.0})
    yield Table("predictions", ("row_id", "output"), (("a", "48 mét"), ("b", "1997"), ("c", "x")))


def settings(mode="offline"):
    everything = params.load(ROOT / "params.yaml")
    wanted = everything["tracking"].model_copy(update={"mode": mode, "table_rows": 2})
    return everything | {"tracking": wanted}


def track(folder):
    """One tracked training in ``folder``: its tracker."""
    (folder / "metrics").mkdir()
    (folder / "metrics/split.json").write_text('{"train": 90, "share": 0.5}')
    tracker = tracking.Tracker("train", settings(), INPUTS)
    tracker.follow(learn())
    tracker.finish({"train": {"eval_loss": 0.5}}, "f" * 64, [artifact("data/adapter", w=1)])
    return tracker


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project with one offline run, and the run's tracker."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("WANDB_API_KEY", raising=False)
        for name, value in environment.TELEMETRY_OFF.items():
            patch.setenv(name, value)
        for name in wandb_run.OWN_FOLDERS:  # so that the run's own setting goes with the test
            patch.setenv(name, str(folder / ".tinh/wandb" / name))
        shutil.copy(ROOT / "params.yaml", "params.yaml")
        Path("dvc.yaml").write_text("stages: {}\n")
        tracker = track(folder)
        wandb.teardown()  # what a process does at its end: the file is whole after it
    return folder, tracker


@pytest.fixture
def inside(made, monkeypatch):
    monkeypatch.chdir(made[0])
    return made


@pytest.fixture
def held(inside):
    (file,) = wandb_sync.pending()
    return list(records(file))


def test_the_curve_is_in_the_file(held):
    found = []
    for record in held:
        if record.HasField("history"):
            items = record.history.item
            found.append({i.key or ".".join(i.nested_key): json.loads(i.value_json) for i in items})
    found = [point for point in found if "loss" in point]
    assert [(point["_step"], point["loss"]) for point in found] == list(enumerate(LOSSES, start=1))
    assert [point["tokens_per_second"] for point in found] == [100.0, 200.0, 300.0]


def test_the_table_has_as_many_rows_as_asked_for(inside):
    (file,) = (inside[0] / ".tinh/wandb").rglob("predictions*.table.json")
    table = json.loads(file.read_text(encoding="utf-8"))
    assert table["columns"] == ["row_id", "output"]
    assert table["data"] == [["a", "48 mét"], ["b", "1997"]]


def test_the_configuration_is_in_the_file(held):
    (run,) = (record.run for record in held if record.HasField("run"))
    config = {update.key: json.loads(update.value_json) for update in run.config.update}
    assert config["train"]["lora"]["r"] == settings()["train"].lora.r
    assert config["inputs"] == {a.path: wandb_run.digest(a) for a in INPUTS[:2]}
    assert config["counts"] == {"split": {"train": 90}}
    assert len(config["code"]) == 64
    assert run.job_type == "train"


def test_the_end_is_in_the_file(held):
    summary = {}
    for record in held:
        for update in record.summary.update:
            summary[update.key or ".".join(update.nested_key)] = json.loads(update.value_json)
    assert summary["attestation"] == "f" * 64
    assert summary["train"] == {"eval_loss": 0.5}
    assert summary["measured"] == {"tokens_per_second": 200.0, "memory_mib": 9.0}
    made = [record.artifact for record in held if record.HasField("artifact")]
    made = [a for a in made if a.type != "run_table"]
    assert [(a.name, a.type) for a in made] == [("data-adapter", "model")]
    metadata = json.loads(made[0].metadata)
    assert metadata["sha256"] == wandb_run.digest(artifact("data/adapter", w=1))


def test_speed_is_a_byproduct(made):
    _, tracker = made
    assert tracker.measured == {"tokens_per_second": 200.0, "memory_mib": 9.0}
    assert tracker.identity


def test_a_change_of_code_changes_its_digest_and_no_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = [*INPUTS[:2], Artifact("stages/train/loop.py", {"": Digest("m", "other")}, False)]
    one, two = (wandb_run.configuration(settings(), found, {}) for found in (INPUTS, other))
    assert {key for key in one if one[key] != two[key]} == {"code"}


@pytest.fixture
def refused():
    """An address on loopback that refuses connections: a port that was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.slow
def test_an_upload_that_fails_is_one_line_and_loses_nothing(inside, refused, monkeypatch, capsys):
    monkeypatch.setenv("WANDB_BASE_URL", refused)
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    (file,) = wandb_sync.pending()
    before = file.read_bytes()
    assert cli.run(["wandb", "sync", "--json"]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.err.startswith("tinh: 1 of 1 runs not uploaded: ")
    assert "connection refused" in said.err
    document = json.loads(said.out)
    assert (document["uploaded"], document["waiting"]) == ([], [file.parent.name])
    assert file.read_bytes() == before
    assert wandb_sync.pending() == [file]


def test_what_has_been_uploaded_is_not_sent_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    Path("dvc.yaml").write_text("stages: {}\n")
    for name, marker in (("offline-run-1-a", ".synced"), ("offline-run-2-b", "")):
        folder = wandb_run.FOLDER / name
        folder.mkdir(parents=True)
        (folder / f"run-{name[-1]}.wandb{marker}").touch()
        (folder / f"run-{name[-1]}.wandb").touch()
    assert [path.name for path in wandb_sync.pending()] == ["run-b.wandb"]
    shutil.rmtree(wandb_run.FOLDER / "offline-run-2-b")
    assert cli.run(["wandb", "sync"]) == 0
    assert capsys.readouterr().out == "no offline run to upload\n"


def test_no_run_is_sent_while_its_stage_is_at_work(inside, capsys):
    with processes.exclusive("train"):
        assert cli.run(["wandb", "sync"]) == 1
    assert "another process is running train" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("wandb: Syncing\nwandb: ERROR one: two\nwandb: ERROR three\n", "one: two"),
        ("wandb: Not authenticated.\n", "Not authenticated."),
        ("", "wandb sync said nothing"),
    ],
)
def test_the_fault_is_the_first_error(said, fault):
    assert wandb_sync.fault_of(said) == fault


def test_a_tracker_that_cannot_write_costs_one_warning(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    Path(".tinh").write_text("in the way")
    with caplog.at_level(logging.WARNING):
        tracker = track(tmp_path)
    assert len(caplog.records) == 1
    assert "the stage goes on without it" in caplog.text
    assert tracker.identity is None
    assert tracker.measured["memory_mib"] == 9.0


class Faulty:
    """A W&B run that breaks at the second point."""

    def __init__(self):
        self.id, self.offline, self.points = "x", False, 0

    def log(self, values, step):
        self.points += 1
        if step == 2:
            raise ConnectionError("gone\naway")


def test_a_tracker_that_breaks_half_way_is_left_alone(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    faulty = Faulty()
    monkeypatch.setattr(wandb_run, "_open", lambda *_: faulty)
    track(tmp_path)
    assert faulty.points == 2
    assert [r.getMessage() for r in caplog.records] == [
        "W&B: gone away; the stage goes on without it"
    ]


class Online(Faulty):
    """Records the links that are made where there is a server."""

    def __init__(self):
        super().__init__()
        self.read, self.made, self.summary, self.closed = [], [], {}, False

    def log(self, values, step=None): ...

    def use_artifact(self, artifact):
        self.read.append((artifact.name, artifact.type))

    def log_artifact(self, artifact):
        self.made.append((artifact.name, artifact.type))

    def finish(self):
        self.closed = True


def test_online_a_run_is_linked_to_what_it_read_and_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    online = Online()
    monkeypatch.setattr(wandb_run, "_open", lambda *_: online)
    track(tmp_path)
    assert online.read == [("data-tokens", "dataset"), ("data-base", "model")]
    assert online.made == [("data-adapter", "model")]
    assert online.closed


def test_a_manifest_holds_digests_and_no_data():
    folder = artifact("data/predictions/base.jsonl")
    found = wandb_run.manifest(folder)
    assert found.name == "data-predictions-base.jsonl"
    (entry,) = found.manifest.entries.values()
    assert Path(entry.local_path).read_text() == "s  \n"
    assert witness.STATEMENT_TYPE not in json.dumps(found.metadata)


def test_off_means_that_wandb_is_never_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tracker = tracking.Tracker("train", settings("off"), INPUTS)
    tracker.follow(learn())
    tracker.finish({}, "", [])
    assert tracker.identity is None
    assert not os.path.exists(".tinh")
