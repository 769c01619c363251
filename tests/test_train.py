"""The training loop on a tiny model: what it learns from, and that its sums are right."""

import pytest
import torch
from transformers import MistralConfig, MistralForCausalLM

from stages.prompt import IGNORE
from stages.train import loop
from stages.train.batches import collate, steps_per_epoch
from stages.train.params import Train

TRAIN = Train.model_validate(
    {
        "quantisation": {"type": "nf4", "double": True, "compute_dtype": "float32"},
        "lora": {"r": 4, "alpha": 8, "dropout": 0.0, "targets": "all-linear"},
        "optimizer": "adamw",
        "learning_rate": 0.01,
        "schedule": "cosine",
        "warmup_steps": 2,
        "weight_decay": 0.0,
        "max_grad_norm": 1.0,
        "epochs": 1,
        "micro_batch": 1,
        "accumulation": 1,
        "checkpoint_activations": False,
    }
)


def tiny():
    torch.manual_seed(0)
    return MistralForCausalLM(
        MistralConfig(
            vocab_size=50, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=2, sliding_window=None,
        )
    )  # fmt: skip


def sample(start, length, prompt):
    ids = [(start + i) % 50 for i in range(length)]
    return {
        "input_ids": ids,
        "labels": [IGNORE] * prompt + ids[prompt:],
        "position_ids": list(range(length)),
    }


def joined(*samples):
    return {name: [x for s in samples for x in s[name]] for name in samples[0]}


A, B, C, D = sample(3, 7, 3), sample(20, 5, 2), sample(31, 9, 4), sample(40, 4, 1)


def test_batches_are_padded_with_positions_of_their_own_and_no_labels():
    batch = collate([B, D])
    assert batch.input_ids.tolist() == [[20, 21, 22, 23, 24], [40, 41, 42, 43, 0]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 0]]
    assert batch.labels.tolist() == [
        [IGNORE, IGNORE, 22, 23, 24],
        [IGNORE, 41, 42, 43, IGNORE],
    ]
    assert (batch.tokens, batch.supervised) == (9, 6)


def test_packed_samples_do_not_see_each_other():
    """Logits of each sample are what they are when it stands alone."""
    model = tiny().eval()
    with torch.no_grad():
        batch = collate([joined(A, B, C), D])
        packed = model(
            input_ids=batch.input_ids, position_ids=batch.position_ids, use_cache=False
        ).logits[0]
        start = 0
        for one in (A, B, C):
            alone = model(input_ids=torch.tensor([one["input_ids"]])).logits[0]
            length = len(one["input_ids"])
            assert (packed[start : start + length] - alone).abs().max() < 1e-4
            start += length


def test_loss_is_the_mean_over_supervised_tokens():
    """Equal to transformers' own loss for one unpacked sample."""
    model = tiny().eval()
    with torch.no_grad():
        expected = model(
            input_ids=torch.tensor([A["input_ids"]]), labels=torch.tensor([A["labels"]])
        ).loss.item()
        batch = collate([A])
        assert loop.summed_loss(model, batch).item() / batch.supervised == pytest.approx(
            expected, abs=1e-6
        )


def gradients(micro_batches):
    model = tiny()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    kept = {}

    class Recording:
        param_groups = optimizer.param_groups

        def step(self):
            kept.update({n: p.grad.clone() for n, p in model.named_parameters()})

        zero_grad = optimizer.zero_grad

    step = next(loop.training(model, Recording(), [micro_batches], 1, TRAIN))
    return kept, step


def test_accumulating_four_batches_of_one_equals_one_of_four():
    four, step_of_four = gradients([collate([pack]) for pack in (A, B, C, D)])
    one, step_of_one = gradients([collate([A, B, C, D])])
    assert step_of_four.loss == pytest.approx(step_of_one.loss, abs=1e-6)
    assert step_of_four.supervised == step_of_one.supervised == 15
    for name, gradient in one.items():
        assert torch.allclose(gradient, four[name], atol=1e-6), name


def test_mean_loss_weighs_tokens_not_batches():
    model = tiny().eval()
    together = loop.mean_loss(model, [collate([A, C])])
    assert loop.mean_loss(model, [collate([A]), collate([C])]) == pytest.approx(together, abs=1e-6)


def test_learning_rate_warms_up_then_follows_the_schedule():
    rates = [loop.learning_rate(step, 6, TRAIN) for step in range(6)]
    assert rates == pytest.approx([0.005, 0.01, 0.01, 0.00853553, 0.005, 0.00146447], abs=1e-8)


def test_steps_per_epoch_counts_a_last_smaller_step():
    assert steps_per_epoch(10, micro_batch=4, accumulation=1) == 3
    assert steps_per_epoch(10, micro_batch=4, accumulation=2) == 2
    assert steps_per_epoch(10, micro_batch=2, accumulation=5) == 1
