"""`tinh doctor`: what this machine lacks for this params.yaml, and what to change."""

import json
from pathlib import Path

import pytest

from pipeline import cli, doctor
from pipeline.plan.configs import MISTRAL_7B
from pipeline.plan.devices import Device, named
from stages import params
from stages.train.footprint import GIB
from stages.train.shape import shape_of

ROOT = Path(__file__).parents[1]
CPU = Device("cpu", 4 * GIB, False, True)
SEVEN = shape_of(MISTRAL_7B)


def test_it_says_one_thing_for_each_check(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    code = cli.run(["doctor", "--json"])
    said = capsys.readouterr()
    document = json.loads(said.out)
    names = [check["name"] for check in document["checks"]]
    assert {"python", "git", "dvc", "device", "threads", "attention", "memory", "disk"} <= {*names}
    assert document["ok"] == (code == 0) == (said.err == "")


@pytest.mark.parametrize(
    ("check", "remedy"),
    [
        (doctor.python((3, 10, 1)), "install Python >= 3.11"),
        (doctor.python((3, 11, 0)), ""),
        (doctor.chosen("cuda", CPU), "set compute.device: auto"),
        (doctor.chosen("auto", CPU), ""),
        (doctor.threads(10**6), "set compute.threads: "),
        (doctor.attention("flash_attention_2", CPU), "set train.attention: sdpa"),
        (doctor.attention("eager", CPU), ""),
        (doctor.precision("bfloat16", named("T4")), "set train.compute_dtype: float16"),
        (doctor.precision("bfloat16", named("L4")), ""),
        (doctor.disk(SEVEN, 40 * GIB), "free some space"),
        (doctor.disk(SEVEN, 60 * GIB), ""),
    ],
)  # fmt: skip
def test_a_remedy_is_given_exactly_where_one_is_needed(check, remedy):
    assert check.ok == (remedy == "")
    assert remedy in check.remedy


def test_a_7b_model_needs_more_memory_than_4_gib():
    everything = params.load(ROOT / "profiles/vistral-7b-24gb.yaml")
    assert "see `tinh plan`" in doctor.memory(everything, SEVEN, CPU).remedy
    assert doctor.memory(everything, SEVEN, named("A100-40GB")).ok


def test_a_base_that_cannot_be_had_is_named():
    model = params.load(ROOT / "profiles/vistral-7b-24gb.yaml")["model"]
    loose = model.model_copy(update={"hub": model.hub.model_copy(update={"revision": "main"})})
    (found,) = doctor.source(loose)
    assert "40 hexadecimal digits" in found.remedy
    local = model.model_copy(update={"source": "local"})
    (found,) = doctor.source(local)
    assert "model.local.path" in found.remedy


def test_a_hub_that_does_not_answer_is_a_finding(monkeypatch):
    import huggingface_hub

    def refuse(*_, **__):
        raise ConnectionError("refused\nhere")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", refuse)
    found = doctor.hub("a/b", "0" * 40)
    assert "refused here" in found.found
    assert "HF_TOKEN" in found.remedy
