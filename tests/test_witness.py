import datetime
import hashlib
import json

import pytest
from dvc.repo import Repo

from stages import witness
from stages.errors import InputError


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvcignore").write_text("*.dvc\n.gitignore\n__pycache__/\n")
    witness._ignored.cache_clear()
    folder = tmp_path / "data" / "raw"
    (folder / "b" / "__pycache__").mkdir(parents=True)
    (folder / "z.txt").write_text("z")
    (folder / "b" / "a.txt").write_text("a")
    (folder / "b" / "__pycache__" / "x.pyc").write_text("x")
    (folder / "raw.dvc").write_text("d")
    (folder / ".gitignore").write_text("/x")
    yield tmp_path
    witness._ignored.cache_clear()


def statement(project, params=None, seconds=1.0):
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return witness.attestation(
        stage="clean",
        command=["python", "-m", "stages", "clean"],
        inputs=[witness.artifact(project.joinpath("data/raw").relative_to(project))],
        outputs=[witness.artifact(project.joinpath("data/raw/z.txt").relative_to(project))],
        params=params or {"clean": {"rules": ["nfc"]}},
        versions={"ftfy": "6.3.1"},
        grade="bitwise",
        hardware=witness.hardware(2, "cpu"),
        byproducts={"seconds": seconds},
        started=now,
        finished=now,
    )


def test_a_folder_s_files_are_those_that_dvc_tracks(project):
    found = witness.artifact(project / "data" / "raw")
    assert list(found.files) == ["b/a.txt", "z.txt"]
    assert found.files["z.txt"] == witness.Digest(
        hashlib.md5(b"z").hexdigest(), hashlib.sha256(b"z").hexdigest()
    )


def test_a_folder_s_md5_is_the_one_in_dvc_lock(project):
    """Compared with DVC itself, on the same folder."""
    Repo.init(project, no_scm=True).close()
    (project / "dvc.yaml").write_text("stages: {s: {cmd: 'true', deps: [data/raw]}}")
    with Repo(project) as repo:
        repo.reproduce()
    lock = (project / "dvc.lock").read_text()
    assert f"md5: {witness.artifact(project / 'data' / 'raw').dvc_md5}" in lock


def test_a_missing_input_is_one_line(project):
    with pytest.raises(InputError, match=r"nothing does not exist; run `dvc repro`, or put"):
        witness.artifact(project / "nothing")


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_an_input_that_changes_during_the_run_is_named(project, change):
    folder = project / "data" / "raw"
    before = [witness.artifact(folder)]
    touched = folder / ("new.txt" if change == "add" else "z.txt")
    touched.unlink() if change == "remove" else touched.write_text("other")
    with pytest.raises(InputError, match=rf"raw/{touched.name} changed while the stage read it"):
        witness.require_unchanged(before, [witness.artifact(folder)])


def test_the_statement_is_in_toto_with_slsa_provenance(project):
    made = statement(project)
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert made["predicateType"] == "https://slsa.dev/provenance/v1"
    assert set(made["predicate"]) == {"buildDefinition", "runDetails"}
    names = [d["name"] for d in made["predicate"]["buildDefinition"]["resolvedDependencies"]]
    assert names == ["data/raw", "data/raw/b/a.txt", "data/raw/z.txt"]
    digest = made["subject"][0]["digest"]
    assert digest == {
        "md5": hashlib.md5(b"z").hexdigest(),
        "sha256": hashlib.sha256(b"z").hexdigest(),
    }


def test_its_digest_covers_what_was_claimed_and_not_when(project):
    same = witness.claim_digest(statement(project, seconds=1.0))
    assert witness.claim_digest(statement(project, seconds=9.0)) == same
    assert witness.claim_digest(statement(project, params={"clean": {"rules": []}})) != same
    (project / "data/raw/b/a.txt").write_text("other")
    assert witness.claim_digest(statement(project)) != same


def test_a_statement_that_says_the_same_is_left_as_it_stands(project):
    first = witness.record(statement(project, seconds=1.0), "clean", project)
    before = first.read_bytes()
    again = witness.record(statement(project, seconds=9.0), "clean", project)
    assert (again, again.read_bytes()) == (first, before)
    witness.record(statement(project, params={"other": 1}), "clean", project)
    assert first.read_bytes() != before
    assert len(list((project / witness.STORE).glob("*.json"))) == 2


def test_a_damaged_statement_is_replaced(project):
    path = witness.record(statement(project), "clean", project)
    path.write_text("{")
    witness.record(statement(project), "clean", project)
    assert json.loads(path.read_text())["_type"] == witness.STATEMENT_TYPE


def test_scratch_is_kept_apart_by_inputs_params_and_hardware(project):
    source = [witness.artifact(project / "data" / "raw")]
    params, hardware = {"clean": {"rules": ["nfc"]}}, {"threads": 2}
    digest = witness.input_digest(source, params, hardware)
    assert witness.input_digest(source, dict(params), dict(hardware)) == digest
    (project / "data/raw/z.txt").write_text("Z")
    changed = [witness.artifact(project / "data" / "raw")]
    others = {
        witness.input_digest(changed, params, hardware),
        witness.input_digest(source, {"clean": {"rules": []}}, hardware),
        witness.input_digest(source, params, {"threads": 1}),
    }
    assert len(others | {digest}) == 4
