"""dpo: the published loss, on padded batches, against the model with its adapter off."""

import math

import pytest
import tiny_training
import torch
from tiny_policy import optimizer, policy

from stages.params import Prompt, Task
from stages.prompt import IGNORE
from stages.train import stage
from stages.train.dpo import Dpo, margins_of
from stages.train.grpo import Grpo
from stages.train.log_probs import as_reference, copy_of, log_probs, row_sums
from stages.train.sft import Supervised

PROMPTS = [[1, 5, 6, 7], [1, 8], [1, 9, 10, 11, 12]]
CHOSEN = [[20, 21, 2], [22, 23, 24, 25, 2], [26, 2]]
REJECTED = [[30, 2], [31, 32, 2], [33, 34, 35, 2]]


def pairs():
    return [
        {
            "chosen_ids": p + c, "chosen_labels": [IGNORE] * len(p) + c,
            "rejected_ids": p + r, "rejected_labels": [IGNORE] * len(p) + r,
        }
        for p, c, r in zip(PROMPTS, CHOSEN, REJECTED, strict=True)
    ]  # fmt: skip


def alone(model, prompt, answer):
    """log p(answer | prompt), by transformers' logits of this one sequence."""
    ids = torch.tensor([prompt + answer])
    logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0]
    likely = torch.log_softmax(logits[len(prompt) - 1 : -1].float(), -1)
    return likely[range(len(answer)), answer].sum()


def expected(model, beta):
    """Equation 7 of the paper, pair by pair."""
    total = 0.0
    for prompt, chosen, rejected in zip(PROMPTS, CHOSEN, REJECTED, strict=True):
        with torch.no_grad(), model.disable_adapter():
            base = alone(model, prompt, chosen) - alone(model, prompt, rejected)
        ratio = alone(model, prompt, chosen) - alone(model, prompt, rejected) - base
        total = total - torch.log(torch.sigmoid(beta * ratio))
    return total


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def test_loss_and_gradients_are_the_paper_s():
    model = policy(moved=0.2)
    objective = Dpo(0.3, copy_of(policy()))
    loss = objective.loss(model, objective.collate(pairs()), seed=0)
    reference = expected(model, 0.3)
    assert loss.units == 3
    assert loss.total.item() == pytest.approx(reference.item(), abs=1e-5)
    assert abs(loss.total.item() - 3 * math.log(2)) > 0.01
    ours, theirs = gradients(model, loss.total), gradients(model, reference)
    assert ours.keys() == theirs.keys()
    assert ours
    for name, gradient in theirs.items():
        assert torch.allclose(ours[name], gradient, atol=1e-5), name


@pytest.mark.parametrize("moved", [0.0, 0.2])
def test_before_the_first_step_model_and_reference_are_one(moved):
    model = policy(moved=moved)
    objective = Dpo(0.3, copy_of(model))
    loss = objective.loss(model, objective.collate(pairs()), seed=0)
    assert loss.total.item() == pytest.approx(3 * math.log(2), abs=1e-6)
    assert loss.measures == {"accuracy": 0.0, "margin": 0.0}


def test_a_batch_is_the_sum_of_its_pairs():
    model = policy(moved=0.2)
    objective = Dpo(0.3, copy_of(policy()))
    together = objective.loss(model, objective.collate(pairs()), seed=0)
    apart = [objective.loss(model, objective.collate([pair]), seed=0) for pair in pairs()]
    assert together.total.item() == pytest.approx(sum(x.total.item() for x in apart), abs=1e-5)
    assert together.tokens == sum(x.tokens for x in apart)
    for name, value in together.measures.items():
        assert value == pytest.approx(sum(x.measures[name] for x in apart), abs=1e-5)


def test_margins_are_differences_of_log_ratios():
    policy_sums, base_sums = torch.tensor([-1.0, -2.0, -3.0, -5.0]), torch.tensor([-2.0] * 4)
    assert margins_of(policy_sums, base_sums, 0.5).tolist() == [1.0, 1.5]


def test_sums_of_rows_that_ascend():
    values, rows = torch.tensor([1.0, 2.0, 4.0, 8.0]), torch.tensor([0, 0, 2, 2])
    assert row_sums(values, rows, 3).tolist() == [3.0, 0.0, 12.0]


def scored(model):
    with torch.no_grad():
        return log_probs(model, Dpo(1.0, {}).collate(pairs()))[0]


def test_the_reference_is_the_model_as_it_was_and_leaves_it_as_it_is():
    model = policy(moved=0.2)
    before, reference = scored(model), copy_of(model)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name in reference:
                weight.add_(0.1)
    after = scored(model)
    with as_reference(model, reference):
        assert torch.equal(scored(model), before)
    assert torch.equal(scored(model), after)
    assert not torch.equal(after, before)
    with as_reference(model, reference):
        assert torch.equal(scored(model), before)


def test_a_fresh_adapter_s_reference_is_the_base():
    model = policy()
    with model.disable_adapter():
        base = scored(model)
    with as_reference(model, copy_of(model)):
        assert torch.equal(scored(model), base)


def test_the_reference_has_no_dropout_and_no_gradient():
    model = policy(moved=0.2)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.5
    for layer in (m for m in model.modules() if hasattr(m, "lora_dropout")):
        layer.lora_dropout["default"] = torch.nn.Dropout(0.5)
    reference, batch = copy_of(model), Dpo(1.0, {}).collate(pairs())
    model.eval()
    steady = scored(model)
    model.train()
    assert not torch.equal(scored(model), steady)
    with as_reference(model, reference):
        found, _ = log_probs(model, batch)
    assert torch.equal(found, steady)
    assert not found.requires_grad
    assert model.training


def test_whole_weights_have_a_reference_too():
    model = policy().get_base_model().requires_grad_(True).train()
    objective = Dpo(0.5, copy_of(model))
    batch = objective.collate(pairs())
    adam = optimizer(model, rate=0.01)
    for _ in range(5):
        adam.zero_grad()
        objective.loss(model, batch, seed=0).total.backward()
        adam.step()
    assert objective.loss(model, batch, seed=0).measures["accuracy"] == 3.0


def test_training_prefers_what_was_chosen():
    model = policy()
    objective = Dpo(0.5, copy_of(model))
    batch = objective.collate(pairs())
    adam = optimizer(model)
    for _ in range(15):
        adam.zero_grad()
        objective.loss(model, batch, seed=0).total.backward()
        adam.step()
    after = objective.loss(model, batch, seed=0)
    assert after.measures["accuracy"] == 3.0
    assert after.total.item() < 3 * math.log(2) / 2


def test_each_method_has_its_objective(tmp_path):
    turns = Prompt(template="turns", system="")
    train = tiny_training.train_params(adapter="lora")
    tiny_training.tokenizer().save_pretrained(tmp_path)
    found = {
        method: stage.objective_of(policy(), tmp_path, Task(method=method), turns, train)
        for method in ("sft", "pretrain", "dpo", "grpo")
    }
    assert [type(x) for x in found.values()] == [Supervised, Supervised, Dpo, Grpo]
    assert found["dpo"].beta == train.dpo.beta
    assert (found["grpo"].stops, found["grpo"].pad) == ((2,), 0)
