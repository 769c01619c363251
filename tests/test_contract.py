"""dvc.yaml and the stages' signatures say the same, for every stage."""

import importlib
import re
from pathlib import Path

import pytest

from pipeline import dag
from stages import closure, contract, params

ROOT = Path(__file__).parent.parent
NOT_DEPENDENCIES = ("compute", "tracking")  # where and how, never what
STAGES = dag.load(ROOT)
# Distribution name → the name it is imported by, where the two differ.
IMPORT_NAMES = {
    "great-expectations": "great_expectations",
    "huggingface-hub": "huggingface_hub",
    "rouge-score": "rouge_score",
}


def words(command: str) -> list[str]:
    return command.split()


def flags(command: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+) (\S+)", command))


@pytest.fixture(params=STAGES, ids=lambda stage: stage.name)
def stage(request):
    return request.param


@pytest.fixture
def declared(stage):
    room = importlib.import_module(f"stages.{contract.room_of(stage.name)}.stage")
    return contract.declaration(room.run)


def test_every_room_is_a_stage_and_every_stage_a_room():
    assert {contract.room_of(stage.name) for stage in STAGES} == set(params.ROOMS)
    folders = {p.name for p in (ROOT / "stages").iterdir() if (p / "stage.py").is_file()}
    assert folders == set(params.ROOMS)


def test_command_leaves_no_shell_between_dvc_and_the_stage(stage):
    assert words(stage.cmd)[:5] == ["exec", "python", "-m", "stages", stage.name]


def test_flags_are_the_in_and_out_arguments(stage, declared):
    expected = [name.replace("_", "-") for name in (*declared.inputs, *declared.outputs)]
    assert sorted(flags(stage.cmd)) == sorted(expected)


def test_dependencies_are_the_inputs_and_the_code(stage, declared):
    given = flags(stage.cmd)
    inputs = {given[name.replace("_", "-")] for name in declared.inputs}
    room = closure.PACKAGE / contract.room_of(stage.name)
    code = closure.code_of(room.name, ROOT)
    shared = {path.as_posix() for path in code if not path.is_relative_to(room)}
    assert set(stage.deps) == inputs | {room.as_posix()} | shared


def test_written_files_are_the_outputs(stage, declared):
    given = flags(stage.cmd)
    written = (*stage.outs, *stage.metrics, *stage.plots)
    assert set(written) == {given[name.replace("_", "-")] for name in declared.outputs}


def test_params_are_the_sections_and_the_versions(stage, declared):
    module = importlib.import_module(f"stages.{contract.room_of(stage.name)}.stage")
    sections = [name for name in declared.sections if name not in NOT_DEPENDENCIES]
    versions = [f"versions.{library}" for library in module.LIBRARIES]
    assert sorted(stage.params) == sorted(sections + versions)


def test_a_scratch_folder_is_neither_a_flag_nor_a_section():
    def run(*, rows: contract.In, out: contract.Out, parts: contract.Scratch, seed: params.Seed):
        """A stage."""

    declared = contract.declaration(run)
    assert (declared.inputs, declared.outputs, declared.scratch, list(declared.sections)) == (
        ("rows",), ("out",), ("parts",), ["seed"],
    )  # fmt: skip


def test_sections_have_the_types_of_params_yaml(declared):
    schemas = params.schemas()
    for name, annotation in declared.sections.items():
        assert schemas[name] == annotation, name


def test_every_versioned_library_that_the_code_imports_is_declared(stage):
    room = contract.room_of(stage.name)
    module = importlib.import_module(f"stages.{room}.stage")
    declared_versions = params.load(ROOT / "params.yaml")["versions"]
    imported = closure.libraries_of(room, ROOT)
    needed = {lib for lib in declared_versions if IMPORT_NAMES.get(lib, lib) in imported}
    assert needed <= set(module.LIBRARIES)


def test_rooms_do_not_import_each_other_nor_the_pipeline():
    for room in params.ROOMS:
        for path in closure.code_of(room, ROOT):
            if path.suffix != ".py":
                continue
            for module in closure.imported(path, ROOT):
                parts = module.split(".")
                assert parts[0] != "pipeline", path
                if parts[0] == "stages" and len(parts) > 1 and parts[1] in params.ROOMS:
                    assert parts[1] == room, f"{path} imports {module}"


def test_the_runner_is_what_the_closure_leaves_out():
    """Each exempt module exists and has its reason; all others are some stage's dependency."""
    for module, reason in closure.RUNNER.items():
        assert closure.module_file(module, ROOT) is not None, module
        assert reason
    top = {
        "stages" if path.stem == "__init__" else f"stages.{path.stem}"
        for path in (ROOT / "stages").glob("*.py")
    }
    used = {
        "stages." + path.stem
        for room in params.ROOMS
        for path in closure.code_of(room, ROOT)
        if len(path.parts) == 2
    }
    assert top == used | set(closure.RUNNER)


def test_every_profile_is_a_whole_params_file():
    profiles = sorted((ROOT / "profiles").glob("*.yaml"))
    assert [p.stem for p in profiles] == ["micro", "tiny-cpu", "vistral-7b-24gb"]
    for profile in profiles:
        params.load(profile)


def test_params_yaml_is_the_tiny_profile():
    assert (ROOT / "params.yaml").read_text() == (ROOT / "profiles/tiny-cpu.yaml").read_text()


def test_declared_versions_are_the_constraints():
    pinned = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    for library, version in params.load(ROOT / "params.yaml")["versions"].items():
        assert pinned[library] == version, library
