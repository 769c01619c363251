"""The training loop on a tiny model: what it learns from, and that its sums are right."""

import pytest
import tiny_training
import torch
from transformers import MistralConfig, MistralForCausalLM

from stages.prompt import IGNORE
from stages.train import batches, loop, sft
from stages.train.objective import Loss
from stages.train.optimizer import learning_rate
from stages.train.parallel import Group

TRAIN = tiny_training.train_params(
    adapter="full", optimizer="adamw", learning_rate=0.01, micro_batch=1, warmup_steps=2
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


A, B, C, D = sample(3, 7, 3), sample(20, 5, 2), sample(31, 9, 4), sample(40, 4, 1)
LISTED = [A, B, C, D]


class Listed:
    """A split whose packs are in memory."""

    def __len__(self):
        return len(LISTED)

    def take(self, packs):
        return [LISTED[i] for i in packs]


class Recording:
    """An optimizer that only notes the gradients that it is given."""

    def __init__(self, model):
        self.model, self.param_groups, self.gradients = model, [{}], {}

    def step(self):
        trained = self.model.named_parameters()
        self.gradients = {n: p.grad.clone() for n, p in trained if p.grad is not None}

    def zero_grad(self, set_to_none):
        self.model.zero_grad(set_to_none=set_to_none)


def learner(objective=None, train=TRAIN):
    model = tiny()
    return loop.Learner(
        model=model,
        optimizer=Recording(model),
        objective=objective or sft.Supervised(flat=False),
        train=train,
        group=Group(0, 1, "cpu"),
        seed=1,
        order=1,
    )


def test_batches_are_padded_with_positions_of_their_own_and_no_labels():
    batch = sft.collate([B, D])
    assert batch.input_ids.tolist() == [[20, 21, 22, 23, 24], [40, 41, 42, 43, 0]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 0]]
    assert batch.labels.tolist() == [
        [IGNORE, IGNORE, 22, 23, 24],
        [IGNORE, 41, 42, 43, IGNORE],
    ]
    assert (batch.tokens, batch.supervised) == (9, 6)


def test_a_flat_batch_is_one_row_with_the_same_loss():
    model = tiny().eval()
    flat = sft.Supervised(flat=True).collate([A, B, C])
    assert flat.input_ids.shape == (1, 21)
    with torch.no_grad():
        padded = sft.summed_loss(model, sft.collate([A, B, C])).item()
        assert sft.summed_loss(model, flat).item() == pytest.approx(padded, abs=1e-4)


def test_packed_samples_do_not_see_each_other():
    """Logits of each sample are what they are when it stands alone."""
    model = tiny().eval()
    with torch.no_grad():
        batch = sft.collate([sft.joined([A, B, C]), D])
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
        batch = sft.collate([A])
        assert sft.summed_loss(model, batch).item() / batch.supervised == pytest.approx(
            expected, abs=1e-6
        )


def gradients(micro_batches):
    made = learner()
    step = loop.one_step(made, Listed(), micro_batches, 1, 1)
    return made.optimizer.gradients, step


def test_accumulating_four_batches_of_one_equals_one_of_four():
    four, step_of_four = gradients([[0], [1], [2], [3]])
    one, step_of_one = gradients([[0, 1, 2, 3]])
    assert step_of_four.loss == pytest.approx(step_of_one.loss, abs=1e-6)
    assert step_of_four.units == step_of_one.units == 15
    assert step_of_four.tokens == step_of_one.tokens == 25
    for name, gradient in one.items():
        assert torch.allclose(gradient, four[name], atol=1e-6), name


def test_evaluation_weighs_tokens_not_batches():
    separate = loop.evaluated(learner(), Listed())
    whole = learner(train=TRAIN.model_copy(update={"micro_batch": 4}))
    assert list(separate) == ["eval_loss"]
    assert separate == pytest.approx(loop.evaluated(whole, Listed()), abs=1e-6)


