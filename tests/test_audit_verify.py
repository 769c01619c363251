"""`tinh audit verify`: every way in which what lies here is not what an attested run made."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from toy_project import STAGES, commit, dvc

from pipeline import cli
from pipeline.audit import attestations
from pipeline.audit.attestations import Evidence
from stages import witness

pytest_plugins = ["toy_fixtures"]


@pytest.fixture
def verify(toy, capsys):
    """Runs the command: (exit code, stage → its entry, stderr)."""

    def command():
        code = cli.run(["audit", "verify", "--json"])
        said = capsys.readouterr()
        document = json.loads(said.out)
        assert document["proved"] is (code == 0)
        return code, {s["stage"]: s for s in document["stages"]}, said.err

    return command


def verdicts(stages):
    return {name: found["verdict"] for name, found in stages.items()}


def not_proved(stages):
    return {n: v for n, v in verdicts(stages).items() if v not in ("executed", "restored")}


def set_rank(rank):
    text = Path("params.yaml").read_text(encoding="utf-8")
    lines = [f"    r: {rank}" if line.startswith("    r:") else line for line in text.splitlines()]
    Path("params.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def forget_history():
    shutil.rmtree(".git")
    subprocess.run(["git", "init", "-q", "."], check=True)


def test_what_ran_is_executed(verify):
    code, stages, said = verify()
    assert (code, said) == (0, "")
    assert list(stages) == STAGES
    assert set(verdicts(stages).values()) == {"executed"}
    start = subprocess.run(["git", "rev-parse", "HEAD~1"], capture_output=True, text=True)
    assert stages["train"]["commit"] == start.stdout.strip()


def test_a_flipped_byte_is_named(verify):
    path = next(Path("data/clean/rows").iterdir())
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    code, stages, said = verify()
    assert code == 1
    assert not_proved(stages) == {"clean": "mismatch"}
    assert stages["clean"]["detail"].startswith(f"{path} is not what dvc.lock says")
    assert said.count("\n") == 1
    assert str(path) in said


def test_a_file_more_is_named(verify):
    Path("data/splits/train/extra.parquet").write_bytes(b"")
    _, stages, _ = verify()
    assert stages["split"]["verdict"] == "mismatch"
    assert "data/splits/train/extra.parquet" in stages["split"]["detail"]


def test_an_edited_metric_is_named(verify):
    path = Path("metrics/evaluate.json")
    path.write_text(path.read_text(encoding="utf-8").replace("0.8", "0.9"), encoding="utf-8")
    _, stages, _ = verify()
    assert not_proved(stages) == {"evaluate": "mismatch"}
    assert "metrics/evaluate.json" in stages["evaluate"]["detail"]


def test_an_out_that_is_gone_is_missing(verify):
    shutil.rmtree("data/adapter")
    code, stages, _ = verify()
    assert (code, not_proved(stages)) == (1, {"train": "missing"})
    assert "data/adapter" in stages["train"]["detail"]


def test_a_stage_that_never_ran_is_missing(toy_fresh, capsys):
    assert cli.run(["audit", "verify", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["stages"]
    assert {s["verdict"] for s in found} == {"missing"}


def test_a_forged_out_that_dvc_was_told_to_accept_is_unattested(verify):
    Path("data/predictions/tuned.jsonl").write_text('{"row_id": "forged"}\n', encoding="utf-8")
    dvc("commit", "-f", "-q", "generate@tuned")
    code, stages, _ = verify()
    assert code == 1
    assert stages["generate@tuned"]["verdict"] == "unattested"
    assert stages["generate@tuned"]["attestation"] is None


def test_true_bytes_said_to_come_from_other_inputs_are_unattested(verify):
    raw = Path("data/raw/more.jsonl")
    raw.write_text(raw.read_text(encoding="utf-8").replace("three", "four"), encoding="utf-8")
    dvc("commit", "-f", "-q", "ingest")
    _, stages, _ = verify()
    assert not_proved(stages) == {"ingest": "unattested"}
    assert "from another data/raw" in stages["ingest"]["detail"]


def test_what_dvc_brings_back_is_restored(verify):
    before = dict(verify()[1]["train"])
    set_rank(4)
    dvc("repro", "-q", "train")
    set_rank(8)
    dvc("repro", "-q", "train")
    code, stages, _ = verify()
    assert code == 0
    assert verdicts(stages)["train"] == "restored"
    assert stages["train"]["attestation"] == before["attestation"]
    assert stages["train"]["found_in"] == "store"
    assert verdicts(stages)["split"] == "executed"


def test_without_the_store_git_history_attests(verify):
    set_rank(4)
    dvc("repro", "-q", "train")
    commit("another rank")
    set_rank(8)
    dvc("repro", "-q", "train")
    shutil.rmtree(".tinh/attestations")
    code, stages, _ = verify()
    assert code == 0
    assert stages["train"] | {"detail": ""} == stages["train"] | {
        "detail": "", "verdict": "restored", "found_in": "git",
    }  # fmt: skip


def test_a_branch_that_is_not_checked_out_attests(verify):
    set_rank(4)
    dvc("repro", "-q", "train")
    subprocess.run(["git", "checkout", "-q", "-b", "side"], check=True)
    commit("another rank")
    subprocess.run(["git", "checkout", "-q", "main"], check=True)
    set_rank(4)
    shutil.rmtree(".tinh/attestations")
    dvc("repro", "-q", "train")  # all from the run-cache: lineage stays that of rank 8
    shutil.rmtree(".tinh/attestations", ignore_errors=True)
    subprocess.run(["git", "checkout", "-q", "main", "--", "lineage"], check=True)
    assert verify()[1]["train"]["found_in"] == "git"


def test_without_any_statement_nothing_is_attested(verify):
    shutil.rmtree(".tinh/attestations")
    shutil.rmtree("lineage")
    forget_history()
    code, stages, _ = verify()
    assert (code, set(verdicts(stages).values())) == (1, {"unattested"})


def test_a_changed_source_no_longer_matches(verify):
    with Path("data/raw/more.jsonl").open("a") as file:
        file.write('{"text": "four"}\n')
    _, stages, _ = verify()
    assert not_proved(stages) == {"ingest": "mismatch"}
    assert stages["ingest"]["detail"].startswith("data/raw/more.jsonl is not what the stage read")


def test_a_changed_parameter_no_longer_matches(verify):
    set_rank(4)
    _, stages, _ = verify()
    assert not_proved(stages) == {"train": "mismatch"}
    assert "params.yaml: train" in stages["train"]["detail"]


def test_a_changed_command_no_longer_matches(verify):
    text = Path("dvc.yaml").read_text(encoding="utf-8")
    text = text.replace("exec python -m toy base", "exec  python -m toy base")
    Path("dvc.yaml").write_text(text, encoding="utf-8")
    assert not_proved(verify()[1]) == {"base": "mismatch"}


def test_a_stage_that_read_another_version_of_its_input_does_not_match(verify):
    with Path("data/raw/more.jsonl").open("a") as file:
        file.write('{"text": "four"}\n')
    dvc("repro", "-q", "--single-item", "ingest")
    _, stages, _ = verify()
    assert not_proved(stages) == {"clean": "mismatch"}
    assert "than ingest wrote" in stages["clean"]["detail"]


def test_a_statement_that_was_edited_attests_nothing(verify):
    for path in (Path("lineage/train.json"), *Path(".tinh/attestations").glob("*.json")):
        statement = json.loads(path.read_text(encoding="utf-8"))
        if statement["predicate"]["buildDefinition"]["externalParameters"]["stage"] == "train":
            statement["subject"][0]["digest"]["sha256"] = "0" * 64
            path.write_text(json.dumps(statement), encoding="utf-8")
    forget_history()
    assert not_proved(verify()[1]) == {"train": "unattested"}


def test_what_is_no_statement_is_passed_over(verify):
    Path("lineage/train.json").write_text("[]", encoding="utf-8")
    Path("lineage/merge.json").write_bytes(b"\xff")
    Path(".tinh/attestations/zz.json").write_text('{"_type": 1}', encoding="utf-8")
    _, stages, _ = verify()
    assert not_proved(stages) == {}
    assert {stages[s]["found_in"] for s in ("train", "merge")} == {"store"}


def test_a_lock_file_that_is_none_is_one_line(toy, capsys):
    Path("dvc.lock").write_text("stages: 3\n", encoding="utf-8")
    assert cli.run(["audit", "verify"]) == 1
    said = capsys.readouterr()
    assert "dvc.lock" in said.err
    assert said.err.count("\n") == 1


def test_the_text_names_every_stage(toy, capsys):
    assert cli.run(["audit", "verify"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [[s, "executed"] for s in STAGES]
    assert lines[-1] == "10 stages, all proved"


def test_a_folders_md5_is_made_from_its_files(toy):
    digests = {
        f"{name}": {"md5": found.md5, "sha256": found.sha256}
        for name, found in (
            (f"data/raw/{n}", d) for n, d in witness.artifact(Path("data/raw")).files.items()
        )
    }
    assert attestations.dvc_md5("data/raw", digests) == witness.artifact(Path("data/raw")).dvc_md5
    assert attestations.dvc_md5("data/other", digests) is None


def test_evidence_gives_a_claim_once_and_the_nearest_first(toy):
    found = list(Evidence().of("train"))
    assert [s.place for s in found] == ["lineage"]
    set_rank(4)
    dvc("repro", "-q", "train")
    assert [s.place for s in Evidence().of("train")] == ["lineage", "store"]
