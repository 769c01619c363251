"""The plan against real models: what can be counted is counted exactly."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from pipeline.plan import configs, devices, estimate
from stages import params
from stages.errors import InputError
from stages.quantised import Held, Quantisation, load_held
from stages.train import footprint
from stages.train.footprint import GIB, Setting
from stages.train.sft import Batch, summed_loss
from stages.train.shape import FAMILIES, Matrix, shape_of

ROOT = Path(__file__).parents[1]
# Every size differs from every other, so that none can stand for another.
CONFIG = {
    "vocab_size": 500, "hidden_size": 128, "intermediate_size": 320, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 48, "sliding_window": None,
}  # fmt: skip
SETTING = Setting(
    adapter="qlora", rank=8, dora=False, dropout=False, targets=None, trained_dtype="float32",
    compute_dtype="float32", double=True, optimizer="adamw", micro_batch=2, pack_length=10,
    checkpointing=False, attention="sdpa", supervised=0.5,
)  # fmt: skip
DEVICE = devices.Device("toy", 2 * GIB, False, True)


def setting(**values):
    return replace(SETTING, **values)


def model_of(family, **other):
    config = AutoConfig.for_model(family, **CONFIG | other)
    return AutoModelForCausalLM.from_config(config), shape_of(config.to_dict())


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_weight_of_a_real_model_is_counted(family, tied):
    model, shape = model_of(family, tie_word_embeddings=tied)
    assert shape.weights == sum(p.numel() for p in model.parameters())


def test_biases_are_counted():
    model, shape = model_of("llama", attention_bias=True, mlp_bias=True)
    assert shape.weights == sum(p.numel() for p in model.parameters())


def adapted(folder, one):
    from peft import LoraConfig, get_peft_model

    held = Held(
        adapter=one.adapter, compute_dtype=one.compute_dtype,
        quantisation=Quantisation(type="nf4", double=one.double),
    )  # fmt: skip
    base = load_held(folder, held, "cpu", one.attention)
    base.requires_grad_(False)
    targets = "all-linear" if one.targets is None else list(one.targets)
    config = LoraConfig(
        r=one.rank, use_dora=one.dora, target_modules=targets, task_type="CAUSAL_LM"
    )
    return get_peft_model(base, config)


@pytest.mark.parametrize(
    "one",
    [
        SETTING,
        setting(double=False, dora=True),
        setting(adapter="lora", targets=("q_proj", "down_proj")),
        setting(compute_dtype="bfloat16"),
    ],
    ids=["double", "single-dora", "lora", "bfloat16"],
)
def test_what_no_batch_changes_is_exact(tmp_path, one):
    model, shape = model_of("mistral")
    model.save_pretrained(tmp_path)
    model = adapted(tmp_path, one)
    trained = [p for p in model.parameters() if p.requires_grad]
    four_bit = [p for p in model.parameters() if hasattr(p, "quant_state")]
    assert bool(four_bit) == (one.adapter == "qlora")
    constants = 0
    for weight in four_bit:
        state = weight.quant_state
        constants += state.absmax.numel() * state.absmax.element_size()
        if one.double:
            inner = state.state2.absmax
            constants += inner.numel() * inner.element_size() + state.offset.element_size()
    optimizer = torch.optim.AdamW(trained)
    for weight in trained:
        weight.grad = torch.zeros_like(weight)
    optimizer.step()
    moments = [v for s in optimizer.state.values() for k, v in s.items() if k != "step"]
    frozen = [p for p in model.parameters() if not p.requires_grad]
    found = footprint.fixed_parts(shape, one)
    weights = found.get("quantised weights", 0) + found.get("frozen matrices", 0)
    assert weights + found["other frozen weights"] == size(frozen)
    assert found["quantisation constants"] == constants
    assert found["trained weights"] == found["gradients"] == size(trained)
    assert found["optimizer state"] == size(moments)


def size(tensors):
    return sum(t.numel() * t.element_size() for t in tensors)


def kept_by_second_layer(model, one):
    """Bytes that the second layer alone saves for the backward pass, each storage once."""
    base = model.get_base_model()
    base.train()
    others = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *model.buffers())}
    inside, kept, alive = [False], {}, []

    def pack(tensor):
        alive.append(tensor)  # or another would get the same address
        storage = tensor.untyped_storage()
        if not inside[0]:
            others.add(storage.data_ptr())
        elif storage.data_ptr() not in others:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    second = base.get_decoder().layers[1]
    second.register_forward_pre_hook(lambda *_: inside.__setitem__(0, True))
    second.register_forward_hook(lambda *_: inside.__setitem__(0, False))
    shape = (one.micro_batch, one.pack_length)
    positions = torch.arange(one.pack_length) % 6  # two samples in each pack
    nothing = torch.zeros(shape, dtype=torch.long)
    batch = Batch(nothing, nothing, positions.expand(shape), 0, 0)
    casting = (
        torch.autocast("cpu", dtype=torch.bfloat16)
        if one.compute_dtype == "bfloat16"
        else contextlib.nullcontext()
    )
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x), casting:
        summed_loss(base, batch)
    return sum(kept.values())


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    "other",
    [
        {},
        {"attention": "eager"},
        {"targets": ("q_proj", "v_proj")},
        {"adapter": "lora", "micro_batch": 1, "pack_length": 17},
    ],
    ids=str,
)
def test_what_a_layer_keeps_for_the_backward_pass_is_exact(tmp_path, dtype, other):
    one = setting(compute_dtype=dtype, **other)
    model, shape = model_of("mistral")
    model.save_pretrained(tmp_path)
    assert footprint.layer_kept(shape, one) == kept_by_second_layer(adapted(tmp_path, one), one)


def test_qwen3_keeps_its_head_norms_too(tmp_path):
    model, shape = model_of("qwen3")
    model.save_pretrained(tmp_path)
    assert footprint.layer_kept(shape, SETTING) == kept_by_second_layer(
        adapted(tmp_path, SETTING), SETTING
    )


def test_rank_8_on_512_by_64_trains_86_percent_less():
    matrix = Matrix("w", 512, 64)
    trained = sum(footprint.adapter_tensors(matrix, SETTING))
    assert (trained, matrix.weights) == (4608, 32768)
    assert 1 - trained / matrix.weights == pytest.approx(0.86, abs=0.001)


def test_double_quantisation_saves_three_gigabytes_at_65b():
    weights = 65 * 10**9
    single, double = (footprint.constant_bytes(weights, double=d) for d in (False, True))
    assert 8 * (single - double) / weights == pytest.approx(0.373, abs=0.0005)
    assert (single - double) / 1e9 == pytest.approx(3.03, abs=0.01)


def profile(name):
    return params.load(ROOT / f"profiles/{name}.yaml")


def planned(name, device, **changes):
    everything = profile(name)
    one = footprint.setting_of(everything["train"], pack_length=2048, supervised=0.5)
    shape = shape_of(configs.config_of(everything["model"], None))
    return estimate.plan(shape, replace(one, **changes), device)


def test_the_7b_profile_is_what_its_configuration_says_and_fits_24_gb():
    found = planned("vistral-7b-24gb", devices.named("rtx-4090"))
    assert found.weights == 7_241_732_096 + 2 * 6659 * 4096  # Mistral-7B's, and 6,659 more tokens
    assert found.trained == 41_943_040
    assert found.parts["quantised weights"] / GIB == pytest.approx(3.25, abs=0.01)
    assert found.fits
    assert planned("vistral-7b-24gb", devices.named("T4"), checkpointing=False).fits is False


def test_checkpointing_needs_less_memory():
    device = devices.named("H100")
    with_it, without = (planned("vistral-7b-24gb", device, checkpointing=c) for c in (True, False))
    assert with_it.parts["activations"] < without.parts["activations"] / 8
    assert with_it.largest_micro_batch > 4 * without.largest_micro_batch


def test_the_largest_that_fits_fits_and_one_more_does_not():
    device = devices.named("A100-40GB")
    found = planned("vistral-7b-24gb", device)
    for key, most, step in (("micro_batch", found.largest_micro_batch, 1),
                            ("pack_length", found.largest_pack_length, 64)):  # fmt: skip
        assert planned("vistral-7b-24gb", device, **{key: most}).fits
        assert not planned("vistral-7b-24gb", device, **{key: most + step}).fits


def test_hours_and_cost_follow_from_a_measured_step():
    _, shape = model_of("mistral")
    found = estimate.plan(shape, SETTING, DEVICE, tokens=7_200_000, tokens_per_second=1000.0,
                          price=2.5)  # fmt: skip
    assert (found.hours, found.cost) == (2.0, 5.0)
    assert "hours: 2.00 for 7,200,000 tokens at 1,000 tokens/s, cost 5.00" in estimate.text(found)
    assert estimate.plan(shape, SETTING, DEVICE, tokens=5).hours is None


def test_tokens_come_from_the_metrics(tmp_path):
    path = tmp_path / "tokenize.json"
    assert estimate.measured_tokens(2, path) == (None, 1.0)
    path.write_text('{"tokens": 100, "supervised_tokens": 25}')
    assert estimate.measured_tokens(2, path) == (200, 0.25)


@pytest.mark.parametrize("config", [{"model_type": "mamba"}, {}, {"model_type": "llama"}])
def test_a_configuration_that_is_not_known_is_refused(config):
    with pytest.raises(InputError, match=r"config\.json has"):
        shape_of(config)


def test_an_unknown_device_is_answered_with_the_table():
    with pytest.raises(InputError, match="no device 'abacus' in the table; give one of T4, "):
        devices.named("abacus")


def test_a_file_that_is_no_configuration_is_one_line(tmp_path):
    (tmp_path / "config.json").write_text("[1]")
    for path in (tmp_path / "config.json", tmp_path / "none.json"):
        with pytest.raises(InputError, match=r"give .*config"):
            configs.read(path)
