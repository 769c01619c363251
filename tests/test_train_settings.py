"""Each key of ``train`` does what it says: seen on the model and the optimizer's state."""

import math

import pytest
import tiny_training
import torch
from bitsandbytes.nn import Linear4bit
from peft.tuners.lora import LoraLayer

from stages.seeds import child
from stages.train import adapter, loop, sft
from stages.train.batches import read_split
from stages.train.optimizer import optimizer_of
from stages.train.parallel import Group

LINEAR = 14  # of the tiny model: 7 in each of 2 layers, the head left out


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("settings")
    tiny_training.make(path, packs=4)
    return path


@pytest.fixture
def load(folder):
    def loaded(seed=1, **changes):
        train = tiny_training.train_params(**changes)
        return adapter.load(folder / "data/base/model", train, "cpu", seed), train

    return loaded


def one_step(folder, model, train, before=None):
    """A whole optimizer step, ``before`` called just before the update."""
    optimizer = optimizer_of(adapter.trained(model), train)
    if before:
        optimizer.register_step_pre_hook(lambda *_: before())
    learner = loop.Learner(
        model=model, optimizer=optimizer, objective=sft.Supervised(flat=False), train=train,
        group=Group(0, 1, "cpu"), seed=1, order=1,
    )  # fmt: skip
    split = read_split(folder / "data/tokens", "train")
    model.train()
    step = loop.one_step(learner, split, [[0, 1]], 1, 2)
    return learner.optimizer, step


def four_bit(model):
    return [m for m in model.modules() if isinstance(m, Linear4bit)]


def scalings(model):
    return {m.scaling["default"] for m in model.modules() if isinstance(m, LoraLayer)}


def dtypes(weights):
    return {w.dtype for w in weights}


def test_qlora_holds_all_linear_layers_but_the_head_in_four_bits_and_trains_the_adapter(load):
    model, _ = load(adapter="qlora")
    assert len(four_bit(model)) == LINEAR
    assert not isinstance(model.get_output_embeddings(), Linear4bit)
    names = list(adapter.trained(model))
    assert len(names) == 2 * LINEAR
    assert all("lora_" in name for name in names)


def test_lora_holds_the_base_as_it_is(load):
    model, _ = load(adapter="lora")
    assert four_bit(model) == []
    assert len(adapter.trained(model)) == 2 * LINEAR


def test_full_trains_every_weight_and_adds_none(load):
    model, _ = load(adapter="full")
    assert four_bit(model) == []
    assert adapter.count(model)[0] == sum(p.numel() for p in model.parameters())
    assert all(p.requires_grad for p in model.parameters())


@pytest.mark.parametrize("kind", ["nf4", "fp4"])
@pytest.mark.parametrize("double", [True, False])
def test_quantisation_type_and_double(load, kind, double):
    model, _ = load(quantisation={"type": kind, "double": double})
    states = [m.weight.quant_state for m in four_bit(model)]
    assert {state.quant_type for state in states} == {kind}
    assert {state.nested for state in states} == {double}
    assert dtypes(state.absmax for state in states) == {torch.uint8 if double else torch.float32}


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_compute_dtype_is_what_matrices_are_multiplied_in(folder, load, name):
    dtype = getattr(torch, name)
    model, train = load(compute_dtype=name)
    assert {m.compute_dtype for m in four_bit(model)} == {dtype}
    seen = set()
    layer = model.get_base_model().model.layers[0].self_attn.q_proj
    layer.lora_A["default"].register_forward_hook(lambda m, i, out: seen.add(out.dtype))
    layer.base_layer.register_forward_hook(lambda m, i, out: seen.add(out.dtype))
    one_step(folder, model, train)
    assert seen == {dtype}
    assert dtypes(adapter.trained(model).values()) == {torch.float32}


@pytest.mark.parametrize("kind", ["qlora", "lora", "full"])
@pytest.mark.parametrize("name", ["float32", "bfloat16"])
def test_adapter_dtype_is_that_of_what_is_trained_before_and_after_a_step(folder, load, kind, name):
    model, train = load(adapter=kind, adapter_dtype=name)
    assert dtypes(adapter.trained(model).values()) == {getattr(torch, name)}
    one_step(folder, model, train)
    assert dtypes(adapter.trained(model).values()) == {getattr(torch, name)}


def test_r_alpha_and_targets(load):
    lora = {"r": 3, "alpha": 12, "targets": ["q_proj", "down_proj"]}
    model, _ = load(lora=lora)
    shapes = {n.split("lora_")[1]: tuple(p.shape) for n, p in adapter.trained(model).items()}
    assert len(adapter.trained(model)) == 2 * 2 * 2
    assert shapes["A.default.weight"] == (3, 128)  # the last target: down_proj
    assert shapes["B.default.weight"] == (64, 3)
    assert scalings(model) == {4.0}


