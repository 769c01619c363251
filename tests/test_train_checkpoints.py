"""Checkpoints: whole or passed over, and enough to go on from, byte for byte."""

import json
import logging

import pytest
import tiny_training
import torch

from stages.errors import ModelError, ResourceError
from stages.train import adapter, checkpoints, loop, memory, sft
from stages.train.batches import read_split
from stages.train.optimizer import optimizer_of
from stages.train.parallel import Group

WHERE = {"device": "cpu", "processes": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoints")
    tiny_training.make(path, packs=4)
    return path


def learner(folder, seed=1, **changes):
    train = tiny_training.train_params(**changes)
    model = adapter.load(folder / "data/base/model", train, "cpu", seed)
    return loop.Learner(
        model=model, optimizer=optimizer_of(adapter.trained(model), train),
        objective=sft.Supervised(flat=False), train=train, group=Group(0, 1, "cpu"), seed=1,
        order=1,
    )  # fmt: skip


def step(made, folder, number):
    split = read_split(folder / "data/tokens", "train")
    made.model.train()
    return loop.one_step(made, split, [[number % 4]], number, 9)


def write(made, scratch, number, kept=2, history=()):
    return checkpoints.write(
        scratch, number, model=made.model, optimizer=made.optimizer, train=made.train,
        history=history, where=WHERE, kept=kept,
    )  # fmt: skip


def weights(made):
    return {name: p.detach().clone() for name, p in adapter.trained(made.model).items()}


@pytest.mark.parametrize(
    ("kind", "optimizer"),
    [("qlora", "adamw"), ("qlora", "paged_adamw_8bit"), ("full", "paged_adamw_8bit")],
)
def test_a_new_process_goes_on_as_the_old_one_would_have(folder, tmp_path, kind, optimizer):
    """With dropout, and weights large enough for 8-bit state."""
    changes = {
        "adapter": kind, "optimizer": optimizer, "lora": {"r": 64, "dropout": 0.2}
    }  # fmt: skip
    made = learner(folder, **changes)
    step(made, folder, 1)
    step(made, folder, 2)
    write(made, tmp_path, 2, history=[{"loss": 0.1}, {"loss": 1 / 3}])
    expected = step(made, folder, 3), weights(made)
    found = checkpoints.latest(tmp_path, WHERE)
    assert (found.step, found.history) == (2, [{"loss": 0.1}, {"loss": 1 / 3}])
    resumed = learner(folder, seed=7, **changes)
    checkpoints.restore(found, resumed.model, resumed.optimizer, resumed.train)
    assert step(resumed, folder, 3) == expected[0]
    for name, tensor in weights(resumed).items():
        assert torch.equal(tensor, expected[1][name]), name


def test_the_last_n_are_kept_and_hold_no_pickle(folder, tmp_path):
    made = learner(folder)
    step(made, folder, 1)
    for number in (1, 2, 3):
        write(made, tmp_path, number, kept=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step-00000002", "step-00000003"]
    names = {p.suffix for p in tmp_path.rglob("*") if p.is_file()}
    assert names == {".json", ".safetensors"}


@pytest.mark.parametrize("file", ["adapter/adapter_model.safetensors", "optimizer.safetensors"])
def test_a_damaged_one_is_passed_over_for_the_one_before(folder, tmp_path, caplog, file):
    made = learner(folder)
    step(made, folder, 1)
    for number in (1, 2):
        write(made, tmp_path, number)
    path = tmp_path / "step-00000002" / file
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with caplog.at_level(logging.WARNING):
        assert checkpoints.latest(tmp_path, WHERE).step == 1
    assert "step-00000002 is damaged" in caplog.text


def test_a_changed_manifest_and_a_half_written_checkpoint_are_passed_over(folder, tmp_path):
    made = learner(folder)
    step(made, folder, 1)
    target = write(made, tmp_path, 1)
    manifest = json.loads((target / "checkpoint.json").read_text())
    (target / "checkpoint.json").write_text(json.dumps(manifest | {"step": 5}))
    (tmp_path / "step-00000009.partial").mkdir()
    assert checkpoints.latest(tmp_path, WHERE) is None
    assert not (tmp_path / "step-00000009.partial").exists()


def test_one_made_elsewhere_is_passed_over(folder, tmp_path):
    made = learner(folder)
    step(made, folder, 1)
    write(made, tmp_path, 1)
    assert checkpoints.latest(tmp_path, {**WHERE, "processes": 2}) is None
    assert checkpoints.latest(tmp_path, WHERE).step == 1


def test_a_full_disk_leaves_the_one_before(folder, tmp_path, monkeypatch):
    made = learner(folder)
    step(made, folder, 1)
    write(made, tmp_path, 1)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "flush", full)
    with pytest.raises(ResourceError, match=r"step 2 could not be written.*goes on from step 1"):
        write(made, tmp_path, 2)
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000001"]


def test_a_checkpoint_s_adapter_is_a_start_for_another_training(folder, tmp_path):
    made = learner(folder)
    step(made, folder, 1)
    start = write(made, tmp_path, 1) / "adapter"
    other = learner(folder, seed=9)
    adapter.restore(other.model, other.train, start)
    for name, tensor in weights(made).items():
        assert torch.equal(tensor, weights(other)[name]), name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lora": {"r": 8}}, "are not those of train.lora and the base here"),
        ({"lora": {"targets": ["q_proj"]}}, "are not those of train.lora and the base here"),
        ({"adapter": "lora"}, "trained with train.adapter: qlora, params.yaml has lora"),
    ],
)
def test_a_start_of_another_shape_or_kind_is_refused(folder, tmp_path, changes, message):
    made = learner(folder)
    adapter.save(made.model, made.train, tmp_path / "init")
    other = learner(folder, **changes)
    with pytest.raises(ModelError, match=message):
        adapter.restore(other.model, other.train, tmp_path / "init")


def test_an_empty_start_and_one_that_is_not_asked_for_are_refused(folder, tmp_path):
    made = learner(folder)
    with pytest.raises(ModelError, match="tinh adapter fetch REV"):
        adapter.restore(made.model, made.train, tmp_path)
    adapter.require_empty(tmp_path)
    adapter.save(made.model, made.train, tmp_path / "init")
    with pytest.raises(ModelError, match=r"but train\.init is fresh"):
        adapter.require_empty(tmp_path)


@pytest.mark.parametrize("optimizer", ["adamw", "paged_adamw_8bit"])
@pytest.mark.parametrize("double", [True, False])
def test_counted_memory_is_what_the_tensors_take(folder, optimizer, double):
    made = learner(
        folder, optimizer=optimizer, lora={"r": 64},
        quantisation={"type": "nf4", "double": double},
    )  # fmt: skip
    parts = memory.parts(made.model, made.train)
    step(made, folder, 1)

    def size(tensors):
        return sum(t.numel() * t.element_size() for t in tensors)

    trained = list(adapter.trained(made.model).values())
    kept = ("state1", "state2", "absmax1", "absmax2", "exp_avg", "exp_avg_sq")
    states = [v for w in trained for k, v in made.optimizer.state[w].items() if k in kept]
    frozen = [p for p in made.model.parameters() if not p.requires_grad]
    constants = []
    for weight in frozen:
        state = getattr(weight, "quant_state", None)
        if state is not None:
            constants.append(state.absmax)
            constants += [state.state2.absmax, state.offset] if double else []
    assert parts == {
        "frozen weights": size(frozen),
        "quantisation constants": size(constants),
        "trained weights": size(trained),
        "gradients": size(trained),
        "optimizer state": size(states),
    }