class Broken:
    """Learns as Supervised does, but the loss of pack 2 is no number."""

    measures = ("odd",)
    collate = staticmethod(lambda packs: packs)

    def loss(self, model, batch, seed):
        weight = next(model.parameters()).sum()
        factor = float("nan") if C in batch else 0.0
        return Loss(weight * factor, units=1, tokens=1, measures={"odd": 1.0})


def test_a_loss_that_is_no_number_names_the_packs_and_changes_no_weight():
    made = learner(Broken())
    with pytest.raises(loop.Diverged) as caught:
        loop.one_step(made, Listed(), [[0, 1], [3, 2]], 7, 9)
    assert (caught.value.step, caught.value.packs) == (7, [3, 2])
    assert made.optimizer.gradients == {}


def test_a_loss_above_the_limit_stops_before_the_update():
    limit = TRAIN.model_copy(update={"max_loss": 1.0})
    made = learner(train=limit)
    with pytest.raises(loop.Diverged) as caught:
        loop.one_step(made, Listed(), [[0], [1, 3]], 1, 1)
    assert caught.value.packs == [0, 1, 3]
    assert made.optimizer.gradients == {}


def test_measures_are_means_over_units():
    step = loop.one_step(learner(Broken()), Listed(), [[0], [1]], 1, 1)
    assert step.measures == {"odd": 1.0}


def test_learning_rate_warms_up_then_follows_the_schedule():
    cosine = [learning_rate(step, 6, TRAIN) for step in range(6)]
    assert cosine == pytest.approx([0.005, 0.01, 0.01, 0.00853553, 0.005, 0.00146447], abs=1e-8)
    linear = TRAIN.model_copy(update={"schedule": "linear"})
    assert [learning_rate(step, 6, linear) for step in (2, 4)] == pytest.approx([0.01, 0.005])
    constant = TRAIN.model_copy(update={"schedule": "constant"})
    assert [learning_rate(step, 6, constant) for step in (0, 5)] == pytest.approx([0.005, 0.01])


CUT = {"micro_batch": 2, "accumulation": 2, "epochs": 2, "seed": 5}


def test_each_epoch_holds_every_pack_once_in_an_order_of_its_own():
    planned = list(batches.steps(7, **CUT, start=0))
    assert [[len(micro) for micro in step] for step in planned] == [[2, 2], [2, 1]] * 2
    epochs = [[p for s in planned[i : i + 2] for m in s for p in m] for i in (0, 2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(7))
    assert epochs[0] != epochs[1]
    assert len(planned) == 2 * batches.steps_per_epoch(7, micro_batch=2, accumulation=2)


@pytest.mark.parametrize("start", range(5))
def test_a_resumed_order_is_the_rest_of_the_whole(start):
    whole = list(batches.steps(7, **CUT, start=0))
    assert list(batches.steps(7, **CUT, start=start)) == whole[start:]


def test_packs_are_traced_to_their_rows(tmp_path):
    tiny_training.write_tokens(tmp_path, tiny_training.tokenizer(), packs=3)
    split = batches.read_split(tmp_path, "train")
    assert batches.row_ids(split, "train", [2, 0]) == ["train00", "train01", "train20", "train21"]
    assert batches.row_ids(split, "valid", [1]) == ["valid10", "valid11"]


def test_a_block_is_traced_to_the_row_that_runs_on_into_it():
    """::

    pack 0   a a a a     pack 1   a a b b     pack 2   b b b b     pack 3   c c d d
    """
    begins = {"a": (0, 0), "b": (1, 2), "c": (3, 0), "d": (3, 2)}
    lines = [{"pack": pack, "start": start} for pack, start in begins.values()]
    named = {
        pack: "".join(list(begins)[i] for i in batches.lines_in(lines, {pack})) for pack in range(4)
    }
    assert named == {0: "a", 1: "ab", 2: "b", 3: "cd"}
    assert batches.lines_in(lines, {2, 3}) == [1, 2, 3]