def test_rank_stabilised_scales_by_the_root_of_the_rank(load):
    model, _ = load(lora={"r": 4, "alpha": 8, "rank_stabilised": True})
    assert scalings(model) == {8 / math.sqrt(4)}


def test_dora_trains_a_magnitude_for_each_row(load):
    model, _ = load(lora={"dora": True})
    magnitudes = [p for n, p in adapter.trained(model).items() if "magnitude" in n]
    assert len(magnitudes) == LINEAR


def test_dropout_is_drawn_from_the_seed_of_the_micro_batch(load):
    model, _ = load(lora={"dropout": 0.5})
    found = [m for m in model.modules() if isinstance(m, torch.nn.Dropout)]
    assert {m.p for m in found} == {0.5}
    ones = torch.ones(1000)
    drawn = []
    for name in ("a", "a", "b"):
        torch.manual_seed(child(1, name))
        drawn.append(found[0].train()(ones))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_the_seed_makes_the_adapter(load):
    one, same, other = (adapter.trained(load(seed=s)[0]) for s in (1, 1, 2))
    name = next(name for name in one if "lora_A" in name)
    assert torch.equal(one[name], same[name])
    assert not torch.equal(one[name], other[name])


@pytest.mark.parametrize("name", ["sdpa", "eager"])
def test_attention_is_what_the_layers_call(load, name):
    model, _ = load(attention=name)
    assert model.get_base_model().model.layers[0].self_attn.config._attn_implementation == name


def test_checkpointed_activations_are_computed_again_and_change_no_gradient(folder, load):
    calls, losses = {}, {}
    for wanted in (False, True):
        model, train = load(checkpoint_activations=wanted, lora={"dropout": 0.3})
        layer = model.get_base_model().model.layers[0].mlp
        seen = calls.setdefault(wanted, [])
        layer.register_forward_pre_hook(lambda m, i, seen=seen: seen.append(1))
        _, step = one_step(folder, model, train)
        losses[wanted] = (step.loss, step.grad_norm)
    assert (len(calls[False]), len(calls[True])) == (1, 2)
    assert losses[True] == pytest.approx(losses[False], rel=1e-6)


@pytest.mark.parametrize(
    ("name", "large", "paged"),
    [
        ("paged_adamw_8bit", torch.uint8, True),
        ("adamw_8bit", torch.uint8, False),
        ("paged_adamw_32bit", torch.float32, True),
    ],
)
def test_optimizers_of_bitsandbytes_by_their_state(folder, load, name, large, paged):
    model, train = load(adapter="full", optimizer=name)
    optimizer, _ = one_step(folder, model, train)
    assert optimizer.is_paged is paged
    states = {w.numel() >= 4096: optimizer.state[w]["state1"] for w in model.parameters()}
    assert states[True].dtype == large
    assert states[False].dtype == torch.float32


def test_adamw_keeps_two_moments_in_32_bits(folder, load):
    model, train = load(optimizer="adamw", weight_decay=0.25)
    optimizer, _ = one_step(folder, model, train)
    state = optimizer.state[next(iter(adapter.trained(model).values()))]
    assert dtypes((state["exp_avg"], state["exp_avg_sq"])) == {torch.float32}
    assert {group["weight_decay"] for group in optimizer.param_groups} == {0.25}


def test_warm_up_sets_the_rate_of_the_update(folder, load):
    """Adam's first step moves a weight by the learning rate, whatever its gradient is."""
    model, train = load(optimizer="adamw", learning_rate=0.01, warmup_steps=4)
    weights = {n: p for n, p in adapter.trained(model).items() if "lora_B" in n}
    _, step = one_step(folder, model, train)
    assert step.learning_rate == 0.0025
    largest = max(float(p.detach().abs().max()) for p in weights.values())
    assert largest == pytest.approx(0.0025, rel=1e-3)


def test_max_grad_norm_bounds_what_the_optimizer_sees(folder, load):
    model, train = load(max_grad_norm=1e-3, optimizer="adamw")
    weights = list(adapter.trained(model).values())
    seen = []
    _, done = one_step(
        folder, model, train,
        before=lambda: seen.append(math.sqrt(sum(float((p.grad**2).sum()) for p in weights))),
    )  # fmt: skip
    assert done.grad_norm > 1e-2
    assert seen == [pytest.approx(1e-3, rel=1e-3)]
